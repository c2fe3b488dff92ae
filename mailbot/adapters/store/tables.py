"""Every table. Keys are NOT NULL; times are aware UTC through one column type; SQL never reads the clock.

Digests survive erasure: ``raw.content`` and ``message.text`` become NULL, the rows stay.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from mailbot.adapters.store.columns import count, flag, moment, ref, row_id, word

SCHEMA_VERSION = 12
"""Counts up with every migration."""

COMPAT_VERSION = 6
"""The oldest program (by its SCHEMA_VERSION) that may open a database of this version."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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

raw = Table(
    "raw",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary),
    Column("size", BigInteger, nullable=False),
    moment("stored_at", nullable=False),
)

message = Table(
    "message",
    metadata,
    row_id(),
    word("digest", unique=True),
    word("direction"),
    word("origin"),
    Column("message_id", Text, nullable=False, index=True),
    moment("received_at", nullable=False),
    Column("case", Integer, ForeignKey("case.id"), index=True),
    Column("raw", String(64), ForeignKey("raw.sha256"), nullable=False),
    Column("sender", Text, nullable=False, index=True),
    Column("subject", Text),
    Column("text", Text),
    word("verdict"),
    Column("may_answer", Boolean, nullable=False),
    word("class"),
    word("best_class"),
    Column("confidence", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("also", JSON(none_as_null=True)),  # other classes that its words ask for; NULL: none
    Column("flags", JSON),  # what raised each: flag, rule, weight, from, to; NULL: nobody looked
    word("rules_version"),
    moment("recorded_at", nullable=False),
)

message_id_alias = Table(
    "message_id_alias",
    metadata,
    Column("alias", Text, primary_key=True),
    ref("message", "message", nullable=True),
    ref("outbox", "outbox", nullable=True),
)

location = Table(
    "location",
    metadata,
    row_id(),
    ref("message", "message", nullable=True),
    Column("raw", String(64), ForeignKey("raw.sha256"), nullable=False),
    ref("mailbox", "mailbox"),
    word("folder"),
    word("role"),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    moment("received_at", nullable=False),
    moment("stored_at", nullable=False),
    word("state"),  # stored: waits for a decision; recorded; held
    flag("reindexed"),
    word("incomplete", server_default=text("''")),
    flag("handled_on_server"),
    moment("seen_at"),
    moment("gone_at"),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
)
Index(
    "ix_location_waiting",
    location.c.received_at,
    location.c.id,
    sqlite_where=text("state = 'stored'"),
    postgresql_where=text("state = 'stored'"),
)
Index("ix_location_message", location.c.message)

attachment = Table(
    "attachment",
    metadata,
    row_id(),
    Column("message", Integer, ForeignKey("message.id"), nullable=False, index=True),
    word("part"),
    Column("filename", Text, nullable=False),
    word("type"),
    Column("size", BigInteger, nullable=False),
    word("sha256"),
)

hold = Table(
    "hold",
    metadata,
    row_id(),
    ref("location", "location", nullable=True),
    ref("outbox", "outbox", nullable=True),
    word("rule"),
    Column("detail", Text, nullable=False),
    moment("held_at", nullable=False),
    moment("put_back_at"),
)

reference_counter = Table(
    "reference_counter",
    metadata,
    Column("prefix", String(20), primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("last", Integer, nullable=False),
)

case = Table(
    "case",
    metadata,
    row_id(),
    word("reference", unique=True),
    word("old_reference", nullable=True, unique=True),  # of the system that the case came from
    Column("told_on", Date),  # the date that the customer was told there
    ref("organisation", "organisation"),
    ref("mailbox", "mailbox"),
    word("pack"),
    word("class"),
    Column("also", JSON(none_as_null=True)),  # other classes whose clocks it has; NULL: none
    word("status"),
    word("stage", nullable=True),
    word("waits_for", nullable=True),
    Column("delay_reason", Text),
    word("channel", server_default=text("'email'")),
    flag("may_write"),
    ref("owner", "person", nullable=True),
    Column("customer", Text, nullable=False),
    Column("customer_name", Text),
    Column("subject", Text),
    moment("opened_at", nullable=False),
    moment("closed_at"),
    moment("retain_until"),
    flag("legal_hold"),
    moment("quiet_until"),
    flag("restricted"),
    flag("observed"),
    Column("version", Integer, nullable=False),
    Index("ix_case_status_opened_at", "status", "opened_at"),
)

Index(
    "ix_case_quiet",
    case.c.quiet_until,
    sqlite_where=text("quiet_until IS NOT NULL"),
    postgresql_where=text("quiet_until IS NOT NULL"),
)

participant = Table(
    "participant",
    metadata,
    Column("case", Integer, ForeignKey("case.id"), primary_key=True),
    Column("address", Text, primary_key=True),
    word("role", server_default=text("'customer'")),
    Column("subject", Text, nullable=False, server_default=text("''")),  # what the case is about, as subjects are compared
    Index("ix_participant_address_subject", "address", "subject"),
)

turn = Table(
    "turn",
    metadata,
    row_id(),
    Column("case", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("other", Integer, ForeignKey("case.id"), index=True),
    word("kind"),
    word("status_before"),
    Column("moved", JSON, nullable=False),  # rows of messages, letters and clocks, and the moments of those it stopped
    moment("at", nullable=False),
    word("actor"),
    moment("undone_at"),
)

correction = Table(
    "correction",
    metadata,
    row_id(),
    Column("case", Integer, ForeignKey("case.id"), nullable=False, index=True),
    ref("message", "message", nullable=True),  # the one that opened the case; none: it came from another system
    word("old_class"),
    word("new_class"),
    word("actor"),
    moment("at", nullable=False),
    Column("why", Text, nullable=False),
)

letter_version = Table(
    "letter_version",
    metadata,
    row_id(),
    Column("name", String(100), nullable=False),
    Column("number", Integer, nullable=False),
    word("state"),
    word("author"),
    moment("at", nullable=False),
    Column("note", Text, nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("settings", Text),  # none of the three texts: from here on the letter is as its files have it
    Column("subject", Text),
    Column("body", Text),
    UniqueConstraint("name", "number"),
)

event = Table(
    "event",
    metadata,
    row_id(),
    Column("case", Integer, ForeignKey("case.id"), index=True),
    Column("message", Integer, ForeignKey("message.id"), index=True),
    moment("at", nullable=False),
    word("actor"),
    word("kind"),
    word("rule"),
    Column("detail", Text, nullable=False),
    Column("offsets", JSON, nullable=False),
    word("pack_version"),
)

Index(
    "ix_event_backscatter",
    event.c.at,
    sqlite_where=text("rule = 'backscatter'"),
    postgresql_where=text("rule = 'backscatter'"),
)

Index(
    "ix_event_for_the_manager",
    event.c.at,
    sqlite_where=text("kind = 'for-the-manager'"),
    postgresql_where=text("kind = 'for-the-manager'"),
)

clock = Table(
    "clock",
    metadata,
    row_id(),
    Column("case", Integer, ForeignKey("case.id"), nullable=False, index=True),
    word("name"),
    word("started_by"),
    moment("started_at", nullable=False),
    moment("counts_from", nullable=False),
    moment("original_due_at", nullable=False),
    moment("due_at", nullable=False),
    word("kind"),
    word("law"),  # empty: the pack's own
    Column("pauses", JSON, nullable=False),
    Column("paused_on", Date),
    count("extensions"),
    moment("stopped_at"),
    word("outcome", nullable=True),
    Column("why", Text, nullable=False),
    Column("stopped_by", JSON, nullable=False),
)

deadline = Table(
    "deadline",
    metadata,
    row_id(),
    Column("clock", Integer, ForeignKey("clock.id"), nullable=False),
    word("kind"),
    moment("due_at", nullable=False),
    moment("fired_at"),
    Index("ix_deadline_clock", "clock", "fired_at"),  # with both, no planner prefers to go through all that are open
)
Index(
    "ix_deadline_open",
    deadline.c.due_at,
    sqlite_where=text("fired_at IS NULL"),
    postgresql_where=text("fired_at IS NULL"),
)

moved_date = Table(
    "moved_date",
    metadata,
    row_id(),
    Column("clock", Integer, ForeignKey("clock.id"), nullable=False),
    moment("at", nullable=False),
    Column("old_on", Date, nullable=False),
    Column("new_on", Date, nullable=False),
    Index("ix_moved_date_at", "at"),
)

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    Column("key", String(600), nullable=False, unique=True),
    ref("mailbox", "mailbox"),
    Column("case", Integer, ForeignKey("case.id"), index=True),
    ref("clock", "clock", nullable=True),
    ref("message", "message", nullable=True),
    word("purpose"),
    word("letter"),
    word("letter_version"),
    word("lane"),
    Column("lane_rank", Integer, nullable=False),
    moment("not_before", nullable=False),
    Column("reverse_path", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_key", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column(
        "tag", String(16), nullable=False, server_default=text("''"), index=True
    ),  # by which a tagged address names the letter
    Column("in_reply_to", Text, nullable=False),
    Column("references", JSON, nullable=False),
    Column("states_date", Date),
    word("state"),
    count("attempts"),
    count("doubts"),
    moment("created_at", nullable=False),
    moment("attempted_at"),
    moment("settled_at"),
    moment("filed_at"),
    Column("detail", Text, nullable=False, default="", server_default=text("''")),
    Index("ix_outbox_recipient_key_created_at", "recipient_key", "created_at"),
    Index("ix_outbox_mailbox_attempted_at", "mailbox", "attempted_at"),
)
Index(
    "ix_outbox_waiting",
    outbox.c.mailbox,
    outbox.c.lane_rank,
    outbox.c.id,
    sqlite_where=text("state IN ('queued', 'deferred')"),
    postgresql_where=text("state IN ('queued', 'deferred')"),
)

unreachable = Table(
    "unreachable",
    metadata,
    Column("address", Text, primary_key=True),
    moment("since", nullable=False),
    ref("outbox", "outbox", nullable=True),  # the letter that came back; none: an answer of staff
)

answer = Table(
    "answer",
    metadata,
    row_id(),
    moment("at", nullable=False),
    ref("mailbox", "mailbox"),
    Column("domain", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Index("ix_answer_at", "at", "mailbox"),
    Index("ix_answer_domain_at", "domain", "at"),
    Index("ix_answer_shape_at", "shape", "at"),
)

alarm = Table(
    "alarm",
    metadata,
    row_id(),
    Column("key", String(400), nullable=False, unique=True),
    ref("mailbox", "mailbox"),
    Column("case", Integer, ForeignKey("case.id"), index=True),
    word("what"),
    moment("raised_at", nullable=False),
    moment("next_at", nullable=False),
    count("times"),
    moment("taken_at"),
    word("taken_by", nullable=True),
)
Index(
    "ix_alarm_open",
    alarm.c.next_at,
    sqlite_where=text("taken_at IS NULL"),
    postgresql_where=text("taken_at IS NULL"),
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

absence = Table(
    "absence",
    metadata,
    row_id(),
    ref("person", "person"),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
)
