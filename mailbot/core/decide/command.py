"""A member of staff says something about a case: what becomes of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from mailbot.core import clock
from mailbot.core.action import Action, ChangeCase, KeepSilent, Note
from mailbot.core.case import FIRST_CONTACT, Case, CaseStatus, Channel, ClockKind, ClockStop, RunningClock
from mailbot.core.case_command import (
    AnswerAfterAll,
    AnswerUndone,
    CaseAcknowledged,
    CaseAssigned,
    CaseCommand,
    CaseDone,
    CaseHandedOver,
    CaseMerged,
    CaseQuieted,
    CaseReclassified,
    CaseReopened,
    CaseRestricted,
    CasesLinked,
    CaseSplit,
    CaseSurveyed,
    CaseTaken,
    CaseWaits,
    CaseWithdrawn,
    ClarificationAsked,
    ClockExtended,
    ConsentGiven,
    ContactAllowed,
    ContactLimited,
    ContactNoted,
    CustomerAnswered,
    CustomerNamed,
    FlagConfirmed,
    IncidentNoted,
    LanguageSaid,
    MisconductNoticed,
    RawOpened,
    TurnUndone,
)
from mailbot.core.clock import ComputedClock
from mailbot.core.clock_action import StopClock
from mailbot.core.clock_rule import ClockEvent, ClockStart, ExtendedBy
from mailbot.core.contact_log import ContactAction
from mailbot.core.decide.answer import answered_after_all, customer_named
from mailbot.core.decide.assigning import assigned
from mailbot.core.decide.clarifying import clarification_asked
from mailbot.core.decide.flag_notice import confirmed, opened_raw, restricted
from mailbot.core.decide.handing_over import handed_over, taken
from mailbot.core.decide.incidents import contact_allowed, contact_limited, incident_noted, misconduct_noticed
from mailbot.core.decide.issuing import issued, released
from mailbot.core.decide.logging_contacts import AT_FIRST_CONTACT, INFORMED, contacted_about
from mailbot.core.decide.moving import (
    answered,
    dependants,
    ended,
    move,
    restored,
    start_clocks,
    stop_for_good,
    stopped,
    waits,
)
from mailbot.core.decide.moving import stop_clocks as stopped_by
from mailbot.core.decide.notice import delay, delayed
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.owed import EVENTS, answered_to
from mailbot.core.decide.reclassifying import reclassified
from mailbot.core.decide.replying import undone as undone_answers
from mailbot.core.decide.turn import contact, linked, merged, split, undone, withdrawn
from mailbot.core.decide.wording import case_values
from mailbot.core.handover import CONSENTED
from mailbot.core.issuing_rule import LetterIssued, LetterReleased
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.tongue import ENGLISH_CODE
from mailbot.errors import PermanentError

_SAID_NOW = ContactLimited | ContactAllowed | LanguageSaid | LetterReleased | AnswerUndone


def commanded(  # noqa: C901, PLR0911, PLR0912  # one line a command
    command: CaseCommand, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore
) -> list[Action]:
    """What a command does. Raises PermanentError with a sentence for one that cannot be done."""
    _refuse_the_future(command, case, policy, now)
    match command:
        case ContactNoted():
            return _noted(command, case, policy)
        case CaseDone():
            return _done(command, case)
        case ClarificationAsked():
            return clarification_asked(command, case, policy, now, before)
        case CaseWaits():
            return _waits(command, case, policy, now)
        case CustomerAnswered():
            return _answered(command, case, policy, now)
        case CaseReopened():
            return _reopened(command, case, policy)
        case ClockExtended():
            return _extended(command, case, policy, now, before)
        case CaseQuieted():
            return [ChangeCase(case_id=case.id, quiet_until=command.until or now, reason=Reason("quiet", command.reason))]
        case CaseAssigned():
            return assigned(command, case, policy, now, before)
        case CaseAcknowledged():
            return _acknowledged(case, policy, command.at)
        case LanguageSaid():
            return [_spoken(command, case, policy)]
        case CaseSurveyed():
            return _surveyed(command, case)
        case AnswerAfterAll():
            return answered_after_all(case, policy, now)
        case CustomerNamed():
            return customer_named(command, case, policy, now)
        case CaseMerged():
            return merged(command, case)
        case CaseSplit():
            return split(command, case, policy)
        case CasesLinked():
            return linked(command, case)
        case CaseWithdrawn():
            return withdrawn(command, case)
        case TurnUndone():
            return undone(command, case)
        case AnswerUndone():
            key = f"undo:{case.id}:{case.version}:{now.isoformat()}"
            occasion = Occasion(case=case, policy=policy, now=now, before=before, key=key)
            return undone_answers(occasion, case.owner_address, command.waiting)
        case CaseReclassified():
            return reclassified(command, case, policy, now, before)
        case CaseHandedOver():
            return handed_over(command, case, policy, now, before)
        case CaseTaken():
            return taken(command, case)
        case ConsentGiven():
            return [Note(kind="consent", reason=Reason(CONSENTED, command.how))]
        case FlagConfirmed():
            occasion = Occasion(case=case, policy=policy, now=now, before=before, key="")
            return confirmed(command, occasion, replace(case_values(policy, case, None), reference=case.reference))
        case CaseRestricted():
            return restricted(command, Occasion(case=case, policy=policy, now=now, before=before, key=""))
        case RawOpened():
            return opened_raw(command, case, policy)
        case IncidentNoted():
            return incident_noted(command)
        case ContactLimited():
            return contact_limited(command, case, policy, now)
        case ContactAllowed():
            return contact_allowed(command, case, now)
        case MisconductNoticed():
            key = f"misconduct:{case.id}:{case.version}"
            return misconduct_noticed(command, Occasion(case=case, policy=policy, now=now, before=before, key=key))
        case LetterReleased():
            return released(case, policy, now, before)
        case LetterIssued():
            return issued(command, case, policy, now, before)
        case _:
            assert_never(command)


def _refuse_the_future(command: CaseCommand, case: Case, policy: MailboxPolicy, now: datetime) -> None:
    timeless = ClockExtended | CaseQuieted | CaseAssigned | CaseHandedOver | AnswerAfterAll | CustomerNamed | _SAID_NOW
    if not isinstance(command, timeless) and command.at > now:
        raise PermanentError(f"{case.reference}: {_local(policy, command.at)} is still to come")


def staff_answered(case: Case, policy: MailboxPolicy, at: datetime, *, holding: bool) -> list[Action]:
    """Staff wrote to the customer: an answer ends what was owed to the class of the case; a holding reply acknowledges."""
    if holding:
        return [*ended(case, policy, [ClockStop.ACKNOWLEDGEMENT_SENT, ClockStop.RECEIPT_SENT], at, case.clocks)]
    return [INFORMED, *answered_to((case.class_,), case, policy, at)]


def customer_answered(case: Case, policy: MailboxPolicy, at: datetime, now: datetime) -> list[Action]:
    """What we waited for has come: the case is open again, and its clocks go on or begin anew.

    What came before we asked is no answer.
    """
    if case.status is not CaseStatus.WAITING or not _asked_before(case, policy, at):
        return []
    event = ClockEvent(case.waits_for) if case.waits_for else ClockEvent.WAITING
    reason = Reason("customer-answered", event.value)
    return [
        ChangeCase(case_id=case.id, status=CaseStatus.OPEN, waits_for="", reason=reason),
        *answered(policy, case, event, at, now),
        *stopped_by(case.clocks, ClockStop.CUSTOMER_ANSWERED, at),
    ]


def _answered(command: CustomerAnswered, case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    if case.status is not CaseStatus.WAITING:
        raise PermanentError(f"{case.reference} is {case.status.value}: it waits for nothing that could have come")
    if not _asked_before(case, policy, command.at):
        raise PermanentError(f"{case.reference}: nobody had asked the customer by {_local(policy, command.at)}")
    return customer_answered(case, policy, command.at, now)


def _asked_before(case: Case, policy: MailboxPolicy, at: datetime) -> bool:
    """Whether no clock shows that the customer was asked only after ``at``."""
    day = policy.pack.working_calendar.local_date(at)
    later = (one.started_at > at if one.kind is ClockKind.SILENCE else (one.paused_on or day) > day for one in case.clocks)
    return not any(later)


def _local(policy: MailboxPolicy, at: datetime) -> str:
    return f"{at.astimezone(policy.pack.working_calendar.zone):%Y-%m-%d %H:%M}"


def _noted(command: ContactNoted, case: Case, policy: MailboxPolicy) -> list[Action]:
    if not {*command.of} <= {case.class_, *case.also}:
        raise PermanentError(f"{case.reference} is a case of class '{case.what}'; nothing else can have been answered in it")
    reason = Reason(f"contact-by-{command.channel.value}", f"{_local(policy, command.at)}: {command.outcome}")
    return [*contact(case, reason, _brought_by(command, case, policy)), *_logged(command, case, policy)]


def _logged(command: ContactNoted, case: Case, policy: MailboxPolicy) -> list[Action]:
    """It is a contact like any other (J10), and what was asked before has its answer, if it was one."""
    log = contacted_about(case, command.channel, command.at, policy)
    if command.call_back:
        return [log]
    return [replace(log, action=ContactAction.INFORMED), *([INFORMED] if command.answers else [])]


def _brought_by(command: ContactNoted, case: Case, policy: MailboxPolicy) -> Sequence[Action]:
    """The clocks that a contact stops and starts."""
    if command.call_back:
        by_phone = replace(case, channel=command.channel)
        return dependants(policy, by_phone, ClockStart.CALL_BACK, command.at)
    called = [ClockStop.CALL_MADE] if command.channel is Channel.PHONE else []
    if not command.answers:
        return stopped(case.clocks, called, command.at)
    return answered_to(command.of or (case.class_,), case, policy, command.at, called)


def _done(command: CaseDone, case: Case) -> list[Action]:
    if case.status is CaseStatus.CLOSED:
        raise PermanentError(f"{case.reference} is closed already; 'mailbot case reopen' opens it again")
    outcome = FIRST_CONTACT if command.first_contact else ""
    reason = Reason("done", command.reason or ("resolved at first contact" if command.first_contact else ""))
    closed = ChangeCase(case_id=case.id, status=CaseStatus.CLOSED, waits_for="", outcome=outcome, reason=reason)
    return [*_over(command, case), AT_FIRST_CONTACT if command.first_contact else INFORMED, closed]


def _over(command: CaseDone, case: Case) -> list[StopClock]:
    """The clocks that a case's end stops. What was answered at first contact was answered, as if by a letter of staff (N1)."""
    answer = stopped(case.clocks, EVENTS, command.at) if command.first_contact else []
    met = {one.clock_id for one in answer}
    return [*answer, *(one for one in stop_for_good(case.clocks, command.at) if one.clock_id not in met)]


