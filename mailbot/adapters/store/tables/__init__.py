"""Every table. Keys are NOT NULL; times are aware UTC through one column type; SQL never reads the clock.

Digests survive erasure: ``raw.content`` and ``message.text`` become NULL, the rows stay.
"""

from mailbot.adapters.store.tables.cases import (
    alarm,
    case,
    clock,
    correction,
    deadline,
    event,
    moved_date,
    participant,
    reference_counter,
    turn,
)
from mailbot.adapters.store.tables.contacts import contact_log, contact_note, gap, limited_contact
from mailbot.adapters.store.tables.letters import answer, draft, letter_version, outbox, unreachable
from mailbot.adapters.store.tables.mail import attachment, hold, location, message, message_id_alias, raw
from mailbot.adapters.store.tables.office import (
    absence,
    directory_version,
    folder_cursor,
    job_run,
    lease,
    mailbox,
    meta,
    organisation,
    person,
    team,
)
from mailbot.adapters.store.tables.schema import COMPAT_VERSION, SCHEMA_VERSION, metadata
from mailbot.adapters.store.tables.staff import staff_mail, standard_finding, standard_waiver

__all__ = [
    "COMPAT_VERSION",
    "SCHEMA_VERSION",
    "absence",
    "alarm",
    "answer",
    "attachment",
    "case",
    "clock",
    "contact_log",
    "contact_note",
    "correction",
    "deadline",
    "directory_version",
    "draft",
    "event",
    "folder_cursor",
    "gap",
    "hold",
    "job_run",
    "lease",
    "letter_version",
    "limited_contact",
    "location",
    "mailbox",
    "message",
    "message_id_alias",
    "meta",
    "metadata",
    "moved_date",
    "organisation",
    "outbox",
    "participant",
    "person",
    "raw",
    "reference_counter",
    "staff_mail",
    "standard_finding",
    "standard_waiver",
    "team",
    "turn",
    "unreachable",
]
