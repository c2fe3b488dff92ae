"""The log of contacts, and what staff took down of those that came by no message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from mailbot.adapters.store.history import TAKEN_BACK
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import case, contact_log, contact_note, event, mailbox, message
from mailbot.core.case import ANSWERED, Channel, Turn, TurnKind
from mailbot.core.contact_action import KeepNote, LogContact, SettleContacts
from mailbot.core.contact_log import ContactAction, LoggedContact, ServiceArea, still_to_settle
from mailbot.core.contact_note import ContactNote, told
from mailbot.core.service import Category

_belongs_to = func.coalesce(message.c.case, contact_log.c.case)
"""Where a contact belongs: messages go from case to case, and take their contact along."""
_CONTACTS = contact_log.outerjoin(message, message.c.id == contact_log.c.message)


class SqlContacts:
    def __init__(self, connection: Connection, ids: Mapping[str, int], pending: Pending) -> None:
        self._connection = connection
        self._ids = ids
        self._pending = pending

    def log(self, name: str, case_id: int, message_row: int | None, action: LogContact, at: datetime) -> None:
        """A line more."""
        values: dict[str, Any] = {"case": case_id, "message": message_row, "mailbox": self._ids[name]}
        values |= {"channel": action.channel.value, "at": action.at, "action": action.action.value}
        values |= {"logged_at": at, "settled_at": None}
        self._pending.insert(contact_log, values | _area_values(action.area))

    def settle(self, case_id: int, action: SettleContacts, at: datetime) -> None:
        """What was done about the contacts of a case."""
        answers = select(func.max(event.c.at)).where(event.c.case == case_id, event.c.rule.in_(ANSWERED), ~TAKEN_BACK)
        contact = select(contact_log.c.id, contact_log.c.action, contact_log.c.at).select_from(_CONTACTS)
        query = contact.where(_belongs_to == case_id).order_by(contact_log.c.at, contact_log.c.id)
        rows, answer = self._connection.execute(query).all(), self._connection.execute(answers).scalar_one()
        answered = sum(answer is not None and row.at <= answer for row in rows)
        chosen = still_to_settle(tuple(ContactAction(row.action) for row in rows), action.action, answered)
        values = {"action": action.action.value, "settled_at": at} | (_area_values(action.area) if action.area else {})
        these = contact_log.c.id.in_([rows[number].id for number in chosen])
        self._connection.execute(contact_log.update().where(these).values(values))

    def between(self, since: datetime, until: datetime) -> list[LoggedContact]:
        """The contacts from ``since`` on and before ``until``, in the order in which they came."""
        return logged_contacts(self._connection, since, until, None)

    def referred_late(self, before: datetime, since: datetime) -> list[LoggedContact]:
        """The contacts of a time before that moment which somebody else got only ``since``."""
        late = (contact_log.c.at < before) & (contact_log.c.settled_at >= since)
        return _logged(self._connection, late & (contact_log.c.action == ContactAction.REFERRED.value))

    def take_back(self, turn: Turn) -> None:
        """A contact that was noted was none: its line goes, and what it did about others was not done."""
        if turn.kind is not TurnKind.CONTACT:
            return
        mine = contact_log.c.case == turn.case_id
        noted = mine & contact_log.c.message.is_(None) & (contact_log.c.logged_at == turn.at)
        self._connection.execute(contact_log.delete().where(noted))
        undone = {"action": ContactAction.RECEIVED.value, "settled_at": None}
        self._connection.execute(contact_log.update().where(mine, contact_log.c.settled_at == turn.at).values(undone))

    def keep_note(self, case_id: int, action: KeepNote) -> None:
        """What staff took down of the contact that opened a case."""
        note, asked = action.note, "\n".join(each.value for each in action.note.asked_for)
        found = {"name": note.name, "email": note.email, "post": note.post, "preferred": note.channel, "about": note.about}
        values = {name: each.value if each else "" for name, each in found.items()}
        values |= {"phone": "\n".join(each.value for each in note.phones), "asked_for": asked}
        new = contact_note.insert().values(case=case_id, received_at=note.received_at, taken_by=action.taken_by, **values)
        self._connection.execute(new)

    def note(self, case_id: int) -> ContactNote | None:
        """What staff took down of the contact that opened a case; None where a message did, or it came from elsewhere."""
        row = self._connection.execute(select(contact_note).where(contact_note.c.case == case_id)).one_or_none()
        return note_of(row) if row else None


def note_of(row: Row[Any]) -> ContactNote:
    return ContactNote(
        received_at=row.received_at,
        name=told(row.name),
        phones=tuple(filter(None, map(told, row.phone.splitlines()))),
        email=told(row.email),
        post=told(row.post),
        channel=told(row.preferred),
        about=told(row.about),
        asked_for=tuple(filter(None, map(told, row.asked_for.splitlines()))),
    )


def logged_contacts(connection: Connection, since: datetime, until: datetime, organisation: str | None) -> list[LoggedContact]:
    """The contacts from ``since`` on and before ``until``, of one organisation or of all, in the order in which they came."""
    these = (contact_log.c.at >= since) & (contact_log.c.at < until)
    return _logged(connection, these & (contact_log.c.organisation == organisation) if organisation is not None else these)


def _logged(connection: Connection, these: ColumnElement[bool]) -> list[LoggedContact]:
    whole = _CONTACTS.join(case, case.c.id == _belongs_to).join(mailbox, mailbox.c.id == contact_log.c.mailbox)
    told_of = (case.c.reference, case.c["class"].label("class_"), mailbox.c.name.label("mailbox_name"))
    query = select(contact_log, *told_of).select_from(whole).where(these)
    return [_contact(row) for row in connection.execute(query.order_by(contact_log.c.at, contact_log.c.id))]


def _contact(row: Row[Any]) -> LoggedContact:
    category = Category(number=row.category, name=row.category_name) if row.category is not None else None
    return LoggedContact(
        area=ServiceArea(organisation=row.organisation, service=row.service, category=category),
        channel=Channel(row.channel),
        at=row.at,
        action=ContactAction(row.action),
        reference=row.reference,
        mailbox=row.mailbox_name,
        class_=row.class_,
    )


def _area_values(area: ServiceArea) -> dict[str, Any]:
    category = area.category
    return {
        "organisation": area.organisation,
        "service": area.service,
        "category": category.number if category else None,
        "category_name": category.name if category else "",
    }
