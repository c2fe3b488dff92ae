"""Every table. Keys are NOT NULL; times are aware UTC through one column type; SQL never reads the clock.

Digests survive erasure: ``raw.content`` and ``message.text`` become NULL, the rows stay.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

SCHEMA_VERSION = 1
"""Counts up with every migration."""

COMPAT_VERSION = 1
"""The oldest program (by its SCHEMA_VERSION) that may open a database of this version."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. A naive one is refused: somebody forgot where it came from."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=nullable)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=False, server_default=false())


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, default=0, server_default=text("0"))


def _at(name: str, *, nullable: bool = True) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


def _word(name: str, **options: Any) -> Column[str]:
    return Column(name, String(400), nullable=options.pop("nullable", False), **options)


meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))

organisation = Table("organisation", metadata, _id(), _word("name", unique=True))

mailbox = Table(
    "mailbox",
    metadata,
    _id(),
    _ref("organisation", "organisation"),
    _word("name", unique=True),
    _word("address"),
    _word("pack"),
    _at("started_at", nullable=False),
    _at("live_since"),
    _at("fresh_at"),
    _at("backoff_until"),
    Column("last_error", Text),
    Column("sending_error", Text),
    _at("reading_rests_until"),
    _at("sending_rests_until"),
    _word("dates_basis", nullable=True),  # the rules and calendars by which the dates of its cases were last counted
)

folder_cursor = Table(
    "folder_cursor",
    metadata,
    _id(),
    _ref("mailbox", "mailbox"),
    _word("folder"),
    _word("role"),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    _count("reindex_until"),
    _at("read_at"),
    UniqueConstraint("mailbox", "folder"),
)

raw = Table(
    "raw",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary),
    Column("size", BigInteger, nullable=False),
    _at("stored_at", nullable=False),
)

