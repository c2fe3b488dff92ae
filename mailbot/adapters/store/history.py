"""What of the history of cases still stands: it keeps what a person took back, and that no longer counts."""

from sqlalchemy import select

from mailbot.adapters.store.among import one_of
from mailbot.adapters.store.tables import case, event, outbox, turn
from mailbot.core.case import ANSWERED, ANSWERED_BY_OWNER, TurnKind

_BY_IT = (turn.c.case == event.c.case) & (turn.c.at == event.c.at) & (turn.c.actor == event.c.actor)
_UNDONE = (turn.c.kind == TurnKind.CONTACT.value) & turn.c.undone_at.is_not(None)
TAKEN_BACK = select(turn.c.id).where(_BY_IT, _UNDONE).correlate(event).exists()
"""Of an event: a person noted a contact with it, and took that back."""

ANSWER = (
    select(event.c.id).where(event.c.case == case.c.id, one_of(event.c.rule, ANSWERED), ~TAKEN_BACK).limit(1).scalar_subquery()
)
"""Of a case: an event that says that staff have answered; NULL without one."""

_BY_OTHERS = [rule for rule in ANSWERED if rule != ANSWERED_BY_OWNER]
ANSWERED_SINCE = (
    select(event.c.id)
    .where(event.c.case == outbox.c.case, one_of(event.c.rule, _BY_OTHERS), event.c.at > outbox.c.created_at, ~TAKEN_BACK)
    .limit(1)
    .scalar_subquery()
)
"""Of a letter: an event that says that staff have answered after it was written; NULL without one."""
