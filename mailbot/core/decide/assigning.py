"""A person gives somebody a case; and the mail that does: in the customer's thread, with their message, and cases like it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from mailbot.core.action import Action, ChangeCase, QueueLetter
from mailbot.core.assignment import AssignmentMaterial, similar_lines
from mailbot.core.case import ASSIGNED, Case, RunningClock
from mailbot.core.case_command import CaseAssigned
from mailbot.core.clock import OWED
from mailbot.core.clock_action import StartClock
from mailbot.core.clock_rule import ClockStart
from mailbot.core.decide.handing_over import taking_cancelled
from mailbot.core.decide.issuing import assigned_letter
from mailbot.core.decide.logging_contacts import goes_to
from mailbot.core.decide.moving import dependants
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.wording import short_subject
from mailbot.core.directory import person_at
from mailbot.core.letter import LetterValues, Purpose
from mailbot.core.policy import MailboxPolicy, Pack
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.text import listed
from mailbot.core.tongue import letter_date
from mailbot.errors import PermanentError


def with_material(
    told: Iterable[Action],
    material: AssignmentMaterial | None,
    class_: str,
    clocks: Iterable[RunningClock | StartClock],
    policy: MailboxPolicy,
) -> list[Action]:
    """The mails among these actions that give somebody a case of ``class_``, with what goes along.

    Of a case about personnel neither subject nor words are told, and no file goes (F11).
    """
    binding = min((one for one in clocks if one.kind in OWED), key=lambda one: (not one.law, one.due_at), default=None)
    return [_with(one, material, class_, binding, policy) for one in told]


def _with(
    action: Action,
    material: AssignmentMaterial | None,
    class_: str,
    binding: RunningClock | StartClock | None,
    policy: MailboxPolicy,
) -> Action:
    if not isinstance(action, QueueLetter) or action.purpose is not Purpose.ASSIGNMENT:
        return action
    short = short_subject(action.values.customer_subject or "") or None
    values = replace(
        action.values, class_name=class_name(policy.pack, class_), due_why=_why(binding, policy), short_subject=short
    )
    if material is None:
        return replace(action, values=values)
    if material.restricted:
        return replace(action, values=replace(values, customer_subject=None, short_subject=None, restricted="yes"))
    told = _told(values, material, action.permission.recipient, policy)
    enclosed = (material.enclosure.content,) if material.enclosure and material.enclosure.content else ()
    nearest = material.references[-1] if material.references else ""
    return replace(action, values=told, enclosed=enclosed, in_reply_to=nearest, references=material.references)


def class_name(pack: Pack, class_: str) -> str | None:
    """What staff call a class; None for an unsure one."""
    known = pack.classes.get(class_)
    return known.words.removeprefix("your ") if known else None


def _why(binding: RunningClock | StartClock | None, policy: MailboxPolicy) -> str | None:
    """Why the date is what it is: how long it takes from which day, and by which law. A derivation begins with its length."""
    if binding is None:
        return None
    since = binding.counts_from if isinstance(binding, RunningClock) else binding.started_at
    length, day = binding.why.partition(" (")[0], letter_date(policy.pack.working_calendar.local_date(since))
    return ", ".join(filter(None, (f"{length} from {day}" if length else f"counted from {day}", binding.law)))


def _told(values: LetterValues, material: AssignmentMaterial, address: str, policy: MailboxPolicy) -> LetterValues:
    pack = policy.pack
    offered = policy.relays_replies and policy.has_in_directory(address.lower())
    names = {name: class_name(pack, name) or name for name in pack.classes}
    similar = material.similar_for(address.lower(), pack.assignment.similar_at_most)
    return replace(
        values,
        asked_for=" ".join(material.asked) or None,
        similar_lines=similar_lines(similar, names, pack.working_calendar) or None,
        message_lines=material.quoted or None,
        reply_waits=str(pack.assignment.undo_minutes) if offered else None,
        left_out=(material.enclosure.left_out or None) if material.enclosure else None,
    )


def assigned(command: CaseAssigned, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """Somebody has the case now, by a person's word. Raises PermanentError with what to do instead."""
    if command.address.lower() in case.named:
        raise PermanentError(f"{case.reference} names {command.name}, who is spared it; give it to somebody else")
    _refuse_another_organisation(command, case, policy)
    owner = (command.name, command.address)
    changed = ChangeCase(case_id=case.id, owner=owner, reason=Reason(ASSIGNED, command.name))
    key = f"assign:{case.id}:{case.version}"
    binding = min((one for one in case.clocks if one.kind in OWED), key=lambda one: (not one.law, one.due_at), default=None)
    occasion = Occasion(case=case, policy=policy, now=now, before=before, key=key, running=binding)
    told = occasion.tell_address(command.address, Purpose.ASSIGNMENT, _assignment_values(command, case))
    told = with_material(told, command.material, case.class_, case.clocks, policy)
    theirs = replace(case, owner=command.name, owner_address=command.address)
    named = assigned_letter(theirs, policy, now, before)
    over, begun = taking_cancelled(case, now, "assigned-by-staff"), dependants(policy, case, ClockStart.ASSIGNMENT, now)
    return [changed, *goes_to(command.address, case, policy), *over, *begun, *told, *named]


def _refuse_another_organisation(command: CaseAssigned, case: Case, policy: MailboxPolicy) -> None:
    """Another organisation learns of a customer only by leave (N6), and whoever is assigned reads the message."""
    someone = person_at(policy.directory, command.address)
    theirs = policy.directory.organisation_named(someone.organisation) if someone and someone.organisation else None
    had = person_at(policy.directory, case.owner_address) if case.owner_address else None
    if theirs is not None and theirs.another and (had is None or had.organisation != theirs.name):
        raise PermanentError(
            f"{command.name} works for {theirs.name}, which gets a case only by consent or after notice; "
            f"'mailbot case hand-over {case.reference} --to SERVICE' sees to that"
        )


def _assignment_values(command: CaseAssigned, case: Case) -> dict[str, str | None]:
    return {
        "owner": command.name,
        "owner_contact": command.address,
        "service": case.service or None,
        "services_proposed": listed(case.proposed) or None,
    }
