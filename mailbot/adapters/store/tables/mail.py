"""Mail as it came: its bytes, the messages in them, where they lie, and what is held."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from mailbot.adapters.store.columns import flag, moment, ref, row_id, word
from mailbot.adapters.store.tables.schema import metadata

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
    Column("case", Integer, ForeignKey("case.id")),
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
    Index("ix_message_case", "case", "recorded_at"),  # with both, what lately got no case is found without all that ever did
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
