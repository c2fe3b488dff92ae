"""What moves a clock: an extension, a clarification, waiting for an answer, a new holiday; and which clock binds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import load_clock
from mailbot.core.calendar import ClosedDay, ShutDays
from mailbot.core.case import Channel, ClockKind
from mailbot.core.clock import (
    ComputedClock,
    ReceiptDoubt,
    answered,
    asked,
    binding,
    compute,
    doubt_receipt,
    extend,
    next_repeat,
    pause,
    recount,
    reset,
    resume,
    shut_on,
)
from mailbot.core.clock_rule import ClockEvent, ClockRule, ClockStart, Extension, ReceiptRule, Unit
from mailbot.core.decide.moving import start_clock
from mailbot.core.policy import UNSURE
from tests.invented import MONDAY, RULES, at, pack, policy, rule, shipped_calendar

KINGDOM, ENGLAND = shipped_calendar("united-kingdom"), shipped_calendar("england-and-wales")
FOIA, SAR = load_clock(RULES, "foia"), load_clock(RULES, "sar")

units = st.sampled_from(Unit)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC))
extensions = st.builds(
    Extension, amount=st.integers(1, 40), unit=units, total=st.booleans(), at_most=st.just(2), source=st.just("a by-law")
)


rules = st.builds(rule, st.integers(1, 30), units, rolls=st.booleans(), counts_first_day=st.booleans())


# Extensions ------------------------------------------------------------------------------------------------------------


def test_an_extension_is_had_as_often_as_its_rule_allows() -> None:
    """A complaint may have ten working days more, once; asking again is refused, and so is a clock without an extension."""
    stage_1 = load_clock(RULES, "complaint-stage-1")
    longer = extend(compute(stage_1, ENGLAND, at("2026-12-29 10:00")))
    assert longer.due_on == date(2027, 1, 27)
    assert longer.length == "10 working days, extended by 10 working days"
    with pytest.raises(ValueError, match="can be extended once at most"):
        extend(longer)
    with pytest.raises(ValueError, match=r"cannot be extended: Freedom of Information \(Scotland\) Act"):
        extend(compute(load_clock(RULES, "foisa"), ENGLAND, MONDAY))


def test_an_extension_in_another_unit_counts_on_from_the_date() -> None:
    """Ten working days and seven calendar days more: the week follows the tenth working day."""
    weeks = Extension(amount=7, unit=Unit.CALENDAR_DAYS, source="a by-law")
    found = extend(compute(rule(extension=weeks), KINGDOM, MONDAY))
    assert found.due_on == date(2026, 12, 8) + timedelta(days=7)


@given(rules, extensions, moments, st.integers(1, 2))
def test_an_extension_never_shortens(found: ClockRule, extension: Extension, received_at: datetime, times: int) -> None:
    """Whatever a pack writes, an extended date is not earlier than it was."""
    clock = compute(replace(found, extension=extension), KINGDOM, received_at)
    for _ in range(times):
        longer = extend(clock)
        assert longer.due_at >= clock.due_at
        clock = longer


# Pauses and resets -----------------------------------------------------------------------------------------------------


def waited(clock: ComputedClock, asked_at: datetime, answered_at: datetime) -> ComputedClock:
    """The clock after one pause."""
    return resume(pause(clock, asked_at), answered_at)


def test_a_request_for_personal_information_waits_for_the_clarification_it_needed() -> None:
    """UK GDPR art. 12A(5): from the day of asking to the day of the answer, both included, four days do not count."""
    request = compute(SAR, ENGLAND, at("2026-11-30 10:00"))
    waiting = asked(request, ClockEvent.CLARIFICATION, at("2026-12-03 16:00"))
    assert waiting.paused_on == date(2026, 12, 3)
    going_on = answered(waiting, ClockEvent.CLARIFICATION, at("2026-12-06 23:59"))
    assert request.due_on == date(2026, 12, 30)
    assert going_on.due_on == date(2027, 1, 4)  # 3 January is a Sunday
    assert [day.on.day for day in going_on.derivation.skipped] == [3, 4, 5, 6, 3]


def test_proof_of_identity_begins_the_month() -> None:
    """UK GDPR art. 12A(2): the month begins when the information that shows who is asking has come."""
    request = compute(SAR, ENGLAND, at("2026-11-30 10:00"))
    known = answered(asked(request, ClockEvent.IDENTITY, at("2026-12-01 10:00")), ClockEvent.IDENTITY, at("2026-12-10 10:00"))
    assert known.due_on == date(2027, 1, 11)


def test_a_fee_is_waited_for_and_a_question_of_another_kind_is_not() -> None:
    """FOIA s.10(2): the working days from a fees notice to the payment are left out; other waiting moves no statute."""
    request = compute(FOIA, KINGDOM, at("2026-11-23 10:00"))
    paid = answered(asked(request, ClockEvent.FEE, at("2026-11-26 10:00")), ClockEvent.FEE, at("2026-12-01 10:00"))
    assert paid.due_on == date(2026, 12, 29)  # 26 and 27 November and 1 December; the 30th did not count anyway
    assert answered(asked(request, ClockEvent.WAITING, MONDAY), ClockEvent.WAITING, MONDAY) == request


def test_a_day_is_left_out_once() -> None:
    """Asked again on the day of the answer, that day has been waited already."""
    clock = compute(rule(), KINGDOM, MONDAY)
    once = waited(clock, at("2026-11-25 10:00"), at("2026-11-26 10:00"))
    assert waited(once, at("2026-11-26 15:00"), at("2026-11-26 17:00")).due_on == once.due_on
    assert waited(once, at("2026-11-26 15:00"), at("2026-11-27 17:00")).due_on == once.due_on + timedelta(days=1)


def test_waiting_on_the_day_of_receipt_moves_nothing() -> None:
    """That day does not count in the first place."""
    clock = compute(rule(), KINGDOM, MONDAY)
    assert waited(clock, MONDAY, MONDAY + timedelta(hours=2)).due_on == clock.due_on


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda clock: pause(pause(clock, MONDAY), MONDAY), "stands still already, since 2026-11-23"),
        (
            lambda clock: pause(clock, MONDAY - timedelta(days=1)),
            "from 2026-11-23 to 2026-12-08: not paused on 2026-11-22",
        ),
        (lambda clock: pause(clock, MONDAY + timedelta(days=40)), "not paused on 2027-01-02"),
        (lambda clock: resume(clock, MONDAY), "it did not stand still"),
        (lambda clock: resume(pause(clock, MONDAY + timedelta(days=2)), MONDAY), "cannot go on on 2026-11-23"),
        (lambda clock: reset(clock, MONDAY - timedelta(minutes=1)), "cannot begin anew before it began"),
        (lambda clock: next_repeat(clock, MONDAY), "does not repeat"),
    ],
)
def test_what_cannot_happen_to_a_clock_is_refused(change: Any, said: str) -> None:
    """A clock that is not running is not stopped, one that stands still is not stopped again, and none runs backwards."""
    with pytest.raises(ValueError, match=said):
        change(compute(rule(), KINGDOM, MONDAY))


@given(rules, moments, st.integers(0, 20), st.integers(0, 30), st.booleans())
def test_paused_days_move_a_clock_by_as_many(
    found: ClockRule, received_at: datetime, after: int, days: int, twice: bool
) -> None:
    """k paused working days move a clock of working days k working days, whatever the holidays and however they are split."""
    clock = compute(replace(found, rolls=False), KINGDOM, received_at)
    begins, ends = received_at + timedelta(days=after), received_at + timedelta(days=after + days)
    assume(KINGDOM.local_date(begins) <= clock.due_on)
    longer = waited(clock, begins, ends)
    if twice:
        middle = begins + timedelta(days=days // 2)
        assert longer.due_on == waited(waited(clock, begins, middle), min(middle + timedelta(days=1), ends), ends).due_on
    first = max(KINGDOM.local_date(begins), clock.first_day)
    paused = [first + timedelta(days=n) for n in range((KINGDOM.local_date(ends) - first).days + 1)]
    if found.unit is Unit.WORKING_DAYS:
        moved = sum(KINGDOM.is_working_day(day) for day in paused)
        assert KINGDOM.working_days_between(clock.due_on, longer.due_on) == moved
    else:
        assert (longer.due_on - clock.due_on).days == len(paused)


@given(rules, moments, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_clock_begun_anew_is_never_due_earlier(found: ClockRule, received_at: datetime, later: timedelta) -> None:
    """A clarification gives the whole time again, and takes none away."""
    clock = compute(found, KINGDOM, received_at)
    assert reset(clock, received_at + later).due_at >= clock.due_at


@given(rules, moments, st.integers(0, 60), st.integers(0, 20), st.integers(0, 10), st.booleans())
def test_a_new_holiday_never_makes_a_clock_earlier(
    found: ClockRule, received_at: datetime, holiday: int, after: int, days: int, extended: bool
) -> None:
    """A day proclaimed while the clock runs, stands still or is extended moves its date later, or not at all."""
    more = Extension(amount=40, unit=Unit.WORKING_DAYS, total=True, source="a by-law")
    clock = compute(replace(found, extension=more), KINGDOM, received_at)
    begins = received_at + timedelta(days=after)
    if KINGDOM.local_date(begins) <= clock.due_on:
        clock = waited(clock, begins, begins + timedelta(days=days))
    clock = extend(clock) if extended else clock
    day = received_at.date() + timedelta(days=holiday)
    row = ClosedDay(
        date=day, name="Proclaimed", division="Wales", authority="proclamation", source="the gazette", added_on=date(2026, 1, 1)
    )
    changed = recount(clock, replace(KINGDOM, closed={**KINGDOM.closed, day: row}))
    assert changed.due_at >= clock.due_at
    assert (changed.pauses, changed.extensions) == (clock.pauses, clock.extensions)
    if found.unit is Unit.WORKING_DAYS:
        assert changed.calendar.is_working_day(changed.due_on)


@given(moments, st.integers(1, 30), st.booleans(), st.integers(0, 15), st.integers(0, 9))
def test_the_derivation_accounts_for_every_day(
    received_at: datetime, amount: int, counts_first_day: bool, after: int, days: int
) -> None:
    """From the day after receipt to the date, each day is counted, or named with the reason why it was not."""
    clock = compute(rule(amount, counts_first_day=counts_first_day), KINGDOM, received_at)
    begins = received_at + timedelta(days=after)
    if KINGDOM.local_date(begins) <= clock.due_on:
        clock = waited(clock, begins, begins + timedelta(days=days))
    skipped = clock.derivation.skipped
    assert (clock.due_on - clock.received_on).days + counts_first_day == amount + len(skipped)
    assert len({day.on for day in skipped}) == len(skipped)
    assert all(day.why for day in skipped)


# Receipt ---------------------------------------------------------------------------------------------------------------


def test_the_code_moves_a_receipt_on_a_closed_day_and_only_for_working_days() -> None:
    """Received on a Saturday: by the Code on Monday. A month, thirty days, and what we sent ourselves begin on their day."""
    saturday = at("2026-11-21 10:00")
    by_code = compute(FOIA, KINGDOM, saturday, ReceiptRule.CODE)
    assert (by_code.received_on, by_code.counted_from) == (date(2026, 11, 21), date(2026, 11, 23))
    for untouched in (SAR, load_clock(RULES, "dp-complaint-ack"), load_clock(RULES, "complaint-stage-1")):
        assert compute(untouched, ENGLAND, saturday, ReceiptRule.CODE).due_on == compute(untouched, ENGLAND, saturday).due_on


@given(moments, st.integers(1, 40))
def test_the_act_never_gives_a_later_date_than_the_code(received_at: datetime, amount: int) -> None:
    """The default is the earlier, safe date."""
    by_act, by_code = (compute(rule(amount), KINGDOM, received_at, receipt) for receipt in ReceiptRule)
    assert by_act.due_at <= by_code.due_at


@pytest.mark.parametrize(
    ("received_at", "doubt"),
    [
        (MONDAY, None),
        (MONDAY + timedelta(minutes=59), None),
        (MONDAY + timedelta(minutes=61), ReceiptDoubt.IN_THE_FUTURE),
        (datetime(1970, 1, 1, tzinfo=UTC), ReceiptDoubt.TOO_LONG_AGO),
        (datetime(1999, 12, 31, 23, 59, tzinfo=UTC), ReceiptDoubt.TOO_LONG_AGO),
        (datetime(2000, 1, 1, tzinfo=UTC), None),
    ],
)
def test_a_date_of_receipt_that_cannot_be_is_noticed(received_at: datetime, doubt: ReceiptDoubt | None) -> None:
    """Nothing was received tomorrow, or in 1970; a server's clock may be a little ahead of ours."""
    assert doubt_receipt(received_at, MONDAY) is doubt


