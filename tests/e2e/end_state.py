"""What is left when the daemon has come to rest, as one value that can be compared: tables, folders, accepted letters.

What differs from run to run does not occur in it: row numbers, case references, our Message-IDs, moments of work.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from email import message_from_bytes

from sqlalchemy import func, select

from mailbot.adapters.store.database import Database
from mailbot.adapters.store.tables import metadata, outbox
from tests.servers.letters import Accepted

REFERENCE = re.compile(r"\b[A-Z]{2,6}-\d{4}-\d{4}-\d\b")
RENEWED_BY_EVERY_RUN = {"job_run", "lease"}

Folders = Mapping[tuple[str, str], Sequence[bytes]]
"""The messages in each folder of each mailbox."""

# One query a field. A case is named by its subject. A letter "went" whether the relay or the Sent folder said so.
QUERIES = {
    "cases": """SELECT c.subject, m.name, c.class, c.status, c.customer, c.observed
        FROM "case" c JOIN mailbox m ON m.id = c.mailbox""",
    "participants": """SELECT c.subject, p.address, p.role FROM participant p JOIN "case" c ON c.id = p."case" """,
    "messages": """SELECT c.subject, s.direction, s.origin, s.sender, s.subject, s.verdict, s.class, s.received_at
        FROM message s LEFT JOIN "case" c ON c.id = s."case" WHERE s.origin <> 'sent'""",
    "copies": """SELECT c.subject, s.direction, s.origin, s.sender, s.subject, s.verdict, s.class
        FROM message s LEFT JOIN "case" c ON c.id = s."case" WHERE s.origin = 'sent'""",
    "clocks": """SELECT c.subject, k.name, k.started_at, k.due_at, k.stopped_at IS NOT NULL, k.outcome
        FROM clock k JOIN "case" c ON c.id = k."case" """,
    "deadlines": """SELECT c.subject, k.name, d.kind, d.due_at, d.fired_at IS NOT NULL
        FROM deadline d JOIN clock k ON k.id = d.clock JOIN "case" c ON c.id = k."case" """,
    "letters": """SELECT c.subject, o.purpose, o.letter, o.recipient, o.states_date, o.state
        FROM outbox o LEFT JOIN "case" c ON c.id = o."case" """,
    "history": """SELECT c.subject, e.actor,
        CASE WHEN e.rule IN ('letter-sent', 'found-in-sent') THEN 'letter went' ELSE e.kind || ' ' || e.rule END
        FROM event e LEFT JOIN "case" c ON c.id = e."case" """,
    "held": """SELECT m.name, h.rule, h.detail, h.put_back_at
        FROM hold h LEFT JOIN location l ON l.id = h.location LEFT JOIN mailbox m ON m.id = l.mailbox""",
    "places": """SELECT m.name, l.folder, l.role, l.state, l.incomplete, l.handled_on_server OR l.gone_at IS NOT NULL
        FROM location l JOIN mailbox m ON m.id = l.mailbox""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndState:
    """Everything that must come out the same whatever happened on the way, as sorted lines for people to read.

    ``accepted`` has one line for each letter that the relay took, however often it took it: `copies_by_letter` counts.
    """

    cases: tuple[str, ...]
    participants: tuple[str, ...]
    messages: tuple[str, ...]
    copies: tuple[str, ...]
    clocks: tuple[str, ...]
    deadlines: tuple[str, ...]
    letters: tuple[str, ...]
    history: tuple[str, ...]
    held: tuple[str, ...]
    places: tuple[str, ...]
    sizes: tuple[str, ...]
    folders: tuple[str, ...]
    accepted: tuple[str, ...]

    def beyond(self, other: "EndState") -> tuple[str, ...]:
        """What is here and not there, each line with the name of its field; a line too often counts as well."""
        return tuple((self._facts() - other._facts()).elements())

    def _facts(self) -> Counter[str]:
        return Counter(f"{field.name}: {line}" for field in fields(self) for line in getattr(self, field.name))


def end_state(database: Database, folders: Folders, accepted: Sequence[Accepted]) -> EndState:
    """Read the tables, and put what lies on the servers next to them."""
    tables = [table for table in metadata.sorted_tables if table.name not in RENEWED_BY_EVERY_RUN]
    with database.reading() as connection:
        rows = {name: connection.exec_driver_sql(query).all() for name, query in QUERIES.items()}
        sizes = [(table.name, connection.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables]
    lying = (f"{mailbox} {folder}: {_name(content)}" for (mailbox, folder), held in folders.items() for content in held)
    letters = {_message_id(letter.content): _name(letter.content) for letter in accepted}
    return EndState(
        **{name: _sorted(" | ".join(map(str, row)) for row in found) for name, found in rows.items()},
        sizes=_sorted(f"{name}: {size} rows" for name, size in sizes),
        folders=_sorted(lying),
        accepted=_sorted(letters.values()),
    )


def copies_by_letter(accepted: Sequence[Accepted]) -> Counter[str]:
    """How often the relay took each letter, by our Message-ID."""
    return Counter(_message_id(letter.content) for letter in accepted)


def doubts_by_letter(database: Database) -> dict[str, int]:
    """How often the outcome of each letter was in doubt, by our Message-ID."""
    with database.reading() as connection:
        return {row.message_id: row.doubts for row in connection.execute(select(outbox.c.message_id, outbox.c.doubts))}


def _sorted(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(REFERENCE.sub("(reference)", line) for line in lines))


def _message_id(content: bytes) -> str:
    return str(message_from_bytes(content)["Message-ID"]).strip("<>")


def _name(content: bytes) -> str:
    """A customer's message by its Message-ID, a letter of ours by whom and what it answers."""
    message = message_from_bytes(content)
    ours = "X-Mailbot-Letter" in message
    return f"letter to {message['To']}, answers {message['In-Reply-To']}" if ours else str(message["Message-ID"])