def _waits(command: CaseWaits, case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    if case.status is not CaseStatus.OPEN:
        raise PermanentError(f"{case.reference} is {case.status.value}; only an open case can begin to wait")
    waiting = waits(policy, case, command.event, command.at, now)
    return [*waiting, *dependants(policy, case, ClockStart.ASKING_LETTER, command.at)]


def _reopened(command: CaseReopened, case: Case, policy: MailboxPolicy) -> list[Action]:
    if case.status is not CaseStatus.CLOSED:
        raise PermanentError(f"{case.reference} is {case.status.value}; only a closed case can be opened again")
    started = start_clocks(policy, case.class_, case.channel, ClockStart.RECEIPT, command.at, case.clocks, case.also)
    owed = [one for one in started if ClockStop.RECEIPT_SENT not in one.stopped_by]
    if not any(one.kind is ClockKind.ACKNOWLEDGEMENT for one in owed):  # what runs from one that went begins now
        owed += dependants(policy, case, ClockStart.ACKNOWLEDGEMENT, command.at)
    opened = ChangeCase(
        case_id=case.id, status=CaseStatus.OPEN, delay_reason="", outcome="", reason=Reason("reopened", command.reason)
    )
    return [opened, *_no_survey_yet(case, command.at), *owed]


def reopened_by_customer(case: Case, policy: MailboxPolicy, at: datetime) -> list[Action]:
    """The customer of a closed case writes again: it is opened as if staff had opened it."""
    if case.status is not CaseStatus.CLOSED:
        return []
    return _reopened(CaseReopened(at=at, reason="the customer wrote again"), case, policy)


def _no_survey_yet(case: Case, at: datetime) -> list[StopClock]:
    """How it went is asked after the last stage (F17): opening the case again cancels the survey."""
    surveys = [one for one in case.clocks if one.kind is ClockKind.SURVEY]
    reason = Reason("stopped-by-reopening")
    return [StopClock(clock_id=one.id, outcome="cancelled", stopped_at=at, reason=reason) for one in surveys]


def _spoken(command: LanguageSaid, case: Case, policy: MailboxPolicy) -> ChangeCase:
    """Letters from now on; what waits to be sent stays as it is. Raises PermanentError for one the pack does not answer in."""
    known = (ENGLISH_CODE, *policy.pack.tongues)
    if command.language not in known:
        raise PermanentError(f"{case.reference}: pack {policy.pack.name} answers in {', '.join(known)}; write one of these")
    return ChangeCase(case_id=case.id, language=command.language, reason=Reason("language-said", command.language))


def _surveyed(command: CaseSurveyed, case: Case) -> list[Action]:
    """The customer was asked how it went, or will not be; the case may be closed by then."""
    surveys = [one for one in case.clocks if one.kind is ClockKind.SURVEY]
    if not surveys:
        raise PermanentError(f"{case.reference}: no survey is due; it begins with the conclusion, if the policy asks for one")
    if not command.unsent:
        return [Note(kind="surveyed", reason=Reason("by-staff")), *stopped_by(surveys, ClockStop.SURVEY_SENT, command.at)]
    reason = Reason("survey-not-sent", command.unsent)
    cancelled = [StopClock(clock_id=one.id, outcome="cancelled", stopped_at=command.at, reason=reason) for one in surveys]
    return [Note(kind="surveyed", reason=reason), *cancelled]


def _extended(command: ClockExtended, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore) -> list[Action]:
    """A person gives more time, with a reason. A date of the law moves only so far as the law itself allows."""
    running = _named(case, command.clock_name)
    computed = restored(policy, case, running)
    extension = computed.rule.extension if computed else None
    if computed is None or extension is None:
        raise PermanentError(f"the clock '{running.name}' of {case.reference} cannot be extended: no rule says by how much")
    reason = Reason(f"extended-{running.name}", command.reason)
    try:
        if extension.by is ExtendedBy.PERSON:
            return [move(policy, running, clock.extend(computed), now, reason), _because(case, command)]
        key = f"extend:{running.id}:{running.extensions}"
        occasion = Occasion(case=case, policy=policy, now=now, before=before, key=key, running=running)
        delayed(occasion, computed, command.reason)
    except ValueError as error:
        raise PermanentError(f"{case.reference}: {error}") from None
    told = _with_notice(occasion, running, computed, command.reason)
    return [Note(kind="extended", reason=reason), *told, _because(case, command)]


def _because(case: Case, command: ClockExtended) -> ChangeCase:
    """The reason stays with the case: the notices of progress that follow give it."""
    return ChangeCase(case_id=case.id, delay_reason=command.reason, reason=Reason("delay-reason", command.reason))


def _with_notice(occasion: Occasion, running: RunningClock, computed: ComputedClock, why: str) -> list[Action]:
    """The notice of delay and the date that it gives. A customer who cannot be told of a new date keeps the old one."""
    actions = delay(occasion, running, computed, why)
    silent = [reason.rule for action in actions if isinstance(action, KeepSilent) for reason in action.reasons]
    if silent:
        raise PermanentError(f"{occasion.case.reference}: the customer cannot be told of a new date ({', '.join(silent)})")
    return actions


def _named(case: Case, name: str) -> RunningClock:
    """The running clock with this name; without a name, the one that can be meant."""
    found = [one for one in case.clocks if one.name == name] if name else [one for one in case.clocks if one.kind in clock.OWED]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in case.clocks) or "none"
    raise PermanentError(f"{case.reference}: name the clock with --clock; running: {names}")


def _acknowledged(case: Case, policy: MailboxPolicy, at: datetime) -> list[Action]:
    went = ended(case, policy, [ClockStop.ACKNOWLEDGEMENT_SENT], at, case.clocks)
    return [Note(kind="acknowledged", reason=Reason("by-staff")), *went]
