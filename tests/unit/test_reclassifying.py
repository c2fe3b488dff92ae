"""A person gives a case another class: which clocks stop, which begin and from when, and what its customer hears."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from mailbot.core.action import Action, ChangeCase, KeepSilent, LearnClass, Note, QueueLetter, WithdrawLetter
from mailbot.core.case import Case, CaseStatus, Channel, ClockKind, ClockStop, EndedClock, RunningClock
from mailbot.core.case_command import CaseReclassified, Past
from mailbot.core.clock_action import RestartClock, StartClock, StopClock
from mailbot.core.clock_rule import ClockEvent, ClockRule, ClockStart, WhenPassed
from mailbot.core.decide import decide
from mailbot.core.decide.moving import start_clocks
from mailbot.core.letter import OutboxState, Purpose
from mailbot.core.policy import UNSURE, Pack
from mailbot.core.screen import SentBefore
from mailbot.errors import PermanentError
from tests.invented import (
    CUSTOMER,
    MONDAY,
    OWNER,
    at,
    case,
    every,
    only,
    outbox_letter,
    pack,
    policy,
    rule,
    running,
    shipped_pack,
)

LATER = at("2026-12-01 10:00").astimezone(UTC)
"""Tuesday 1 December 2026, eight days after the message came."""
BOTH = ("enquiry", "complaint")
RECEIPT = rule(1, name="receipt", kind=ClockKind.RECEIPT, classes=BOTH, stopped_by=(ClockStop.RECEIPT_SENT,))
ANSWER, COMPLAINT = rule(14), rule(10, classes=("complaint",), promised=True)
WITH_ALL = pack(RECEIPT, ANSWER, COMPLAINT)


def said(
    known: Case, class_: str = "complaint", found: Pack = WITH_ALL, before: SentBefore | None = None, **past: Any
) -> tuple[Action, ...]:
    """What another class does to a case under a pack."""
    command = CaseReclassified(class_=class_, why="she complains", past=Past(**past), at=LATER)
    return decide(command, known, None, policy(pack=found), LATER, before).actions


def enquiry(*clocks: RunningClock, **changes: Any) -> Case:
    """An enquiry whose customer has a receipt."""
    return case(**{"may_write": True, "clocks": clocks, **changes})


def ended(clock: RunningClock, outcome: str = "met", when: datetime = MONDAY + timedelta(hours=1)) -> EndedClock:
    """A clock that stopped, in time an hour after the receipt."""
    return EndedClock(clock=clock, stopped_at=when, outcome=outcome)


def quietly(found: Pack) -> Pack:
    """The pack, which confirms no class anew."""
    return replace(found, classes={key: replace(one, confirm_reclassified=False) for key, one in found.classes.items()})


def started(actions: tuple[Action, ...]) -> dict[str, datetime]:
    """The clocks that begin, and from when they count."""
    return {one.name: one.started_at for one in every(StartClock, actions)}


def due(actions: tuple[Action, ...]) -> str:
    """The local date of the one clock that begins."""
    return f"{only(StartClock, actions).due_at.astimezone(at('2026-12-01 10:00').tzinfo):%Y-%m-%d}"


# Clocks ----------------------------------------------------------------------------------------------------------------


def test_the_case_has_its_class_and_mailbot_keeps_it_to_learn_from() -> None:
    """The history tells from which class to which, and why."""
    actions = said(enquiry(running(ANSWER)))
    change, learnt = only(ChangeCase, actions), only(LearnClass, actions)
    assert (change.class_, change.reason.rule) == ("complaint", "reclassified")
    assert change.reason.detail == "enquiry -> complaint: she complains"
    assert (learnt.old_class, learnt.new_class, learnt.why) == ("enquiry", "complaint", "she complains")


def test_a_clock_of_the_old_class_alone_stops_neither_met_nor_late() -> None:
    """Nobody answered it and nobody missed it: no figure counts it."""
    (stop,) = every(StopClock, said(enquiry(running(ANSWER, id=3))))
    assert (stop.clock_id, stop.outcome, stop.stopped_at) == (3, "reclassified", LATER)


def test_a_clock_of_the_new_class_counts_from_the_receipt() -> None:
    """Said eight days later, a complaint is due ten working days after it came."""
    actions = said(enquiry(running(ANSWER)))
    assert started(actions) == {"response": MONDAY}
    assert due(actions) == "2026-12-07"


def test_a_clock_that_both_classes_have_goes_on_untouched() -> None:
    """The receipt is owed as it was."""
    assert started(said(enquiry(running(RECEIPT, id=1), running(ANSWER, id=2)))) == {"response": MONDAY}
    assert [one.clock_id for one in every(StopClock, said(enquiry(running(RECEIPT, id=1), running(ANSWER, id=2))))] == [2]


@pytest.mark.parametrize(
    ("class_", "law", "date"),
    [
        ("foi_request", "Freedom of Information Act 2000", "2026-12-22"),
        ("subject_access_request", "UK GDPR", "2026-12-23"),
    ],
)
def test_a_date_of_the_law_counts_from_the_day_of_receipt(class_: str, law: str, date: str) -> None:
    """However late somebody sees what it is: twenty working days (not St Andrew's), or a month, from 23 November."""
    found = shipped_pack()
    old = next(one for one in found.clocks if one.name == "response" and "enquiry" in one.classes)
    actions = said(enquiry(running(old)), class_, found)
    assert due(actions) == date
    assert only(StartClock, actions).law.startswith(law)


def test_a_date_that_has_passed_is_told_at_once_and_what_was_to_be_told_before_is_not() -> None:
    """Nobody is warned of yesterday; that it is late is told."""
    short = rule(3, classes=("complaint",), warn_before=1, when_passed=WhenPassed.DELAY_NOTICE, notice_before=1)
    actions = said(enquiry(running(ANSWER)), found=quietly(pack(ANSWER, short)))
    assert [one.kind for one in only(StartClock, actions).deadlines] == ["due"]


def test_a_receipt_is_not_owed_twice() -> None:
    """What ended the old clock would have ended the new one."""
    other = replace(RECEIPT, classes=("complaint",), amount=2)
    found = quietly(pack(replace(RECEIPT, classes=("enquiry",)), other))
    assert started(said(enquiry(), found=found, ended=(ended(running(RECEIPT)),))) == {}
    assert started(said(enquiry(), found=found)) == {"receipt": MONDAY}


def test_a_formal_acknowledgement_is_owed_though_a_receipt_went() -> None:
    """A receipt acknowledged the enquiry; the complaint wants more than that."""
    by_receipt = rule(5, name="ack", kind=ClockKind.ACKNOWLEDGEMENT, stopped_by=(ClockStop.RECEIPT_SENT,))
    formal = replace(by_receipt, classes=("complaint",), stopped_by=(ClockStop.ACKNOWLEDGEMENT_SENT,))
    found = quietly(pack(by_receipt, formal))
    assert started(said(enquiry(), found=found, ended=(ended(running(by_receipt)),))) == {"ack": MONDAY}


def test_an_answer_to_the_old_class_is_no_answer_to_the_new_one() -> None:
    """A person says whether it was: until then the complaint's date runs."""
    assert started(said(enquiry(), ended=(ended(running(ANSWER)),))) == {"response": MONDAY}


def starting(event: ClockStart, **changes: Any) -> tuple[ClockRule, Pack]:
    """A complaint's clock that something else than the receipt starts."""
    found = rule(5, name="other", kind=ClockKind.PROGRESS, classes=("complaint",), starts_on=event, **changes)
    return found, quietly(pack(found))


def test_what_runs_from_an_acknowledgement_counts_from_when_it_went() -> None:
    """From the receipt, where the receipt was the acknowledgement; not at all while one is still owed."""
    _, found = starting(ClockStart.ACKNOWLEDGEMENT)
    went = ended(running(RECEIPT))
    assert started(said(enquiry(), found=found, ended=(went,))) == {"other": went.stopped_at}
    assert started(said(enquiry(), found=found)) == {}
    formal = rule(5, name="ack", kind=ClockKind.ACKNOWLEDGEMENT, classes=("complaint",))
    owed = replace(found, clocks=(*found.clocks, formal))
    assert started(said(enquiry(), found=owed, ended=(went,))) == {"ack": MONDAY}


def test_what_runs_from_an_assignment_counts_from_the_assignment() -> None:
    """Whoever has the case already had it from that day; a case that nobody has waits for somebody."""
    _, found = starting(ClockStart.ASSIGNMENT)
    thursday = MONDAY + timedelta(days=3)
    owned = enquiry(owner="Bo", owner_address=OWNER)
    assert started(said(owned, found=found, assigned_at=thursday)) == {"other": thursday}
    assert started(said(enquiry(), found=found, assigned_at=thursday)) == {}


def test_what_runs_from_asking_counts_from_when_the_customer_was_asked() -> None:
    """Only while the case still waits for them."""
    _, found = starting(ClockStart.ASKING_LETTER)
    thursday = MONDAY + timedelta(days=3)
    assert started(said(enquiry(status=CaseStatus.WAITING), found=found, asked_at=thursday)) == {"other": thursday}
    assert started(said(enquiry(), found=found, asked_at=thursday)) == {}


def test_a_wish_to_be_called_back_keeps_its_day() -> None:
    """The new class has its own time for it, from when the wish was made."""
    old = rule(1, name="call", kind=ClockKind.CALL_BACK, starts_on=ClockStart.CALL_BACK)
    found = quietly(pack(old, replace(old, amount=2, classes=("complaint",))))
    friday = MONDAY + timedelta(days=4)
    assert started(said(enquiry(running(old, friday)), found=found)) == {"call": friday}
    assert started(said(enquiry(), found=found)) == {}


def law_s_clock(class_: str, **changes: Any) -> RunningClock:
    """The law's clock of a class, by the shipped pack."""
    return running(next(one for one in shipped_pack().clocks if class_ in one.classes and one.law), **changes)


def test_the_law_s_date_of_a_matter_that_was_merged_into_the_case_goes_on() -> None:
    """It is not the enquiry's: whatever the enquiry turns out to be, the request for information is due on its day."""
    found, earlier = shipped_pack(), MONDAY - timedelta(days=7)
    house = running(next(one for one in found.clocks if one.name == "response" and "enquiry" in one.classes), id=1)
    both = enquiry(house, law_s_clock("foi_request", started_at=earlier, id=2))
    assert [one.clock_id for one in every(StopClock, said(both, "subject_access_request", found))] == [1]
    request_after_all = said(both, "foi_request", found)
    assert [one.clock_id for one in every(StopClock, request_after_all)] == [1]
    assert every(StartClock, request_after_all) == []  # no second one, which would be due later


def test_an_unsure_case_keeps_the_clocks_that_its_class_has() -> None:
    """The strictest answer that was thought possible was the complaint's: it goes on; the enquiry's begins otherwise."""
    unsure = enquiry(running(COMPLAINT, id=4), class_=UNSURE)
    kept = said(unsure)
    assert (every(StopClock, kept), every(StartClock, kept)) == ([], [])
    other = said(unsure, "enquiry")
    assert [one.clock_id for one in every(StopClock, other)] == [4]
    assert started(other) == {"response": MONDAY}


def test_said_back_the_old_clock_runs_on_with_the_days_it_had_stood_still() -> None:
    """A slip of the hand costs a case nothing: its clock has its old date again, and no second one begins."""
    waits = replace(ANSWER, pauses_on=(ClockEvent.WAITING,))
    day = MONDAY.date()
    old = running(waits, id=3, pauses=((day + timedelta(days=1), day + timedelta(days=2)),))
    found = pack(RECEIPT, waits, COMPLAINT)
    true_to_its_rule = replace(old, due_at=at("2026-12-15 23:59:59").astimezone(UTC))
    actions = said(
        enquiry(running(COMPLAINT, id=8), class_="complaint"),
        "enquiry",
        found,
        ended=(ended(true_to_its_rule, "reclassified"), ended(replace(true_to_its_rule, id=9), "met")),
    )
    again = only(RestartClock, actions)
    assert (again.clock_id, again.deadlines[-1].kind) == (3, "due")
    assert again.deadlines[-1].due_at - true_to_its_rule.due_at <= timedelta(seconds=1)
    assert [one.clock_id for one in every(StopClock, actions)] == [8]
    assert every(StartClock, actions) == []


def test_a_progress_letter_whose_day_has_passed_is_announced_before_it_goes() -> None:
    """Whoever has the case hears of it first, as of every letter that a date brings."""
    progress = rule(
        3, name="progress", kind=ClockKind.PROGRESS, classes=("complaint",), repeats=True, when_passed=WhenPassed.NOTICE
    )
    actions = said(enquiry(), found=quietly(pack(progress)))
    assert [one.kind for one in only(StartClock, actions).deadlines] == ["announce"]


@pytest.mark.parametrize(("status", "again"), [(CaseStatus.WAITING, [3]), (CaseStatus.OPEN, [])])
def test_said_back_a_clock_stands_still_only_while_the_answer_is_still_to_come(status: CaseStatus, again: list[int]) -> None:
    """The customer answered while the case was taken for a complaint: the enquiry's clock runs, from the receipt."""
    waits = replace(ANSWER, pauses_on=(ClockEvent.WAITING,))
    old = ended(running(waits, id=3, paused_on=MONDAY.date() + timedelta(days=1)), "reclassified")
    known = enquiry(running(COMPLAINT, id=8), class_="complaint", status=status)
    actions = said(known, "enquiry", quietly(pack(waits, COMPLAINT)), ended=(old,))
    assert [(one.clock_id, one.deadlines) for one in every(RestartClock, actions)] == [(one, ()) for one in again]
    assert started(actions) == ({} if again else {"response": MONDAY})


def as_running(found: Sequence[StartClock]) -> tuple[RunningClock, ...]:
    """Clocks that began, as a case has them."""
    return tuple(
        RunningClock(
            id=number,
            name=one.name,
            kind=one.kind,
            law=one.law,
            started_by=one.started_by,
            started_at=one.started_at,
            counts_from=one.started_at,
            due_at=one.due_at,
            original_due_at=one.due_at,
            why=one.why,
            stopped_by=one.stopped_by,
        )
        for number, one in enumerate(found, start=1)
    )


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.LETTER])
@pytest.mark.parametrize("name", ["generic", "jersey-oic", "norfolk-connect", "northants-fire", "oxfordshire"])
def test_a_case_whose_class_is_seen_late_has_the_dates_it_would_have_had_from_the_first_day(
    name: str, channel: Channel
) -> None:
    """Under every pack, from every class or none to every other: the same clocks, each counted from the same receipt."""
    found = shipped_pack(name)
    mailbox = policy(pack=found)
    for old, new in product([*found.classes, UNSURE], found.classes):
        if old == new:
            continue
        first = as_running(start_clocks(mailbox, old, channel, ClockStart.RECEIPT, MONDAY))
        actions = said(enquiry(*first, class_=old, channel=channel), new, found)
        gone = {one.clock_id for one in every(StopClock, actions)}
        now = [*(one for one in first if one.id not in gone), *every(StartClock, actions)]
        known = start_clocks(mailbox, new, channel, ClockStart.RECEIPT, MONDAY)
        assert sorted((one.name, one.law, one.due_at) for one in now) == sorted(
            (one.name, one.law, one.due_at) for one in known
        ), f"{old} -> {new}"


