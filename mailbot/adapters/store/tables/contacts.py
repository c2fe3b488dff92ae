"""What customers got in touch about: the log of contacts, and what staff took down of those that came by no message."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from mailbot.adapters.store.columns import moment, ref, row_id, word
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
