"""Whoever has a case proves to be whom it is about: they have it no more, and the manager gives it to somebody else (F11)."""

from collections.abc import Collection
from dataclasses import replace

from mailbot.core.action import Action, ChangeCase
from mailbot.core.decide.occasion import Occasion
from mailbot.core.ladder import Rung
from mailbot.core.letter import Purpose
from mailbot.core.reason import Reason

TAKEN = "taken-from-whom-it-names"


def taken_from_owner(occasion: Occasion, named: Collection[str]) -> list[Action]:
    """Nothing unless the owner is among those whom the case names from now on (addresses in lower case)."""
    case, before = occasion.case, occasion.before
    if (case.owner_address or "").lower() not in named:
        return []
    spared = replace(before, spared=before.spared | frozenset(named))
    nobody = replace(occasion, case=replace(case, owner=None, owner_address=None), before=spared)
    more = {
        "alarm_what": "a case names whoever had it, so that nobody has it now",
        "what_next": f'Give it to somebody else: mailbot case assign {case.reference} "name"',
        "customer_subject": None,
    }
    taken = ChangeCase(case_id=case.id, nobodys=True, reason=Reason(TAKEN))
    return [taken, *nobody.tell(Rung.MANAGER, Purpose.FLAG_NOTICE, more)]
