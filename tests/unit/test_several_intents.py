"""A message that wants two things at once: which clocks run, which letter goes, and what a person says of it later."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.rule_files import load_pack
from mailbot.core.action import Action, ChangeCase, Note, OpenCase, QueueLetter
from mailbot.core.case import ANSWERED_IN_PART, FOR_THE_MANAGER, Case, Channel, ClockKind, ClockStop, RunningClock
from mailbot.core.case_command import CaseReclassified, CaseWaits, ContactNoted, Past
from mailbot.core.classify import Classification, Hit
from mailbot.core.clock_action import MoveClock, StartClock, StopClock
from mailbot.core.clock_rule import ClockEvent
from mailbot.core.decide import decide
from mailbot.core.intents import Intents, Several
from mailbot.core.message import Address, Span
from mailbot.core.policy import UNSURE, Pack
from mailbot.errors import PermanentError, PolicyError
from tests.invented import CUSTOMER, LONDON, MONDAY, RULES, at, case, every, message, only, pack, policy, rule, running
from tests.unit.test_decide import HUMAN, MATCHED, NOW, arrived, decided, findings

WORDS = Span(10, 30)
COMPLAINT = rule(14, classes=("complaint",), promised=True)
FOI = rule(20, classes=("foi_request",), law="FOIA s.10", pauses_on=(ClockEvent.CLARIFICATION,), promised=True)
RECEIPT = rule(
    1, name="receipt", kind=ClockKind.RECEIPT, classes=("complaint", "foi_request"), stopped_by=(ClockStop.RECEIPT_SENT,)
)
COUNTED = Intents(classes=("foi_request", "complaint"))
BOTH = pack(COMPLAINT, FOI, RECEIPT, intents=COUNTED)
ASK = replace(BOTH, intents=replace(COUNTED, several=Several.ASK))
LATER = at("2026-11-25 10:00")


def arrives(found: Pack, class_: str = "complaint", *also: str) -> tuple[Action, ...]:
    """A new message of a class that asks for others besides."""
    hits = tuple(Hit(class_=name, rule=f"{name}: please send me a copy", weight=2.0, span=WORDS) for name in also)
    judged = Classification(class_=class_, best=class_, confidence=0.9, also=also, also_evidence=hits)
    known = findings(classification=judged, screening=HUMAN)
    return decided(arrived(), known, mailbox=policy(pack=found), now=NOW)


def dates(actions: tuple[Action, ...]) -> dict[tuple[str, str], str]:
    """The day of each clock that begins, by name and law."""
    return {(one.name, one.law): f"{one.due_at:%Y-%m-%d}" for one in every(StartClock, actions)}


def both(**changes: Any) -> Case:
    """A complaint that is a request for information too, with the answer owed by both."""
    return case(**{"class_": "complaint", "also": ("foi_request",), "clocks": clocks(), **changes})


def clocks() -> tuple[RunningClock, ...]:
    return running(COMPLAINT, id=1), running(FOI, id=2)


def said(known: Case, class_: str, *also: str, given: bool = True, found: Pack = BOTH) -> tuple[Action, ...]:
    """What a person's word brings about; ``given``: they say what else it is."""
    command = CaseReclassified(class_=class_, why="", also=also if given else None, past=Past(), at=LATER)
    return decide(command, known, None, policy(pack=found), LATER).actions


def test_a_complaint_with_a_request_for_information_inside_starts_both_clocks() -> None:
    """The complaint's answer and the law's date, and one receipt clock for the two."""
    actions = arrives(BOTH, "complaint", "foi_request")
    assert dates(actions) == {
        ("response", ""): "2026-12-11",
        ("response", "FOIA s.10"): "2026-12-21",
        ("receipt", ""): "2026-11-24",
    }
    assert only(OpenCase, actions).also == ("foi_request",)


