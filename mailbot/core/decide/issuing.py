"""Letters of staff: what keeps one from leaving, what it brings about when it is issued, and what it ends once it has gone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core import screen
from mailbot.core.action import Action, Note, Permission, QueueLetter
from mailbot.core.calendar import last_day
from mailbot.core.case import Case, CaseStatus, ClockKind, ClockStop, RunningClock
from mailbot.core.clock import OWED
from mailbot.core.clock_action import StartClock, StopClock
from mailbot.core.clock_rule import ClockEvent, ClockStart
from mailbot.core.decide.moving import dependants, ended, stop_clocks, waits
from mailbot.core.decide.owed import EVENTS, answered_to
from mailbot.core.decide.wording import case_values
from mailbot.core.issuing_rule import LetterIssued
from mailbot.core.letter import Audience, Lane, LetterValues, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.tongue import letter_date
from mailbot.errors import PermanentError

RELEASED = "officer-letter"
"""The rule of the letter that names who investigates, in the history of a case (F4)."""

_LANES = {Purpose.ACKNOWLEDGEMENT: Lane.ACKNOWLEDGEMENT}


def issued(command: LetterIssued, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """The letter leaves; one that asks makes the case wait. Raises PermanentError with every reason why it may not."""
    if case.observed:
        raise PermanentError(f"{case.reference}: mailbot only watched when it came; send the letter yourself")
    permission = screen.permit_notice(case, policy, before)
    if not isinstance(permission, Permission):
        against = ", ".join(reason.rule for reason in permission)
        raise PermanentError(f"{case.reference}: no letter can go ({against})")
    asked = _asks(command, case, policy, now) if command.asks else []
    return [*asked, _letter(command, case, policy, permission)]


def _asks(command: LetterIssued, case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """From now on the case waits for the customer, as after 'mailbot case wait'."""
    if case.status is CaseStatus.CLOSED:
        raise PermanentError(f"{case.reference} is closed; 'mailbot case reopen' opens it again")
    waiting = waits(policy, case, ClockEvent.WAITING, command.at, now)
    return [*waiting, *dependants(policy, case, ClockStart.ASKING_LETTER, command.at)]


def _letter(command: LetterIssued, case: Case, policy: MailboxPolicy, permission: Permission) -> QueueLetter:
    return QueueLetter(
        permission=permission,
        purpose=command.serves,
        letter=command.letter,
        audience=Audience.CUSTOMER,
        lane=_LANES.get(command.serves, Lane.NOTICE),
        key=f"issued:{case.id}:{command.letter}:{command.at.isoformat()}",
        values=staff_values(policy, case, command.letter, command.at),
        not_before=command.at,
        observed=False,
        in_reply_to=case.last_message_id,
        references=(case.last_message_id,) if case.last_message_id else (),
        language=case.language,
        text=command.text,
        reason=Reason("issued-by-staff", command.letter),
    )


def staff_values(policy: MailboxPolicy, case: Case, letter: str, now: datetime) -> LetterValues:
    """What a letter of staff may say: of the case, of the stage that follows, and by when to answer it if it asks (F7, F8)."""
    issuing = policy.pack.issuing
    binding = _binding(case)
    stage = next((stage for stage in issuing.stages if stage.letter == letter), None)
    stage = stage or (issuing.stages[0] if issuing.stages and letter == issuing.conclusion else None)
    return replace(
        case_values(policy, case, binding if binding and binding.due_at > now else None),
        next_stage=stage.next if stage else None,
        survey_link=issuing.survey_link or None,
        answer_by=_answer_by(policy, case, now),
    )


def _binding(case: Case) -> RunningClock | None:
    """The clock whose date a letter of staff may state."""
    owed = [one for one in case.clocks if one.kind in OWED]
    return min(owed, key=lambda clock: (not clock.law, clock.due_at), default=None)


def _answer_by(policy: MailboxPolicy, case: Case, now: datetime) -> str | None:
    """The day by which a customer who is asked now should answer: that of the clock that it starts."""
    started = dependants(policy, case, ClockStart.ASKING_LETTER, now)
    clocks: list[RunningClock | StartClock] = [*case.clocks, *started]
    silence = next((one for one in clocks if one.kind is ClockKind.SILENCE), None)
    return letter_date(last_day(silence.due_at, policy.pack.working_calendar.zone)) if silence else None


def assigned_letter(case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """Somebody was assigned who investigates: the letter that names them goes by itself, or waits for a person (F4)."""
    issuing = policy.pack.issuing
    if not issuing.officer_letter or not _names_an_officer(policy, case):
        return []
    if not issuing.on_assignment or case.observed:
        said = f"'mailbot case release {case.reference}' sends the letter that names {case.owner}"
        return [Note(kind="letter-needs-a-person", reason=Reason("officer-letter-waits", said))]
    permission = screen.permit_notice(case, policy, before)
    if not isinstance(permission, Permission):
        return [Note(kind="letter-needs-a-person", reason=reason) for reason in permission]
    opening = policy.pack.working_calendar.next_opening(now).astimezone(UTC)
    binding = _binding(case)
    if binding is None or binding.due_at <= opening:
        said = f"it would name a date, and none is to come: please write to the customer who {case.owner} is"
        return [Note(kind="letter-needs-a-person", reason=Reason("officer-letter-waits", said))]
    return officer_letter(case, policy, permission, opening)


def released(case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """A person lets the letter go that names who investigates. Raises PermanentError where there is none to go."""
    if not policy.pack.issuing.officer_letter:
        raise PermanentError("this policy has no letter that names who investigates; write issuing.officer_letter in its pack")
    if case.owner is None:
        raise PermanentError(f"{case.reference}: nobody investigates it yet; 'mailbot case assign' says who does")
    if not any(one.started_by == ClockStart.ASSIGNMENT.value for one in case.clocks):
        raise PermanentError(f"{case.reference}: the letter that names who investigates has gone, or is not owed")
    permission = screen.permit_notice(case, policy, before)
    if case.observed or not isinstance(permission, Permission):
        against = "observed" if isinstance(permission, Permission) else ", ".join(reason.rule for reason in permission)
        raise PermanentError(f"{case.reference}: no letter can go ({against})")
    return officer_letter(case, policy, permission, now)


def officer_letter(case: Case, policy: MailboxPolicy, permission: Permission, now: datetime) -> list[Action]:
    """The letter that names who investigates; one goes each time somebody is assigned."""
    letter = policy.pack.issuing.officer_letter
    command = LetterIssued(letter=letter, serves=Purpose.ACKNOWLEDGEMENT, asks=False, at=now)
    made = _letter(command, case, policy, permission)
    key = f"{RELEASED}:{case.id}:{case.version}"
    binding = _binding(case)
    states = last_day(binding.due_at, policy.pack.working_calendar.zone) if binding and binding.due_at > now else None
    return [replace(made, key=key, states_date=states, reason=Reason(RELEASED, letter))]


def _names_an_officer(policy: MailboxPolicy, case: Case) -> bool:
    return any(
        rule.kind is ClockKind.ACKNOWLEDGEMENT
        for rule in policy.pack.clocks_for(case.class_, case.channel, ClockStart.ASSIGNMENT, case.also)
    )


def gone(purpose: Purpose, case: Case, policy: MailboxPolicy, at: datetime) -> Sequence[StopClock | StartClock | Note]:
    """What a letter of staff ends in a case once it has gone, what begins then, and what it leaves owed."""
    match purpose:
        case Purpose.ACKNOWLEDGEMENT | Purpose.OWNER_HOLDING:
            return ended(case, policy, [ClockStop.ACKNOWLEDGEMENT_SENT, ClockStop.RECEIPT_SENT], at, case.clocks)
        case Purpose.CONCLUSION:
            return ended(case, policy, [ClockStop.CONCLUSION_SENT, *EVENTS], at, case.clocks)
        case Purpose.RESPONSE | Purpose.OWNER_ANSWER:
            found = answered_to((case.class_,), case, policy, at)
            return [one for one in found if isinstance(one, StopClock | StartClock | Note)]
        case Purpose.SURVEY:
            return [*stop_clocks(_surveys(case.clocks), ClockStop.SURVEY_SENT, at)]
        case _:
            return []


def _surveys(clocks: Sequence[RunningClock]) -> list[RunningClock]:
    return [one for one in clocks if one.kind is ClockKind.SURVEY]
