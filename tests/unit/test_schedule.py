"""Schedule: when in a clock's life somebody is told, and when a letter to the customer goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.calendar import Hours, ShutDays, WorkingCalendar
from mailbot.core.case import ClockKind, Moment
from mailbot.core.clock import compute
from mailbot.core.clock_rule import ClockRule, ReceiptRule, Unit, WhenPassed
from mailbot.core.schedule import NOTICES, from_now_on, moments, opening, step_later
from tests.invented import LONDON, at, rule, shipped_calendar, shipped_pack

ENGLAND = shipped_calendar("england-and-wales")
CHRISTMAS = ShutDays(from_on=date(2026, 12, 24), until_on=date(2027, 1, 3), name="Christmas closure")
SHUT = replace(ENGLAND, shut=(CHRISTMAS,))
ALERTS = shipped_pack().alerts
DELAYED = rule(14, warn_before=2, notice_before=1, when_passed=WhenPassed.DELAY_NOTICE)

ANSWER = [
    ("unread", "2026-11-24 09:00"),
    ("no_owner", "2026-12-01 09:00"),
    ("warn", "2026-12-03 09:00"),
    ("today", "2026-12-07 09:00"),
    ("due", "2026-12-08 00:00"),
]
LIVES = {
    ClockKind.RECEIPT: [("warn", "2026-12-03 09:00"), ("due", "2026-12-08 00:00")],
    ClockKind.ACKNOWLEDGEMENT: [("warn", "2026-12-03 09:00"), ("due", "2026-12-08 00:00")],
    ClockKind.CALL_BACK: [("warn", "2026-12-03 09:00"), ("due", "2026-12-08 00:00")],
    ClockKind.TAKING: [("warn", "2026-12-03 09:00"), ("due", "2026-12-08 00:00")],
    ClockKind.PASSING_ON: [("warn", "2026-12-03 09:00"), ("due", "2026-12-08 00:00")],
    ClockKind.RESPONSE: ANSWER,
    ClockKind.CONCLUSION: ANSWER,
    ClockKind.REVIEW: ANSWER,
    ClockKind.PROGRESS: [("heads_up", "2026-12-04 09:00"), ("notice", "2026-12-07 09:00")],
    ClockKind.STATUS: [("heads_up", "2026-12-04 09:00"), ("notice", "2026-12-07 09:00")],
    ClockKind.SILENCE: [
        ("heads_up", "2026-12-02 09:00"),
        ("warn", "2026-12-03 09:00"),
        ("heads_up", "2026-12-07 09:00"),
        ("notice", "2026-12-08 09:00"),
    ],
    ClockKind.SURVEY: [("warn", "2026-12-03 09:00")],
}
"""What is due in the life of a clock of ten working days that began on Monday 23 November 2026 and warns two days before."""


def life(found: ClockRule, started_at: str, calendar: WorkingCalendar = ENGLAND, since: str = "") -> list[tuple[str, str]]:
    """Each moment of a clock with its local time, to the minute."""
    clock = compute(found, calendar, at(started_at))
    planned = moments(clock, ALERTS, at(since or started_at))
    return [(str(one.kind), f"{one.due_at.astimezone(LONDON):%Y-%m-%d %H:%M}") for one in planned]


@pytest.mark.parametrize("kind", ClockKind)
def test_each_role_of_a_clock_has_its_moments(kind: ClockKind) -> None:
    """What is owed is watched from all sides, a notice is announced and goes, a survey is nobody's alarm."""
    assert life(rule(10, kind=kind, warn_before=2), "2026-11-23 09:00") == LIVES[kind]


@pytest.mark.parametrize("kind", [kind for kind, planned in LIVES.items() if "warn" in dict(planned)])
def test_a_clock_that_does_not_warn_does_not_warn(kind: ClockKind) -> None:
    """Without ``warn_before`` nobody is warned, and everything else stays."""
    planned = life(rule(10, kind=kind), "2026-11-23 09:00")
    silent = {"warn"} | ({"heads_up"} if kind is ClockKind.SILENCE else set())
    assert [one for one in planned if one[0] not in silent] == [one for one in LIVES[kind] if one[0] not in silent]
    assert "warn" not in dict(planned)


