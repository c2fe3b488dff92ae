"""Rows as the lines of lists that people read."""

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.engine import Row

from mailbot.adapters.store.tables import (
    case,
    clock,
    location,
    mailbox,
    outbox,
    person,
)
from mailbot.adapters.store.views import (
    CaseLine,
    EventLine,
    EvidenceLine,
    FlagLine,
    HeldLine,
    LetterLine,
    MailboxLine,
    MessageLine,
)
from mailbot.core.message import Span

V = TypeVar("V")


def filled(kind: type[V], row: Row[Any], /, **given: Any) -> V:
    """A view whose fields are the row's columns of the same name (``class_`` is ``class``), but for those given."""
    columns = row._mapping
    values = {item.name: columns.get(item.name.rstrip("_")) for item in fields(kind) if item.name not in given}  # type: ignore[arg-type]
    return kind(**values, **given)


def mailbox_line(connection: Connection, row: Row[Any]) -> MailboxLine:
    mine = location.c.mailbox == row.id
    states = select(location.c.state, func.count()).where(mine, location.c.state != "recorded").group_by(location.c.state)
    counted = {str(found[0]): int(found[1]) for found in connection.execute(states)}
    letters = select(outbox.c.state, func.count()).where(outbox.c.mailbox == row.id).group_by(outbox.c.state)
    return filled(
        MailboxLine,
        row,
        waiting=counted.get("stored", 0),
        held=counted.get("held", 0),
        letters={str(found[0]): int(found[1]) for found in connection.execute(letters)},
    )


def case_lines() -> Select[Any]:
    running = (clock.c.case == case.c.id) & clock.c.stopped_at.is_(None)
    due = select(func.min(clock.c.due_at)).where(running).correlate(case).scalar_subquery().label("due_at")
    lines = select(case, mailbox.c.name.label("mailbox_name"), person.c.name.label("owner_name"), due)
    return lines.join(mailbox, mailbox.c.id == case.c.mailbox).outerjoin(person, person.c.id == case.c.owner)


def case_line(row: Row[Any]) -> CaseLine:
    return filled(
        CaseLine,
        row,
        mailbox=row.mailbox_name,
        subject=row.subject or "",
        also=tuple(row.also or ()),
        owner=row.owner_name,
        proposed=tuple(row.proposed or ()),
    )


def message_line(row: Row[Any]) -> MessageLine:
    return filled(
        MessageLine,
        row,
        row=row.id,
        subject=row.subject or "",
        also=tuple(row.also or ()),
        evidence=tuple(
            EvidenceLine(rule=rule, weight=weight, span=Span(start, end)) for rule, weight, start, end in row.evidence
        ),
        flags=tuple(
            FlagLine(flag=flag, rule=rule, weight=weight, span=Span(start, end))
            for flag, rule, weight, start, end in row.flags or ()
        ),
        full_text=f"{row.subject or ''}\n\n{row.text}" if row.text is not None else None,
    )


def letter_lines() -> Select[Any]:
    return (
        select(outbox, mailbox.c.name.label("mailbox_name"), case.c.reference)
        .join(mailbox, mailbox.c.id == outbox.c.mailbox)
        .outerjoin(case, case.c.id == outbox.c.case)
    )


def letter_line(row: Row[Any]) -> LetterLine:
    return filled(LetterLine, row, mailbox=row.mailbox_name)


def event_line(row: Row[Any]) -> EventLine:
    spans = tuple(Span(one["start"], one["end"]) for one in row.offsets)
    taken_back = bool(row._mapping.get("taken_back"))
    return filled(EventLine, row, message_row=row.message, spans=spans, taken_back=taken_back)


def held_line(row: Row[Any], what: str) -> HeldLine:
    return filled(HeldLine, row, what=what, mailbox=row._mapping["name"])
