"""Who among staff hears of a date, and when: before it, on its day, and step by step once it has passed."""

from dataclasses import replace
from datetime import UTC, date
from typing import Any

import pytest

from mailbot.core.action import Action, Note, QueueLetter, RaiseAlarm
from mailbot.core.calendar import ShutDays
from mailbot.core.case import ClockKind, ClockStop, Moment, RunningClock
from mailbot.core.clock_action import AddDeadline, Deadline, StartClock
from mailbot.core.clock_rule import ClockRule, ClockStart
from mailbot.core.decide import decide
from mailbot.core.directory import Absence
from mailbot.core.ladder import Rung
from mailbot.core.letter import Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from tests.invented import (
    BO,
    DI,
    DIRECTOR,
    MANAGER,
    MO,
    OWNER,
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
    staffed,
)

ANSWER = rule(14, warn_before=2)
"""An enquiry of Monday 23 November 2026 is due on Friday 11 December."""
ACKNOWLEDGEMENT = rule(5, name="acknowledgement", kind=ClockKind.ACKNOWLEDGEMENT, stopped_by=(ClockStop.ACKNOWLEDGEMENT_SENT,))
FROM_ACKNOWLEDGEMENT = rule(10, starts_on=ClockStart.ACKNOWLEDGEMENT)
OWNED = {"owner": "Bo Sample", "owner_address": OWNER}


def told(
    moment: Moment,
    now: str,
    found: ClockRule = ANSWER,
    mailbox: MailboxPolicy | None = None,
    others: tuple[RunningClock, ...] = (),
    **standing: Any,
) -> tuple[Action, ...]:
    """What follows when this moment has come, in a mailbox that a team serves."""
    clock = running(found)
    known = case(clocks=(clock, *others), **standing)
    mailbox = mailbox or staffed(pack=pack(found))
    return decide(reached(clock, moment), known, None, mailbox, at(now).astimezone(UTC)).actions


def recipients(actions: tuple[Action, ...]) -> list[str]:
    """Everybody who is written to."""
    return [letter.permission.recipient for letter in every(QueueLetter, actions)]


def skipped(actions: tuple[Action, ...]) -> bool:
    """Nothing is said, and the history says that it was due."""
    return kinds(actions) == [Note, Note] and every(Note, actions)[-1].kind == "deadline-skipped"


# Overdue ---------------------------------------------------------------------------------------------------------------

STEPS = [
    (Moment.DUE, "2026-12-12 00:00", Moment.OVERDUE_NEXT, "2026-12-16 09:00"),
    (Moment.OVERDUE_NEXT, "2026-12-16 09:00", Moment.OVERDUE_LAST, "2026-12-18 09:00"),
    (Moment.OVERDUE_LAST, "2026-12-18 09:00", None, ""),
]


@pytest.mark.parametrize(("step", "who", "late"), [(0, OWNER, "1"), (1, MANAGER, "3"), (2, DIRECTOR, "5")])
def test_a_passed_date_climbs_from_owner_to_manager_to_director(step: int, who: str, late: str) -> None:
    """Each hears how many working days it is late; two working days later, if nobody answered, the next one does."""
    moment, now, following, then = STEPS[step]
    actions = told(moment, now, **OWNED)
    letter = only(QueueLetter, actions)
    assert (letter.purpose, letter.lane, letter.letter) == (Purpose.OVERDUE_ALERT, Lane.ALERT, "manager-overdue")
    assert (letter.permission.recipient, letter.values.days_late) == (who, late)
    added = [(one.clock_id, one.deadline) for one in every(AddDeadline, actions)]
    assert added == ([(1, Deadline(kind=following, due_at=at(then).astimezone(UTC)))] if following else [])


@pytest.mark.parametrize("standing", [{}, OWNED])
def test_a_case_without_an_owner_is_the_managers_at_once(standing: dict[str, str]) -> None:
    """Nobody's case wastes no step on nobody. Whoever is given it meanwhile, the director is next: the manager heard of it."""
    first = told(Moment.DUE, "2026-12-12 00:00")
    (next_step,) = every(AddDeadline, first)
    assert next_step.deadline == Deadline(kind=Moment.OVERDUE_LAST, due_at=at("2026-12-16 09:00").astimezone(UTC))
    second = told(Moment.OVERDUE_LAST, "2026-12-16 09:00", **standing)
    assert (recipients(first), recipients(second)) == ([MANAGER], [DIRECTOR])
    assert every(AddDeadline, second) == []


