"""The dates that the law gives, worked out beforehand: every clock of the law, on the days where counting goes wrong."""

import calendar as months
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import clock_names, load_calendar, load_clock
from mailbot.core.calendar import ClosedDay, WorkingCalendar
from mailbot.core.case import Channel, ClockKind, ClockStop
from mailbot.core.clock import ComputedClock, answered, asked, compute, extend, recount
from mailbot.core.clock_rule import ClockEvent, ClockRule, ClockStart, ReceiptRule, Unit
from tests.invented import RULES, at, shipped_pack

CLOCKS = clock_names(RULES)
PACKS = ("generic", "jersey-oic", "norfolk-connect", "northants-fire", "oxfordshire")


@cache
def calendar(name: str) -> WorkingCalendar:
    """A shipped calendar in its own time zone."""
    return load_calendar(RULES, name)


@cache
def law(name: str) -> ClockRule:
    """A shipped clock of the law."""
    return load_clock(RULES, name)


def clock(name: str, received: str, receipt: ReceiptRule = ReceiptRule.ACT) -> ComputedClock:
    """A clock of the law for something received at ten in the morning."""
    return compute(law(name), calendar(law(name).calendar), at(f"{received} 10:00"), receipt)


def due(name: str, received: str, receipt: ReceiptRule = ReceiptRule.ACT) -> str:
    """Its date."""
    return clock(name, received, receipt).due_on.isoformat()


# The worked dates ------------------------------------------------------------------------------------------------------

INFORMATION = """
received     foia         by the code  england-only  foisa        jersey-foi   eir-extended
2026-11-23   2026-12-22   2026-12-22   2026-12-21    2026-12-22   2026-12-21   2027-01-25
2026-11-21   2026-12-21   2026-12-22   2026-12-18    2026-12-21   2026-12-18   2027-01-22
2026-12-18   2027-01-21   2027-01-21   2027-01-20    2027-01-21   2027-01-20   2027-02-18
2026-12-25   2027-01-27   2027-01-28   2027-01-26    2027-01-27   2027-01-26   2027-02-24
2026-02-27   2026-03-30   2026-03-30   2026-03-27    2026-03-27   2026-03-27   2026-04-29
2026-05-29   2026-06-29   2026-06-29   2026-06-26    2026-06-29   2026-06-26   2026-07-28
2026-07-03   2026-08-04   2026-08-04   2026-07-31    2026-07-31   2026-07-31   2026-09-02
2027-03-05   2027-04-07   2027-04-07   2027-04-06    2027-04-05   2027-04-06   2027-05-06
"""


@pytest.mark.parametrize("row", [line.split() for line in INFORMATION.strip().splitlines()[1:]], ids=lambda row: row[0])
def test_a_request_for_information_is_due_by_its_own_law(row: list[str]) -> None:
    """Eight days of receipt in five regimes, with the Code's reading, and the day too early that forgets the other parts."""
    received, foia, by_code, england_only, foisa, jersey, forty = row
    assert due("foia", received) == foia
    assert due("eir", received) == foia
    assert due("foi-review", received) == foia
    assert due("foia", received, ReceiptRule.CODE) == by_code
    only_england = compute(law("foia"), calendar("england-and-wales"), at(f"{received} 10:00"))
    assert only_england.due_on.isoformat() == england_only
    assert due("foisa", received) == foisa
    assert due("jersey-foi", received) == jersey
    assert due("eir-extended", received) == forty
    assert extend(clock("eir", received)).due_on.isoformat() == forty


@pytest.mark.parametrize("row", [line.split() for line in INFORMATION.strip().splitlines()[1:]], ids=lambda row: row[0])
def test_both_readings_of_a_receipt_on_a_closed_day_are_known(row: list[str]) -> None:
    """Whichever reading a pack chooses, the other one's date can be shown beside it; and nothing where they agree."""
    received, by_act, by_code = row[:3]
    other = None if by_act == by_code else date.fromisoformat(by_code)
    assert clock("foia", received).other_reading == (other and (ReceiptRule.CODE, other))
    other = None if by_act == by_code else date.fromisoformat(by_act)
    assert clock("foia", received, ReceiptRule.CODE).other_reading == (other and (ReceiptRule.ACT, other))