message = Table(
    "message",
    metadata,
    _id(),
    _word("digest", unique=True),
    _word("direction"),
    _word("origin"),
    Column("message_id", Text, nullable=False, index=True),
    _at("received_at", nullable=False),
    Column("case", Integer, ForeignKey("case.id"), index=True),
    Column("raw", String(64), ForeignKey("raw.sha256"), nullable=False),
    Column("sender", Text, nullable=False, index=True),
    Column("subject", Text),
    Column("text", Text),
    _word("verdict"),
    Column("may_answer", Boolean, nullable=False),
    _word("class"),
    _word("best_class"),
    Column("confidence", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
    _word("rules_version"),
    _at("recorded_at", nullable=False),
)

message_id_alias = Table(
    "message_id_alias",
    metadata,
    Column("alias", Text, primary_key=True),
    _ref("message", "message", nullable=True),
    _ref("outbox", "outbox", nullable=True),
)

location = Table(
    "location",
    metadata,
    _id(),
    _ref("message", "message", nullable=True),
    Column("raw", String(64), ForeignKey("raw.sha256"), nullable=False),
    _ref("mailbox", "mailbox"),
    _word("folder"),
    _word("role"),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    _at("received_at", nullable=False),
    _at("stored_at", nullable=False),
    _word("state"),  # stored: waits for a decision; recorded; held
    _flag("reindexed"),
    _word("incomplete", server_default=text("''")),
    _flag("handled_on_server"),
    _at("seen_at"),
    _at("gone_at"),
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
    _id(),
    Column("message", Integer, ForeignKey("message.id"), nullable=False, index=True),
    _word("part"),
    Column("filename", Text, nullable=False),
    _word("type"),
    Column("size", BigInteger, nullable=False),
    _word("sha256"),
)

hold = Table(
    "hold",
    metadata,
    _id(),
    _ref("location", "location", nullable=True),
    _ref("outbox", "outbox", nullable=True),
    _word("rule"),
    Column("detail", Text, nullable=False),
    _at("held_at", nullable=False),
    _at("put_back_at"),
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
    _id(),
    _word("reference", unique=True),
    _word("old_reference", nullable=True, unique=True),  # of the system that the case came from
    Column("told_on", Date),  # the date that the customer was told there
    _ref("organisation", "organisation"),
    _ref("mailbox", "mailbox"),
    _word("pack"),
    _word("class"),
    _word("status"),
    _word("stage", nullable=True),
    _word("waits_for", nullable=True),
    _word("channel", server_default=text("'email'")),
    _flag("may_write"),
    _ref("owner", "person", nullable=True),
    Column("customer", Text, nullable=False),
    Column("customer_name", Text),
    Column("subject", Text),
    _at("opened_at", nullable=False),
    _at("closed_at"),
    _at("retain_until"),
    _flag("legal_hold"),
    _at("quiet_until"),
    _flag("restricted"),
    _flag("observed"),
    Column("version", Integer, nullable=False),
    Index("ix_case_status_opened_at", "status", "opened_at"),
)

participant = Table(
    "participant",
    metadata,
    Column("case", Integer, ForeignKey("case.id"), primary_key=True),
    Column("address", Text, primary_key=True),
)

event = Table(
    "event",
    metadata,
    _id(),
    Column("case", Integer, ForeignKey("case.id"), index=True),
    Column("message", Integer, ForeignKey("message.id"), index=True),
    _at("at", nullable=False),
    _word("actor"),
    _word("kind"),
    _word("rule"),
    Column("detail", Text, nullable=False),
    Column("offsets", JSON, nullable=False),
    _word("pack_version"),
)

clock = Table(
    "clock",
    metadata,
    _id(),
    Column("case", Integer, ForeignKey("case.id"), nullable=False, index=True),
    _word("name"),
    _word("started_by"),
    _at("started_at", nullable=False),
    _at("counts_from", nullable=False),
    _at("original_due_at", nullable=False),
    _at("due_at", nullable=False),
    _word("kind"),
    _word("law"),  # empty: the pack's own
    Column("pauses", JSON, nullable=False),
    Column("paused_on", Date),
    _count("extensions"),
    _at("stopped_at"),
    _word("outcome", nullable=True),
    Column("why", Text, nullable=False),
    Column("stopped_by", JSON, nullable=False),
)

deadline = Table(
    "deadline",
    metadata,
    _id(),
    Column("clock", Integer, ForeignKey("clock.id"), nullable=False, index=True),
    _word("kind"),
    _at("due_at", nullable=False),
    _at("fired_at"),
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
    _id(),
    Column("clock", Integer, ForeignKey("clock.id"), nullable=False),
    _at("at", nullable=False),
    Column("old_on", Date, nullable=False),
    Column("new_on", Date, nullable=False),
    Index("ix_moved_date_at", "at"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("key", String(600), nullable=False, unique=True),
    _ref("mailbox", "mailbox"),
    Column("case", Integer, ForeignKey("case.id"), index=True),
    _ref("clock", "clock", nullable=True),
    _ref("message", "message", nullable=True),
    _word("purpose"),
    _word("letter"),
    _word("letter_version"),
    _word("lane"),
    Column("lane_rank", Integer, nullable=False),
    _at("not_before", nullable=False),
    Column("reverse_path", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_key", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("in_reply_to", Text, nullable=False),
    Column("references", JSON, nullable=False),
    Column("states_date", Date),
    _word("state"),
    _count("attempts"),
    _count("doubts"),
    _at("created_at", nullable=False),
    _at("attempted_at"),
    _at("settled_at"),
    _at("filed_at"),
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

alarm = Table(
    "alarm",
    metadata,
    _id(),
    Column("key", String(400), nullable=False, unique=True),
    _ref("mailbox", "mailbox"),
    Column("case", Integer, ForeignKey("case.id"), index=True),
    _word("what"),
    _at("raised_at", nullable=False),
    _at("next_at", nullable=False),
    _count("times"),
    _at("taken_at"),
    _word("taken_by", nullable=True),
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
    _at("ran_at", nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(100), primary_key=True),
    _word("holder"),
    Column("fence", Integer, nullable=False),
    _at("until", nullable=False),
    Column("trouble", Text),
    _at("trouble_until"),
)

person = Table(
    "person",
    metadata,
    _id(),
    _ref("organisation", "organisation"),
    _word("name"),
    Column("address", Text, unique=True, nullable=False),
)

team = Table(
    "team",
    metadata,
    _id(),
    _ref("organisation", "organisation"),
    _word("name"),
    UniqueConstraint("organisation", "name"),
)

absence = Table(
    "absence",
    metadata,
    _id(),
    _ref("person", "person"),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
)
