"""Cases as the decision sees them, from their rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from mailbot.adapters.store.among import among_these
from mailbot.adapters.store.tables import case, location, mailbox, message, person
from mailbot.core.case import Case, CaseStatus, Channel, RunningClock
from mailbot.core.message import Direction
from mailbot.core.tongue import ENGLISH_CODE

_SEEN = (
    select(location.c.id)
    .join(message, message.c.id == location.c.message)
    .where(message.c.case == case.c.id, location.c.role != "sent", location.c.seen_at.is_not(None))
    .limit(1)
    .scalar_subquery()
)
_LAST_MESSAGE_ID = (
    select(message.c.message_id)
    .where(message.c.case == case.c.id, message.c.direction == Direction.IN.value, message.c.message_id != "")
    .order_by(message.c.received_at.desc(), message.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
CASES = (
    select(
        case,
        mailbox.c.name.label("mailbox_name"),
        person.c.name.label("owner_name"),
        person.c.address.label("owner_address"),
        _SEEN.label("seen"),
        _LAST_MESSAGE_ID.label("last_message_id"),
    )
    .join(mailbox, mailbox.c.id == case.c.mailbox)
    .outerjoin(person, person.c.id == case.c.owner)
    .where(among_these(case.c.id))
)
"""Those whose rows are among ``these``."""


def case_of(row: Row[Any], clocks: Sequence[RunningClock]) -> Case:
    """A case with the clocks that run."""
    return Case(
        id=row.id,
        reference=row.reference,
        mailbox=row.mailbox_name,
        pack=row.pack,
        class_=row._mapping["class"],
        status=CaseStatus(row.status),
        customer=row.customer,
        subject=row.subject or "",
        opened_at=row.opened_at,
        version=row.version,
        observed=row.observed,
        closed_at=row.closed_at,
        quiet=row.quiet_until is not None,
        owner=row.owner_name,
        owner_address=row.owner_address,
        channel=Channel(row.channel),
        may_write=row.may_write,
        opened_by_staff=(row.owner is not None and not row.routed) or row.seen is not None,
        last_message_id=row.last_message_id or "",
        waits_for=row.waits_for or "",
        delay_reason=row.delay_reason or "",
        clocks=tuple(clocks),
        also=tuple(row.also or ()),
        service=row.service or "",
        proposed=tuple(row.proposed or ()),
        named=tuple(row.named or ()),
        outcome=row.outcome or "",
        restricted=row.restricted,
        name_marks=tuple(row.name_marks or ()),
        language=row.language or ENGLISH_CODE,
    )