def test_a_clarified_request_counts_from_the_clarification() -> None:
    """FOIA s.10(6): asked on 26 November, answered on Saturday 12 December 2026, due on Thursday 14 January 2027."""
    request = clock("foia", "2026-11-23")
    waiting = asked(request, ClockEvent.CLARIFICATION, at("2026-11-26 09:10"))
    assert waiting == replace(request, paused_on=date(2026, 11, 26))
    assert answered(waiting, ClockEvent.CLARIFICATION, at("2026-12-12 11:00")).due_on == date(2027, 1, 14)


def test_the_jersey_limit_is_sixty_five_working_days() -> None:
    """Received on Monday 23 November 2026, the longest reasonable time ends on Thursday 25 February 2027."""
    assert due("jersey-foi-extended", "2026-11-23") == "2027-02-25"
    assert extend(clock("jersey-foi", "2026-11-23")).due_on == date(2027, 2, 25)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-09-03", "2026-10-05"),
        ("2026-01-31", "2026-03-02"),
        ("2026-11-25", "2026-12-29"),
        ("2026-12-31", "2027-02-01"),
        ("2026-11-30", "2026-12-30"),
        ("2028-01-31", "2028-02-29"),
        ("2028-02-29", "2028-03-29"),
        ("2027-11-29", "2027-12-29"),
    ],
)
def test_a_subject_access_request_is_due_after_one_month(received: str, expected: str) -> None:
    """UK GDPR art. 12(3): the same day next month or its last one, and never a weekend or a holiday."""
    assert due("sar", received) == expected
    assert due("sar", received, ReceiptRule.CODE) == expected


def test_an_extended_subject_access_request_has_three_months_from_the_start() -> None:
    """31 January 2027 and one month is 1 March (the 28th is a Sunday); three months from the start is 30 April."""
    assert due("sar", "2027-01-31") == "2027-03-01"
    assert extend(clock("sar", "2027-01-31")).due_on == date(2027, 4, 30)


def test_a_data_protection_complaint_is_acknowledged_within_thirty_days_beginning_with_its_receipt() -> None:
    """DPA 2018 s.164A: received on Monday 23 November 2026, acknowledged by Tuesday 22 December, whatever day that is."""
    assert due("dp-complaint-ack", "2026-11-23") == "2026-12-22"
    assert due("dp-complaint-ack", "2026-11-28") == "2026-12-27"


@pytest.mark.parametrize(
    ("channel", "kind", "amount", "expected"),
    [
        (Channel.EMAIL, ClockKind.ACKNOWLEDGEMENT, 1, "2026-12-29"),
        (Channel.LETTER, ClockKind.ACKNOWLEDGEMENT, 3, "2026-12-31"),
        (Channel.EMAIL, ClockKind.RESPONSE, 15, "2027-01-19"),
    ],
)
def test_a_regulator_in_jersey_answers_what_came_on_christmas_eve(
    channel: Channel, kind: ClockKind, amount: int, expected: str
) -> None:
    """Of Thursday 24 December 2026: an e-mail acknowledged by the 29th, a letter by the 31st, an answer by 19 January."""
    rule = ClockRule(
        name=kind.value,
        kind=kind,
        classes=("enquiry",),
        channels=(channel,),
        starts_on=ClockStart.RECEIPT,
        amount=amount,
        unit=Unit.WORKING_DAYS,
        calendar="jersey",
        stopped_by=(ClockStop.RESPONSE_SENT,),
        source="J1, J2, J3",
    )
    assert compute(rule, calendar("jersey"), at("2026-12-24 10:00")).due_on.isoformat() == expected


@pytest.mark.parametrize(
    ("received", "acknowledge_by", "acknowledged", "stage_1", "extended"),
    [
        ("2026-12-18", "2026-12-29", "2026-12-29", "2027-01-13", "2027-01-27"),
        ("2026-12-18", "2026-12-29", "2026-12-18", "2027-01-06", "2027-01-20"),
        ("2026-11-23", "2026-11-30", "2026-11-30", "2026-12-14", "2026-12-30"),
        ("2026-11-23", "2026-11-30", "2026-11-23", "2026-12-07", "2026-12-21"),
    ],
)
def test_a_complaint_is_answered_counting_from_its_acknowledgement(
    received: str, acknowledge_by: str, acknowledged: str, stage_1: str, extended: str
) -> None:
    """The Ombudsmen's codes: who acknowledges on the same day answers a week earlier than who uses the last day."""
    assert due("complaint-ack", received) == acknowledge_by
    assert law("complaint-stage-1").starts_on is ClockStart.ACKNOWLEDGEMENT
    assert due("complaint-stage-1", acknowledged) == stage_1
    assert extend(clock("complaint-stage-1", acknowledged)).due_on.isoformat() == extended


