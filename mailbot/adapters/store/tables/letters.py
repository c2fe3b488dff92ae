"""Letters: their published wording, those that go or went, and to whom none may."""

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text

from mailbot.adapters.store.columns import count, moment, ref, row_id, word
from mailbot.adapters.store.tables.schema import metadata

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

draft = Table(
    "draft",
    metadata,
    row_id(),
    Column("case", Integer, ForeignKey("case.id"), nullable=False, index=True),
    word("letter"),
    word("state"),
    word("author"),
    moment("at", nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("note", Text, nullable=False),
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
    Column("copies", JSON(none_as_null=True)),  # who is copied in; none: nobody
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
