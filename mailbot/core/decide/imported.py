"""A case that comes from another system: its clocks as if mailbot had received it then, and nothing that is over told anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailbot.core.case import ClockKind, Moment
from mailbot.core.clock_action import Deadline, StartClock
from mailbot.core.clock_rule import ClockRule, ClockStart
from mailbot.core.decide.moving import start_clock
from mailbot.core.decide.old_case import OldCase
from mailbot.core.policy import MailboxPolicy


def clocks_of(policy: MailboxPolicy, old: OldCase, now: datetime) -> list[StartClock]:
    """Every clock that runs in the case. Moments before ``now`` are left out: staff see what is late in the digest.

    No receipt is owed any more. Clocks that run from an acknowledgement begin with it; where its date has passed without
    one, with that date; where nobody owes one, with the receipt.
    """
    found = _started(policy, old, ClockStart.RECEIPT, old.received_at, now)
    if old.owner:
        found += _started(policy, old, ClockStart.ASSIGNMENT, old.received_at, now)
    acknowledged_at = old.acknowledged_at or _counts_as_acknowledged(found, old, now)
    if acknowledged_at:
        found += _started(policy, old, ClockStart.ACKNOWLEDGEMENT, acknowledged_at, now)
    return found


def _started(policy: MailboxPolicy, old: OldCase, event: ClockStart, at: datetime, now: datetime) -> list[StartClock]:
    over = {ClockKind.RECEIPT, *([ClockKind.ACKNOWLEDGEMENT] if old.acknowledged_at else [])}
    rules = policy.pack.clocks_for(old.class_, old.channel, event)
    return [_start(policy, rule, at, now) for rule in rules if rule.kind not in over]


def _counts_as_acknowledged(found: Sequence[StartClock], old: OldCase, now: datetime) -> datetime | None:
    owed = [one.due_at for one in found if one.kind is ClockKind.ACKNOWLEDGEMENT]
    if not owed:
        return old.received_at
    return min((due_at for due_at in owed if due_at <= now), default=None)


def _start(policy: MailboxPolicy, rule: ClockRule, at: datetime, now: datetime) -> StartClock:
    """The clock with the moments that lie ahead. One that repeats goes on with its next round."""
    started = start_clock(policy, rule, at, rule.starts_on.value)
    while rule.repeats and any(one.due_at <= now for one in started.deadlines):
        started = start_clock(policy, rule, started.due_at, rule.starts_on.value)
    return replace(started, deadlines=tuple(_ahead(started.deadlines, now, repeats=rule.repeats)))


def _ahead(deadlines: Sequence[Deadline], now: datetime, *, repeats: bool) -> list[Deadline]:
    """What lies ahead; no letter to the customer of which the owner could not hear a day before."""
    ahead = [one for one in deadlines if one.due_at > now]
    foreseen = repeats or any(one.kind is Moment.HEADS_UP for one in ahead)
    return [one for one in ahead if foreseen or one.kind is not Moment.NOTICE]