# Every clock of the law where counting goes wrong ----------------------------------------------------------------------

MOMENTS = {
    "friday-23:59": "2026-11-20 23:59",
    "saturday": "2026-11-21 10:00",
    "christmas-eve": "2026-12-24 16:00",
    "before-good-friday": "2027-03-25 10:00",
    "spring-forward": "2026-03-29 00:30",
    "fall-back": "2026-10-25 01:30",
    "leap-day": "2028-02-29 10:00",
}
EVERY_CLOCK = """
clock                      friday-23:59 saturday   christmas-eve before-good-friday spring-forward fall-back  leap-day
complaint-ack              2026-11-27   2026-11-27 2027-01-05    2027-04-05         2026-04-07     2026-10-30 2028-03-07
complaint-stage-1          2026-12-04   2026-12-04 2027-01-12    2027-04-12         2026-04-14     2026-11-06 2028-03-14
complaint-stage-2          2026-12-18   2026-12-18 2027-01-26    2027-04-26         2026-04-28     2026-11-20 2028-03-28
dp-complaint-ack           2026-12-19   2026-12-20 2027-01-22    2027-04-23         2026-04-27     2026-11-23 2028-03-29
eir                        2026-12-21   2026-12-21 2027-01-27    2027-04-26         2026-04-28     2026-11-20 2028-03-29
eir-extended               2027-01-22   2027-01-22 2027-02-24    2027-05-25         2026-05-28     2026-12-21 2028-04-28
foi-review                 2026-12-21   2026-12-21 2027-01-27    2027-04-26         2026-04-28     2026-11-20 2028-03-29
foia                       2026-12-21   2026-12-21 2027-01-27    2027-04-26         2026-04-28     2026-11-20 2028-03-29
foisa                      2026-12-21   2026-12-21 2027-01-27    2027-04-23         2026-04-27     2026-11-20 2028-03-28
jersey-foi                 2026-12-18   2026-12-18 2027-01-26    2027-04-26         2026-04-28     2026-11-20 2028-03-28
jersey-foi-extended        2027-02-24   2027-02-24 2027-04-01    2027-06-30         2026-07-02     2027-01-27 2028-06-06
sar                        2026-12-21   2026-12-21 2027-01-25    2027-04-26         2026-04-29     2026-11-25 2028-03-29
social-care-complaint-ack  2026-11-25   2026-11-25 2026-12-31    2027-04-01         2026-04-01     2026-10-28 2028-03-03
"""


def hand_count(name: str, received_on: date, more: frozenset[date] = frozenset()) -> date:
    """The date of a clock of the law, counted from its file."""
    return counted(tomllib.loads((RULES / "clocks" / f"{name}.toml").read_text(encoding="utf-8")), received_on, more)


def counted(rule: Mapping[str, Any], received_on: date, more: frozenset[date] = frozenset()) -> date:
    """The date of a clock as its file has it, counted day by day, without the program's counting."""
    closed = closed_dates(rule["calendar"]) | more
    day = received_on - timedelta(days=1) if rule.get("counts_first_day") else received_on
    left = rule["amount"]
    if rule["unit"] == "calendar_months":
        year, month = divmod(received_on.year * 12 + received_on.month - 1 + left, 12)
        day, left = date(year, month + 1, min(received_on.day, months.monthrange(year, month + 1)[1])), 0
    while left:
        day += timedelta(days=1)
        left -= rule["unit"] == "calendar_days" or not (day.weekday() >= 5 or day in closed)
    while rule.get("rolls") and (day.weekday() >= 5 or day in closed):
        day += timedelta(days=1)
    return day


@cache
def closed_dates(name: str) -> frozenset[date]:
    """The dates that stand in a calendar file."""
    data: Mapping[str, Any] = tomllib.loads((RULES / "calendars" / f"{name}.toml").read_text(encoding="utf-8"))
    return frozenset(row["date"] for row in data["closed"])


def table() -> list[tuple[str, str, str]]:
    """Each clock, moment and date of the table above."""
    head, *rows = (line.split() for line in EVERY_CLOCK.strip().splitlines())
    return [(row[0], moment, found) for row in rows for moment, found in zip(head[1:], row[1:], strict=True)]


