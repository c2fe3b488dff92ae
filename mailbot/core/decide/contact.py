"""Whoever a case was handed to answers, is away, or does not take it: what that brings about (N2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core import screen
from mailbot.core.action import Action, Hold, JoinCase, Note, Permission, QueueLetter
from mailbot.core.case import ANSWERED_BY_STAFF, HELD_OFF_BY_STAFF, Case, CaseStatus, ClockKind, ClockStop, Moment, RunningClock
from mailbot.core.case_command import CaseHandedOver
from mailbot.core.clock import OWED
from mailbot.core.clock_action import AddDeadline, Deadline
from mailbot.core.decide.command import staff_answered
from mailbot.core.decide.findings import Findings
from mailbot.core.decide.handing_over import handed_over, is_another
from mailbot.core.decide.moving import stop_clocks
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.passing_on import flag_decides
from mailbot.core.decide.replying import CONTACT_ATTACHED, CONTACT_CANNOT, CONTACT_NOT_PROVEN, not_gone
from mailbot.core.directory import Person, person_as_service
from mailbot.core.enclosure import File
from mailbot.core.handover import CONTACT_AWAY, HandoverMaterial, after_office_hours
from mailbot.core.ladder import Rung, Told, colleague_on, contact_on, deputy_on
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.message import Message
from mailbot.core.own_words import without_pictures
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.service import Service
from mailbot.core.strong_evidence import Verdict
from mailbot.core.text import key
from mailbot.core.trigger import MessageArrived
from mailbot.errors import PermanentError

NEXT_STEP = {Moment.DUE: Moment.OVERDUE_NEXT, Moment.OVERDUE_NEXT: Moment.OVERDUE_LAST}


def is_from_contact(trigger: MessageArrived, case: Case | None, findings: Findings) -> bool:
    """Whether the person whom a case was handed to wrote it. What they pass on is no answer of theirs."""
    owner = (case.owner_address or "").lower() if case else ""
    is_theirs = trigger.by_staff and bool(owner) and trigger.message.sender == owner
    return findings.handed_over and is_theirs and not trigger.unclear_forward


def contact_answered(
    trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime, *, reaches: bool
) -> list[Action]:
    """Their reply. One that the customer has not got (``reaches``) is passed to them, if it is surely the contact's.

    Where it is held, the contact hears why: they may believe that the customer has it. One that goes to others
    besides the mailbox is talk among colleagues: it lies in the case, and nothing else happens. Whoever holds the customer
    off has taken the case.
    """
    rule = HELD_OFF_BY_STAFF if findings.holding else ANSWERED_BY_STAFF
    joined = JoinCase(case_id=case.id, version=case.version, reason=Reason(rule, "the contact"))
    over = [
        *staff_answered(case, policy, trigger.received_at, holding=findings.holding),
        *(stop_clocks(case.clocks, ClockStop.TAKEN, trigger.received_at) if findings.holding else []),
    ]
    if reaches:
        return [joined, *over]
    if not case.customer or _goes_to_others(trigger, policy):
        why = "it goes to others" if case.customer else "the customer has no e-mail address"
        return [
            JoinCase(case_id=case.id, version=case.version, reason=Reason("among-colleagues")),
            Note(kind="finding", reason=Reason("not-for-the-customer", why)),
        ]
    occasion = Occasion(case=case, policy=policy, now=now, before=findings.before, key=f"message:{trigger.message.digest}")
    if doubt := _doubt(trigger, findings):
        return _held(trigger.message, occasion, doubt, proven=findings.proven)
    permission = screen.permit_handover(case, None, policy, findings.before)
    if not isinstance(permission, Permission):
        cannot = Reason(CONTACT_CANNOT, ", ".join(one.rule for one in permission))
        return _held(trigger.message, occasion, cannot, proven=findings.proven)
    return [joined, _passed_on(trigger.message, occasion, findings.pictures, permission), *over]


def _doubt(trigger: MessageArrived, findings: Findings) -> Reason | None:
    """Why a person must look before it goes. Whoever puts it back has looked at who wrote it and at what is with it."""
    if trigger.put_back:
        return None
    if not findings.proven:
        return Reason(CONTACT_NOT_PROVEN, "our border does not vouch for the address")
    if _left_out(trigger.message, findings.pictures):
        return Reason(CONTACT_ATTACHED, "send them yourself; put back, the words go alone")
    return None


def _held(message: Message, occasion: Occasion, why: Reason, *, proven: bool) -> list[Action]:
    """A person looks at it, and the contact hears that; words that may be somebody else's are not sent to them."""
    own = message.own_text.strip() if proven else ""
    return [Hold(reason=why), *not_gone(occasion, occasion.case.owner_address, why.rule, own)]


def _left_out(message: Message, pictures: tuple[File, ...]) -> str:
    """The names of what is with it, but for pictures that its text shows, if they go along."""
    kept = (one for one in message.attachments if not (one.in_place and pictures))
    return ", ".join(one.filename or one.content_type for one in kept)