def test_a_notice_of_delay_goes_the_day_before_the_date_and_is_announced_the_day_before_that() -> None:
    """Due on Friday 11 December: announced on Wednesday, written on Thursday, staff warned on Wednesday as well."""
    assert life(DELAYED, "2026-11-23 09:00") == [
        ("unread", "2026-11-24 09:00"),
        ("no_owner", "2026-12-03 09:00"),
        ("warn", "2026-12-09 09:00"),
        ("heads_up", "2026-12-09 09:00"),
        ("notice", "2026-12-10 09:00"),
        ("today", "2026-12-11 09:00"),
        ("due", "2026-12-12 00:00"),
    ]


def test_no_moment_falls_on_a_holiday() -> None:
    """Due on Tuesday 29 December 2026, the first working day after Christmas: what comes before comes before Christmas."""
    assert life(replace(DELAYED, amount=5), "2026-12-18 10:00") == [
        ("unread", "2026-12-21 09:00"),
        ("warn", "2026-12-23 09:00"),
        ("heads_up", "2026-12-23 09:00"),
        ("no_owner", "2026-12-24 09:00"),
        ("notice", "2026-12-24 09:00"),
        ("today", "2026-12-29 09:00"),
        ("due", "2026-12-30 00:00"),
    ]


def test_everything_is_said_before_the_office_shuts() -> None:
    """Due while the office is shut: the 23rd is the last day to answer, and the date itself still passes on the 29th."""
    assert life(replace(DELAYED, amount=5), "2026-12-18 10:00", SHUT) == [
        ("warn", "2026-12-21 09:00"),
        ("unread", "2026-12-21 09:00"),
        ("heads_up", "2026-12-21 09:00"),
        ("notice", "2026-12-22 09:00"),
        ("today", "2026-12-23 09:00"),
        ("due", "2026-12-30 00:00"),
    ]


def test_a_clock_that_began_on_a_saturday_speaks_on_working_days() -> None:
    """Received on Saturday and due on Wednesday: half of the time is over on Monday evening, which is said on Tuesday."""
    assert life(rule(3), "2026-11-21 12:00") == [
        ("unread", "2026-11-23 09:00"),
        ("no_owner", "2026-11-24 09:00"),
        ("today", "2026-11-25 09:00"),
        ("due", "2026-11-26 00:00"),
    ]


@pytest.mark.parametrize(
    ("started_at", "warned_at", "due_at"),
    [
        ("2026-03-27 12:00", datetime(2026, 3, 30, 8, 0, tzinfo=UTC), datetime(2026, 3, 31, 23, 0, tzinfo=UTC)),
        ("2026-10-23 12:00", datetime(2026, 10, 26, 9, 0, tzinfo=UTC), datetime(2026, 10, 28, 0, 0, tzinfo=UTC)),
    ],
)
def test_opening_time_stays_opening_time_over_both_clock_changes(
    started_at: str, warned_at: datetime, due_at: datetime
) -> None:
    """From Friday over the weekend of a clock change: warned on Monday at nine and due when Tuesday is over, by new time."""
    clock = compute(rule(2, warn_before=1), ENGLAND, at(started_at))
    planned = {one.kind: one.due_at for one in moments(clock, ALERTS, clock.started_at)}
    assert (planned[Moment.WARN], planned[Moment.DUE]) == (warned_at, due_at)


def test_what_would_lie_before_the_clock_began_is_left_out() -> None:
    """A clock of one day is not warned about three days before it starts."""
    assert life(rule(1, warn_before=3, kind=ClockKind.RECEIPT), "2026-11-23 10:00") == [("due", "2026-11-25 00:00")]


def test_a_clock_that_moved_has_only_what_still_lies_ahead() -> None:
    """Given its date anew on 9 December at ten, it does not say again what was said that morning."""
    assert life(DELAYED, "2026-11-23 09:00", since="2026-12-09 10:00") == [
        ("notice", "2026-12-10 09:00"),
        ("today", "2026-12-11 09:00"),
        ("due", "2026-12-12 00:00"),
    ]


