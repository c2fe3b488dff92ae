"""A calendar changes under open cases: which dates move, and which moments come with them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.calendar import ClosedDay, last_day
from mailbot.core.case import Channel, ClockKind, Moment
from mailbot.core.clock_rule import ClockRule, ClockStart, Unit, WhenPassed
from mailbot.core.decide.moving import start_clock
from mailbot.core.decide.recounting import MovedClocks, OpenClock, Planned, Reckoning, basis
from mailbot.core.policy import MailboxPolicy
from tests.invented import LONDON, MONDAY, at, pack, policy, rule, running

RULE = rule(10, warn_before=2, when_passed=WhenPassed.DELAY_NOTICE, notice_before=1)
DUE, A_DAY_MORE = date(2026, 12, 7), date(2026, 12, 8)
CORONATION = date(2026, 12, 2)
LATER_MONDAY = at("2026-12-07 10:00")


def by(*rules: ClockRule, closed: tuple[date, ...] = ()) -> MailboxPolicy:
    """The policy with these clocks, and with these days closed as well."""
    plain = pack(*rules)
    days = {
        day: ClosedDay(date=day, name="A coronation", division="x", authority="x", source="x", added_on=day) for day in closed
    }
    more = {name: replace(found, closed={**found.closed, **days}) for name, found in plain.calendars.items()}
    return policy(pack=replace(plain, calendars=more))


def open_clock(found: ClockRule = RULE, **changes: Any) -> OpenClock:
    """A clock that began on Monday 23 November, in an open case about an enquiry."""
    usual = OpenClock(
        id=1,
        case_id=7,
        reference="HC-2611-0042-7",
        class_="enquiry",
        channel=Channel.EMAIL,
        name=found.name,
        law=found.law,
        counts_from=MONDAY,
        due_at=running(found).due_at,
    )
    return replace(usual, **changes)


def life(found: ClockRule = RULE, *fired: Moment) -> Planned:
    """The moments of the clock as their rows have them, numbered from 0; these have come."""
    started = start_clock(by(found), found, MONDAY, ClockStart.RECEIPT.value)
    return planned_as(*((Moment(one.kind), one.kind in fired) for one in started.deadlines))


def planned_as(*comes: tuple[Moment, bool]) -> Planned:
    """These moments, in rows numbered from 0."""
    return Planned(rows=tuple(range(len(comes))), kinds=comes)


def recounted(
    changed: MailboxPolicy, each: OpenClock, planned: Planned, now: datetime = MONDAY + timedelta(days=1)
) -> MovedClocks:
    """The clock by the changed policy; it must move."""
    reckoning = Reckoning(policy=changed, now=now)
    found = reckoning.with_another_date([each])
    (moved,) = reckoning.moved(found, {each.id: planned})
    return moved


def test_a_day_more_in_the_calendar_moves_the_date_by_one_working_day() -> None:
    """With the new day in its derivation, and with the words that the history shows."""
    moved = recounted(by(RULE, closed=(CORONATION,)), open_clock(), life())
    assert (moved.old_on, moved.new_on) == (DUE, A_DAY_MORE)
    assert last_day(moved.due_at, LONDON) == A_DAY_MORE
    assert "02 Dec A coronation" in moved.why
    assert moved.words.startswith("response: 2026-12-07 -> 2026-12-08; 10 working days")


def test_a_clock_whose_days_are_not_touched_stays() -> None:
    """A day after its date, or before its start, changes nothing; and nothing changes without a new day."""
    for closed in ((date(2026, 12, 9),), (date(2026, 11, 20),), ()):
        assert list(Reckoning(policy=by(RULE, closed=closed), now=MONDAY).with_another_date([open_clock()])) == []


def test_a_clock_of_the_pack_that_is_longer_now_moves_too_and_one_it_has_no_more_stays() -> None:
    """Ten working days became twelve; and a clock without a rule keeps the date that was told."""
    longer = recounted(by(replace(RULE, amount=12)), open_clock(), life())
    assert longer.new_on == date(2026, 12, 9)
    assert list(Reckoning(policy=by(rule(5, name="another")), now=MONDAY).with_another_date([open_clock()])) == []


def test_every_moment_that_waits_gets_its_new_time() -> None:
    """The same rows, a working day later; the moment that no one has opened it does not depend on the date and stays."""
    plain, planned = start_clock(by(RULE), RULE, MONDAY, "receipt").deadlines, life()
    moved = recounted(by(RULE, closed=(CORONATION,)), open_clock(), planned, MONDAY)
    times = {planned.kinds[row][0]: due_at for (row,), due_at in moved.later}
    before = {Moment(one.kind): one.due_at for one in plain}
    assert times[Moment.UNREAD] == before[Moment.UNREAD]
    assert times[Moment.DUE] == before[Moment.DUE] + timedelta(days=1)
    assert times[Moment.WARN].astimezone(LONDON).date() == date(2026, 12, 4)
    assert all(times[kind] >= before[kind] for kind in before)
    assert (moved.dropped, moved.added) == ((), ())


def test_what_has_been_told_is_not_told_again() -> None:
    """The warning of the old date has gone: the new date gets none."""
    planned = life(RULE, Moment.WARN)
    moved = recounted(by(RULE, closed=(CORONATION,)), open_clock(), planned)
    assert planned.kinds.index((Moment.WARN, True)) not in {row for (row,), _ in moved.later}
    assert moved.added == ()


def test_a_moment_that_had_no_place_before_gets_one() -> None:
    """A case that came in too late to be warned of is warned of, once its date lies far enough ahead."""
    planned = planned_as(*(one for one in life().kinds if one != (Moment.WARN, False)))
    moved = recounted(by(RULE, closed=(CORONATION,)), open_clock(), planned)
    assert [one.kind for one in moved.added] == [Moment.WARN]


def test_a_date_that_passed_and_lies_ahead_again_is_told_when_it_passes() -> None:
    """Its ladder is taken back, and the day after the new date tells of it; what was told before it is not told again."""
    told = life(RULE, *Moment)
    ladder = planned_as(*told.kinds, (Moment.OVERDUE_NEXT, False))
    moved = recounted(by(RULE, closed=(DUE,)), open_clock(), ladder, at("2026-12-08 11:00"))
    assert moved.new_on == A_DAY_MORE
    assert moved.dropped == (len(told.rows),)
    assert [one.kind for one in moved.added] == [Moment.DUE]


def test_a_date_that_stays_in_the_past_keeps_its_ladder() -> None:
    """It was late and is late: the director still hears of it, and nobody hears of it twice."""
    told = life(RULE, *Moment)
    ladder = planned_as(*told.kinds, (Moment.OVERDUE_NEXT, False))
    moved = recounted(by(RULE, closed=(CORONATION,)), open_clock(), ladder, at("2026-12-16 11:00"))
    assert (moved.later, moved.dropped, moved.added) == ((), (), ())


def test_two_moments_of_one_kind_keep_their_order() -> None:
    """A silence is announced to the owner twice, before the reminder and before the end: each row keeps its own."""
    silence = rule(20, name="silence", kind=ClockKind.SILENCE, warn_before=5)
    planned = life(silence)
    moved = recounted(by(silence, closed=(date(2026, 12, 4),)), open_clock(silence), planned)
    times = {row: due_at for (row,), due_at in moved.later}
    announced = [row for row, (kind, _) in enumerate(planned.kinds) if kind is Moment.HEADS_UP]
    assert len(announced) == 2
    assert times[announced[0]] < times[announced[1]]
    assert len(times) == len(planned.rows)


def test_a_notice_that_is_to_be_announced_first_moves_with_its_date() -> None:
    """Nobody heard of it in time, and its date moves by a day: its one row moves, and no second letter is planned."""
    delayed = rule(10, notice_before=1, when_passed=WhenPassed.DELAY_NOTICE)
    planned = life(delayed, Moment.HEADS_UP)
    unheard = Planned(
        rows=planned.rows,
        kinds=tuple((Moment.ANNOUNCE if kind is Moment.NOTICE else kind, fired) for kind, fired in planned.kinds),
    )
    moved = recounted(by(delayed, closed=(CORONATION,)), open_clock(delayed), unheard, at("2026-12-03 11:00"))
    (place,) = [number for number, (kind, _) in enumerate(unheard.kinds) if kind is Moment.ANNOUNCE]
    assert dict(moved.later)[unheard.rows[place],] == at("2026-12-07 09:00")
    assert moved.added == ()


def test_a_clock_that_stands_still_has_no_moments() -> None:
    """Its date moves all the same, and its derivation says why."""
    moved = recounted(by(RULE, closed=(CORONATION,)), open_clock(paused_on=date(2026, 11, 30)), Planned())
    assert (moved.new_on, moved.later, moved.added) == (A_DAY_MORE, (), ())


def test_a_date_of_the_law_moves_with_the_law_s_calendar() -> None:
    """A new bank holiday is a change of the law: the date is what the law now says."""
    foia = rule(20, name="foia", law="Freedom of Information Act 2000 s.10")
    moved = recounted(by(foia, closed=(CORONATION,)), open_clock(foia), life(foia))
    assert (moved.old_on, moved.new_on) == (date(2026, 12, 21), date(2026, 12, 22))


def test_what_dates_rest_on_is_the_clocks_and_the_closed_days() -> None:
    """Another letter or signatory changes no date, and nothing is counted again because of it."""
    plain = by(RULE)
    other_words = policy(pack=replace(plain.pack, signatory="Mo Sample", version="another"))
    assert basis(plain) == basis(other_words)
    assert len({basis(plain), basis(by(RULE, closed=(CORONATION,))), basis(by(replace(RULE, amount=11)))}) == 3


units = st.sampled_from(Unit)
rules = st.builds(rule, st.integers(1, 30), units, rolls=st.booleans(), counts_first_day=st.booleans(), warn_before=st.just(2))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC))
weekdays = st.dates(date(2026, 1, 1), date(2027, 12, 31)).filter(lambda day: day.weekday() < 5)


@given(rules, moments, st.lists(weekdays, min_size=1, max_size=3), st.integers(0, 60))
def test_a_holiday_more_never_makes_a_date_or_a_moment_earlier(
    found: ClockRule, began_at: datetime, closed: list[date], days: int
) -> None:
    """Whatever the clock, and however many days are added."""
    started = start_clock(by(found), found, began_at, ClockStart.RECEIPT.value)
    now = began_at + timedelta(days=days)
    planned = planned_as(*((Moment(one.kind), one.due_at <= now) for one in started.deadlines))
    each = open_clock(found, counts_from=began_at, due_at=started.due_at)
    reckoning = Reckoning(policy=by(found, closed=tuple(closed)), now=now)
    for moved in reckoning.moved(reckoning.with_another_date([each]), {each.id: planned}):
        assert moved.new_on > moved.old_on
        assert all(due_at >= started.deadlines[row].due_at for (row,), due_at in moved.later)
        assert all(not planned.kinds[row][1] for (row,), _ in moved.later)
        assert all(one.due_at > now for one in moved.added)


def test_counting_again_by_the_same_calendar_moves_nothing() -> None:
    """Every clock of the pack, from any hour of a month, has the date it was given."""
    plain = policy()
    for found in plain.pack.clocks:
        for hour in range(0, 30 * 24, 7):
            began_at = MONDAY + timedelta(hours=hour)
            due = start_clock(plain, found, began_at, "receipt")
            same = open_clock(found, class_=found.classes[0], counts_from=began_at, due_at=due.due_at)
            assert list(Reckoning(policy=plain, now=MONDAY).with_another_date([same])) == []
