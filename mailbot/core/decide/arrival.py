"""A message arrived: what becomes of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from mailbot.core import clock, schedule, screen
from mailbot.core.action import (
    Action,
    AskWhichCase,
    ConfirmLetter,
    FileMessage,
    Hold,
    JoinCase,
    KeepSilent,
    Note,
    OpenCase,
    Permission,
    QueueLetter,
)
from mailbot.core.calendar import last_day
from mailbot.core.case import ANSWERED_BY_STAFF, HELD_OFF_BY_STAFF, Case, CaseStatus, Channel, ClockStop
from mailbot.core.clock_action import StartClock
from mailbot.core.clock_rule import ClockEvent, ClockStart
from mailbot.core.decide.alarm import breaker
from mailbot.core.decide.assigning import with_material
from mailbot.core.decide.clarifying import AskedAtOnce, asked_at_once, asking
from mailbot.core.decide.command import staff_answered
from mailbot.core.decide.contact import contact_answered, contact_away, is_from_contact
from mailbot.core.decide.findings import Findings
from mailbot.core.decide.first_contact import pages_for
from mailbot.core.decide.flag_notice import Flagged, flag_notices, names_are_hidden, with_access
from mailbot.core.decide.flagging import flag_actions, flag_of_receipt
from mailbot.core.decide.follow_up import follow_up, is_thanks
from mailbot.core.decide.gaps import gap_answered
from mailbot.core.decide.logging_contacts import contacted
from mailbot.core.decide.moving import standing_still, start_clocks
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.passing_on import PassedOn, passed_on
from mailbot.core.decide.replying import owner_replied
from mailbot.core.decide.returned import returned
from mailbot.core.decide.routing import new_case_given, routed
from mailbot.core.decide.turn import link
from mailbot.core.decide.wanted import Wanted, wanted
from mailbot.core.decide.wording import receipt_values
from mailbot.core.flood import shape_of
from mailbot.core.ladder import Rung
from mailbot.core.letter import ANSWERED_BY_REPLY, Audience, Lane, Purpose
from mailbot.core.match import Match
from mailbot.core.message import Origin
from mailbot.core.owner_reply import OwnerReply
from mailbot.core.policy import AckWhen, MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.strong_evidence import Verdict
from mailbot.core.tongue import ENGLISH_CODE
from mailbot.core.trigger import AlsoArrived, MessageArrived

STAFF_AUTO_REPLY = "automatic-reply-of-staff"


def arrived(  # noqa: PLR0911  # the order of these lines is the policy: one line, one way a message can go
    trigger: MessageArrived, case: Case | None, findings: Findings, policy: MailboxPolicy, now: datetime
) -> list[Action]:
    if trigger.origin is Origin.HISTORY:
        return [FileMessage(reason=Reason("older-than-start"))]
    if trigger.origin is Origin.SENT:
        return _sent_copy(trigger, case, findings, policy)
    if trigger.unreadable and not trigger.put_back:
        return [Hold(reason=Reason("unreadable", trigger.unreadable))]
    if findings.screening.verdict is Verdict.BOUNCE and (case is None or trigger.returned is not None):
        return returned(trigger, case, findings.screening, policy, now)
    if doubt := _doubt(trigger, case, findings):
        return [Hold(reason=doubt)]
    if not _is_from_a_person(trigger, case, findings):
        away = contact_away(trigger, case, findings, policy, now) if case else []
        return [*_automatic(trigger, case, findings), *away]
    if trigger.in_junk and case is None and not trigger.put_back:
        return [Hold(reason=Reason("in-junk-folder"))]
    return _by_a_person(trigger, case, findings, policy, now)


def _by_a_person(
    trigger: MessageArrived, case: Case | None, findings: Findings, policy: MailboxPolicy, now: datetime
) -> list[Action]:
    """A person wrote: whoever the case was handed to, another colleague, or a customer."""
    if case is not None and (found := gap_answered(trigger, case, findings, policy, now)):
        return found
    if case is not None and (replied := _replied(trigger, findings)) is not None:
        return owner_replied(trigger, case, replied, findings, policy, now)
    if case is not None and is_from_contact(trigger, case, findings):
        reaches = _reaches_the_customer(trigger, findings)
        return contact_answered(trigger, case, findings, policy, now, reaches=reaches)
    if case is not None and _answers_for_us(trigger, case, findings):
        return _staff_answer(trigger, case, findings, policy)
    if case is not None and (is_thanks(findings) or not _is_long_closed(case, trigger, policy)):
        return follow_up(trigger, case, findings, policy, now)
    return new_case(trigger, case, findings, policy, now)


def _replied(trigger: MessageArrived, findings: Findings) -> OwnerReply | None:
    """A colleague's answer to a mail of ours, unless the customer is addressed, or a contact answers a reminder (N2)."""
    replied = findings.replied
    if replied is None or _reaches_the_customer(trigger, findings):
        return None
    return replied if replied.letter.purpose in ANSWERED_BY_REPLY or not findings.handed_over else None