@pytest.mark.parametrize(
    ("now", "announced_at"),
    [
        ("2026-12-09 15:00", "2026-12-09 15:00"),
        ("2026-12-09 18:30", "2026-12-10 09:00"),
        ("2026-12-10 08:00", "2026-12-10 09:00"),
    ],
    ids=["the afternoon before", "the evening before", "the very morning"],
)
def test_a_clock_that_goes_on_too_late_for_its_announcement_announces_first(now: str, announced_at: str) -> None:
    """Its notice of Thursday was to be announced on Wednesday at nine: the owner hears of it as soon as the office is open."""
    planned = from_now_on(compute(DELAYED, ENGLAND, at("2026-11-23 09:00")), ALERTS, at(now))
    told = [(one.kind, one.due_at) for one in planned]
    assert told == [
        (Moment.ANNOUNCE, at(announced_at)),
        (Moment.TODAY, at("2026-12-11 09:00")),
        (Moment.DUE, at("2026-12-12 00:00")),
    ]


def test_a_clock_that_goes_on_in_time_announces_as_planned() -> None:
    """Before Wednesday at nine nothing is different; after the notice's own moment nothing of it is left."""
    clock = compute(DELAYED, ENGLAND, at("2026-11-23 09:00"))
    for now in ("2026-12-09 08:59", "2026-12-10 09:00"):
        assert from_now_on(clock, ALERTS, at(now)) == moments(clock, ALERTS, at(now))


def test_a_date_that_has_passed_is_said_even_when_the_clock_moved_after_it() -> None:
    """A clock whose new date has passed as well is overdue: that is told, and nothing else."""
    assert life(DELAYED, "2026-11-23 09:00", since="2027-02-01 10:00") == [("due", "2026-12-12 00:00")]


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_a_notice_whose_whole_time_lies_in_a_closure_goes_when_the_office_opens(kind: ClockKind) -> None:
    """Begun and due while nobody is there: the customer hears on the first open day after it, and is not forgotten."""
    assert life(rule(2, kind=kind), "2026-12-29 10:00", SHUT) == [("notice", "2027-01-04 09:00")]


def test_the_office_of_four_days_is_never_spoken_to_on_the_fifth() -> None:
    """An office without hours on Wednesdays is warned on Tuesday where others are on Wednesday; the date is the same."""
    hours = {day: Hours(time(10), time(16)) for day in (0, 1, 3, 4)}
    planned = dict(life(rule(10, warn_before=2), "2026-11-25 11:00", replace(ENGLAND, hours=hours)))
    assert planned["today"] == "2026-12-08 10:00"  # the date is Wednesday 9 December
    assert planned["warn"] == "2026-12-04 10:00"
    assert planned["due"] == "2026-12-10 00:00"


def test_a_day_opens_when_its_hours_begin_or_on_the_next_open_day() -> None:
    """Monday at nine; of Christmas Day, the Tuesday after the holidays."""
    assert opening(ENGLAND, date(2026, 11, 23)) == at("2026-11-23 09:00").astimezone(UTC)
    assert opening(ENGLAND, date(2026, 12, 25)) == at("2026-12-29 09:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("calendar", "now", "then"),
    [
        (ENGLAND, "2026-11-23 09:00", "2026-11-25 09:00"),
        (ENGLAND, "2026-11-26 15:00", "2026-11-30 09:00"),
        (ENGLAND, "2026-12-23 09:00", "2026-12-29 09:00"),
        (SHUT, "2026-12-22 09:00", "2027-01-04 09:00"),
        (SHUT, "2026-12-23 09:00", "2027-01-05 09:00"),
    ],
)
def test_no_step_of_the_ladder_is_spent_on_a_closed_day(calendar: WorkingCalendar, now: str, then: str) -> None:
    """Two days on which somebody is there lie between one step and the next: weekends, holidays and closures do not count."""
    assert step_later(calendar, ALERTS, at(now)) == at(then).astimezone(UTC)


# For every clock -------------------------------------------------------------------------------------------------------

