"""The read side: questions to one database. Nothing here writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, func, select

from mailbot.adapters.store.contacts import logged_contacts, note_of
from mailbot.adapters.store.corrections import Correction, corrections
from mailbot.adapters.store.database import Database
from mailbot.adapters.store.figures import IS_BACKSCATTER
from mailbot.adapters.store.gaps import listed_gaps
from mailbot.adapters.store.history import TAKEN_BACK
from mailbot.adapters.store.lines import (
    case_line,
    case_lines,
    event_line,
    filled,
    held_line,
    letter_line,
    letter_lines,
    mailbox_line,
    message_line,
)
from mailbot.adapters.store.recorded import is_closed_letter
from mailbot.adapters.store.recounts import moved_dates
from mailbot.adapters.store.standards import month_totals, waivers
from mailbot.adapters.store.tables import (
    alarm,
    case,
    clock,
    contact_note,
    correction,
    event,
    hold,
    lease,
    location,
    mailbox,
    message,
    moved_date,
    outbox,
    raw,
    turn,
    unreachable,
)
from mailbot.adapters.store.views import (
    AddressLine,
    AlarmLine,
    CaseLine,
    CaseView,
    ClockLine,
    CorrectionLine,
    EventLine,
    HeldLine,
    IncomingLine,
    LetterLine,
    Status,
)
from mailbot.core.contact_log import LoggedContact
from mailbot.core.gap import Gap
from mailbot.core.quoting import QuoteRules
from mailbot.core.staff_count import MonthTotals
from mailbot.core.staff_finding import Waiver
from mailbot.core.subject import SubjectRules
from mailbot.ports import MovedDate

NOTICES = 5
WEEK = timedelta(days=7)


class Queries:
    """Questions to one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self, now: datetime) -> Status:
        with self._database.reading() as connection:
            leases = connection.execute(select(lease).order_by(lease.c.name)).all()
            alive = [row for row in leases if row.until > now]
            still_open = select(func.count(func.distinct(case.c.id))).where(case.c.status != "closed")
            late = still_open.join(clock, clock.c.case == case.c.id).where(clock.c.stopped_at.is_(None), clock.c.due_at <= now)
            due = select(func.min(clock.c.due_at)).where(clock.c.stopped_at.is_(None), clock.c.due_at > now)
            rows = connection.execute(select(mailbox).order_by(mailbox.c.name)).all()
            return Status(
                holder=", ".join(dict.fromkeys(row.holder for row in alive or leases)) or None,
                running_until=max((row.until for row in leases), default=None),
                mailboxes=tuple(mailbox_line(connection, row) for row in rows),
                open_cases=connection.execute(still_open).scalar_one(),
                late_cases=connection.execute(late).scalar_one(),
                next_due_at=connection.execute(due).scalar_one(),
                notices=_notices(connection),
                troubles=tuple(f"{row.name}: {row.trouble}" for row in leases if row.trouble and row.trouble_until > now),
                held=_count(connection, hold, hold.c.put_back_at.is_(None)),
                failed=_count(connection, outbox, outbox.c.state == "failed"),
                bounced=_bounced(connection),
                unreachable=_count(connection, unreachable, unreachable.c.address != ""),
                backscatter=_count(connection, event, IS_BACKSCATTER & (event.c.at > now - WEEK)),
                moved=_count(connection, moved_date, moved_date.c.at > now - WEEK),
            )

    def moved(self, since: datetime) -> tuple[MovedDate, ...]:
        """The dates that moved since then because a calendar or a clock changed, the oldest first, and who was told them."""
        with self._database.reading() as connection:
            return moved_dates(connection, since)

    def alarms(self) -> tuple[AlarmLine, ...]:
        """The alarms that nobody has taken, the oldest first."""
        query = (
            select(alarm, mailbox.c.name.label("mailbox_name"), case.c.reference)
            .join(mailbox, mailbox.c.id == alarm.c.mailbox)
            .outerjoin(case, case.c.id == alarm.c.case)
            .where(alarm.c.taken_at.is_(None))
            .order_by(alarm.c.id)
        )
        with self._database.reading() as connection:
            return tuple(
                AlarmLine(
                    id=row.id,
                    mailbox=row.mailbox_name,
                    reference=row.reference,
                    what=row.what,
                    raised_at=row.raised_at,
                    times=row.times,
                )
                for row in connection.execute(query)
            )

    def staff_month(self, month: str) -> MonthTotals:
        """What was judged and found of what staff sent in a month."""
        with self._database.reading() as connection:
            return month_totals(connection, month)

    def waivers(self) -> tuple[Waiver, ...]:
        """Which rules people are spared now."""
        with self._database.reading() as connection:
            return waivers(connection)

    def cases(self, *, mailbox_name: str | None = None, status: str | None = None, limit: int = 50) -> tuple[CaseLine, ...]:
        """The newest cases first."""
        query = case_lines().order_by(case.c.id.desc()).limit(limit)
        if mailbox_name:
            query = query.where(mailbox.c.name == mailbox_name)
        if status:
            query = query.where(case.c.status == status)
        with self._database.reading() as connection:
            return tuple(case_line(row) for row in connection.execute(query))

    def case(self, reference: str) -> CaseView | None:
        """The case with this reference, ours or that of the system it came from."""
        named = (case.c.reference == reference.upper()) | (case.c.old_reference == reference)
        with self._database.reading() as connection:
            row = connection.execute(case_lines().where(named)).first()
            if row is None:
                return None
            mine = row.id
            clocks = connection.execute(select(clock).where(clock.c.case == mine).order_by(clock.c.id)).all()
            messages = connection.execute(select(message).where(message.c.case == mine).order_by(message.c.id)).all()
            letters = connection.execute(letter_lines().where(outbox.c.case == mine).order_by(outbox.c.id)).all()
            history = select(event, TAKEN_BACK.label("taken_back")).where(event.c.case == mine).order_by(event.c.id)
            events = connection.execute(history).all()
            taken = connection.execute(select(contact_note).where(contact_note.c.case == mine)).first()
            return CaseView(
                line=case_line(row),
                clocks=tuple(filled(ClockLine, found) for found in clocks),
                messages=tuple(message_line(found) for found in messages),
                letters=tuple(letter_line(found) for found in letters),
                events=tuple(event_line(found) for found in events),
                turns=_turns(connection, mine),
                corrections=_corrections(connection, mine),
                note=note_of(taken) if taken else None,
            )

    def corrections(self, subjects: SubjectRules, quoting: QuoteRules) -> tuple[Correction, ...]:
        """The newest correction of each case with the message that opened it, as far as its text is still there."""
        with self._database.reading() as connection:
            return tuple(corrections(connection, subjects, quoting))

    def contacts(self, since: datetime, until: datetime, organisation: str | None = None) -> tuple[LoggedContact, ...]:
        """The contacts logged from ``since`` on and before ``until``, for one organisation or all, the oldest first."""
        with self._database.reading() as connection:
            return tuple(logged_contacts(connection, since, until, organisation))

    def gaps(self, *, every: bool = False) -> tuple[Gap, ...]:
        """Information that is looked for, the oldest first; ``every``: what was found, too."""
        with self._database.reading() as connection:
            return tuple(listed_gaps(connection, every=every))

    def letters(self, states: Sequence[str] = (), limit: int = 50) -> tuple[LetterLine, ...]:
        """The newest letters first."""
        query = letter_lines().order_by(outbox.c.id.desc()).limit(limit)
        if states:
            query = query.where(outbox.c.state.in_(states))
        with self._database.reading() as connection:
            return tuple(letter_line(row) for row in connection.execute(query))

    def letter_content(self, letter_id: int) -> bytes | None:
        with self._database.reading() as connection:
            return connection.execute(select(outbox.c.content).where(outbox.c.id == letter_id)).scalar_one_or_none()

    def is_closed_letter(self, letter_id: int) -> bool:
        """Whether a letter was written before the names of its case were hidden, so that they may stand in it (F11)."""
        with self._database.reading() as connection:
            return is_closed_letter(connection, letter_id)

    def held(self) -> tuple[HeldLine, ...]:
        """What waits for a person, the oldest first."""
        messages = (
            select(hold, mailbox.c.name, location.c.received_at, raw.c.size)
            .join(location, location.c.id == hold.c.location)
            .join(mailbox, mailbox.c.id == location.c.mailbox)
            .join(raw, raw.c.sha256 == location.c.raw)
            .where(hold.c.put_back_at.is_(None))
        )
        letters = (
            select(hold, mailbox.c.name)
            .join(outbox, outbox.c.id == hold.c.outbox)
            .join(mailbox, mailbox.c.id == outbox.c.mailbox)
            .where(hold.c.put_back_at.is_(None))
        )
        with self._database.reading() as connection:
            found = [held_line(row, "message") for row in connection.execute(messages)]
            found += [held_line(row, "letter") for row in connection.execute(letters)]
        return tuple(sorted(found, key=lambda line: (line.held_at, line.id)))

    def held_content(self, hold_id: int) -> bytes | None:
        """The stored bytes of a held message, compressed as they are stored."""
        query = (
            select(raw.c.content).join(location, location.c.raw == raw.c.sha256).join(hold, hold.c.location == location.c.id)
        )
        with self._database.reading() as connection:
            return connection.execute(query.where(hold.c.id == hold_id)).scalar_one_or_none()

    def unreachable(self) -> tuple[AddressLine, ...]:
        """The addresses at which nothing arrives, the newest first, each with the letter and the case that showed it."""
        query = (
            select(unreachable, outbox.c.detail, outbox.c.letter, case.c.reference)
            .outerjoin(outbox, outbox.c.id == unreachable.c.outbox)
            .outerjoin(case, case.c.id == outbox.c.case)
            .order_by(unreachable.c.since.desc(), unreachable.c.address)
        )
        with self._database.reading() as connection:
            return tuple(filled(AddressLine, row, letter_id=row.outbox) for row in connection.execute(query))

    def incoming(self, limit: int) -> tuple[IncomingLine, ...]:
        """Messages that came in, in the order in which they were decided about."""
        opened = select(func.min(message.c.id)).where(message.c.case == case.c.id).correlate(case).scalar_subquery()
        query = (
            select(message, case.c.reference, opened.label("opened_by"))
            .outerjoin(case, case.c.id == message.c.case)
            .where(message.c.origin == "mailbox")
            .order_by(message.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(filled(IncomingLine, row, is_first=row.opened_by == row.id) for row in connection.execute(query))

    def counts(self) -> dict[str, int]:
        """Messages, cases, letters (not withdrawn), silenced and held: the totals of an installation."""
        letters = select(func.count()).select_from(outbox).where(outbox.c.state != "withdrawn")
        incoming = select(func.count()).select_from(message).where(message.c.origin == "mailbox")
        with self._database.reading() as connection:
            return {
                "messages": connection.execute(
                    select(func.count()).select_from(location).where(location.c.role != "sent")
                ).scalar_one(),
                "cases": connection.execute(select(func.count()).select_from(case)).scalar_one(),
                "letters": connection.execute(letters).scalar_one(),
                "silenced": connection.execute(incoming.where(message.c.may_answer.is_(False))).scalar_one(),
                "held": connection.execute(
                    select(func.count()).select_from(hold).where(hold.c.put_back_at.is_(None))
                ).scalar_one(),
            }


def _turns(connection: Connection, case_id: int) -> tuple[tuple[str, str], ...]:
    """What ties a case to others, in words, with the reference of each."""
    words = {
        ("merged", True): "merged into",
        ("merged", False): "merged with",
        ("split", True): "split off",
        ("split", False): "split from",
        ("linked", True): "linked with",
        ("linked", False): "linked with",
    }
    mine = ((turn.c.case == case_id) | (turn.c.other == case_id)) & turn.c.undone_at.is_(None)
    other = (turn.c.other == case.c.id) & (turn.c.case == case_id) | (turn.c.case == case.c.id) & (turn.c.other == case_id)
    query = select(turn.c.kind, turn.c.case, case.c.reference).join(case, other).where(mine).order_by(turn.c.id)
    return tuple((words[row.kind, row.case == case_id], row.reference) for row in connection.execute(query))


def _corrections(connection: Connection, case_id: int) -> tuple[CorrectionLine, ...]:
    found = connection.execute(select(correction).where(correction.c.case == case_id).order_by(correction.c.id))
    return tuple(filled(CorrectionLine, row) for row in found)


def _count(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(which)).scalar_one())


def _bounced(connection: Connection) -> int:
    """Letters that did not arrive, in cases that are still open."""
    query = select(func.count()).select_from(outbox).join(case, case.c.id == outbox.c.case)
    return int(connection.execute(query.where(outbox.c.state == "bounced", case.c.status != "closed")).scalar_one())


def _notices(connection: Connection) -> tuple[EventLine, ...]:
    """What happened to the installation itself, the newest first."""
    theirs = event.c.case.is_(None) & (event.c.kind == "folder-renumbered")
    query = select(event).where(theirs).order_by(event.c.id.desc()).limit(NOTICES)
    return tuple(event_line(row) for row in connection.execute(query))
