"""Cases: who takes part, what happened, what is due, and what rings."""

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from mailbot.adapters.store.columns import count, flag, moment, ref, row_id, word
from mailbot.adapters.store.tables.schema import metadata

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
    flag("routed"),  # the owner was given by a rule, and nobody has taken it yet
    word("service", nullable=True),
    Column("proposed", JSON(none_as_null=True)),  # the best services, while none is sure
    Column("named", JSON(none_as_null=True)),  # people of ours who are spared it; NULL: none
    word("outcome", nullable=True),
    word("language", nullable=True),  # of its customer (ISO 639-1); NULL: English, or not known
    Column("customer", Text, nullable=False),
    Column("customer_name", Text),
    Column("subject", Text),
    moment("opened_at", nullable=False),
    moment("closed_at"),
    moment("retain_until"),
    flag("legal_hold"),
    moment("quiet_until"),
    flag("restricted"),
    Column("name_marks", JSON(none_as_null=True)),  # by which words that were names in it are known; NULL: none
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