def test_the_receipt_is_that_of_the_main_class_with_its_date() -> None:
    """The letter names the complaint and when that is answered; the law's later date is not promised in its stead."""
    letter = only(QueueLetter, arrives(BOTH, "complaint", "foi_request"))
    assert (letter.letter, letter.values.due_on) == ("receipt-complaint", "Friday 11 December 2026")


def test_of_two_clocks_of_the_pack_with_one_name_the_shorter_runs() -> None:
    """An enquiry that complains is answered by the stricter of the two promises."""
    found = pack(COMPLAINT, rule(5, classes=("enquiry",)), intents=COUNTED)
    assert dates(arrives(found, "complaint", "enquiry"))["response", ""] == "2026-12-11"
    assert dates(arrives(replace(found, intents=Intents(classes=("enquiry",))), "complaint", "enquiry")) == {
        ("response", ""): "2026-11-30"
    }


def test_a_pack_that_asks_leaves_it_to_a_person_with_the_strictest_clocks() -> None:
    """The letter is neutral, the case unsure, and the history says between which classes a person decides."""
    actions = arrives(ASK, "complaint", "foi_request")
    opened = only(OpenCase, actions)
    assert (opened.class_, opened.also) == (UNSURE, ())
    assert only(QueueLetter, actions).letter == "receipt"
    assert dates(actions)["response", ""] == "2026-12-11"
    (noted,) = [one.reason for one in every(Note, actions) if one.reason.rule == "several-intents"]
    assert (noted.detail, noted.spans) == ("complaint, foi_request", (WORDS,))


def test_a_class_that_the_pack_does_not_count_beside_another_is_only_shown() -> None:
    """Whoever thanks and complains has a complaint's clocks and no more."""
    actions = arrives(BOTH, "complaint", "compliment")
    assert only(OpenCase, actions).also == ()
    assert set(dates(actions)) == {("response", ""), ("receipt", "")}


def test_waiting_for_clarification_stops_the_clock_of_the_law_alone() -> None:
    """Each clock follows its own rule, whichever class the case mainly is."""
    command = CaseWaits(event=ClockEvent.CLARIFICATION, at=MONDAY)
    moved = every(MoveClock, decide(command, both(), None, policy(pack=BOTH), MONDAY).actions)
    assert [one.clock_id for one in moved] == [2]


def test_a_person_adds_what_the_customer_wants_besides() -> None:
    """The law's date counts from the receipt, the complaint's clock goes on, and nothing is learnt: the class was right."""
    actions = said(case(class_="complaint", clocks=(running(COMPLAINT, id=1),)), "complaint", "foi_request")
    assert dates(actions)["response", "FOIA s.10"] == "2026-12-21"
    assert only(ChangeCase, actions).also == ("foi_request",)
    assert only(ChangeCase, actions).reason.detail == "complaint -> complaint + foi_request"
    assert {type(one) for one in actions} == {ChangeCase, StartClock}


def test_a_person_takes_it_away_again() -> None:
    """The law's clock stops, neither met nor late."""
    actions = said(both(), "complaint")
    assert [(one.clock_id, one.outcome) for one in every(StopClock, actions)] == [(2, "reclassified")]
    assert only(ChangeCase, actions).also == ()


def test_another_class_keeps_what_the_customer_wants_besides() -> None:
    """Unless the person says otherwise; the new class itself is not named twice."""
    (kept,) = every(ChangeCase, said(both(), "suggestion", given=False))
    assert (kept.class_, kept.also) == ("suggestion", ("foi_request",))
    (now,) = every(ChangeCase, said(both(), "foi_request", given=False))
    assert (now.class_, now.also) == ("foi_request", ())


def test_what_the_case_is_already_is_refused_and_so_is_an_unknown_class() -> None:
    """With the classes it has, and the name that was probably meant."""
    with pytest.raises(PermanentError, match=r"is a case of class 'complaint \+ foi_request' already"):
        said(both(), "complaint", "foi_request")
    with pytest.raises(PermanentError, match="there is no class 'foi_requests'; did you mean 'foi_request'"):
        said(both(), "complaint", "foi_requests")


