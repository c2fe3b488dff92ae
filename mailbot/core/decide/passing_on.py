"""A rule hands a case over where class, service and evidence are sure; whatever is not sure waits for a person (N2, N6)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from mailbot.core import screen
from mailbot.core.action import Action, Note, OpenCase, Permission, QueueLetter
from mailbot.core.case import FOR_THE_MANAGER, Case, CaseStatus, ClockKind, ClockStop, Moment, RunningClock
from mailbot.core.case_command import CaseHandedOver
from mailbot.core.classify import Classification
from mailbot.core.clock import OWED
from mailbot.core.clock_action import Deadline, StartClock, StopClock
from mailbot.core.clock_rule import ClockStart
from mailbot.core.decide.flagging import flag_of_receipt
from mailbot.core.decide.handing_over import handed_over, is_another, letter_of_handover, passed_values, receipt_of_it
from mailbot.core.decide.logging_contacts import referred
from mailbot.core.decide.moving import start_clocks
from mailbot.core.decide.occasion import Occasion
from mailbot.core.directory import Person
from mailbot.core.handover import HANDED_OVER, WAITS_FOR_A_PERSON, HandoverMaterial, after_office_hours
from mailbot.core.handover_rule import AfterHandover, HandoverPolicy
from mailbot.core.ladder import Told, contact_on
from mailbot.core.policy import MailboxPolicy, Pack
from mailbot.core.reason import Reason
from mailbot.core.route import Route
from mailbot.core.route_rule import HandOver
from mailbot.core.screen import SentBefore
from mailbot.core.service import Service
from mailbot.errors import PermanentError

_UNSURE = ("the class is not sure", "the service is not sure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """A new case that a rule would hand over: to ``told`` for ``service``. ``waits``: why a person decides; empty: nobody need.

    ``best``: the best three services.
    """

    service: Service | None = None
    told: Told | None = None
    waits: str = ""
    best: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What became of it: the case as it is opened, its clocks and its answer, and what else is done."""

    opened: OpenCase
    clocks: Sequence[StartClock]
    answer: Action
    more: tuple[Action, ...] = ()


def passing(
    found: Route, class_: str, classification: Classification, policy: MailboxPolicy, today: date, left_out: frozenset[str]
) -> Passing | None:
    """Whether a rule would hand the case of this message over, and to whom; None where no rule would."""
    rule, handover = policy.pack.routes.rule_for(class_, classification.flags), policy.pack.handover
    if rule is None or handover is None or rule.hand_over is HandOver.NO or not found.ranked:
        return None
    service = policy.directory.service(found.service) if found.service else None
    told = contact_on(policy.directory, service, today, left_out) if service else None
    if service and _stays(rule.hand_over, service, told.person if told else None, policy):
        return None
    why = _person_decides(service, told, class_, classification, policy, handover)
    best = tuple(candidate.service for candidate in found.ranked)
    return Passing(service=service, told=told, waits=why, best=best)


def _stays(hand_over: HandOver, service: Service, contact: Person | None, policy: MailboxPolicy) -> bool:
    """Whether our own people have it by assignment: the team of this mailbox, or all of us where the rule says partners."""
    ours = policy.directory.organisations[0].name if policy.directory.organisations else ""
    team = service.team or (contact.team if contact else "")
    at_home = policy.team is not None and team == policy.team.name
    return service.organisation == ours and (hand_over is HandOver.PARTNERS or at_home)


def _person_decides(
    service: Service | None,
    told: Told | None,
    class_: str,
    classification: Classification,
    policy: MailboxPolicy,
    handover: HandoverPolicy,
) -> str:
    """Why no rule hands it over (N6: complaints, and people who may be at risk), or an empty string."""
    if class_ not in policy.pack.classes:
        return _UNSURE[0]
    for wanted in (class_, classification.best, *classification.also):
        if wanted in handover.person_decides_in:
            return policy.pack.classes[wanted].words
    if of_a_flag := flag_decides(classification.flags, policy.pack, handover):
        return of_a_flag
    if service is None:
        return _UNSURE[1]
    return "" if told else f"{service.name} has nobody who can be told"


def flag_decides(flags: Collection[str], pack: Pack, handover: HandoverPolicy) -> str:
    """What of these flags leaves it to a person, in words: at risk, about one of ours, or with a receipt of its own."""
    for flag in flags:
        if flag in handover.person_decides_with or (flag in pack.flags and pack.flags[flag].opens):
            return pack.flags[flag].words if flag in pack.flags else flag.replace("_", " ")
    of_its_own = flag_of_receipt(flags, pack)
    return of_its_own.words if of_its_own else ""


def passed_on(
    passing: Passing | None,
    new: PassedOn,
    material: HandoverMaterial | None,
    policy: MailboxPolicy,
    before: SentBefore,
    now: datetime,
) -> PassedOn:
    """What a rule makes of a ``new`` case. Its receipt is the handover's letter at once; another organisation gets it later,
    once the customer has had time with the receipt, which tells them that it may be passed on."""
    rule, answer = policy.pack.handover, new.answer
    if passing is None or rule is None:
        return new
    if passing.waits or passing.service is None or passing.told is None:
        return _waiting(new, passing, passing.waits)
    if not isinstance(answer, QueueLetter):
        return _waiting(new, passing, "no letter may go")
    if is_another(passing.service, policy):
        opened = replace(new.opened, service=passing.service.name)
        return replace(new, opened=opened, more=(_later(rule, policy, now),))
    spared = replace(before, spared=frozenset(new.opened.named))
    permission = screen.permit_copy(answer.permission, passing.told.person.address, policy, spared)
    if not isinstance(permission, Permission) or material is None:
        return _waiting(new, passing, "the contact cannot be written to")
    given = _given(new, passing.service, passing.told, rule, policy, now)
    return replace(given, answer=_letter(replace(answer, permission=permission), given, passing, material, policy, now))


