"""A bounce came: what is decided about the letter, its case, its clocks and the address, and who is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailbot.core.action import (
    Action,
    ClearAddress,
    FileMessage,
    JoinCase,
    KeepSilent,
    LetterReturned,
    MarkAddress,
    Note,
    QueueLetter,
)
from mailbot.core.case import CaseStatus, Channel, ClockKind, ClockStop
from mailbot.core.classify import Classification
from mailbot.core.clock_action import RestartClock
from mailbot.core.decide import Findings, decide
from mailbot.core.letter import Audience, Envelope, OutboxState, Purpose
from mailbot.core.match import Match
from mailbot.core.message import Origin
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.report import Failure, Outcome, ReportedAction
from mailbot.core.screen import History, Screening, SentBefore
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import AlarmRings, MessageArrived, Returned
from tests.invented import (
    CUSTOMER,
    DI,
    DIRECTOR,
    MANAGER,
    MO,
    MONDAY,
    OWNER,
    case,
    every,
    kinds,
    message,
    only,
    outbox_letter,
    policy,
    rule,
    running,
    staffed,
)

NOW = MONDAY + timedelta(hours=1)
BOUNCE = Screening(verdict=Verdict.BOUNCE, reasons=(Reason("null-return-path"),))
DEAD = Outcome(action=ReportedAction.FAILED, failure=Failure.NO_SUCH_ADDRESS, detail="5.1.1 user unknown")
FULL = Outcome(action=ReportedAction.FAILED, failure=Failure.MAILBOX_FULL, detail="5.2.2 mailbox full")
RECEIPT_CLOCK = running(
    rule(1, kind=ClockKind.RECEIPT, stopped_by=(ClockStop.RECEIPT_SENT,)),
    id=31,
    name="receipt",
    kind=ClockKind.RECEIPT,
    stopped_by=(ClockStop.RECEIPT_SENT, ClockStop.RESPONSE_SENT),
    due_at=datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC),
)
UNSURE_WHAT = Classification(class_="unsure", best="unsure", confidence=0.0)
OWED = running(rule(), id=32, name="response")


def letter(**changes: Any) -> Any:
    """A receipt to the customer that has gone."""
    given = {"id": 5, "case_id": 7, "purpose": Purpose.RECEIPT, "state": OutboxState.SENT}
    return outbox_letter(**(given | {"envelope": Envelope(reverse_path="", recipient=CUSTOMER)} | changes))


def back(outcome: Outcome | None = DEAD, **changes: Any) -> Returned:
    """The receipt came back."""
    given: dict[str, Any] = {"letter": letter(), "recipient": CUSTOMER, "case_id": 7, "clocks": (RECEIPT_CLOCK,)}
    return Returned(**(given | {"outcome": outcome} | changes))


def decided(returned: Returned | None, mailbox: MailboxPolicy | None = None, **of_case: Any) -> tuple[Action, ...]:
    """What follows when a bounce brings that back."""
    trigger = MessageArrived(
        message=message(sender="mailer-daemon@relay.example"),
        origin=Origin.MAILBOX,
        received_at=NOW,
        born_at=NOW,
        live=True,
        returned=returned,
    )
    found = Findings(screening=BOUNCE, match=Match(), classification=UNSURE_WHAT)
    concerned = case(**({"clocks": (OWED,)} | of_case)) if returned and returned.case_id is not None else None
    return decide(trigger, concerned, found, mailbox or policy(), NOW).actions


def test_a_receipt_that_did_not_arrive_did_not_acknowledge() -> None:
    """The letter is bounced, the address marked, the receipt's clock runs again to its date, and whoever has it is told."""
    actions = decided(back())
    assert kinds(actions) == [JoinCase, KeepSilent, LetterReturned, MarkAddress, RestartClock, QueueLetter]
    assert only(LetterReturned, actions).detail == "5.1.1 user unknown"
    assert only(MarkAddress, actions).address == CUSTOMER
    again = only(RestartClock, actions)
    assert (again.clock_id, again.reason) == (31, Reason("did-not-arrive", "receipt"))
    told = only(QueueLetter, actions)
    assert (told.permission.recipient, told.purpose, told.letter) == (MANAGER, Purpose.UNDELIVERED, "undelivered")
    assert (told.audience, told.values.failed_address) == (Audience.STAFF, CUSTOMER)
    assert told.values.failure == "nothing arrives there, the address does not exist or is shut"


