"""A bounce came: what it means for the letter, its case, its clocks and the address, and who is told.

The bounce lies in the case of its letter; it reopens and answers nothing. A mail about a bounce is a letter too: if that
comes back the next person is told, and an address at which nothing arrives is left out from then on, so that it ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from mailbot.core import schedule, screen
from mailbot.core.action import (
    Action,
    ClearAddress,
    FileMessage,
    JoinCase,
    KeepSilent,
    LetterReturned,
    MarkAddress,
    Note,
    Permission,
    QueueLetter,
)
from mailbot.core.case import Case, CaseStatus, ClockStop, RunningClock
from mailbot.core.clock import OWED
from mailbot.core.clock_action import RestartClock
from mailbot.core.decide.clarifying import not_asked
from mailbot.core.decide.moving import restored
from mailbot.core.decide.wording import case_values, letter_words, mailbox_values, other_contact
from mailbot.core.delivery import TO_CUSTOMERS
from mailbot.core.ladder import Rung, who_is_told
from mailbot.core.letter import Audience, Lane, LetterValues, OutboxState, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.report import Failure, Outcome
from mailbot.core.screen import History, Screening, SentBefore
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import MessageArrived, Returned

ANSWER = "the answer that was sent from the mailbox"
FAILURE_WORDS = {
    Failure.NO_SUCH_ADDRESS: "nothing arrives there, the address does not exist or is shut",
    Failure.MAILBOX_FULL: "the mailbox there is full",
    Failure.REFUSED: "the other server refused the message",
    Failure.TEMPORARY: "the other server did not take it in time",
    Failure.UNCLEAR: "the other server gave no clear reason",
}


def returned(
    trigger: MessageArrived, case: Case | None, screening: Screening, policy: MailboxPolicy, now: datetime
) -> list[Action]:
    """What a bounce brings about. One that is about nothing of ours is filed out of sight, and counted."""
    back, silent = trigger.returned, KeepSilent(reasons=screening.reasons)
    if back is None:
        return [FileMessage(reason=Reason("backscatter")), silent]
    reason = Reason("about-our-letter", _words(back))
    filed = JoinCase(case_id=case.id, version=case.version, reason=reason) if case else FileMessage(reason=reason)
    return [filed, silent, *_comes_to(trigger, back, case, policy, now)]


def heard_from(trigger: MessageArrived, screening: Screening, history: History) -> list[Action]:
    """Something came from an address at which nothing was said to arrive: it works, unless the address is forged."""
    if not history.unreachable or screening.is_forged or screening.verdict in (Verdict.BOUNCE, Verdict.OWN, Verdict.SPAM):
        return []
    return [ClearAddress(address=trigger.message.sender, reason=Reason("wrote-to-us"))]


def _comes_to(
    trigger: MessageArrived, back: Returned, case: Case | None, policy: MailboxPolicy, now: datetime
) -> Iterator[Action]:
    outcome, letter = back.outcome, back.letter
    if outcome is None:
        return  # an absence reply without any mark, perhaps: it says nothing of a delivery
    if outcome.failure is None:
        yield Note(kind="letter", reason=Reason(f"letter-{outcome.action.value}", _words(back)))
        return
    if letter is not None and letter.state is OutboxState.BOUNCED:
        yield Note(kind="letter", reason=Reason("bounced-before", _words(back)))
        return
    failed = Reason(f"letter-{OutboxState.BOUNCED.value}", f"{_words(back)}, {outcome.failure.value}")
    if letter is not None and not back.is_copy:
        yield LetterReturned(letter_id=letter.id, detail=outcome.detail, reason=failed)
    else:
        yield Note(kind="letter", reason=failed)
    if outcome.is_dead_address:
        marked = Reason("nothing-arrives-there", _words(back))
        yield MarkAddress(address=back.recipient.lower(), letter_id=letter.id if letter else None, reason=marked)
    if case and letter is not None and not back.is_copy:
        yield from not_asked(letter, case, policy, now)
    clocks = _not_stopped_after_all(back, case) if case and not back.is_copy else ()
    yield from (_restart(policy, case, clock, now) for clock in clocks if case)
    yield from _tell(trigger, back, case, clocks, policy, now)


# Clocks ------------------------------------------------------------------------------------------------------------------


def _not_stopped_after_all(back: Returned, case: Case) -> Sequence[RunningClock]:
    """The clocks that stopped because the letter went. Once the customer has an answer, no receipt is owed any more."""
    if case.status is CaseStatus.CLOSED:
        return ()
    running = {clock.name for clock in case.clocks}
    stopped = [clock for clock in back.clocks if clock.name not in running]
    if back.letter is None:
        return stopped
    owed = any(clock.kind in OWED for clock in case.clocks)
    return [clock for clock in stopped if owed and ClockStop.RECEIPT_SENT in clock.stopped_by]


def _restart(policy: MailboxPolicy, case: Case, clock: RunningClock, now: datetime) -> RestartClock:
    """To the date it had; if that has passed, it is late at once. A clock that the pack has no more keeps its date alone."""
    computed = restored(policy, case, clock)
    deadlines = schedule.from_now_on(computed, policy.pack.alerts, now) if computed else ()
    return RestartClock(clock_id=clock.id, deadlines=deadlines, reason=Reason("did-not-arrive", clock.name))


# Who is told -------------------------------------------------------------------------------------------------------------


def _tell(
    trigger: MessageArrived,
    back: Returned,
    case: Case | None,
    clocks: Sequence[RunningClock],
    policy: MailboxPolicy,
    now: datetime,
) -> Iterator[Action]:
    """Whoever has the case; of a mail to staff somebody else than its recipient."""
    if _is_enough(back):
        return
    to_staff = back.letter is not None and (back.is_copy or back.letter.purpose not in TO_CUSTOMERS)
    left_out = back.unreachable | ({back.recipient.lower()} if to_staff else set())
    before = SentBefore(unreachable=left_out, spared=frozenset(case.named if case else ()))
    address = _who(case, policy, now, before.excluded)
    permission = screen.permit_staff(address, policy, before)
    if not isinstance(permission, Permission):
        yield KeepSilent(reasons=(*permission, Reason("nobody-else-to-tell", _words(back))))
        return
    yield QueueLetter(
        permission=permission,
        purpose=Purpose.UNDELIVERED,
        letter=policy.pack.letters.staff_undelivered if to_staff else policy.pack.letters.undelivered,
        audience=Audience.STAFF,
        lane=Lane.ALERT,
        key=f"returned:{trigger.message.digest}",
        values=_values(back, case, clocks, policy),
        not_before=policy.pack.working_calendar.next_opening(now),
        observed=not trigger.live,
        reason=Reason("did-not-arrive", _words(back)),
    )


def _is_enough(back: Returned) -> bool:
    """An alarm rings on by itself. Of a mail about a bounce the next one hears only if its recipient hears nothing more.

    What somebody's own messages lack is nobody else's to know.
    """
    if back.letter is not None and back.letter.purpose is Purpose.STANDARDS_NOTE:
        return True
    if back.letter is None or back.outcome is None:
        return False
    dead = back.outcome.is_dead_address
    return back.letter.purpose is Purpose.ALARM or (back.letter.purpose is Purpose.UNDELIVERED and not dead)


def _who(case: Case | None, policy: MailboxPolicy, now: datetime, left_out: frozenset[str]) -> str | None:
    owner = case.owner_address if case else None
    if policy.team is None:
        return owner if owner and owner.lower() not in left_out else policy.manager
    today = policy.pack.working_calendar.local_date(now)
    told = who_is_told(policy.directory, policy.team, owner, Rung.OWNER, today, excluded=left_out)
    return told.person.address if told else policy.manager


def _values(back: Returned, case: Case | None, clocks: Sequence[RunningClock], policy: MailboxPolicy) -> LetterValues:
    about = case_values(policy, case, next(iter(clocks), None)) if case else mailbox_values(policy)
    return replace(
        about,
        reference=case.reference if case else policy.name,
        letter_words=_words(back),
        failed_address=back.recipient,
        failure=_failure_words(back.outcome),
        other_contact=other_contact(case, back.others) if case else None,
    )


def _failure_words(outcome: Outcome | None) -> str:
    words = FAILURE_WORDS[outcome.failure] if outcome and outcome.failure else ""
    return f"{words} (it had been passed on to another address)" if outcome and outcome.elsewhere else words


def _words(back: Returned) -> str:
    return letter_words(back.letter.purpose) if back.letter else ANSWER