def test_a_date_beyond_the_calendar_is_known_to_be_a_guess() -> None:
    """The shipped calendars end with 2029 and begin with 2025: what reaches outside is not certain."""
    assert compute(FOIA, KINGDOM, MONDAY).is_known
    assert not compute(FOIA, KINGDOM, at("2029-12-20 10:00")).is_known
    assert not compute(FOIA, KINGDOM, at("2024-12-20 10:00")).is_known


# Repeating, starting, binding ------------------------------------------------------------------------------------------


def test_a_progress_notice_is_due_again_ten_days_after_the_last() -> None:
    """Told on Friday 27 November, due again by Friday 11 December (St Andrew's Day is no holiday in England)."""
    progress = compute(rule(10, kind=ClockKind.PROGRESS, repeats=True), ENGLAND, MONDAY)
    assert progress.due_on == date(2026, 12, 7)
    assert next_repeat(progress, at("2026-11-27 12:00")).due_on == date(2026, 12, 11)


def test_what_starts_a_clock_knows_its_role_and_its_law() -> None:
    """The action says that the date is a statute's, so that a letter can tell which one binds."""
    started = start_clock(policy(pack=pack(FOIA)), FOIA, MONDAY, "receipt")
    assert (started.kind, started.statutory, started.law) == (ClockKind.RESPONSE, True, FOIA.law)
    by_code = policy(pack=pack(rule(), receipt=ReceiptRule.CODE))
    own = start_clock(by_code, rule(), at("2026-11-21 10:00"), "receipt")
    assert not own.statutory
    assert own.due_at == compute(rule(), ENGLAND, at("2026-11-23 10:00")).due_at


