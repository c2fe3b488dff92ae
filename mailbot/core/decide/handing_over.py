"""A case is handed over: one letter to the customer, a copy to whoever has it now, and what becomes of its dates (N2, N6)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core import clock, screen
from mailbot.core.action import Action, ChangeCase, Note, Permission, QueueLetter
from mailbot.core.calendar import last_day
from mailbot.core.case import Case, CaseStatus, ClockKind, ClockStop, Moment, RunningClock
from mailbot.core.case_command import CaseHandedOver, CaseTaken
from mailbot.core.clock import OWED
from mailbot.core.clock_action import Deadline, MoveClock, StartClock, StopClock
from mailbot.core.clock_rule import ClockStart
from mailbot.core.contact_note import ContactNote
from mailbot.core.decide.logging_contacts import organisation_at, referred
from mailbot.core.decide.moving import dependants, move, restored, stop_clocks
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.wording import case_values
from mailbot.core.directory import Person
from mailbot.core.handover import HANDED_OVER, HandoverMaterial, after_office_hours
from mailbot.core.handover_rule import AfterHandover, HandoverPolicy
from mailbot.core.ladder import Told
from mailbot.core.letter import Audience, Lane, LetterValues, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.service import Service
from mailbot.core.tongue import letter_date
from mailbot.errors import PermanentError

NOT_PASSED_ON = "nothing-passed-on"


def handed_over(command: CaseHandedOver, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """Raises PermanentError, with what to do instead, where it cannot be handed over."""
    rule, told, material = _possible(command, case, policy)
    another = is_another(command.service, policy)
    leave = material.why_passed_on if another else "passed-on-inside"
    dates = [*_dates(_what_of_dates(rule, command.service, case, policy), case, policy, now)] if leave else []
    standing = replace(case, clocks=_as_they_run_on(case, dates))
    occasion = Occasion(case=standing, policy=policy, now=now, before=before, key=f"handover:{case.id}:{case.version}")
    letters = _letters(command, told, material, occasion, leave)
    service, settled = command.service.name or None, referred(command.service, policy, case.service)
    if not leave:
        only_told = Reason(NOT_PASSED_ON, f"{command.service.organisation}: no consent and no notice")
        return [ChangeCase(case_id=case.id, service=service, reason=only_told), settled, *letters]
    has_it = (told.person.name, told.person.address)
    passed = Note(kind="handover", reason=Reason(leave, f"{command.service.organisation}, by {command.by}"))
    handed = Reason(HANDED_OVER, f"{command.service.name or 'by name'}: {told.person.name}, {told.why}")
    changed = ChangeCase(case_id=case.id, owner=has_it, service=service, reason=handed)
    return [
        changed,
        passed,
        *dates,
        *dependants(policy, case, ClockStart.ASSIGNMENT, now),
        receipt_of_it(rule, policy, now),
        settled,
        *letters,
    ]


def _possible(command: CaseHandedOver, case: Case, policy: MailboxPolicy) -> tuple[HandoverPolicy, Told, HandoverMaterial]:
    """What a handover needs. Raises PermanentError for what is missing."""
    rule, told, material, service = policy.pack.handover, command.told, command.material, command.service
    if rule is None:
        raise PermanentError(f"the pack '{policy.pack.name}' hands nothing over; write [handover] in it")
    if case.status is CaseStatus.CLOSED:
        raise PermanentError(f"{case.reference} is closed; 'mailbot case reopen' opens it again")
    if case.restricted:
        raise PermanentError(
            f"{case.reference} is about somebody of ours, and its message goes along nowhere; "
            f"'mailbot case assign {case.reference}' gives it to whoever deals with it"
        )
    if told is None:
        raise PermanentError(f"the service '{service.name}' has nobody who can be told; name its contact in the directory")
    if not command.taken_for and _is_at_home(command, told.person, case, policy):
        raise PermanentError(
            f"{case.reference} is with {told.person.name} or your own team already; "
            f"'mailbot case assign {case.reference}' gives it to a colleague"
        )
    way = rule.route_for(case.class_, service.name)
    if way and way.investigated and not case.owner_address:
        raise PermanentError(
            f"{case.reference} has nobody who looked into it, and only then does it go to {service.name}; "
            f"'mailbot case assign {case.reference}' gives it to whoever does"
        )
    if material is None:
        raise PermanentError(f"{case.reference} has no message that could be handed over; 'mailbot case assign' gives it away")
    return rule, told, material


def _is_at_home(command: CaseHandedOver, person: Person, case: Case, policy: MailboxPolicy) -> bool:
    """Whether it would go back to whoever has it, or to the team that is handing it over."""
    owner = (case.owner_address or "").lower()
    if person.address.lower() == owner:
        return True
    team = policy.team.name if policy.team else ""
    theirs = next((one.team for one in policy.directory.people if one.address == owner), team)
    return bool(theirs) and not command.instead_of and theirs == (command.service.team or person.team)


def is_another(service: Service, policy: MailboxPolicy) -> bool:
    """Whether a service is another organisation's before the law (N6)."""
    organisation = policy.directory.organisation_named(service.organisation)
    return organisation is not None and organisation.another


