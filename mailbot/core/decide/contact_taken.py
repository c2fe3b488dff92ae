"""What staff took down of a customer who rang, came in or wrote on paper: the same case as by e-mail (N12, J11)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailbot.core.action import Action, Note, QueueLetter
from mailbot.core.contact_action import KeepNote
from mailbot.core.decide.arrival import new_case
from mailbot.core.decide.findings import Findings
from mailbot.core.decide.handing_over import note_lines
from mailbot.core.handover import CONSENTED
from mailbot.core.letter import Purpose
from mailbot.core.message import Origin
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.trigger import ContactTaken, MessageArrived
from mailbot.errors import PermanentError

FEWEST_DIGITS = 5


def contact_taken(trigger: ContactTaken, findings: Findings, policy: MailboxPolicy, now: datetime) -> Iterator[Action]:
    """Its class, clocks and receipt are those of a message by this channel. Raises PermanentError for what cannot be one.

    Whoever has it by a rule is told what was taken down: there is no message that they could read.
    """
    _refuse(trigger, policy, now)
    routed = _without_rules(policy) if trigger.for_somebody else policy
    arrived = MessageArrived(
        message=trigger.message,
        origin=Origin.MAILBOX,
        received_at=trigger.note.received_at,
        born_at=now,
        live=trigger.live,
        channel=trigger.channel,
    )
    for action in new_case(arrived, None, findings, routed, now):
        yield _with_note(action, trigger, policy)
    yield KeepNote(note=trigger.note, taken_by=trigger.taken_by)
    if trigger.consent:
        yield Note(kind="consent", reason=Reason(CONSENTED, trigger.consent))


def _refuse(trigger: ContactTaken, policy: MailboxPolicy, now: datetime) -> None:
    note, email = trigger.note, trigger.message.sender
    if note.received_at > now:
        raise PermanentError("the contact lies in the future; write when it came, local time")
    if not (note.phones or note.email or note.post or trigger.anonymous):
        raise PermanentError("say how the customer can be reached: --phone, --email or --post; or --anonymous if they did not")
    if email and not _is_address(email):
        raise PermanentError("the customer's e-mail address must be one plain address, such as ada@example.org")
    if any(sum(map(str.isdigit, one.value)) < FEWEST_DIGITS for one in note.phones):
        raise PermanentError("the customer's phone number has too few digits; write it whole, with its area code")
    if email in policy.own_addresses | policy.answerable_addresses:
        raise PermanentError("the customer's e-mail address is that of a mailbox of ours; write theirs, or none")


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return bool(local) and "." in domain and text.isascii() and len(text.split()) == 1


def _without_rules(policy: MailboxPolicy) -> MailboxPolicy:
    return replace(policy, pack=replace(policy.pack, routes=replace(policy.pack.routes, rules=())))


def _with_note(action: Action, trigger: ContactTaken, policy: MailboxPolicy) -> Action:
    """The mail to whoever has it by a rule, with what was taken down; of what is about personnel nothing is told (F11)."""
    if not isinstance(action, QueueLetter) or action.purpose is not Purpose.ASSIGNMENT or action.values.restricted:
        return action
    values = replace(action.values, note_lines=note_lines(trigger.note, policy))
    return replace(action, purpose=Purpose.CONTACT_FOR_YOU, letter=policy.pack.letters.contact_for_you, values=values)