def test_a_statutory_date_outranks_the_promise_of_a_pack() -> None:
    """Fifteen working days are promised and twenty are the law: the law's date binds, in its role only (J18)."""
    promise, law = compute(rule(15), KINGDOM, MONDAY), compute(FOIA, KINGDOM, MONDAY)
    acknowledgement = compute(rule(1, kind=ClockKind.ACKNOWLEDGEMENT), KINGDOM, MONDAY)
    assert binding([promise, acknowledgement, law]) == (law, acknowledgement)


def test_of_two_equal_clocks_the_earlier_binds() -> None:
    """Two statutes, or two promises: the earlier date is kept."""
    short, long = compute(rule(5), KINGDOM, MONDAY), compute(rule(15), KINGDOM, MONDAY)
    assert binding([long, short]) == (short,)
    assert binding([]) == ()


def test_a_date_on_a_shut_day_stays_and_says_until_when_to_answer() -> None:
    """Due on 29 December while the office is shut from the 24th: the date holds, and the answer is due on the 23rd."""
    shut = ShutDays(from_on=date(2026, 12, 24), until_on=date(2027, 1, 3), name="Christmas closure")
    office = replace(ENGLAND, shut=(shut,))
    clock = compute(rule(5), office, at("2026-12-18 10:00"))
    assert clock.due_on == compute(rule(5), ENGLAND, at("2026-12-18 10:00")).due_on == date(2026, 12, 29)
    notice = shut_on(clock)
    assert str(notice) == ("office shut from Thu 24 Dec 2026 to Sun 3 Jan 2027 (Christmas closure), answer by Wed 23 Dec 2026")