@pytest.mark.parametrize(
    ("ladder", "standing", "who", "more"),
    [
        ((Rung.MANAGER,), OWNED, MANAGER, 0),
        ((Rung.DIRECTOR, Rung.MANAGER), OWNED, DIRECTOR, 1),
        ((Rung.OWNER,), OWNED, OWNER, 0),
        ((Rung.OWNER,), {}, MANAGER, 0),
    ],
)
def test_a_pack_says_who_stands_on_the_ladder(ladder: tuple[Rung, ...], standing: dict[str, str], who: str, more: int) -> None:
    """In its own order; where it names the owner alone and there is none, the manager hears of it."""
    mailbox = staffed(pack=pack(ANSWER, alerts=replace(shipped_pack().alerts, ladder=ladder)))
    actions = told(Moment.DUE, "2026-12-12 00:00", mailbox=mailbox, **standing)
    assert recipients(actions) == [who]
    assert len(every(AddDeadline, actions)) == more


def test_no_step_is_spent_on_closed_days() -> None:
    """Overdue since 22 December while the office shuts from the 24th: after the 23rd the next open day but one is 5 January."""
    christmas = ShutDays(from_on=date(2026, 12, 24), until_on=date(2027, 1, 3), name="Christmas closure")
    found = rule(21)
    mailbox = staffed(pack=pack(found, shut=christmas))
    actions = told(Moment.DUE, "2026-12-23 00:00", found, mailbox, **OWNED)
    assert only(QueueLetter, actions).not_before == at("2026-12-23 09:00")
    assert only(AddDeadline, actions).deadline.due_at == at("2027-01-05 09:00")


def test_a_date_that_passes_on_a_friday_is_told_on_monday_and_counted_from_there() -> None:
    """At midnight nobody reads; the two working days of the next step begin with the morning on which it is told."""
    actions = told(Moment.DUE, "2026-12-12 00:00", **OWNED)
    assert only(QueueLetter, actions).not_before == at("2026-12-14 09:00")


def test_who_is_away_is_replaced() -> None:
    """The owner's deputy hears of it while the owner is away; the director while there is nobody else."""
    away = Absence(from_on=date(2026, 12, 1), until_on=date(2026, 12, 31))
    deputised = staffed(replace(BO, absences=(replace(away, deputy=DIRECTOR),)), MO, DI, pack=pack(ANSWER))
    alone = staffed(replace(BO, absences=(away,)), replace(MO, absences=(away,)), DI, pack=pack(ANSWER))
    for mailbox in (deputised, alone):
        assert recipients(told(Moment.DUE, "2026-12-12 00:00", mailbox=mailbox, **OWNED)) == [DIRECTOR]


@pytest.mark.parametrize(("standing", "who"), [(OWNED, [OWNER, MANAGER, MANAGER]), ({}, [MANAGER, MANAGER])])
def test_without_a_team_the_mailbox_has_its_manager_for_every_step(standing: dict[str, str], who: list[str]) -> None:
    """A small office without a file of people still alerts its owner, then the manager of its configuration."""
    mailbox = policy(pack=pack(ANSWER))
    heard = [told(moment, now, mailbox=mailbox, **standing) for moment, now, _, _ in STEPS[: len(who)]]
    assert [each for actions in heard for each in recipients(actions)] == who


# The acknowledgement ---------------------------------------------------------------------------------------------------

MISSED = "2026-12-01 00:00"
CHAIN = staffed(pack=pack(ACKNOWLEDGEMENT, FROM_ACKNOWLEDGEMENT))


def test_a_missed_acknowledgement_starts_what_runs_from_it_and_rings() -> None:
    """Due on Monday 30 November and not given: the ten days begin from that date, and the duty rota hears of it at once."""
    actions = told(Moment.DUE, MISSED, ACKNOWLEDGEMENT, CHAIN)
    started, alarm = only(StartClock, actions), only(RaiseAlarm, actions)
    assert (started.name, started.started_by) == ("response", "acknowledgement")
    assert started.started_at == running(ACKNOWLEDGEMENT).due_at
    assert started.due_at == at("2026-12-14 23:59:59")
    assert "HC-2611-0042-7 was not acknowledged" in alarm.what
    assert recipients(actions) == [MANAGER]


def test_a_missed_acknowledgement_from_which_nothing_runs_is_overdue_and_no_more() -> None:
    """Where no clock depends on it, or it runs already, nothing starts and nothing rings; the ladder is climbed."""
    alone = told(Moment.DUE, MISSED, ACKNOWLEDGEMENT, staffed(pack=pack(ACKNOWLEDGEMENT)))
    begun = told(Moment.DUE, MISSED, ACKNOWLEDGEMENT, CHAIN, others=(running(FROM_ACKNOWLEDGEMENT, id=2),))
    for actions in (alone, begun):
        assert kinds(actions) == [Note, QueueLetter, AddDeadline]