def also_arrived(trigger: AlsoArrived, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """A message of a case came to another mailbox too: one case, one receipt, and the other team hears of it."""
    noted = Note(kind="also-arrived", reason=Reason("same-message-again", policy.name))
    if case.mailbox == policy.name:
        return [noted]
    occasion = Occasion(case=case, policy=policy, now=now, before=before, key=f"message:{trigger.digest}:{policy.name}")
    return [noted, *occasion.tell(Rung.MANAGER, Purpose.ALSO_ARRIVED)]


def _is_long_closed(case: Case, trigger: MessageArrived, policy: MailboxPolicy) -> bool:
    """Whether a case was closed too long ago to be opened again by a reply."""
    since = trigger.received_at - timedelta(days=policy.pack.threads.reopen_within_days)
    return case.status is CaseStatus.CLOSED and case.closed_at is not None and case.closed_at < since


def _doubt(trigger: MessageArrived, case: Case | None, findings: Findings) -> Reason | None:
    """Why a person must look before anything is filed out of sight: a citizen may stand behind it.

    A form of ours whose proof failed, or what the border marks as spam though it names a case.
    """
    verdict, match = findings.screening.verdict, findings.match
    if trigger.unproven and not trigger.our_letter and verdict in (Verdict.HUMAN, Verdict.OWN, Verdict.OTHER_AUTOMATIC):
        return Reason("trusted-sender-not-proven", trigger.unproven)
    names_a_case = case is not None or match.named or match.ambiguous
    if verdict is Verdict.SPAM and names_a_case and not trigger.put_back:
        return Reason("marked-as-spam", "it names a case")
    return None


def _is_from_a_person(trigger: MessageArrived, case: Case | None, findings: Findings) -> bool:
    """Something sent as the mailbox itself, which is no letter of ours, may be a web form or a colleague: a case."""
    screening = findings.screening
    if screening.looks_automatic and (trigger.by_staff or (case is not None and case.status is not CaseStatus.CLOSED)):
        return False  # a colleague's, or one that would only be filed: it moves nothing
    if screening.verdict is Verdict.SPAM:
        return trigger.put_back  # a person has looked, and says so
    return screening.verdict is Verdict.HUMAN or (screening.verdict is Verdict.OWN and not trigger.our_letter)


def _automatic(trigger: MessageArrived, case: Case | None, findings: Findings) -> list[Action]:
    """Automatic mail changes no state and is never answered; it is filed where it belongs, if anywhere.

    A colleague's own automatic reply is noted as one: what it says is held to the standards of staff.
    """
    screening = findings.screening
    reasons = screening.reasons or screening.silences or (Reason(screening.verdict.value),)
    if trigger.by_staff and (screening.verdict is Verdict.AUTO_REPLY or screening.looks_automatic):
        reasons = (Reason(STAFF_AUTO_REPLY), *reasons)
    filed: Action
    if case is None:
        filed = FileMessage(reason=reasons[0])
    else:
        filed = JoinCase(case_id=case.id, version=case.version, reason=findings.match.reasons[0])
    return [filed, KeepSilent(reasons=reasons)]


def _sent_copy(trigger: MessageArrived, case: Case | None, findings: Findings, policy: MailboxPolicy) -> list[Action]:
    """A copy in the Sent folder: our own letter confirms its row; a person's answer stops the clocks it answers.

    A colleague's automatic reply may lie there too: it moves nothing.
    """
    if trigger.our_letter:
        alias = trigger.message.message_id
        confirmed = ConfirmLetter(message_id=trigger.our_letter, alias=alias, reason=Reason("found-in-sent"))
        return [FileMessage(reason=Reason("own-letter")), confirmed]
    if case is None:
        return [FileMessage(reason=Reason("sent-without-case"))]
    if not _is_from_a_person(trigger, case, findings):
        return _automatic(trigger, case, findings)
    if not _reaches_the_customer(trigger, findings):
        return [JoinCase(case_id=case.id, version=case.version, reason=Reason("sent-to-others"))]
    return _staff_answer(trigger, case, findings, policy)


def _answers_for_us(trigger: MessageArrived, case: Case, findings: Findings) -> bool:
    """A colleague, not the customer, wrote to the customer and copied the mailbox."""
    return trigger.by_staff and trigger.message.sender != case.customer and _reaches_the_customer(trigger, findings)


def _staff_answer(trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy) -> list[Action]:
    rule = HELD_OFF_BY_STAFF if findings.holding else ANSWERED_BY_STAFF
    joined = JoinCase(case_id=case.id, version=case.version, reason=Reason(rule))
    return [joined, *staff_answered(case, policy, trigger.received_at, holding=findings.holding)]


def _reaches_the_customer(trigger: MessageArrived, findings: Findings) -> bool:
    """Whether somebody who takes part in the case is addressed: a forward to a colleague answers nobody."""
    participants = findings.match.candidate.participants if findings.match.candidate else frozenset()
    return any(address.key in participants for address in (*trigger.message.to, *trigger.message.cc))


def new_case(
    trigger: MessageArrived, before: Case | None, findings: Findings, policy: MailboxPolicy, now: datetime
) -> list[Action]:
    """A case of its own, confirmed and counted at once. ``before``: a case that was closed too long ago to go on.

    Where a person must say whether it belongs to another case, the customer need not wait for that. What a colleague passed
    on and nobody can tell whose it is has no customer until a person names one.
    """
    message, observed, wants = trigger.message, not trigger.live, wanted(findings.classification, findings.request, policy.pack)
    clocks = start_clocks(policy, wants.class_, trigger.channel, ClockStart.RECEIPT, trigger.received_at, also=wants.also)
    goes = routed(findings.route, wants.class_, findings.classification, policy, now)
    if goes.told:
        clocks += start_clocks(policy, wants.class_, trigger.channel, ClockStart.ASSIGNMENT, now, also=wants.also)
    asks = None if goes.passing else _asks_at_once(trigger, wants, findings, policy, now)
    answer = _answer(trigger, wants, findings, policy, clocks, asks, now)
    waits = asks is not None and isinstance(answer, QueueLetter)
    if waits:
        clocks = standing_still(policy, wants.class_, trigger.channel, clocks, ClockEvent.CLARIFICATION, now)
    new = OpenCase(
        class_=wants.class_,
        also=wants.also,
        stage=policy.pack.stage_of(wants.class_) or None,
        customer="" if trigger.unclear_forward else message.sender,
        customer_name=message.from_.name if message.from_ and not trigger.unclear_forward else "",
        subject=message.subject,
        opened_at=trigger.received_at,
        observed=observed,
        may_write=isinstance(answer, QueueLetter),
        channel=trigger.channel,
        service=goes.service,
        proposed=goes.proposed,
        named=goes.named,
        owner=goes.owner,
        language=findings.classification.language,
        restricted=names_are_hidden(findings.classification, policy),
        name_marks=findings.hidden.marks,
        waits_for=ClockEvent.CLARIFICATION.value if waits else "",
        quiet_until=findings.history.limited_until,
        reason=Reason("no-known-case"),
    )
    handed = passed_on(goes.passing, PassedOn(new, clocks, answer), findings.material, policy, findings.before, now)
    opened, clocks, answer = handed.opened, [*handed.clocks], handed.answer
    found = (*findings.screening.reasons, *findings.match.reasons)
    notes: list[Action] = [Note(kind="finding", reason=reason) for reason in found]
    if trigger.is_passed_on:
        notes.append(Note(kind="finding", reason=Reason("passed-on-by-staff")))
    if trigger.message_id_taken:
        notes.append(Note(kind="finding", reason=Reason("message-id-used-before", "other content")))
    if trigger.receipt_doubt:
        notes.append(Note(kind="finding", reason=Reason("date-of-arrival-not-believed", trigger.receipt_doubt)))
    notes += asks.notes() if asks and waits else []
    notes += [*wants.notes, *goes.notes, *flag_actions(findings.classification, policy.pack, message.digest)]
    linked = [link(None, before, CaseStatus.OPEN)] if before else []
    told = new_case_given(goes, opened, clocks, policy, findings.before, f"message:{message.digest}", now)
    told = with_material(told, findings.assigning, wants.class_, clocks, policy)
    told += _flag_notices(trigger, findings, opened, policy, now) if findings.classification.flags else []
    asked = _questions(trigger, findings.match)
    log = contacted(trigger.channel, trigger.received_at, opened.service, policy)
    return [opened, log, *notes, *linked, *asked, *clocks, answer, *handed.more, *told, *breaker(answer, now)]


def _flag_notices(
    trigger: MessageArrived, findings: Findings, opened: OpenCase, policy: MailboxPolicy, now: datetime
) -> list[Action]:
    flagged = Flagged(
        classification=findings.classification,
        values=receipt_values(policy, None, "", trigger.received_at, None),
        policy=policy,
        before=findings.before,
        digest=trigger.message.digest,
        named=opened.named,
        observed=opened.observed,
        now=now,
    )
    return [*flag_notices(flagged)]


def _questions(trigger: MessageArrived, match: Match) -> list[AskWhichCase]:
    """What a person is asked about a message that has a case of its own meanwhile."""
    asked = [("two-plausible-cases", match.ambiguous), (match.named_why, match.named)]
    if trigger.message_id_taken:
        asked.append(("message-id-used-before", ("other content",)))
    if trigger.unclear_forward:
        asked.append(("forward-unclear", (trigger.unclear_forward,)))
    return [AskWhichCase(reason=Reason(rule, ", ".join(what))) for rule, what in asked if what]


def _answer(
    trigger: MessageArrived,
    wants: Wanted,
    findings: Findings,
    policy: MailboxPolicy,
    clocks: list[StartClock],
    asks: AskedAtOnce | None,
    now: datetime,
) -> Action:
    """The receipt, or silence with every reason for it. ``asks``: what it asks for in the same letter."""
    message = trigger.message
    against = _too_old(trigger, policy, now)
    recipient = message.from_.address if message.from_ and not trigger.unclear_forward else ""
    permission = screen.permit_answer(findings.screening, recipient, findings.history, policy.caps)
    if not isinstance(permission, Permission):
        return KeepSilent(reasons=(*permission, *against))
    if against:
        return KeepSilent(reasons=against)
    flag = flag_of_receipt(findings.classification.flags, policy.pack)
    class_policy = None if flag else policy.pack.classes.get(wants.class_)
    promised = None if flag or asks else _promised(wants.class_, policy, trigger.channel, clocks)
    usual = class_policy.receipt if class_policy else policy.pack.letters.neutral_receipt
    values = receipt_values(policy, class_policy, message.subject, trigger.received_at, promised)
    values = asking(values, asks.lacks, asks.answer_by) if asks else values
    values = with_access(values, findings.classification, policy)
    pages = None if flag else pages_for(findings.route, wants.class_, policy)
    references = (*(message.references or message.in_reply_to[:1]), message.message_id)
    return QueueLetter(
        permission=permission,
        purpose=Purpose.RECEIPT,
        letter=flag.receipt if flag else asks.letter if asks else usual,
        audience=Audience.CUSTOMER,
        language=findings.classification.language or ENGLISH_CODE,
        lane=Lane.ACKNOWLEDGEMENT,
        key=f"message:{message.digest}",
        values=replace(values, call=(flag.call or None) if flag else None, pages=pages) if flag or pages else values,
        not_before=now if asks or (flag and flag.alarm) else _goes_at(policy, clocks, now),
        observed=not trigger.live,
        states_date=asks.answer_by if asks else promised,
        in_reply_to=message.message_id,
        references=tuple(reference for reference in references if reference),
        shape="" if findings.screening.is_relayed else shape_of(message.subject),
        reason=permission.reason,
    )


def _asks_at_once(
    trigger: MessageArrived, wants: Wanted, findings: Findings, policy: MailboxPolicy, now: datetime
) -> AskedAtOnce | None:
    """What the receipt asks for; nothing while mailbot only watches, and where a flag brings a receipt of its own.

    Where a rule may hand the case over, whoever has it then asks.
    """
    if not trigger.live or flag_of_receipt(findings.classification.flags, policy.pack):
        return None
    return asked_at_once(wants.class_, findings.request, policy, now)


def _goes_at(policy: MailboxPolicy, clocks: list[StartClock], now: datetime) -> datetime:
    """At once; or, so that staff may answer first, when the office opens last before the receipt is overdue (J2)."""
    if policy.ack is AckWhen.IMMEDIATE:
        return now
    calendar = policy.pack.working_calendar
    due = [last_day(one.due_at, calendar.zone) for one in clocks if ClockStop.RECEIPT_SENT in one.stopped_by]
    return max(now, schedule.opening(calendar, calendar.open_day_until(min(due)))) if due else now


def _too_old(trigger: MessageArrived, policy: MailboxPolicy, now: datetime) -> tuple[Reason, ...]:
    """Mail older than ``max_ack_age`` gets a case and a person."""
    age_hours = (now - trigger.born_at) / timedelta(hours=1)
    return (Reason("older-than-max-ack-age", f"{age_hours:.0f} hours"),) if age_hours > policy.max_ack_age_hours else ()


def _promised(class_: str, policy: MailboxPolicy, channel: Channel, clocks: list[StartClock]) -> date | None:
    """The date a receipt may state: only for a sure class, only from a clock that binds and that the pack promises."""
    if class_ not in policy.pack.classes:
        return None
    promised = {(rule.name, rule.law): rule.promised for rule in policy.pack.clocks_for(class_, channel)}
    bound = clock.binding(one for one in clocks if (one.name, one.law) in promised)
    zone = policy.pack.working_calendar.zone
    dates = [last_day(started.due_at, zone) for started in bound if promised[started.name, started.law]]
    return min(dates, default=None)