starts = st.datetimes(datetime(2026, 1, 1), datetime(2028, 6, 30), timezones=st.just(UTC))
rules = st.builds(
    rule,
    st.integers(1, 30),
    st.sampled_from(Unit),
    kind=st.sampled_from(ClockKind),
    warn_before=st.integers(0, 6),
    notice_before=st.integers(0, 3),
    when_passed=st.sampled_from([WhenPassed.ALERT, WhenPassed.DELAY_NOTICE]),
)
calendars = st.sampled_from(
    [ENGLAND, SHUT, shipped_calendar("united-kingdom"), replace(ENGLAND, hours={0: Hours(time(8), time(20))})]
)


@given(rules, starts, calendars, st.integers(1, 3))
def test_everything_but_the_date_itself_happens_in_opening_hours_and_before_it(
    found: ClockRule, started_at: datetime, calendar: WorkingCalendar, heads_up_before: int
) -> None:
    """In order, none before the clock began; only the end of a silence, or what a closure held up, comes after the date."""
    clock = compute(found, calendar, started_at, ReceiptRule.ACT)
    planned = moments(clock, replace(ALERTS, heads_up_before=heads_up_before), started_at)
    assert list(planned) == sorted(planned, key=lambda one: one.due_at)
    told = [one for one in planned if one.kind is not Moment.DUE]
    for one in told:
        assert calendar.next_opening(one.due_at) == one.due_at
        assert one.due_at > started_at
        assert one.due_at < clock.due_at or found.kind in NOTICES | {ClockKind.SILENCE}
    dates = [one.due_at for one in planned if one.kind is Moment.DUE]
    alerted = found.kind not in NOTICES | {ClockKind.SILENCE, ClockKind.SURVEY}
    assert dates == ([clock.due_at + timedelta(seconds=1)] if alerted else [])


@given(rules, starts, calendars, st.integers(1, 3))
def test_staff_see_an_automatic_letter_coming(
    found: ClockRule, started_at: datetime, calendar: WorkingCalendar, heads_up_before: int
) -> None:
    """Each announcement lies its working days before a letter to the customer, and more only where the office is closed."""
    clock = compute(found, calendar, started_at)
    planned = moments(clock, replace(ALERTS, heads_up_before=heads_up_before), started_at)
    letters = {Moment.NOTICE, Moment.WARN} if found.kind is ClockKind.SILENCE else {Moment.NOTICE}
    told = [one for one in reversed(planned) if one.kind is Moment.HEADS_UP]
    going = [one for one in reversed(planned) if one.kind in letters]
    assert len(told) <= len(going)
    for announced, letter in zip(told, going, strict=False):
        told_on, goes_on = calendar.local_date(announced.due_at), calendar.local_date(letter.due_at)
        assert calendar.working_days_between(told_on, goes_on) >= heads_up_before
        days = [told_on + timedelta(days=n) for n in range(1, (goes_on - told_on).days)]
        assert sum(calendar.is_open_on(day) for day in days) < heads_up_before


@given(rules, starts, calendars)
def test_a_notice_that_repeats_always_has_a_next_one(found: ClockRule, started_at: datetime, calendar: WorkingCalendar) -> None:
    """However the date falls, a progress or status clock brings exactly one letter; otherwise it would fall silent for good."""
    clock = compute(replace(found, kind=ClockKind.STATUS), calendar, started_at)
    planned = moments(clock, ALERTS, started_at)
    assert [one.kind for one in planned if one.kind is not Moment.HEADS_UP] == [Moment.NOTICE]


@given(rules, starts)
def test_who_is_owed_an_answer_is_warned_about_in_time(found: ClockRule, started_at: datetime) -> None:
    """A warning that comes at all comes its number of working days before the date, or before the last open day until it."""
    clock = compute(replace(found, kind=ClockKind.RESPONSE), ENGLAND, started_at)
    for one in moments(clock, ALERTS, started_at):
        if one.kind is Moment.WARN:
            warned_on, last_open = ENGLAND.local_date(one.due_at), ENGLAND.open_day_until(clock.due_on)
            assert ENGLAND.working_days_between(warned_on, last_open) == found.warn_before
