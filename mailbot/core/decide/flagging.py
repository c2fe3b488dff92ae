"""What the flags of a customer's message bring, as the pack says: in the history, by alarm or digest, by another receipt."""

from collections.abc import Collection, Iterator

from mailbot.core.action import Action, Note, RaiseAlarm
from mailbot.core.case import FOR_THE_MANAGER, INCIDENT
from mailbot.core.classify import Classification
from mailbot.core.policy import FlagPolicy, Pack
from mailbot.core.reason import Reason


def flag_actions(classification: Classification, pack: Pack, digest: str) -> Iterator[Action]:
    """Every flag is logged with where it was seen; those that the pack says so of ring at once, once for each
    message, or stand in the manager's next digest."""
    for name in classification.flags:
        seen = [hit for hit in classification.flag_evidence if hit.class_ == name]
        detail = ", ".join(dict.fromkeys(hit.rule.removeprefix(f"{name}: ") for hit in seen))
        reason = Reason(f"flag-{name}", detail, tuple(hit.span for hit in seen))
        yield Note(kind="flag", reason=reason)
        policy = pack.flags.get(name)
        if policy is not None and policy.incident:
            yield Note(kind=INCIDENT, reason=Reason(f"incident-{name}", policy.words))
        if policy is not None and policy.digest:
            yield Note(kind=FOR_THE_MANAGER, reason=Reason(reason.rule, policy.words))
        if policy is not None and policy.alarm:
            yield RaiseAlarm(
                key=f"flag:{name}:{digest}", what=f"{policy.words}; please read it now", reason=Reason(reason.rule)
            )


def flag_of_receipt(flags: Collection[str], pack: Pack) -> FlagPolicy | None:
    """The one of these flags whose letter confirms the message instead of its class's: the first in the order of the pack."""
    return next((policy for name, policy in pack.flags.items() if policy.receipt and name in flags), None)
