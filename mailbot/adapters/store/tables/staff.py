"""What staff send, held against the standard: which messages, what was found, and what a person is spared."""

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, Text, text

from mailbot.adapters.store.columns import moment, ref, row_id, word
from mailbot.adapters.store.tables.schema import metadata

MONTH = 7

staff_mail = Table(
    "staff_mail",
    metadata,
    row_id(),
    ref("message", "message"),
    ref("mailbox", "mailbox"),
    word("kind"),
    moment("at", nullable=False),
    Column("month", String(MONTH)),  # none until it was judged, like what follows
    word("team", nullable=True),  # of whoever wrote it; who that is stands nowhere
    word("outcome", nullable=True),
    word("why", nullable=True),
    moment("judged_at"),
    Index("ix_staff_mail_month", "month", "team"),
)
Index(
    "ix_staff_mail_waiting",
    staff_mail.c.id,
    sqlite_where=text("judged_at IS NULL"),
    postgresql_where=text("judged_at IS NULL"),
)

standard_finding = Table(
    "standard_finding",
    metadata,
    row_id(),
    ref("message", "message", nullable=True),  # none: what was found lies in no message
    ref("mailbox", "mailbox"),
    Column("person", Text),  # their address; none once they were forgotten
    word("team"),
    word("rule"),
    word("clause"),
    Column("confidence", Float, nullable=False),
    Column("month", String(MONTH), nullable=False),
    Column("fix", Text, nullable=False),
    Column("offsets", JSON, nullable=False),
    moment("at", nullable=False),  # of the message
    moment("told_at"),  # when the person heard of it, or of the same in that month
    Index("ix_standard_finding_month", "month", "team"),
    Index("ix_standard_finding_person", "person", "month"),
)
Index(
    "ix_standard_finding_untold",
    standard_finding.c.id,
    sqlite_where=text("told_at IS NULL"),
    postgresql_where=text("told_at IS NULL"),
)

standard_waiver = Table(
    "standard_waiver",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", Text, nullable=False, index=True),
    word("rule"),
    Column("reason", Text, nullable=False),
    word("actor"),
    moment("at", nullable=False),
    moment("ended_at"),
    word("ended_by", nullable=True),
)
