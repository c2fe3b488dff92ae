"""The mail that gives somebody a case: in the customer's thread, with their message, what is asked, and cases like it."""

from collections.abc import Iterable
from dataclasses import replace

from mailbot.core.action import Action, QueueLetter, StartClock
from mailbot.core.assignment import AssignmentMaterial, similar_lines
from mailbot.core.case import RunningClock
from mailbot.core.clock import OWED
from mailbot.core.decide.wording import short_subject
from mailbot.core.letter import LetterValues, Purpose
from mailbot.core.policy import MailboxPolicy, Pack
from mailbot.core.tongue import letter_date


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
    enclosed = material.enclosure.content if material.enclosure else b""
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