@pytest.mark.parametrize("failure", [Failure.MAILBOX_FULL, Failure.REFUSED, Failure.TEMPORARY, Failure.UNCLEAR])
def test_only_a_dead_address_is_marked(failure: Failure) -> None:
    """For everything else the owner is told what happened, and the address stays."""
    actions = decided(back(replace(DEAD, failure=failure)))
    assert every(MarkAddress, actions) == []
    assert len(every(QueueLetter, actions)) == 1


def test_no_clock_runs_again_for_whoever_has_an_answer() -> None:
    """Once the case is closed or answered, no receipt is owed any more."""
    assert every(RestartClock, decided(back(), status=CaseStatus.CLOSED)) == []
    assert every(RestartClock, decided(back(), clocks=())) == []


def test_an_answer_that_did_not_arrive_answered_nothing() -> None:
    """What staff wrote from the mailbox came back: every clock that it had stopped runs again, and its owner hears of it."""
    actions = decided(back(letter=None, clocks=(RECEIPT_CLOCK, OWED)), clocks=(), owner="Bo", owner_address=OWNER)
    assert [one.clock_id for one in every(RestartClock, actions)] == [31, 32]
    told = only(QueueLetter, actions)
    assert (told.permission.recipient, told.values.letter_words) == (OWNER, "the answer that was sent from the mailbox")


def test_another_way_to_reach_them_is_named() -> None:
    """The way they came by, and other addresses from which they wrote."""
    told = only(QueueLetter, decided(back(others=("ada@work.example",)), channel=Channel.PHONE))
    assert told.values.other_contact == "they came by phone, ada@work.example"


@pytest.mark.parametrize("action", [ReportedAction.DELAYED, ReportedAction.RELAYED, ReportedAction.DELIVERED])
def test_what_is_no_failure_is_noted(action: ReportedAction) -> None:
    actions = decided(back(Outcome(action=action)))
    assert kinds(actions) == [JoinCase, KeepSilent, Note]
    assert only(Note, actions).reason == Reason(f"letter-{action.value}", "the receipt")


def test_a_second_report_and_one_that_says_nothing_change_nothing() -> None:
    """The owner is told once of a letter; an absence reply without any mark tells of no delivery."""
    assert kinds(decided(back(letter=letter(state=OutboxState.BOUNCED)))) == [JoinCase, KeepSilent, Note]
    assert kinds(decided(back(None))) == [JoinCase, KeepSilent]


def test_a_bounce_of_nothing_of_ours_is_out_of_sight() -> None:
    assert decided(None) == (FileMessage(reason=Reason("backscatter")), KeepSilent(reasons=BOUNCE.reasons))


# Staff -----------------------------------------------------------------------------------------------------------------


def alert(**changes: Any) -> Returned:
    """A mail to the manager came back."""
    of = letter(**({"purpose": Purpose.OVERDUE_ALERT, "envelope": Envelope(reverse_path="", recipient=MANAGER)} | changes))
    return back(letter=of, recipient=of.envelope.recipient, clocks=())


def test_of_a_mail_to_staff_somebody_else_is_told() -> None:
    """The manager cannot be reached: the director hears of it, in other words than of a customer's letter."""
    told = only(QueueLetter, decided(alert(), staffed(MO, DI)))
    assert (told.permission.recipient, told.letter) == (DIRECTOR, "staff-undelivered")


