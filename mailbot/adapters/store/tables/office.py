"""The installation: its organisation, mailboxes, people, jobs and leases."""

from sqlalchemy import JSON, BigInteger, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from mailbot.adapters.store.columns import count, flag, moment, ref, row_id, word
from mailbot.adapters.store.tables.schema import metadata

meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))

organisation = Table("organisation", metadata, row_id(), word("name", unique=True))

mailbox = Table(
    "mailbox",
    metadata,
    row_id(),
    ref("organisation", "organisation"),
    word("name", unique=True),
    word("address"),
    word("pack"),
    moment("started_at", nullable=False),
    moment("live_since"),
    moment("fresh_at"),
    moment("backoff_until"),
    Column("last_error", Text),
    Column("sending_error", Text),
    moment("reading_rests_until"),
    moment("sending_rests_until"),
    word("dates_basis", nullable=True),  # the rules and calendars by which the dates of its cases were last counted
)

folder_cursor = Table(
    "folder_cursor",
    metadata,
    row_id(),
    ref("mailbox", "mailbox"),
    word("folder"),
    word("role"),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    count("reindex_until"),
    moment("read_at"),
    UniqueConstraint("mailbox", "folder"),
)

directory_version = Table(
    "directory_version",
    metadata,
    row_id(),
    Column("digest", String(64), nullable=False),
    moment("at", nullable=False),
    Column("facts", JSON, nullable=False),  # what partners are told of when it changes, a line each
    Column("changes", JSON, nullable=False),  # since the version before, in words
)

job_run = Table(
    "job_run",
    metadata,
    Column("job", String(100), primary_key=True),
    Column("period", String(40), primary_key=True),
    moment("ran_at", nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(100), primary_key=True),
    word("holder"),
    Column("fence", Integer, nullable=False),
    moment("until", nullable=False),
    Column("trouble", Text),
    moment("trouble_until"),
)

person = Table(
    "person",
    metadata,
    row_id(),
    ref("organisation", "organisation"),
    word("name"),
    Column("address", Text, unique=True, nullable=False),
)

team = Table(
    "team",
    metadata,
    row_id(),
    ref("organisation", "organisation"),
    word("name"),
    UniqueConstraint("organisation", "name"),
)

absence = Table(  # that an automatic reply told of; those of the directory's file stand there
    "absence",
    metadata,
    row_id(),
    Column("person", Text, nullable=False),  # their address
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    Column("return_on", Date),  # as it says; none: it does not
    Column("deputy", Text),
    Column("digest", String(64), nullable=False),  # of its text
    flag("answers_ours"),
    flag("ended"),  # a later reply, or a person, says otherwise
    Index("ix_absence_person", "person", "digest"),
)