def _passed_on(message: Message, occasion: Occasion, pictures: tuple[File, ...], permission: Permission) -> QueueLetter:
    case, policy = occasion.case, occasion.policy
    return QueueLetter(
        permission=permission,
        purpose=Purpose.HANDOVER_ANSWER,
        letter=policy.pack.letters.handover_answer,
        audience=Audience.CUSTOMER,
        lane=Lane.ACKNOWLEDGEMENT,
        key=occasion.key,
        values=occasion.values(
            {"answer_text": without_pictures(message.own_text).strip(), "left_out": _left_out(message, pictures) or None}
        ),
        files=pictures,
        not_before=occasion.now,
        observed=case.observed,
        in_reply_to=case.last_message_id,
        references=(case.last_message_id,) if case.last_message_id else (),
        language=case.language,
        reason=Reason("answer-of-the-contact"),
    )


def _goes_to_others(trigger: MessageArrived, policy: MailboxPolicy) -> bool:
    ours = policy.answerable_addresses | policy.own_addresses
    return any(one.key not in ours for one in (*trigger.message.to, *trigger.message.cc))


def contact_away(trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """Their absence note: the case goes to whoever stands in, the customer hears of it, and the manager does.

    Nothing but the absence decides: a note in which nobody stands in only tells the manager. Where an answer is owed no more,
    it changes nothing.
    """
    running = next((one for one in case.clocks if one.kind is ClockKind.TAKING), None)
    is_owed = case.status is CaseStatus.OPEN and any(one.kind in OWED for one in case.clocks)
    automatic = findings.screening.verdict is Verdict.AUTO_REPLY or findings.screening.looks_automatic
    if not (running or is_owed) or not automatic or not is_from_contact(trigger, case, findings):
        return []
    occasion = Occasion(
        case=case, policy=policy, now=now, before=findings.before, key=f"message:{trigger.message.digest}", running=running
    )
    alert = occasion.tell(Rung.MANAGER, Purpose.NOT_TAKEN, _because(case, "is away"))
    return [Note(kind="handover", reason=Reason(CONTACT_AWAY, case.owner or "")), *_to_deputy(occasion, findings), *alert]


def _to_deputy(occasion: Occasion, findings: Findings) -> list[Action]:
    case, policy = occasion.case, occasion.policy
    told = _deputy(occasion, findings.material.away if findings.material else ())
    if told is None:
        return [Note(kind="handover", reason=Reason("nobody-stands-in"))]
    service = _service_with(told.person, occasion)
    again = CaseHandedOver(
        service=service,
        told=told,
        material=_as_far_as_leave_goes(findings.material, service, policy),
        by="mailbot",
        instead_of=case.owner or "the contact",
    )
    try:
        return handed_over(again, case, policy, occasion.now, occasion.before)
    except PermanentError as error:
        return [Note(kind="handover", reason=Reason("not-given-to-the-deputy", str(error)))]


def _as_far_as_leave_goes(
    material: HandoverMaterial | None, service: Service, policy: MailboxPolicy
) -> HandoverMaterial | None:
    """What goes to the deputy: to another organisation nothing that was added, where a person is to decide about it (N6)."""
    rule = policy.pack.handover
    if material is None or rule is None or not is_another(service, policy):
        return material
    return replace(material, later=()) if flag_decides(material.flags, policy.pack, rule) else material


def _service_with(deputy: Person, occasion: Occasion) -> Service:
    """The service of the case; where it is not the deputy's organisation's, or there is none, the deputy by name."""
    by_name = person_as_service(occasion.policy.directory, deputy, occasion.policy.organisation)
    service = occasion.policy.directory.service(occasion.case.service)
    return service if service and key(service.organisation) == key(by_name.organisation) else by_name


def not_taken(occasion: Occasion, running: RunningClock, moment: Moment) -> list[Action]:
    """Nobody has taken it in time: the contact is reminded, then the deputy hears of it, then the manager.

    Where there is nobody to hear of it, the manager's turn comes at once.
    """
    case, policy, rule = occasion.case, occasion.policy, occasion.policy.pack.handover
    more = _because(case, "has not taken it")
    deputy = _deputy(occasion)
    address = case.owner_address if moment is Moment.DUE else deputy and deputy.person.address
    if moment is Moment.OVERDUE_LAST or rule is None or not address:
        return occasion.tell(Rung.MANAGER, Purpose.NOT_TAKEN, more)
    told = occasion.tell_address(address, Purpose.NOT_TAKEN, more)
    due_at = after_office_hours(policy.pack.working_calendar, occasion.now, rule.take_within_hours).astimezone(UTC)
    following = Deadline(kind=NEXT_STEP[moment], due_at=due_at)
    return [*told, AddDeadline(clock_id=running.id, deadline=following, reason=Reason("not-taken", running.name))]


def _deputy(occasion: Occasion, away: Sequence[str] = ()) -> Told | None:
    """Who stands in for whoever has the case: whom their absence names, the service's deputy, or a colleague by team and role.

    Nobody whom the case names, and nobody whose reply in this case told that they are ``away``: two who stand in for one
    another would hand it to and fro.
    """
    case, directory, today = occasion.case, occasion.policy.directory, occasion.today
    owner = (case.owner_address or "").lower()
    not_there = {one.address for one in directory.people if one.name in away}
    left_out = frozenset(case.named) | ((occasion.before.unreachable | not_there) - {owner})
    if stands_in := deputy_on(directory, owner, today, left_out):
        return stands_in
    service = directory.service(case.service)
    by_service = contact_on(directory, service, today, left_out | {owner}) if service else None
    return by_service or colleague_on(directory, owner, today, left_out)


def _because(case: Case, why: str) -> dict[str, str | None]:
    return {"service": case.service or None, "failure": why}