@pytest.mark.parametrize("moment", [Moment.OVERDUE_NEXT, Moment.OVERDUE_LAST])
def test_a_missed_acknowledgement_rings_once(moment: Moment) -> None:
    """The further steps of the ladder start nothing again."""
    actions = told(moment, "2026-12-03 09:00", ACKNOWLEDGEMENT, CHAIN)
    assert not {StartClock, RaiseAlarm} & set(kinds(actions))


def test_a_missed_receipt_starts_nothing() -> None:
    """Only an acknowledgement is what others run from."""
    receipt = replace(ACKNOWLEDGEMENT, kind=ClockKind.RECEIPT)
    actions = told(Moment.DUE, MISSED, receipt, staffed(pack=pack(receipt, FROM_ACKNOWLEDGEMENT)))
    assert not {StartClock, RaiseAlarm} & set(kinds(actions))


# Before the date -------------------------------------------------------------------------------------------------------


def test_the_owner_is_warned_with_the_days_that_are_left() -> None:
    """Two working days before the date, with what it rests on; without an owner the manager is."""
    letter = only(QueueLetter, told(Moment.WARN, "2026-12-09 09:00", **OWNED))
    assert (letter.purpose, letter.letter, letter.lane) == (Purpose.DUE_SOON, "due-soon", Lane.NOTICE)
    assert (letter.permission.recipient, letter.values.days_left) == (OWNER, "2")
    assert (letter.values.due_on, letter.values.clock_name) == ("Friday 11 December 2026", "response")
    assert recipients(told(Moment.WARN, "2026-12-09 09:00")) == [MANAGER]


def test_the_owner_hears_on_the_day_itself() -> None:
    """On the last day, and not once it is over."""
    letter = only(QueueLetter, told(Moment.TODAY, "2026-12-11 09:00", **OWNED))
    assert (letter.purpose, letter.letter, letter.permission.recipient) == (Purpose.DUE_TODAY, "due-today", OWNER)
    assert skipped(told(Moment.TODAY, "2026-12-12 00:00", **OWNED))


@pytest.mark.parametrize(("now", "left"), [("2026-12-10 09:00", "1"), ("2026-12-11 09:00", None), ("2026-12-14 09:00", None)])
def test_a_warning_that_an_outage_has_overtaken_is_skipped(now: str, left: str | None) -> None:
    """A day late it still says what is left; on the date itself that morning's word is enough; after it there is nothing."""
    actions = told(Moment.WARN, now, **OWNED)
    assert [letter.values.days_left for letter in every(QueueLetter, actions)] == ([left] if left else [])
    assert skipped(actions) is (left is None)


def test_a_late_warning_of_an_acknowledgement_is_given_on_its_last_day() -> None:
    """An acknowledgement has no word of its own for that morning, so the warning still comes: no day is left."""
    actions = told(Moment.WARN, "2026-11-30 09:00", ACKNOWLEDGEMENT, **OWNED)
    assert [letter.values.days_left for letter in every(QueueLetter, actions)] == ["0"]


def test_a_case_that_nobody_has_is_the_managers_at_half_time() -> None:
    """G4: half of the time is over and nobody owns it; once it has an owner, or is late anyway, nothing is said."""
    letter = only(QueueLetter, told(Moment.NO_OWNER, "2026-12-02 16:29"))
    assert (letter.purpose, letter.letter, letter.lane) == (Purpose.NO_OWNER, "no-owner", Lane.ALERT)
    assert letter.permission.recipient == MANAGER
    assert skipped(told(Moment.NO_OWNER, "2026-12-02 16:29", **OWNED))
    assert skipped(told(Moment.NO_OWNER, "2026-12-14 09:00"))


def test_a_message_that_nobody_has_opened_is_the_managers_the_next_working_day() -> None:
    """N4: nobody read it or took it; once somebody did, or it is late anyway, nothing is said."""
    letter = only(QueueLetter, told(Moment.UNREAD, "2026-11-24 09:00"))
    assert (letter.purpose, letter.letter, letter.permission.recipient) == (Purpose.UNREAD, "unread", MANAGER)
    assert skipped(told(Moment.UNREAD, "2026-11-24 09:00", opened_by_staff=True))
    assert skipped(told(Moment.UNREAD, "2026-12-14 09:00"))


def test_a_quiet_case_still_alerts_staff() -> None:
    """Quiet is for the customer: the clocks go on for staff."""
    assert recipients(told(Moment.DUE, "2026-12-12 00:00", quiet=True, **OWNED)) == [OWNER]