# Dates -------------------------------------------------------------------------------------------------------------------


def _dates(rule: AfterHandover, case: Case, policy: MailboxPolicy, now: datetime) -> Iterator[Action]:
    """What becomes of each date, stated in the history; one that the law sets goes on, whatever the pack says."""
    yield from taking_cancelled(case, now, "handed-over-again")
    for one in (one for one in case.clocks if one.kind in OWED):
        computed = restored(policy, case, one)
        if rule is AfterHandover.STOPPED and not one.law:
            yield _cancelled(one, now, "stopped-by-handover")
        elif rule is AfterHandover.RESTARTED and not one.law and computed:
            anew = clock.compute(computed.rule, computed.calendar, now, policy.pack.receipt)
            yield move(policy, one, anew, now, Reason("restarted-by-handover", one.name))
        else:
            due = letter_date(last_day(one.due_at, policy.pack.working_calendar.zone))
            yield Note(kind="clock-carried", reason=Reason("carried-over", f"{one.name}, due {due}"))


def taking_cancelled(case: Case, now: datetime, why: str) -> list[StopClock]:
    """Somebody else has the case: nobody is reminded any more to take what was handed over before."""
    return [_cancelled(one, now, why) for one in case.clocks if one.kind is ClockKind.TAKING]


def _what_of_dates(rule: HandoverPolicy, service: Service, case: Case, policy: MailboxPolicy) -> AfterHandover:
    """As the pack says. What stays in another organisation, with a deputy, say, is no new handover to it: dates go on."""
    if not is_another(service, policy):
        return rule.inside
    return AfterHandover.CARRIED if organisation_at(case.owner_address, policy) == service.organisation else rule.another


def _as_they_run_on(case: Case, dates: Iterable[Action]) -> tuple[RunningClock, ...]:
    """The case's clocks as these actions leave them: a letter names the dates that hold from now on."""
    over = {one.clock_id for one in dates if isinstance(one, StopClock)}
    moved = {one.clock_id: one for one in dates if isinstance(one, MoveClock)}
    left = (one for one in case.clocks if one.id not in over)
    return tuple(replace(one, due_at=moved[one.id].due_at) if one.id in moved else one for one in left)


def _cancelled(running: RunningClock, now: datetime, why: str) -> StopClock:
    return StopClock(clock_id=running.id, outcome="cancelled", stopped_at=now, reason=Reason(why, running.name))


def receipt_of_it(rule: HandoverPolicy, policy: MailboxPolicy, now: datetime) -> StartClock:
    """Until when the contact is to take it; from then on somebody is reminded."""
    due_at = after_office_hours(policy.pack.working_calendar, now, rule.take_within_hours).astimezone(UTC)
    return StartClock(
        name="handover",
        kind=ClockKind.TAKING,
        started_by=HANDED_OVER,
        started_at=now,
        due_at=due_at,
        why=f"{rule.take_within_hours} office hours to take it",
        stopped_by=(ClockStop.TAKEN, ClockStop.RESPONSE_SENT, ClockStop.CASE_CLOSED),
        deadlines=(Deadline(kind=Moment.DUE, due_at=due_at),),
        reason=Reason("clock-handover"),
    )


def taken(command: CaseTaken, case: Case) -> list[Action]:
    """Whoever it was handed to sees to it. Raises PermanentError where nothing waits to be taken."""
    stopped = stop_clocks(case.clocks, ClockStop.TAKEN, command.at)
    if not stopped:
        raise PermanentError(f"{case.reference}: nothing was handed over that waits to be taken")
    return [Note(kind="taken", reason=Reason("handover-taken", case.owner or "")), *stopped]


# The letter --------------------------------------------------------------------------------------------------------------