# Which clocks a pack starts --------------------------------------------------------------------------------------------


def test_a_pack_starts_the_clocks_of_the_channel_and_the_event() -> None:
    """Letters have three days and e-mails one; what follows an assignment does not start with the receipt."""
    email = rule(1, name="acknowledgement", kind=ClockKind.ACKNOWLEDGEMENT, channels=(Channel.EMAIL, Channel.WEB))
    letter = rule(3, name="acknowledgement", kind=ClockKind.ACKNOWLEDGEMENT, channels=(Channel.LETTER,))
    answer = rule(10, name="response")
    assigned = rule(5, name="officer", kind=ClockKind.STATUS, starts_on=ClockStart.ASSIGNMENT)
    found = pack(email, letter, answer, assigned)
    assert found.clocks_for("enquiry") == (email, answer)
    assert found.clocks_for("enquiry", Channel.LETTER) == (letter, answer)
    assert found.clocks_for("enquiry", Channel.PHONE) == (answer,)
    assert found.clocks_for("enquiry", event=ClockStart.ASSIGNMENT) == (assigned,)
    assert found.clocks_for("complaint") == ()


def test_an_unsure_message_starts_the_strictest_clock_of_each_role_and_no_notices() -> None:
    """Names do not matter, roles do; progress letters wait until somebody knows what it is."""
    own, promised = rule(15, name="response"), rule(10, name="answer", classes=("complaint",))
    progress = rule(5, name="progress", kind=ClockKind.PROGRESS, repeats=True)
    found = pack(own, promised, progress)
    assert found.clocks_for(UNSURE) == (promised,)
