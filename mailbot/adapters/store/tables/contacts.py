"""What customers got in touch about: the log of contacts, what staff took down of them, and what they could not find."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from mailbot.adapters.store.columns import count, moment, ref, row_id, word
from mailbot.adapters.store.tables.schema import metadata

contact_log = Table(
    "contact_log",
    metadata,
    row_id(),
    Column("case", Integer, ForeignKey("case.id"), nullable=False, index=True),
    Column("message", Integer, ForeignKey("message.id"), index=True),  # none: it came by no message
    ref("mailbox", "mailbox"),
    word("organisation"),
    word("service"),  # empty: not certain
    Column("category", Integer),  # its number in the list of services
    word("category_name"),
    word("channel"),
    moment("at", nullable=False),
    word("action"),
    moment("logged_at", nullable=False),
    moment("settled_at"),
    Index("ix_contact_log_at", "at"),
)

contact_note = Table(
    "contact_note",
    metadata,
    Column("case", Integer, ForeignKey("case.id"), primary_key=True),
    moment("received_at", nullable=False),
    word("taken_by"),
    Column("name", Text, nullable=False),  # here and below: empty where the customer did not say
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("preferred", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("asked_for", Text, nullable=False),
)

limited_contact = Table(
    "limited_contact",
    metadata,
    Column("address", Text, primary_key=True),  # in lower case
    moment("until", nullable=False),
    moment("since", nullable=False),
)

gap = Table(
    "gap",
    metadata,
    row_id(),
    Column("case", Integer, ForeignKey("case.id"), nullable=False, index=True),
    word("organisation"),
    Column("what", Text, nullable=False),
    word("contact"),  # whoever keeps the pages, by address
    word("reporter"),  # whoever is told where it is, by address
    word("state"),
    Column("url", Text, nullable=False),
    moment("reported_at", nullable=False),
    moment("remind_at", nullable=False),
    count("told"),
    moment("closed_at"),
)
Index(
    "ix_gap_open",
    gap.c.remind_at,
    sqlite_where=text("closed_at IS NULL"),
    postgresql_where=text("closed_at IS NULL"),
)