# What is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "class_", "sentence"),
    [
        (enquiry(), "complant", "there is no class 'complant'; did you mean 'complaint'?"),
        (enquiry(), "xyz", "there is no class 'xyz'; write one of enquiry, service_request, foi_request"),
        (enquiry(), UNSURE, "there is no class 'unsure'"),
        (enquiry(), "enquiry", "is a case of class 'enquiry' already"),
        (enquiry(status=CaseStatus.CLOSED), "complaint", "is closed, nothing is owed in it"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(known: Case, class_: str, sentence: str) -> None:
    """Nothing happens, and whoever said it reads why and what to write instead."""
    with pytest.raises(PermanentError) as refused:
        said(known, class_)
    assert sentence in str(refused.value)
    assert known.reference in str(refused.value)


# The customer ----------------------------------------------------------------------------------------------------------


def test_the_receipt_of_the_new_class_follows_where_the_pack_says_so() -> None:
    """With the date that binds now, in opening hours, as an answer to the customer's message."""
    letter = only(QueueLetter, said(enquiry(running(ANSWER), last_message_id="1@example.org")))
    assert (letter.letter, letter.purpose, letter.permission.recipient) == ("receipt-complaint", Purpose.RECEIPT, CUSTOMER)
    assert (letter.values.due_on, letter.values.received_on) == ("Monday 7 December 2026", "Monday 23 November 2026")
    assert (letter.in_reply_to, letter.not_before) == ("1@example.org", LATER)


def test_where_the_date_of_the_receipt_has_passed_a_person_writes() -> None:
    """The class is said all the same: no letter names a date that has passed, and the command asks its person to write."""
    late = pack(RECEIPT, ANSWER, rule(5, classes=("complaint",), promised=True))
    actions = said(enquiry(), found=late)
    assert only(ChangeCase, actions).class_ == "complaint"
    assert every(QueueLetter, actions) == []
    (left,) = [one.reason.detail for one in every(Note, actions) if one.kind == "letter-needs-a-person"]
    assert left == "the receipt would name a date, and none is to come: please write to the customer"


def test_no_letter_goes_where_the_pack_does_not_say_so() -> None:
    """Nor is that called silence: nothing was withheld."""
    actions = said(enquiry(running(ANSWER)), found=quietly(WITH_ALL))
    assert (every(QueueLetter, actions), every(KeepSilent, actions)) == ([], [])


@pytest.mark.parametrize(
    ("standing", "sent", "rule_"),
    [
        ({"may_write": False}, 0, "no-letter-was-permitted"),
        ({"quiet": True}, 0, "case-is-quiet"),
        ({}, 5, "cap-per-sender-and-day"),
    ],
)
def test_whoever_may_not_be_written_to_gets_no_letter(standing: dict[str, bool], sent: int, rule_: str) -> None:
    """The same holds as for every letter that a date brings, and the reason is written down."""
    actions = said(enquiry(running(ANSWER), **standing), before=SentBefore(to={CUSTOMER: sent}))
    assert [reason.rule for reason in only(KeepSilent, actions).reasons] == [rule_]
    assert every(QueueLetter, actions) == []


def test_a_receipt_that_still_waits_does_not_go_and_the_right_one_goes_in_its_place() -> None:
    """Whatever the pack says about letters afterwards: the customer gets one receipt, and it is not the wrong one."""
    waits = outbox_letter(id=6, state=OutboxState.DEFERRED, not_before=LATER + timedelta(hours=3))
    actions = said(enquiry(running(ANSWER)), found=quietly(WITH_ALL), receipts=(waits,))
    assert only(WithdrawLetter, actions).letter_id == 6
    assert (only(QueueLetter, actions).letter, only(QueueLetter, actions).not_before) == ("receipt-complaint", waits.not_before)


def test_nobody_gets_the_receipt_again_that_they_had_last() -> None:
    """A slip at night, taken back before the office opens: the letter about it never goes, and the first one stands."""
    had = outbox_letter(id=5, letter="receipt-enquiry", state=OutboxState.SENT)
    waits = outbox_letter(id=6, letter="receipt-complaint", state=OutboxState.QUEUED)
    taken_back = said(enquiry(running(COMPLAINT), class_="complaint"), "enquiry", receipts=(had, waits))
    assert only(WithdrawLetter, taken_back).letter_id == 6
    assert every(QueueLetter, taken_back) == []
    came_back = replace(had, letter="receipt-complaint", state=OutboxState.BOUNCED)
    assert every(QueueLetter, said(enquiry(running(ANSWER)), receipts=(came_back,))) != []
    assert every(QueueLetter, said(enquiry(running(ANSWER)), receipts=(replace(came_back, state=OutboxState.SENT), had))) != []
    assert every(QueueLetter, said(enquiry(running(ANSWER)), receipts=(replace(came_back, state=OutboxState.SENT),))) == []


def test_whoever_has_been_answered_is_not_told_that_their_message_has_come() -> None:
    """Staff have written: what it is now, they say themselves."""
    assert every(QueueLetter, said(enquiry(running(ANSWER)), answered=True)) == []


def request(class_: str = "foi_request") -> Case:
    """A case with the law's clock of its class."""
    return enquiry(law_s_clock(class_), class_=class_)


def test_no_later_date_than_the_law_s_goes_without_a_word() -> None:
    """Twenty working days became a month: the letter says so, and where none goes, somebody is asked to."""
    known = request()
    told = every(Note, said(known, "subject_access_request", shipped_pack()))
    assert [(one.kind, one.reason.rule) for one in told] == [("finding", "later-than-the-law-s-date")]
    left = only(Note, said(known, "subject_access_request", quietly(shipped_pack())))
    assert left.kind == "letter-needs-a-person"
    assert "Tuesday 22 December 2026" in left.reason.detail
    assert "now Wednesday 23 December 2026. Nothing told the customer" in left.reason.detail


@pytest.mark.parametrize("known", [request(), replace(request(), class_=UNSURE)])
def test_an_earlier_date_needs_no_word(known: Case) -> None:
    """An enquiry is due before a request for information; and nobody was promised what was only thought possible."""
    assert every(Note, said(known, "enquiry", shipped_pack())) == []


def test_no_date_at_all_instead_of_the_law_s_is_told_too() -> None:
    """What is not for us is not answered: whoever was told a date hears from a person."""
    left = only(Note, said(request(), "not_for_us", shipped_pack()))
    assert left.reason.detail.endswith("now none. Nothing told the customer: please do")
