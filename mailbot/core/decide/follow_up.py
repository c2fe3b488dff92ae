"""A customer writes again in a case: what that changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.core.action import Action, AskWhichCase, ChangeCase, HideTexts, JoinCase, KeepSilent, Note, QueueLetter
from mailbot.core.case import FOR_THE_MANAGER, NAMES_HIDDEN, THANKS, WITHDRAWAL_NOT_PROVEN, Case, CaseStatus
from mailbot.core.decide.clarifying import left_out
from mailbot.core.decide.command import customer_answered, reopened_by_customer
from mailbot.core.decide.findings import Findings
from mailbot.core.decide.flag_notice import Flagged, flag_notices, names_are_hidden
from mailbot.core.decide.flagging import flag_actions
from mailbot.core.decide.logging_contacts import contacted_about
from mailbot.core.decide.named_owner import taken_from_owner
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.passing_on import flag_decides
from mailbot.core.decide.routing import named_later
from mailbot.core.decide.wording import case_values
from mailbot.core.directory import person_at
from mailbot.core.ladder import Rung
from mailbot.core.lead import Via
from mailbot.core.letter import Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.reply import ReplyKind
from mailbot.core.screen import CONTACT_LIMITED
from mailbot.core.trigger import MessageArrived


def is_thanks(findings: Findings) -> bool:
    """Whether a customer only thanks us: whoever typed their address into a form may be somebody else, and is read."""
    return findings.reply is ReplyKind.THANKS and _is_proved(findings)


def follow_up(trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """A customer writes again: the case has it, staff see it, and no second receipt goes.

    It may be what we waited for. A closed case is open again, and an answer is owed: somebody has to read it. Thanks change
    nothing. Only the customers of the case can withdraw it, or bring what was asked of them; where a form says that they do,
    a person is asked.
    """
    joined = JoinCase(case_id=case.id, version=case.version, reason=findings.match.reasons[0])
    notes: list[Action] = [contacted_about(case, trigger.channel, trigger.received_at, policy)]
    notes += [Note(kind="finding", reason=reason) for reason in findings.match.reasons[1:]]
    notes += flag_actions(findings.classification, policy.pack, trigger.message.digest)
    notes += _flagged(trigger, case, findings, policy, now)
    if (until := findings.history.limited_until) and not case.quiet:
        notes.append(ChangeCase(case_id=case.id, quiet_until=until, reason=Reason(CONTACT_LIMITED)))
    named = named_later(case, findings.route, findings.classification, policy.pack)
    notes += [*named, *_taken_from_owner(trigger, case, findings, policy, now, named)]
    silent = KeepSilent(reasons=(Reason("one-receipt-per-sender-and-case"), *findings.screening.silences))
    if is_thanks(findings) and case.status is not CaseStatus.WAITING:
        return [joined, *notes, Note(kind="finding", reason=Reason(THANKS)), silent]
    if findings.match.is_stranger:
        return [joined, *notes, *reopened_by_customer(case, policy, trigger.received_at), silent]
    withdraws = findings.reply is ReplyKind.WITHDRAWAL and case.status is not CaseStatus.CLOSED
    if withdraws and _is_proved(findings):
        return [joined, *notes, *_withdrawal(trigger, case, findings, policy, now), silent]
    asked = [AskWhichCase(reason=Reason(WITHDRAWAL_NOT_PROVEN, case.reference))] if withdraws else []
    answer = customer_answered(case, policy, trigger.received_at, now)
    came = [
        *reopened_by_customer(case, policy, trigger.received_at),
        *answer,
        *(left_out(findings.lacks_still) if answer else []),
    ]
    return [joined, *notes, *asked, *came, *_brought(trigger, case, findings, policy, now), silent]


def _brought(trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """Whoever the case was handed to does not read our mailbox: they get what the customer adds, unless they have it (N2).

    What a rule would hand over to nobody, a person decides about: the manager reads that another organisation has not got it.
    """
    added, owner = findings.added, case.owner_address or ""
    has_it = any(one.key == owner.lower() for one in (*trigger.message.to, *trigger.message.cc))
    if added is None or not owner or has_it or case.restricted or names_are_hidden(findings.classification, policy):
        return []
    if why := _stays(owner, findings, policy):
        return [Note(kind=FOR_THE_MANAGER, reason=Reason("addition-not-passed-on", f"{case.owner} has not got it: {why}"))]
    occasion = Occasion(case=case, policy=policy, now=now, before=findings.before, key=f"message:{trigger.message.digest}")
    missing = added.enclosure.left_out if added.enclosure else ""
    more = {"owner": case.owner, "message_lines": added.quoted or None, "left_out": missing or None}
    told = occasion.tell_address(owner, Purpose.WROTE_AGAIN, more)
    enclosed = (added.enclosure.content,) if added.enclosure else ()
    return [replace(one, enclosed=enclosed) if isinstance(one, QueueLetter) else one for one in told]


def _stays(owner: str, findings: Findings, policy: MailboxPolicy) -> str:
    """Why another organisation gets nothing more of it without a person, or an empty string (N6)."""
    someone, rule = person_at(policy.directory, owner), policy.pack.handover
    theirs = policy.directory.organisation_named(someone.organisation) if someone and someone.organisation else None
    if rule is None or theirs is None or not theirs.another:
        return ""
    return flag_decides(findings.classification.flags, policy.pack, rule)


def _flagged(trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime) -> Iterator[Action]:
    """What flags of a later message bring besides: mails, and names that are not recorded of the case any more."""
    if names_are_hidden(findings.classification, policy) and not case.restricted:
        reason = Reason(NAMES_HIDDEN)
        yield HideTexts(case_id=case.id, hidden=findings.hidden, reason=reason)
        yield ChangeCase(case_id=case.id, restricted=True, reason=reason)
    flagged = Flagged(
        classification=findings.classification,
        values=case_values(policy, case, None),
        policy=policy,
        before=findings.before,
        digest=trigger.message.digest,
        named=case.named,
        observed=case.observed,
        now=now,
    )
    yield from flag_notices(flagged)


def _taken_from_owner(
    trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime, named: list[ChangeCase]
) -> list[Action]:
    """Where a complaint names whoever has it, they have it no more."""
    key = f"message:{trigger.message.digest}"
    occasion = Occasion(case=case, policy=policy, now=now, before=findings.before, key=key)
    return [action for one in named for action in taken_from_owner(occasion, one.named or ())]


def _withdrawal(trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """The customer withdraws: letters to them rest, the owner is asked to close it, and the clocks run until somebody does."""
    until = now + timedelta(days=policy.pack.threads.withdrawal_quiet_days)
    quiet = ChangeCase(case_id=case.id, quiet_until=until, reason=Reason("withdrawal-asked"))
    running = min(case.clocks, key=lambda one: (not one.law, one.due_at), default=None)
    key = f"message:{trigger.message.digest}"
    occasion = Occasion(case=case, policy=policy, now=now, before=findings.before, key=key, running=running)
    return [quiet, *occasion.tell(Rung.OWNER, Purpose.WITHDRAWAL)]


def _is_proved(findings: Findings) -> bool:
    """A trusted form proves nobody's address: only what answers a letter of ours by its id is surely the customer's."""
    candidate = findings.match.candidate
    return not findings.screening.is_relayed or (candidate is not None and candidate.via is Via.OUR_LETTER)