def _letters(
    command: CaseHandedOver, told: Told, material: HandoverMaterial, occasion: Occasion, leave: str
) -> Sequence[Action]:
    """One to the customer with a copy to the contact; a mail to the contact alone where none can reach the customer (N12)."""
    case, policy, before = occasion.case, occasion.policy, occasion.before
    contact = told.person.address if leave else None
    permission = screen.permit_handover(case, contact, policy, before) if case.customer else ()
    if isinstance(permission, Permission):
        return [_letter(command, told, material, occasion, permission)]
    if contact and (not case.customer or screen.nothing_would_arrive(permission)):
        permission = screen.permit_contact(contact, policy, before)
        if isinstance(permission, Permission):
            return _to_the_contact_alone(command, told.person, material, occasion)
    if not permission:
        return []
    why = ", ".join(f"{one.rule} {one.detail}".strip() for one in permission)
    raise PermanentError(f"{case.reference} cannot be handed over: no letter can go ({why})")


def _to_the_contact_alone(
    command: CaseHandedOver, person: Person, material: HandoverMaterial, occasion: Occasion
) -> Sequence[Action]:
    """What is known, and what the customer wrote, if they did; somebody has to tell them who has it."""
    case = occasion.case
    values = replace(
        _values(command, person, material, case, occasion.policy), failed_address=case.customer if material.enclosed else None
    )
    mails = occasion.tell_address(person.address, Purpose.CONTACT_FOR_YOU, for_the_contact(values))
    told = [replace(one, enclosed=material.enclosed) if isinstance(one, QueueLetter) else one for one in mails]
    if not case.customer:
        return told
    said = f"nothing arrives at the customer's address: tell them in another way that {person.name} has it"
    return [*told, Note(kind="letter-needs-a-person", reason=Reason("customer-not-told", said))]


def for_the_contact(values: LetterValues) -> dict[str, str | None]:
    """What a mail to the contact alone says besides what every mail about a case does."""
    names = ("owner", "owner_contact", "service", "partner", "note_lines", "staff_note", "failed_address", "left_out")
    return {name: getattr(values, name) for name in names}


def letter_of_handover(service: Service, material: HandoverMaterial, policy: MailboxPolicy) -> str:
    """The letter to a customer whose case goes to a service; what came by no message has one of its own (N12)."""
    letters = policy.pack.letters
    if not material.enclosure.content:
        return letters.contact_taken
    return letters.handover_organisation if is_another(service, policy) else letters.handover


def _letter(
    command: CaseHandedOver, told: Told, material: HandoverMaterial, occasion: Occasion, permission: Permission
) -> QueueLetter:
    case, policy, now = occasion.case, occasion.policy, occasion.now
    rule = policy.pack.handover
    way = rule.route_for(case.class_, command.service.name) if rule else None
    name = way.letter if way else letter_of_handover(command.service, material, policy)
    return QueueLetter(
        permission=permission,
        purpose=Purpose.HANDOVER,
        letter=name if permission.copies else policy.pack.letters.handover_details,
        audience=Audience.CUSTOMER,
        lane=Lane.ACKNOWLEDGEMENT,
        key=occasion.key,
        values=_values(command, told.person, material, case, policy),
        not_before=now,
        observed=case.observed,
        in_reply_to=material.references[-1] if material.references else case.last_message_id,
        references=material.references,
        language=case.language,
        enclosed=material.enclosed if permission.copies else (),
        reason=Reason(HANDED_OVER, command.service.name),
    )


def _values(
    command: CaseHandedOver, person: Person, material: HandoverMaterial, case: Case, policy: MailboxPolicy
) -> LetterValues:
    binding = min((one for one in case.clocks if one.kind in OWED), key=lambda one: (not one.law, one.due_at), default=None)
    return replace(
        passed_values(case_values(policy, case, binding), command.service, person, material, policy),
        reference=case.reference,
        staff_note=command.words.strip().rstrip(".") or None,
        instead_of=command.instead_of or None,
    )


def passed_values(
    values: LetterValues, service: Service, person: Person, material: HandoverMaterial, policy: MailboxPolicy
) -> LetterValues:
    """What the letter says of whoever has it now, and what goes along."""
    ours = policy.directory.organisations[0].name if policy.directory.organisations else policy.organisation
    return replace(
        values,
        owner=person.name,
        owner_contact=" or ".join(filter(None, (person.address, person.phone))),
        service=service.name or values.service,
        partner=service.organisation if service.organisation != ours else None,
        note_lines=note_lines(material.known, policy),
        left_out=material.left_out or None,
    )


def note_lines(note: ContactNote, policy: MailboxPolicy) -> str:
    """The fields of N3, one a line."""
    received = note.received_at.astimezone(policy.pack.working_calendar.zone)
    when = f"{letter_date(received.date())}, {received:%H:%M}"
    return "\n".join(f"- {label}: {value}" for label, value in note.lines(when))