# Answers ------------------------------------------------------------------------------------------------------------


def answers(known: Case, *of: str) -> tuple[Action, ...]:
    """What follows from an answer by letter that staff note, to these classes if they name any."""
    command = ContactNoted(channel=Channel.LETTER, at=LATER, outcome="It went.", of=of)
    return decide(command, known, None, policy(pack=BOTH), LATER).actions


def left_owed(actions: tuple[Action, ...]) -> list[tuple[str, str]]:
    """What the history says is still to be answered."""
    return [(one.kind, one.reason.detail) for one in every(Note, actions) if one.reason.rule == ANSWERED_IN_PART]


def test_an_answer_to_a_complaint_does_not_stop_the_clock_of_the_law() -> None:
    """It may have said nothing of the request inside: that stays owed, and the manager reads by when."""
    copied = arrived(message=message(sender="bea@harbour.example", to=(Address(name="", address=CUSTOMER),)), by_staff=True)
    actions = decided(copied, findings(match=MATCHED), both(), mailbox=policy(pack=BOTH))
    assert [one.clock_id for one in every(StopClock, actions)] == [1]
    told = (
        "an answer to complaint went; still to be answered: foi_request by Monday 21 December 2026 "
        "('mailbot case note --answers' ends it)"
    )
    assert left_owed(actions) == [(FOR_THE_MANAGER, told)]


def test_the_manager_hears_of_what_is_left_once() -> None:
    """A second letter about the complaint is only written down, and ends nothing of the request."""
    actions = answers(both(clocks=clocks()[1:]))
    assert every(StopClock, actions) == []
    assert [kind for kind, _ in left_owed(actions)] == ["finding"]


def test_a_person_says_which_of_several_things_an_answer_answers() -> None:
    """One of them, or both; then nothing is left."""
    assert [one.clock_id for one in every(StopClock, answers(both(), "foi_request"))] == [2]
    assert "still to be answered: complaint by Friday 11 December 2026" in left_owed(answers(both(), "foi_request"))[0][1]
    together = answers(both(), "complaint", "foi_request")
    assert ([one.clock_id for one in every(StopClock, together)], left_owed(together)) == ([1, 2], [])


def test_what_the_customer_does_not_want_cannot_have_been_answered() -> None:
    """A slip in the class ends no clock."""
    with pytest.raises(PermanentError, match=r"is a case of class 'complaint \+ foi_request'; nothing else"):
        answers(both(), "enquiry")


def test_a_date_of_the_law_that_a_merged_case_brought_ends_with_the_answer() -> None:
    """The case is of one class: what staff write about it answers all of it, as before."""
    known = case(class_="complaint", clocks=clocks())
    actions = answers(known)
    assert ([one.clock_id for one in every(StopClock, actions)], left_owed(actions)) == ([1, 2], [])


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ('several = "all"', "several"),
        ('classes = ["foi"]', r"intents\.classes: there is no \[classes\.foi\] in this pack"),
        ('classes = ["not_for_us"]', r"nobody waits for an answer to 'not_for_us' \(clocks = false\); take it out"),
        ('classes = ["complaint", "complaint"]', "complaint"),
    ],
)
def test_a_pack_that_speaks_of_what_it_has_not_is_refused(tmp_path: Path, written: str, wanted: str) -> None:
    """With the file, the key, and what is wrong."""
    rules = _copy_with(tmp_path, written)
    with pytest.raises(PolicyError, match=wanted):
        load_pack(rules, "generic", LONDON)


def _copy_with(tmp_path: Path, written: str) -> Path:
    import shutil

    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    file = rules / "packs" / "generic" / "pack.toml"
    before, _, after = file.read_text().partition("[intents]\n")
    rest = after.partition("\n\n")[2]
    file.write_text(f"{before}[intents]\n{written}\n\n{rest}")
    return rules