def _given(new: PassedOn, service: Service, told: Told, rule: HandoverPolicy, policy: MailboxPolicy, now: datetime) -> PassedOn:
    """The contact has the case from the first, and takes it in time, or is reminded."""
    opened, person = new.opened, told.person
    stops = rule.inside is AfterHandover.STOPPED
    handed = Note(kind="handover", reason=Reason(HANDED_OVER, f"{service.name}: {person.name}, {told.why}"))
    passed = Note(kind="handover", reason=Reason("passed-on-inside", f"{service.organisation}, by a rule"))
    assigned = start_clocks(policy, opened.class_, opened.channel, ClockStart.ASSIGNMENT, now, also=opened.also)
    return PassedOn(
        replace(opened, owner=(person.name, person.address), service=service.name),
        [one for one in new.clocks if one.law or one.kind not in OWED or not stops],
        new.answer,
        (referred(service, policy), handed, passed, *assigned, receipt_of_it(rule, policy, now)),
    )


def _letter(
    receipt: QueueLetter,
    given: PassedOn,
    passing: Passing,
    material: HandoverMaterial,
    policy: MailboxPolicy,
    now: datetime,
) -> Action:
    """The letter of a handover in the place of a receipt: one letter tells the customer both."""
    if passing.service is None or passing.told is None:
        return receipt
    is_owed = any(one.kind in OWED for one in given.clocks)
    values = receipt.values if is_owed else replace(receipt.values, due_on=None)
    return replace(
        receipt,
        letter=letter_of_handover(passing.service, material, policy),
        values=passed_values(values, passing.service, passing.told.person, material, policy),
        enclosed=material.enclosed,
        not_before=now,
        reason=Reason(HANDED_OVER, passing.service.name),
    )


def _waiting(new: PassedOn, passing: Passing, why: str) -> PassedOn:
    """A person decides: the case keeps the best three, staff find it in a list, and the morning digest names it."""
    return replace(new, opened=replace(new.opened, proposed=passing.best), more=(waits(why),))


def waits(why: str) -> Note:
    """A handover waits for a person. What is only unsure is in the list; anything else the manager reads of, too."""
    return Note(kind="route" if why in _UNSURE else FOR_THE_MANAGER, reason=Reason(WAITS_FOR_A_PERSON, why))


def _later(rule: HandoverPolicy, policy: MailboxPolicy, now: datetime) -> StartClock:
    due_at = after_office_hours(policy.pack.working_calendar, now, rule.after_notice_hours).astimezone(UTC)
    return StartClock(
        name="passing-on",
        kind=ClockKind.PASSING_ON,
        started_by="receipt",
        started_at=now,
        due_at=due_at,
        why=f"{rule.after_notice_hours} office hours after the letter with the notice",
        stopped_by=(ClockStop.RESPONSE_SENT, ClockStop.CONCLUSION_SENT, ClockStop.CASE_CLOSED),
        deadlines=(Deadline(kind=Moment.DUE, due_at=due_at),),
        reason=Reason("clock-passing-on"),
    )


def passed_later(occasion: Occasion, running: RunningClock, command: CaseHandedOver | None) -> list[Action]:
    """The time after the notice is over: it is handed over, unless somebody has it by now or a person is to decide."""
    return [*_passed_later(occasion, command), _over(running, occasion.now)]


def _passed_later(occasion: Occasion, command: CaseHandedOver | None) -> Iterator[Action]:
    case, policy, rule = occasion.case, occasion.policy, occasion.policy.pack.handover
    if command is None or rule is None or case.owner_address or case.status is not CaseStatus.OPEN:
        return
    if why := _person_decides_by_now(case, command.material, policy.pack, rule):
        yield waits(why)
        return
    try:
        yield from handed_over(command, case, policy, occasion.now, occasion.before)
    except PermanentError as error:
        yield waits(str(error))
        return
    if command.material is not None and not command.material.why_passed_on:
        yield waits("no consent and no notice")


def _person_decides_by_now(case: Case, material: HandoverMaterial | None, pack: Pack, rule: HandoverPolicy) -> str:
    """Why no rule hands over what it might have when the case was opened: what a person said, or the customer wrote since."""
    for wanted in (case.class_, *case.also):
        if wanted not in pack.classes:
            return _UNSURE[0]
        if wanted in rule.person_decides_in:
            return pack.classes[wanted].words
    if material is None:
        return ""
    wrote = "the customer has written again" if material.wrote_again and not material.consented else ""
    return flag_decides(material.flags, pack, rule) or wrote


def _over(running: RunningClock, now: datetime) -> StopClock:
    return StopClock(clock_id=running.id, outcome="met", stopped_at=now, reason=Reason("passing-on-decided"))
