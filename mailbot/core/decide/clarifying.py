"""What a request for information lacks is asked for in one letter (J12): when staff say so, or in place of the receipt.

The case waits for the answer, and the law that its clocks follow says what that does to them. Nobody is asked twice by mailbot:
what an answer leaves out is shown to staff.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailbot.core import screen
from mailbot.core.action import Action, ChangeCase, Note, Permission, QueueLetter
from mailbot.core.case import FOR_THE_MANAGER, WAITS, Case, CaseStatus
from mailbot.core.case_command import ClarificationAsked
from mailbot.core.clock_rule import ClockEvent
from mailbot.core.decide.moving import going_on, waits
from mailbot.core.decide.wording import case_values
from mailbot.core.information_request import ASKED_FOR, INFORMATION, LACKS_STILL, NOT_ASKED, InformationRequest, Lack, Regime
from mailbot.core.intents import AskedWhen, Clarification
from mailbot.core.letter import Audience, Lane, LetterValues, OutboxLetter, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.text import listed
from mailbot.core.tongue import letter_date
from mailbot.errors import PermanentError


def clarification_asked(
    command: ClarificationAsked, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore
) -> list[Action]:
    """The letter leaves and the case waits. Raises PermanentError with the reason why it may not."""
    clarification = policy.pack.intents.clarification
    if clarification is None:
        raise PermanentError(
            "this policy has no letter that asks what a request lacks; write [intents.clarification] in its pack"
        )
    _refuse(command, case, policy)
    permission = screen.permit_notice(case, policy, before)
    if not isinstance(permission, Permission):
        raise PermanentError(f"{case.reference}: no letter can go ({', '.join(reason.rule for reason in permission)})")
    waiting = waits(policy, case, ClockEvent.CLARIFICATION, command.at, now)
    return [*waiting, *_asked_for(command.lacks), _letter(command, case, policy, clarification, permission)]


def _refuse(command: ClarificationAsked, case: Case, policy: MailboxPolicy) -> None:
    if INFORMATION not in (case.class_, *case.also):
        say = f"'mailbot case reclassify {case.reference} {INFORMATION}' if it is a request for information"
        raise PermanentError(f"{case.reference} is a case of class '{case.what}'; {say}")
    if command.asked_at is not None:
        day = letter_date(policy.pack.working_calendar.local_date(command.asked_at))
        raise PermanentError(f"{case.reference}: its customer was asked on {day}; what is missing still, ask in your own words")
    if case.status is not CaseStatus.OPEN:
        raise PermanentError(f"{case.reference} is {case.status.value}; only an open case can begin to wait")
    if not command.lacks:
        raise PermanentError(f"{case.reference}: nothing is known to be missing; if something is, name it with --lacks")
    if case.observed:
        raise PermanentError(f"{case.reference}: mailbot only watched when it came; send the letter yourself")


def _letter(
    command: ClarificationAsked, case: Case, policy: MailboxPolicy, clarification: Clarification, permission: Permission
) -> QueueLetter:
    answer_by = _answer_by(clarification, policy, command.at)
    values = asking(case_values(policy, case, None), command.lacks, answer_by)
    return QueueLetter(
        permission=permission,
        purpose=Purpose.CLARIFICATION,
        letter=clarification.letter,
        audience=Audience.CUSTOMER,
        language=case.language,
        lane=Lane.NOTICE,
        key=f"clarification:{case.id}:{case.version}",
        values=replace(values, staff_note=command.words.strip().rstrip(".") or None),
        not_before=command.at,
        observed=False,
        states_date=answer_by,
        in_reply_to=case.last_message_id,
        references=(case.last_message_id,) if case.last_message_id else (),
        reason=Reason(Purpose.CLARIFICATION.value),
    )


def asking(values: LetterValues, lacks: Sequence[Lack], answer_by: date) -> LetterValues:
    """What the letter says: what is asked for, and by when to answer."""
    return replace(lacking(values, lacks), answer_by=letter_date(answer_by))


def lacking(values: LetterValues, lacks: Sequence[Lack]) -> LetterValues:
    """These values, and that this is missing: each is the condition of a sentence."""
    return replace(values, **{f"lacks_{lack.name.lower()}": lack.value for lack in lacks})


def _answer_by(clarification: Clarification, policy: MailboxPolicy, at: datetime) -> date:
    calendar = policy.pack.working_calendar
    return calendar.nth_working_day(calendar.local_date(at), clarification.answer_within)


def _asked_for(lacks: Sequence[Lack]) -> list[Note]:
    return [Note(kind="finding", reason=Reason(ASKED_FOR, lack.value)) for lack in lacks]


def not_asked(letter: OutboxLetter, case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """If that letter was to ask and did not reach the customer: the case waits no more, its clocks have their dates again."""
    clarification = policy.pack.intents.clarification
    if clarification is None or letter.letter != clarification.letter or case.waits_for != ClockEvent.CLARIFICATION:
        return []
    reason = Reason(NOT_ASKED, clarification.letter)
    opened = ChangeCase(case_id=case.id, status=CaseStatus.OPEN, waits_for="", reason=reason)
    told = Reason(NOT_ASKED, "the customer was not asked what the request lacks, and its date holds: ask in another way")
    return [opened, *going_on(policy, case, now, reason), Note(kind="letter-needs-a-person", reason=told)]


# In place of the receipt --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAtOnce:
    """What a new request is asked for in place of its receipt, by which letter, and by when to answer."""

    lacks: tuple[Lack, ...]
    letter: str
    answer_by: date

    def notes(self) -> list[Note]:
        """What the history says of it."""
        return [Note(kind=WAITS, reason=Reason(WAITS, ClockEvent.CLARIFICATION.value)), *_asked_for(self.lacks)]


def asked_at_once(class_: str, request: InformationRequest | None, policy: MailboxPolicy, now: datetime) -> AskedAtOnce | None:
    """What to ask the customer of a new case at once, if its pack says so; None: nothing, or a person looks first.

    Whether an opinion is asked for, or the writer's own information, is for a person to say.
    """
    clarification = policy.pack.intents.clarification
    if clarification is None or clarification.asks is not AskedWhen.AT_ONCE or class_ != INFORMATION or request is None:
        return None
    if not request.lacks or Lack.RECORDED in request.lacks or request.regime is Regime.SUBJECT_ACCESS:
        return None
    by = _answer_by(clarification, policy, now)
    return AskedAtOnce(lacks=request.lacks, letter=clarification.letter, answer_by=by)


# The answer ---------------------------------------------------------------------------------------------------------------


def left_out(lacks: Sequence[Lack]) -> list[Note]:
    """What the customer's answer does not give: the manager hears of it, and mailbot does not ask again."""
    if not lacks:
        return []
    words = f"the customer answered, and the request still lacks {listed([lack.value for lack in lacks])}"
    return [Note(kind=FOR_THE_MANAGER, reason=Reason(LACKS_STILL, words))]