def test_a_digest_that_comes_back_is_about_the_mailbox() -> None:
    """It belongs to no case; the mail about it names the mailbox."""
    digest = replace(alert(purpose=Purpose.DIGEST, case_id=None), case_id=None)
    told = only(QueueLetter, decided(digest, staffed(MO, DI)))
    assert told.values.reference == "enquiries"


def test_mails_about_bounces_end() -> None:
    """If the next one's address is dead too, the one after is told; where nobody is left, and for a full mailbox, nobody."""
    dead = replace(alert(purpose=Purpose.UNDELIVERED), unreachable=frozenset({DIRECTOR}))
    assert only(QueueLetter, decided(dead, staffed())).permission.recipient == OWNER
    assert "nobody-else-to-tell" in {reason.rule for reason in every(KeepSilent, decided(dead, policy()))[1].reasons}
    full = replace(alert(purpose=Purpose.UNDELIVERED), outcome=FULL)
    assert every(QueueLetter, decided(full, staffed())) == []
    assert every(QueueLetter, decided(alert(purpose=Purpose.ALARM), staffed(MO, DI))) == []


def test_what_somebodys_own_messages_lack_is_told_to_nobody_else() -> None:
    """The address is marked; no colleague hears that there was such a note."""
    note = letter(case_id=None, purpose=Purpose.STANDARDS_NOTE, envelope=Envelope(reverse_path="", recipient=OWNER))
    done = decided(back(letter=note, recipient=OWNER, case_id=None, clocks=()), staffed())
    assert MarkAddress in kinds(done)
    assert QueueLetter not in kinds(done)


def test_an_alarm_rings_where_it_can_be_heard() -> None:
    """Whoever cannot be reached is left out of the alarm; if that is everybody, it rings there all the same."""
    trigger = AlarmRings(number=1, what="danger", times=1)
    for known, rings_at in ((staffed(MO, DI), DIRECTOR), (policy(), MANAGER)):
        before = SentBefore(unreachable=frozenset({MANAGER}))
        actions = decide(trigger, case(), None, known, NOW, before).actions
        assert only(QueueLetter, actions).permission.recipient == rings_at


def test_whoever_has_the_case_hears_the_first_ring() -> None:
    """An alarm about a case reaches its owner once, beside those on duty; ring after ring is theirs alone."""
    owned = case(owner="Robin", owner_address="robin@harbour.example")
    for times, told in ((0, [MANAGER, "robin@harbour.example"]), (1, [MANAGER])):
        actions = decide(AlarmRings(number=1, what="danger", times=times), owned, None, policy(), NOW, SentBefore()).actions
        assert [letter.permission.recipient for letter in every(QueueLetter, actions)] == told


# Later -----------------------------------------------------------------------------------------------------------------


def test_whoever_writes_has_an_address_that_works() -> None:
    """Any message but a bounce, our own and spam clears the mark of its sender."""
    for verdict in Verdict:
        trigger = MessageArrived(message=message(), origin=Origin.MAILBOX, received_at=NOW, born_at=NOW, live=True)
        found = Findings(
            screening=Screening(verdict=verdict),
            match=Match(),
            classification=UNSURE_WHAT,
            history=History(unreachable=True),
        )
        cleared = every(ClearAddress, decide(trigger, None, found, policy(), NOW).actions)
        works = verdict not in (Verdict.BOUNCE, Verdict.OWN, Verdict.SPAM)
        assert [one.address for one in cleared] == ([CUSTOMER] if works else [])


def test_whoever_forges_an_address_does_not_show_that_it_works() -> None:
    """Our border says that the customer may not have written: letters go on resting."""
    trigger = MessageArrived(message=message(), origin=Origin.MAILBOX, received_at=NOW, born_at=NOW, live=True)
    forged = Screening(verdict=Verdict.HUMAN, silences=(Reason("dmarc-fail", "Authentication-Results"),))
    found = Findings(screening=forged, match=Match(), classification=UNSURE_WHAT, history=History(unreachable=True))
    assert every(ClearAddress, decide(trigger, None, found, policy(), NOW).actions) == []
