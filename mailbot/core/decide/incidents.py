"""Incidents of abuse, the end of an open contact, and possible misconduct of somebody of ours (J15, G6, F12)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from mailbot.core.action import Action, ChangeCase, Note
from mailbot.core.case import INCIDENT, Case
from mailbot.core.case_command import ContactAllowed, ContactLimited, IncidentNoted, MisconductNoticed
from mailbot.core.contact_action import LimitContact
from mailbot.core.decide.named_owner import taken_from_owner
from mailbot.core.decide.occasion import Occasion
from mailbot.core.directory import team_named
from mailbot.core.ladder import Rung, who_is_told
from mailbot.core.letter import Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import CONTACT_LIMITED
from mailbot.errors import PermanentError

ALLOWED, MISCONDUCT = "contact-allowed", "misconduct-reported"


def incident_noted(command: IncidentNoted) -> list[Action]:
    """Staff log what happened on the phone or at the desk."""
    return [Note(kind=INCIDENT, reason=Reason("incident-noted", f"{command.words}, by {command.by}"))]


def contact_limited(command: ContactLimited, case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """No automatic letter goes any more, for a time: a person answers for all of it, on whatever case. Clocks run on for staff.

    Only once the letter has gone that asks for another manner, which a person writes and another checks. Raises PermanentError.
    """
    letter = next((flag.warning for flag in policy.pack.flags.values() if flag.warning), "")
    if not letter:
        raise PermanentError(f"{case.reference}: the policy has no letter for this; write warning under a flag of the pack")
    if letter not in command.sent:
        raise PermanentError(
            f"{case.reference}: first the customer is told what is to change: mailbot case draft {case.reference} {letter}, "
            "then submit and issue it"
        )
    if command.until <= now:
        raise PermanentError(f"{case.reference}: write a moment that is still to come")
    reason = Reason(CONTACT_LIMITED, f"{command.reason}, by {command.by}")
    return [*_quiet(case, command.others, command.until, reason), Note(kind=INCIDENT, reason=reason)]


def contact_allowed(command: ContactAllowed, case: Case, now: datetime) -> list[Action]:
    """A limit ends now, on all cases of its customer. Raises PermanentError where there is none."""
    if not command.limited:
        raise PermanentError(f"{case.reference}: contact with its customer is not limited")
    return _quiet(case, command.others, now, Reason(ALLOWED, f"{command.reason}, by {command.by}"))


def _quiet(case: Case, others: Iterable[int], until: datetime, reason: Reason) -> list[Action]:
    """This case and the others of its customer are quiet until then, and so are those that they open meanwhile."""
    cases = [ChangeCase(case_id=each, quiet_until=until, reason=reason) for each in (case.id, *others)]
    return [*([LimitContact(address=case.customer.lower(), until=until)] if case.customer else []), *cases]


def misconduct_noticed(command: MisconductNoticed, occasion: Occasion) -> list[Action]:
    """A person of ours may have done wrong: their line manager gets one mail. The history names nobody (F11, F12).

    Whoever it is about has no part in the case from now on. Raises PermanentError where there is nobody to tell.
    """
    case, policy, about = occasion.case, occasion.policy, command.about
    spared = frozenset({about.address.lower(), *case.named})
    team = team_named(policy.directory, about.team) or policy.team
    excluded = occasion.before.excluded | spared
    told = who_is_told(policy.directory, team, None, Rung.MANAGER, occasion.today, excluded=excluded) if team else None
    if told is None:
        raise PermanentError(f"{case.reference}: nobody can be told; name a team with its manager for them in the directory")
    before = replace(occasion.before, spared=spared)
    more = {
        "alarm_what": f"possible misconduct of {about.name}, noticed in a case: {command.words}",
        "what_next": "Look into it by the rules for conduct. Nobody who is named in the case was told.",
        "customer_subject": None,
    }
    mail = replace(occasion, before=before).tell_address(told.person.address, Purpose.FLAG_NOTICE, more)
    reason = Reason(MISCONDUCT, f"told to the line manager, by {command.by}")
    changed = ChangeCase(case_id=case.id, named=(*case.named, *({about.address.lower()} - {*case.named})), reason=reason)
    return [changed, *mail, *taken_from_owner(replace(occasion, key=f"{occasion.key}:owner"), {about.address.lower()})]
