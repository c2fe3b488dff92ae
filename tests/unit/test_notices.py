"""Automatic letters to customers that a date brings: delay, progress, status, silence; and the word to staff before them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailbot.adapters.rule_files import load_clock
from mailbot.core.action import Action, ChangeCase, KeepSilent, Note, QueueLetter
from mailbot.core.calendar import ShutDays
from mailbot.core.case import Case, CaseStatus, ClockKind, ClockStop, Moment, RunningClock
from mailbot.core.clock_action import AddDeadline, Deadline, MoveClock, ReplaceDeadline, StopClock
from mailbot.core.clock_rule import ClockEvent, ClockRule, ClockStart, ExtendedBy, Extension, Unit, WhenPassed
from mailbot.core.decide import decide
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import UNSURE
from mailbot.core.screen import SentBefore
from tests.invented import (
    CUSTOMER,
    MANAGER,
    RULES,
    at,
    case,
    every,
    kinds,
    only,
    pack,
    policy,
    reached,
    rule,
    running,
    shipped_pack,
)

MORE = Extension(amount=10, unit=Unit.WORKING_DAYS, by=ExtendedBy.NOTICE, at_most=2, source="a by-law")
DELAYED = rule(14, notice_before=1, when_passed=WhenPassed.DELAY_NOTICE, extension=MORE)
"""An enquiry of Monday 23 November 2026 is due on Friday 11 December; its notice of delay goes on Thursday the 10th."""
THURSDAY = at("2026-12-10 09:00")
PROGRESS = rule(10, name="progress", kind=ClockKind.PROGRESS, repeats=True, when_passed=WhenPassed.NOTICE)
STATUS = replace(PROGRESS, name="status", kind=ClockKind.STATUS)
MONDAY_OF_PROGRESS = at("2026-12-07 09:00")
SILENCE = rule(
    20,
    name="silence",
    kind=ClockKind.SILENCE,
    starts_on=ClockStart.ASKING_LETTER,
    stopped_by=(ClockStop.CUSTOMER_ANSWERED, ClockStop.CASE_CLOSED),
    when_passed=WhenPassed.CLOSE,
    warn_before=5,
)
"""We asked on Monday 23 November 2026: an answer is due by Monday 21 December, and the case is closed on the 22nd."""
FOIA = load_clock(RULES, "foia")


def told(
    found: ClockRule,
    moment: Moment,
    now: datetime,
    *others: RunningClock,
    before: SentBefore | None = None,
    clock: RunningClock | None = None,
    shut: ShutDays | None = None,
    planned_at: datetime | None = None,
    **standing: Any,
) -> tuple[Action, ...]:
    """What follows when this moment of this clock has come, in a case of a customer who may be written to."""
    clock = clock or running(found)
    known = case(**{"may_write": True, "clocks": (clock, *others), **standing})
    trigger = reached(clock, moment, planned_at=(planned_at or now).astimezone(UTC))
    return decide(trigger, known, None, policy(pack=pack(found, shut=shut)), now.astimezone(UTC), before).actions


def waiting(*others: RunningClock, moment: Moment, now: str, **more: Any) -> tuple[Action, ...]:
    """What follows in the life of a silence, while the case waits for the customer."""
    return told(SILENCE, moment, at(now), *others, **{"status": CaseStatus.WAITING, **more})


def why(actions: tuple[Action, ...]) -> list[str]:
    """What is left to a person, and why."""
    return [note.reason.detail for note in every(Note, actions) if note.kind == "letter-needs-a-person"]


# Delay -----------------------------------------------------------------------------------------------------------------


def test_a_notice_of_delay_tells_the_new_date_and_the_clock_has_it() -> None:
    """The day before the date passes the customer hears of ten working days more, and from then on that date counts."""
    actions = told(DELAYED, Moment.NOTICE, THURSDAY, last_message_id="2@example.org")
    letter, moved = only(QueueLetter, actions), only(MoveClock, actions)
    assert kinds(actions) == [Note, QueueLetter, MoveClock]
    assert (letter.purpose, letter.letter, letter.audience, letter.lane) == (
        Purpose.DELAY_NOTICE,
        "delay-notice",
        Audience.CUSTOMER,
        Lane.NOTICE,
    )
    assert letter.permission.recipient == CUSTOMER
    assert letter.values.due_on == "Friday 11 December 2026"
    assert letter.values.revised_on == "Tuesday 29 December 2026"
    assert letter.values.delay_reason is None
    assert letter.states_date == date(2026, 12, 29)
    assert (letter.in_reply_to, letter.references) == ("2@example.org", ("2@example.org",))
    assert letter.not_before == THURSDAY
    assert (moved.clock_id, moved.due_at) == (1, at("2026-12-29 23:59:59"))
    assert (moved.extensions, moved.counts_from) == (1, running(DELAYED).counts_from)
    assert Deadline(kind=Moment.NOTICE, due_at=at("2026-12-24 09:00").astimezone(UTC)) in moved.deadlines


def test_a_second_notice_of_delay_counts_on_from_the_first() -> None:
    """Ten working days more again: a clock that was extended once has fourteen and twenty in all."""
    again = running(DELAYED, extensions=1, due_at=at("2026-12-29 23:59:59").astimezone(UTC))
    actions = told(DELAYED, Moment.NOTICE, at("2026-12-24 09:00"), clock=again)
    assert only(QueueLetter, actions).values.revised_on == "Wednesday 13 January 2027"
    assert only(MoveClock, actions).extensions == 2


def test_after_as_many_notices_as_the_pack_allows_a_person_is_asked() -> None:
    """A third notice does not go, the date stays, and the history says that somebody must write."""
    actions = told(DELAYED, Moment.NOTICE, THURSDAY, clock=running(DELAYED, extensions=2))
    assert kinds(actions) == [Note, Note]
    assert why(actions) == ["the clock 'response' can be extended 2 times at most: a by-law"]


@pytest.mark.parametrize(
    "found",
    [
        replace(FOIA, classes=("enquiry",), when_passed=WhenPassed.DELAY_NOTICE, extension=MORE),
        replace(DELAYED, extension=None),
        replace(DELAYED, extension=replace(MORE, by=ExtendedBy.PERSON)),
    ],
    ids=["a date of the law", "no extension", "only a person extends it"],
)
def test_no_notice_moves_a_date_that_it_may_not_move(found: ClockRule) -> None:
    """Whatever a file says, a statutory date stays; so does one that nobody, or only a person, may extend."""
    actions = told(found, Moment.NOTICE, THURSDAY)
    assert kinds(actions) == [Note, Note]
    assert why(actions) == ["no notice moves this date"]


def test_a_pack_s_own_date_is_not_put_off_beside_a_date_of_the_law() -> None:
    """J18: where a statute's date binds the answer, no letter promises a later one of the pack's."""
    actions = told(DELAYED, Moment.NOTICE, THURSDAY, running(replace(FOIA, classes=("enquiry",)), id=2))
    assert kinds(actions) == [Note, Note]
    assert why(actions) == ["a date of the law binds"]


@pytest.mark.parametrize("found", [DELAYED, PROGRESS, STATUS], ids=lambda found: str(found.kind))
def test_while_we_wait_for_the_customer_no_letter_excuses_us(found: ClockRule) -> None:
    """The notice is asked about again on the next working day, and the history says what it waits for."""
    actions = told(found, Moment.NOTICE, THURSDAY, status=CaseStatus.WAITING)
    assert kinds(actions) == [Note, AddDeadline]
    added = only(AddDeadline, actions)
    assert added.deadline == Deadline(kind=Moment.ANNOUNCE, due_at=at("2026-12-11 09:00").astimezone(UTC))
    assert added.reason.rule == "waits-for-the-customer"


@pytest.mark.parametrize("found", [DELAYED, PROGRESS, STATUS], ids=lambda found: str(found.kind))
def test_a_letter_that_was_put_off_is_announced_anew(found: ClockRule) -> None:
    """The case runs again on Friday: the owner hears of the letter that morning, and it goes on Monday."""
    actions = told(found, Moment.ANNOUNCE, at("2026-12-11 09:00"))
    assert kinds(actions) == [Note, QueueLetter, AddDeadline]
    letter = only(QueueLetter, actions)
    assert (letter.purpose, letter.audience, letter.values.goes_on) == (
        Purpose.HEADS_UP,
        Audience.STAFF,
        "Monday 14 December 2026",
    )
    monday = Deadline(kind=Moment.NOTICE, due_at=at("2026-12-14 09:00").astimezone(UTC))
    assert only(AddDeadline, actions).deadline == monday


def test_a_letter_that_was_put_off_waits_as_long_as_the_case_does() -> None:
    """While the customer has not answered nobody hears of the letter; it is asked about again on the next working day."""
    actions = told(DELAYED, Moment.ANNOUNCE, at("2026-12-11 09:00"), status=CaseStatus.WAITING)
    added = only(AddDeadline, actions)
    assert added.deadline == Deadline(kind=Moment.ANNOUNCE, due_at=at("2026-12-14 09:00").astimezone(UTC))
    assert kinds(actions) == [Note, AddDeadline]


def test_a_letter_that_gives_way_to_another_stays_unannounced_until_the_owner_hears_of_it() -> None:
    """The case waits and the customer had another letter today: tomorrow it is still to be announced first."""
    before = SentBefore(noticed=frozenset({7}))
    actions = told(DELAYED, Moment.ANNOUNCE, at("2026-12-11 09:00"), status=CaseStatus.WAITING, before=before)
    assert only(AddDeadline, actions).deadline.kind is Moment.ANNOUNCE


@pytest.mark.parametrize(
    ("now", "kind", "goes"),
    [("2026-12-14 09:00", Moment.WARN, "2026-12-15 09:00"), ("2026-12-22 09:00", Moment.NOTICE, "2026-12-23 09:00")],
    ids=["asks for an answer", "closes the case"],
)
def test_a_letter_about_a_silence_is_announced_as_what_it_is(now: str, kind: Moment, goes: str) -> None:
    """Before the date it asks for an answer, after it it closes the case; either goes the working day after its word."""
    actions = waiting(moment=Moment.ANNOUNCE, now=now)
    assert only(QueueLetter, actions).purpose is Purpose.HEADS_UP
    assert only(AddDeadline, actions).deadline == Deadline(kind=kind, due_at=at(goes).astimezone(UTC))


def test_nobody_is_asked_for_an_answer_while_something_is_owed() -> None:
    """A reminder that was to be announced first, and that does not go as things stand, is skipped like any other."""
    actions = waiting(OWED, moment=Moment.ANNOUNCE, now="2026-12-14 09:00")
    assert [note.kind for note in every(Note, actions)] == ["deadline-announce", "deadline-skipped"]
    assert kinds(actions) == [Note, Note]


def test_a_case_that_nobody_has_classified_is_not_put_off_automatically() -> None:
    """It may turn out to be a request that the law gives a date: a later one is not promised by a machine."""
    actions = told(DELAYED, Moment.NOTICE, THURSDAY, class_=UNSURE)
    assert kinds(actions) == [Note, Note]
    assert why(actions) == ["nobody has said yet what the case is about"]


def test_a_clock_that_the_pack_has_no_more_is_left_to_a_person() -> None:
    """A date that no rule explains any more is not moved by a letter."""
    gone = running(replace(DELAYED, name="answer"))
    actions = told(DELAYED, Moment.NOTICE, THURSDAY, clock=gone)
    assert why(actions) == ["the pack has no such clock any more"]
    assert QueueLetter not in kinds(actions)


@pytest.mark.parametrize(
    ("now", "goes"), [("2026-12-24 09:00", True), ("2026-12-29 09:00", False), ("2027-01-05 09:00", False)]
)
def test_no_notice_of_delay_names_a_date_that_has_come(now: str, goes: bool) -> None:
    """After an outage beyond the new date as well the customer is not told of it: a person writes."""
    actions = told(DELAYED, Moment.NOTICE, at(now))
    assert (QueueLetter in kinds(actions), MoveClock in kinds(actions)) == (goes, goes)
    assert why(actions) == ([] if goes else ["the new date has passed as well"])


@pytest.mark.parametrize(
    ("standing", "reason"),
    [({"may_write": False}, "no-letter-was-permitted"), ({"quiet": True}, "case-is-quiet")],
)
def test_a_customer_who_cannot_be_told_keeps_the_date_they_know(standing: dict[str, Any], reason: str) -> None:
    """Without a letter there is no new date: the old one passes, and staff are alerted."""
    actions = told(DELAYED, Moment.NOTICE, THURSDAY, **standing)
    assert kinds(actions) == [Note, KeepSilent]
    assert [each.rule for each in only(KeepSilent, actions).reasons] == [reason]


def test_a_mailbox_that_observed_the_case_writes_letters_that_cannot_go() -> None:
    """The notice is recorded as one that would have gone."""
    assert only(QueueLetter, told(DELAYED, Moment.NOTICE, THURSDAY, observed=True)).observed


def test_a_letter_that_comes_due_after_hours_waits_for_opening_time() -> None:
    """Found after an outage on a Thursday evening, it goes on Friday at nine."""
    letter = only(QueueLetter, told(DELAYED, Moment.NOTICE, at("2026-12-10 19:30")))
    assert letter.not_before == at("2026-12-11 09:00")


# One a day -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-12-10 09:00", "2026-12-11 09:00"),
        ("2026-12-11 09:00", "2026-12-14 09:00"),
        ("2026-12-12 12:00", "2026-12-15 09:00"),
        ("2026-12-24 09:00", "2026-12-29 09:00"),
    ],
)
def test_a_second_scheduled_letter_of_a_day_goes_on_the_next_working_day(now: str, then: str) -> None:
    """One such letter for a case and day. What is decided on a Saturday goes on Monday, so the second goes on Tuesday."""
    actions = told(DELAYED, Moment.NOTICE, at(now), before=SentBefore(noticed=frozenset({7})))
    assert kinds(actions) == [Note, AddDeadline]
    added = only(AddDeadline, actions)
    assert (added.clock_id, added.deadline) == (1, Deadline(kind=Moment.NOTICE, due_at=at(then).astimezone(UTC)))


def test_the_letter_of_another_case_holds_nothing_up() -> None:
    """The limit is for a case, not for the mailbox."""
    actions = told(DELAYED, Moment.NOTICE, THURSDAY, before=SentBefore(noticed=frozenset({8})))
    assert only(QueueLetter, actions).purpose is Purpose.DELAY_NOTICE


@pytest.mark.parametrize(("moment", "now"), [(Moment.WARN, "2026-12-14 09:00"), (Moment.NOTICE, "2026-12-22 09:00")])
def test_the_letters_of_a_silence_wait_their_turn_too(moment: Moment, now: str) -> None:
    """A reminder or an end on the day of another letter comes a day later, as the same thing."""
    actions = waiting(moment=moment, now=now, before=SentBefore(noticed=frozenset({7})))
    assert kinds(actions) == [Note, AddDeadline]
    assert only(AddDeadline, actions).deadline.kind is moment


# Progress and status ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "purpose", "letter"),
    [(PROGRESS, Purpose.PROGRESS_NOTICE, "progress-notice"), (STATUS, Purpose.STATUS_NOTICE, "status-notice")],
)
def test_a_progress_or_status_notice_says_when_the_next_one_comes(found: ClockRule, purpose: Purpose, letter: str) -> None:
    """Every ten working days: told on Monday 7 December, again by Monday the 21st, announced the Friday before."""
    owed = running(rule(20), id=2)
    actions = told(found, Moment.NOTICE, MONDAY_OF_PROGRESS, owed)
    queued, moved = only(QueueLetter, actions), only(MoveClock, actions)
    assert (queued.purpose, queued.letter) == (purpose, letter)
    assert queued.values.next_on == "Monday 21 December 2026"
    assert queued.values.due_on == "Monday 21 December 2026"
    assert queued.states_date == date(2026, 12, 21)
    assert (moved.clock_id, moved.counts_from, moved.due_at) == (1, MONDAY_OF_PROGRESS, at("2026-12-21 23:59:59"))
    assert moved.deadlines == (
        Deadline(kind=Moment.HEADS_UP, due_at=at("2026-12-18 09:00").astimezone(UTC)),
        Deadline(kind=Moment.NOTICE, due_at=at("2026-12-21 09:00").astimezone(UTC)),
    )


@pytest.mark.parametrize("found", [PROGRESS, STATUS])
@pytest.mark.parametrize(("given", "written"), [("", None), ("A witness is away.", "A witness is away")])
def test_a_progress_or_status_notice_gives_the_reason_that_staff_gave(
    found: ClockRule, given: str, written: str | None
) -> None:
    """Whoever gave the investigation more time said why: the customer reads it; without a reason the letter has its own."""
    queued = only(QueueLetter, told(found, Moment.NOTICE, MONDAY_OF_PROGRESS, delay_reason=given))
    assert queued.values.delay_reason == written


def test_a_status_notice_does_not_name_a_date_that_has_passed() -> None:
    """What was owed by last week is not promised again; a date of the future is."""
    late, ahead = running(rule(5), id=2), running(rule(12), id=3)
    assert only(QueueLetter, told(STATUS, Moment.NOTICE, MONDAY_OF_PROGRESS, late)).values.due_on is None
    named = only(QueueLetter, told(STATUS, Moment.NOTICE, MONDAY_OF_PROGRESS, late, ahead)).values.due_on
    assert named == "Wednesday 9 December 2026"


def test_a_progress_clock_goes_on_though_its_customer_cannot_be_told() -> None:
    """A quiet case hears nothing today, and is asked about again in ten working days."""
    actions = told(PROGRESS, Moment.NOTICE, MONDAY_OF_PROGRESS, quiet=True)
    assert kinds(actions) == [Note, KeepSilent, MoveClock]
    assert only(MoveClock, actions).due_at == at("2026-12-21 23:59:59")


# Silence ---------------------------------------------------------------------------------------------------------------

OWED = running(rule(5), id=2)
STANDING_STILL = replace(OWED, paused_on=date(2026, 11, 24))
LAW = replace(running(replace(FOIA, classes=("enquiry",)), id=2), paused_on=date(2026, 11, 24))


def test_whoever_does_not_answer_is_reminded_with_the_date_and_what_follows() -> None:
    """Five working days before the twenty are over the customer hears by when to answer."""
    letter = only(QueueLetter, waiting(moment=Moment.WARN, now="2026-12-14 09:00"))
    assert (letter.purpose, letter.letter) == (Purpose.SILENCE_WARNING, "silence-warning")
    assert letter.values.answer_by == "Monday 21 December 2026"
    assert letter.states_date == date(2026, 12, 21)


def test_a_silence_closes_the_case_and_says_so() -> None:
    """The day after the date the customer hears that the case is closed, and nothing of it runs any more."""
    actions = waiting(STANDING_STILL, moment=Moment.NOTICE, now="2026-12-22 09:00", waits_for="waiting")
    assert kinds(actions) == [Note, QueueLetter, StopClock, StopClock, ChangeCase]
    assert (only(QueueLetter, actions).purpose, only(QueueLetter, actions).letter) == (
        Purpose.SILENCE_CLOSING,
        "silence-closing",
    )
    assert [stopped.clock_id for stopped in every(StopClock, actions)] == [1, 2]
    changed = only(ChangeCase, actions)
    assert (changed.status, changed.waits_for, changed.reason.rule) == (CaseStatus.CLOSED, "", "closed-by-silence")


@pytest.mark.parametrize(
    ("others", "standing"),
    [
        ((), {"status": CaseStatus.OPEN}),
        ((OWED,), {}),
        ((LAW,), {}),
        ((STANDING_STILL, LAW), {}),
    ],
    ids=["not waiting", "an answer is owed", "a date of the law", "a date of the law beside another"],
)
@pytest.mark.parametrize(("moment", "now"), [(Moment.WARN, "2026-12-14 09:00"), (Moment.NOTICE, "2026-12-22 09:00")])
def test_silence_closes_nothing_while_something_is_owed(
    others: tuple[RunningClock, ...], standing: dict[str, Any], moment: Moment, now: str
) -> None:
    """Only while we wait for the customer and owe nothing; never with a date of the law, not even one that stands still."""
    actions = waiting(*others, moment=moment, now=now, **standing)
    assert kinds(actions) == [Note, Note]
    assert every(Note, actions)[-1].kind == ("deadline-skipped" if moment is Moment.WARN else "letter-needs-a-person")


def test_a_request_for_information_is_never_closed_by_silence_in_any_shipped_pack() -> None:
    """No shipped clock of silence begins for a request for information or for personal information."""
    for name in ("generic", "jersey-oic", "norfolk-connect", "northants-fire", "oxfordshire"):
        silences = [found for found in shipped_pack(name).clocks if found.kind is ClockKind.SILENCE]
        assert not {"foi_request", "subject_access_request"} & {class_ for found in silences for class_ in found.classes}


def test_a_reminder_that_comes_too_late_is_skipped() -> None:
    """After an outage beyond the date nobody is asked to answer by a day that has passed."""
    actions = waiting(moment=Moment.WARN, now="2026-12-22 08:00")
    assert [note.kind for note in every(Note, actions)] == ["deadline-warn", "deadline-skipped"]
    assert QueueLetter not in kinds(actions)


@pytest.mark.parametrize("standing", [{"quiet": True}, {"may_write": False}])
def test_a_case_whose_customer_cannot_be_told_is_not_closed_behind_their_back(standing: dict[str, Any]) -> None:
    """A quiet case (a bereavement, say) stays open until a person closes it."""
    actions = waiting(moment=Moment.NOTICE, now="2026-12-22 09:00", **standing)
    assert kinds(actions) == [Note, KeepSilent, Note]
    assert why(actions) == ["the customer cannot be told that the case is closed"]


def test_the_survey_outlives_the_case() -> None:
    """How it went is asked after the end: closing a case does not stop that clock."""
    survey = running(rule(28, Unit.CALENDAR_DAYS, name="survey", kind=ClockKind.SURVEY), id=3)
    actions = waiting(survey, moment=Moment.NOTICE, now="2026-12-22 09:00")
    assert [stopped.clock_id for stopped in every(StopClock, actions)] == [1]


# Seeing it coming ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "now", "words", "goes_on"),
    [
        (DELAYED, "2026-12-09 09:00", "the notice of delay", "Thursday 10 December 2026"),
        (PROGRESS, "2026-12-04 09:00", "the progress notice", "Monday 7 December 2026"),
        (STATUS, "2026-12-04 09:00", "the status notice", "Monday 7 December 2026"),
        (SILENCE, "2026-12-11 09:00", "the letter that asks for the customer's answer", "Monday 14 December 2026"),
        (SILENCE, "2026-12-21 09:00", "the letter that closes the case", "Tuesday 22 December 2026"),
    ],
)
def test_staff_see_a_letter_coming_a_working_day_before(found: ClockRule, now: str, words: str, goes_on: str) -> None:
    """Which letter it is and when it goes, so that they can answer, wait or give a reason first."""
    status = CaseStatus.WAITING if found is SILENCE else CaseStatus.OPEN
    letter = only(QueueLetter, told(found, Moment.HEADS_UP, at(now), status=status))
    assert (letter.purpose, letter.audience, letter.permission.recipient) == (Purpose.HEADS_UP, Audience.STAFF, MANAGER)
    assert (letter.values.letter_words, letter.values.goes_on) == (words, goes_on)


@pytest.mark.parametrize(
    ("found", "standing", "mails"),
    [
        (DELAYED, {}, 0),
        (DELAYED, {"quiet": True}, 1),
        (replace(DELAYED, extension=None), {}, 1),
        (replace(DELAYED, notice_before=0), {}, 1),
    ],
    ids=["announced as well", "no letter may go", "no letter goes", "announced on another day"],
)
def test_the_owner_hears_of_a_date_and_of_its_notice_in_one_mail(
    found: ClockRule, standing: dict[str, Any], mails: int
) -> None:
    """Two working days before the date, on the morning on which the notice of delay is announced; otherwise the date alone."""
    actions = told(replace(found, warn_before=2), Moment.WARN, at("2026-12-09 09:00"), **standing)
    assert len(every(QueueLetter, actions)) == mails


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-12-03 09:00", "the letter that asks for the customer's answer"),
        ("2026-12-11 09:00", "the letter that closes the case"),
    ],
)
def test_letters_that_are_announced_long_before_are_not_taken_for_one_another(now: str, words: str) -> None:
    """Seven days ahead, the end of a silence is announced before its reminder has gone: each is called what it is."""
    clock = running(SILENCE)
    known = case(may_write=True, status=CaseStatus.WAITING, clocks=(clock,))
    mailbox = policy(pack=pack(SILENCE, alerts=replace(shipped_pack().alerts, heads_up_before=7)))
    trigger = reached(clock, Moment.HEADS_UP, planned_at=at(now).astimezone(UTC))
    actions = decide(trigger, known, None, mailbox, trigger.planned_at).actions
    assert only(QueueLetter, actions).values.letter_words == words


def test_a_late_announcement_does_not_speak_of_another_letter() -> None:
    """Found only when the reminder has gone, its announcement is skipped; the end of the silence has one of its own."""
    actions = waiting(moment=Moment.HEADS_UP, now="2026-12-15 11:00", planned_at=at("2026-12-11 09:00"))
    assert [note.kind for note in every(Note, actions)] == ["deadline-heads_up", "deadline-skipped"]
    assert QueueLetter not in kinds(actions)


def test_a_letter_after_a_closure_is_announced_with_its_own_day() -> None:
    """Announced on 23 December, before the office shuts, the letter of 4 January is not said to go on the 24th."""
    christmas = ShutDays(from_on=date(2026, 12, 24), until_on=date(2027, 1, 3), name="Christmas closure")
    clock = running(replace(DELAYED, amount=17), at("2026-12-08 10:00"))
    assert clock.due_at == at("2027-01-05 23:59:59")
    actions = told(replace(DELAYED, amount=17), Moment.HEADS_UP, at("2026-12-23 09:00"), clock=clock, shut=christmas)
    assert only(QueueLetter, actions).values.goes_on == "Monday 4 January 2027"


@pytest.mark.parametrize(
    ("clock", "standing"),
    [
        (running(DELAYED, extensions=2), {}),
        (running(DELAYED), {"class_": UNSURE}),
        (running(DELAYED), {"quiet": True}),
        (running(DELAYED), {"may_write": False}),
        (running(DELAYED), {"status": CaseStatus.WAITING}),
        (running(replace(DELAYED, name="answer")), {}),
    ],
    ids=["no notice left", "nobody knows what it is", "quiet", "never permitted", "we wait", "no such clock"],
)
def test_a_letter_that_will_not_go_is_not_announced(clock: RunningClock, standing: dict[str, Any]) -> None:
    """Staff are not told of a letter that no customer will get."""
    actions = told(DELAYED, Moment.HEADS_UP, at("2026-12-09 09:00"), clock=clock, **standing)
    assert [note.kind for note in every(Note, actions)] == ["deadline-heads_up", "deadline-skipped"]
    assert QueueLetter not in kinds(actions)


@pytest.mark.parametrize(
    ("found", "now", "letter"),
    [
        (DELAYED, "2026-12-09 09:00", Deadline(kind=Moment.NOTICE, due_at=at("2026-12-10 09:00"))),
        (PROGRESS, "2026-12-04 09:00", Deadline(kind=Moment.NOTICE, due_at=at("2026-12-07 09:00"))),
        (SILENCE, "2026-12-11 09:00", Deadline(kind=Moment.WARN, due_at=at("2026-12-14 09:00"))),
        (SILENCE, "2026-12-21 09:00", Deadline(kind=Moment.NOTICE, due_at=at("2026-12-22 09:00"))),
    ],
    ids=["delay", "progress", "reminder", "end of a silence"],
)
def test_a_letter_of_which_nobody_heard_is_announced_on_its_day(found: ClockRule, now: str, letter: Deadline) -> None:
    """Quiet on the day before, and perhaps not any more on its own: that morning the owner hears of it first."""
    status = CaseStatus.WAITING if found is SILENCE else CaseStatus.OPEN
    actions = told(found, Moment.HEADS_UP, at(now), status=status, quiet=True)
    replaced = only(ReplaceDeadline, actions)
    assert (replaced.clock_id, replaced.deadline) == (1, letter)
    assert replaced.by == Deadline(kind=Moment.ANNOUNCE, due_at=letter.due_at)


@pytest.mark.parametrize("others", [(OWED,), (LAW,)])
def test_the_end_of_a_silence_that_will_not_come_is_not_announced(others: tuple[RunningClock, ...]) -> None:
    """While something is owed the case is not closed, so nobody hears that it will be."""
    assert QueueLetter not in kinds(waiting(*others, moment=Moment.HEADS_UP, now="2026-12-21 09:00"))


@pytest.mark.parametrize("now", ["2026-12-10 08:30", "2026-12-10 09:00", "2026-12-12 12:00"])
def test_an_announcement_on_the_day_of_the_letter_is_skipped(now: str) -> None:
    """After an outage the letter goes at once: to announce it for the same morning, or for one that has passed, is no use."""
    actions = told(DELAYED, Moment.HEADS_UP, at(now), planned_at=at("2026-12-09 09:00"))
    assert [note.kind for note in every(Note, actions)] == ["deadline-heads_up", "deadline-skipped"]
    assert QueueLetter not in kinds(actions)


# Overtaken -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clock",
    [
        running(DELAYED, due_at=at("2026-12-29 23:59:59").astimezone(UTC)),
        running(DELAYED, paused_on=date(2026, 12, 1)),
        running(DELAYED, id=2),
    ],
    ids=["another date now", "stands still", "stopped"],
)
@pytest.mark.parametrize("moment", [Moment.NOTICE, Moment.HEADS_UP, Moment.WARN, Moment.TODAY, Moment.DUE])
def test_a_moment_that_events_have_overtaken_asks_for_nothing(clock: RunningClock, moment: Moment) -> None:
    """A clock that was answered, stands still or has another date meanwhile brings no letter and no alert."""
    known: Case = case(may_write=True, clocks=(clock,))
    mailbox = policy(pack=pack(replace(DELAYED, pauses_on=(ClockEvent.WAITING,))))
    (note,) = decide(reached(running(DELAYED), moment), known, None, mailbox, THURSDAY).actions
    assert isinstance(note, Note)
    assert note.kind == "deadline-skipped"


def test_where_nothing_arrives_no_notice_goes_and_a_person_is_asked() -> None:
    """A letter to a dead address is not sent and its date does not move; whoever has the case reaches them otherwise."""
    before = SentBefore(unreachable=frozenset({CUSTOMER}))
    actions = told(DELAYED, Moment.NOTICE, THURSDAY, before=before)
    asked = only(QueueLetter, actions)
    assert (asked.purpose, asked.audience) == (Purpose.UNDELIVERED, Audience.STAFF)
    assert (asked.values.letter_words, asked.values.failed_address) == ("the notice of delay", CUSTOMER)
    assert every(MoveClock, actions) == []
