"""What a person and a manager are told: each thing once, numbers with those of the month before, names only if asked for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.action import Action, KeepSilent, QueueLetter
from mailbot.core.decide import decide
from mailbot.core.message import Span
from mailbot.core.screen import SentBefore
from mailbot.core.staff_count import Counted, MonthTotals, lines_of, team_months
from mailbot.core.staff_finding import KeptFinding, StaffFinding
from mailbot.core.trigger import StaffNoteDue
from tests.invented import BO, MAILBOX, MONDAY, OWNER, staffed

PHONE = StaffFinding(
    person=OWNER, team="Harbour", rule="phone", clause="J5", confidence=0.95, fix="add a line with your number", month="2026-11"
)
COUNTED = st.builds(
    Counted,
    team=st.sampled_from(["Harbour", "Quay", ""]),
    rule=st.sampled_from(["phone", "font", "wording"]),
    clause=st.just("J5"),
    person=st.sampled_from(["", "bo@harbour.example", "di@harbour.example"]),
    count=st.integers(1, 9),
)


def kept(number: int, words: str = "", **changes: Any) -> KeptFinding:
    return KeptFinding(
        id=number, mailbox="enquiries", at=MONDAY + timedelta(hours=number), finding=replace(PHONE, **changes), words=words
    )


def told(*found: KeptFinding, before: SentBefore | None = None, **person: Any) -> Action:
    """What follows for Bo, who sent this."""
    trigger = StaffNoteDue(person=replace(BO, **person), found=found, period="2026-11-24", live=True)
    (action,) = decide(trigger, None, None, staffed(), MONDAY, before).actions
    return action


def lines(*found: KeptFinding) -> list[str]:
    letter = told(*found)
    assert isinstance(letter, QueueLetter)
    return str(letter.values.summary_lines).split("\n")


def test_each_thing_stands_in_a_note_once() -> None:
    """Ten messages without a number are one line, with the first one's day; another rule is another line."""
    font = {"rule": "font", "clause": "J6", "fix": "set the signature in Verdana 10 pt"}
    assert lines(*(kept(number) for number in range(1, 11)), kept(11, **font)) == [
        "- Add a line with your number (message of Monday 23 November 2026, J5)",
        "- Set the signature in Verdana 10 pt (message of Monday 23 November 2026, J6)",
    ]


def test_a_wording_is_shown_with_the_better_one() -> None:
    """The words are cut out of the message for whoever wrote it."""
    wording = {"rule": "wording", "clause": "F19", "fix": "say what you will do", "spans": (Span(5, 9),)}
    assert lines(kept(1, "I'll try", **wording)) == [
        '- Instead of "I\'ll try": say what you will do (message of Monday 23 November 2026, F19)'
    ]


@pytest.mark.parametrize(
    ("person", "before"),
    [
        ({"address": MAILBOX}, SentBefore()),
        ({}, SentBefore(unreachable=frozenset({OWNER}))),
        ({}, SentBefore(to={OWNER: 50})),
    ],
)
def test_no_note_goes_where_none_may(person: dict[str, str], before: SentBefore) -> None:
    """Never to a watched mailbox, nowhere that nothing arrives, and no more than the cap on a day."""
    assert isinstance(told(kept(1), before=before, **person), KeepSilent)


@given(st.lists(COUNTED, max_size=20), st.lists(COUNTED, max_size=20))
def test_no_finding_is_lost_or_counted_twice(now: list[Counted], before: list[Counted]) -> None:
    """The numbers of all teams together are those that were found, in the month and in the one before."""
    months = team_months(_totals("2026-11", now), _totals("2026-10", before))
    assert sum(each.count for one in months for each in one.rules) == sum(each.count for each in now)
    assert sum(each.before for one in months for each in one.rules) == sum(each.count for each in before)
    assert [one.team for one in months] == sorted({each.team for each in (*now, *before)})


def test_names_stand_in_a_count_only_where_they_are_given() -> None:
    """Without names the lines tell nobody's address either."""
    bo = Counted(team="Harbour", rule="phone", clause="J5", person=OWNER, count=3)
    (found,) = team_months(_totals("2026-11", [bo]), _totals("2026-10", []))
    assert list(lines_of(found)) == [
        "- Messages that were judged: 0 (October 2026: 0)",
        "- Telephone number (J5): 3 (October 2026: 0)",
    ]
    assert list(lines_of(found, {OWNER: "Bo Sample"}))[1] == "- Telephone number (J5): 3 (October 2026: 0); Bo Sample 3"


def _totals(month: str, found: list[Counted]) -> MonthTotals:
    return MonthTotals(month=month, judged={}, found=tuple(found))