def test_the_table_has_every_clock_of_the_law() -> None:
    """No clock is shipped whose dates nobody has worked out."""
    assert sorted({name for name, _, _ in table()}) == sorted(CLOCKS)


@pytest.mark.parametrize(("name", "moment", "expected"), table(), ids=lambda value: value)
def test_a_clock_of_the_law_keeps_its_date(name: str, moment: str, expected: str) -> None:
    """A minute to midnight, weekends, Christmas, Easter, both clock changes and the leap day: the date, and its last second."""
    place = calendar(law(name).calendar)
    found = compute(law(name), place, at(MOMENTS[moment]).astimezone(UTC))
    assert found.due_on.isoformat() == expected
    assert hand_count(name, at(MOMENTS[moment]).date()) == found.due_on
    assert found.due_at.astimezone(place.zone) == datetime.combine(found.due_on, datetime.max.time(), place.zone).replace(
        microsecond=0
    )


def pack_clocks() -> Iterator[tuple[str, dict[str, Any], ClockRule]]:
    """Every clock that a shipped pack sets itself: its pack, how its file has it, and how the program has it."""
    for name in PACKS:
        written = tomllib.loads((RULES / "packs" / name / "pack.toml").read_text(encoding="utf-8"))["clock"]
        for one, rule in zip(written, shipped_pack(name).clocks, strict=True):
            if "use" not in one:
                yield name, one, rule


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("name", "written", "rule"),
    [pytest.param(*one, id=f"{one[0]}-{one[2].name}-{number}") for number, one in enumerate(pack_clocks())],
)
def test_a_clock_of_a_pack_keeps_its_date(name: str, written: dict[str, Any], rule: ClockRule, moment: str) -> None:
    """Whatever an office has set itself falls on the day that a patient person finds, also when a holiday is added later."""
    place = shipped_pack(name).calendars[rule.calendar]
    running, received_on = compute(rule, place, at(MOMENTS[moment])), at(MOMENTS[moment]).date()
    assert running.due_on == counted(written, received_on)
    row = ClosedDay(
        date=running.due_on,
        name="Proclaimed day",
        division="Harbour",
        authority="royal proclamation",
        source="the gazette",
        added_on=received_on,
    )
    assert recount(running, with_day(place, row)).due_on == counted(written, received_on, frozenset({row.date}))


@pytest.mark.parametrize("name", CLOCKS)
def test_a_holiday_added_later_moves_a_running_clock(name: str) -> None:
    """A day proclaimed a holiday while the clock runs: working days move on by one, a month only off its last day."""
    running = compute(law(name), calendar(law(name).calendar), at("2027-06-07 10:00"))
    proclaimed = running.due_on if running.due_on.weekday() < 5 else date(2027, 6, 9)
    row = ClosedDay(
        date=proclaimed,
        name="Proclaimed day",
        division="Harbour",
        authority="royal proclamation",
        source="the gazette",
        added_on=date(2027, 6, 8),
    )
    later = recount(running, with_day(running.calendar, row))
    assert later.due_on == hand_count(name, date(2027, 6, 7), frozenset({proclaimed}))
    assert later.due_on > running.due_on or law(name).unit is Unit.CALENDAR_DAYS


def with_day(place: WorkingCalendar, row: ClosedDay) -> WorkingCalendar:
    """A calendar with one closed day more."""
    return WorkingCalendar(
        name=place.name, zone=place.zone, covers_until=place.covers_until, closed={**place.closed, row.date: row}
    )


@given(st.sampled_from(CLOCKS), st.dates(date(2025, 1, 1), date(2029, 6, 30)))
def test_counting_by_hand_gives_the_same_date(name: str, received_on: date) -> None:
    """Any clock of the law on any day: the date is the one that a patient person finds with the calendar on the wall."""
    assert compute(law(name), calendar(law(name).calendar), at(f"{received_on} 12:00")).due_on == hand_count(name, received_on)


@pytest.mark.parametrize("name", CLOCKS)
def test_every_clock_of_the_law_names_it(name: str) -> None:
    """A statutory clock says which law sets it, where that was read, what people call it, and who may extend it."""
    rule = law(name)
    assert rule.statutory
    assert rule.source.strip()
    assert rule.title.strip()
    assert rule.extension is None or rule.extension.source.strip()
