"""Classification: the class that the phrases speak for, and "unsure" rather than a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.classify import Classification, Hit, classify
from mailbot.core.message import Span
from mailbot.core.policy import UNSURE

THRESHOLDS = {"enquiry": 0.6, "complaint": 0.6, "compliment": 0.6}


def hit(class_: str, weight: float, rule: str = "", start: int = 0) -> Hit:
    """A phrase found in the text."""
    return Hit(class_=class_, rule=rule or f"{class_}: phrase", weight=weight, span=Span(start, start + 5))


def judged(*hits: Hit) -> Classification:
    """The classification of a text with these phrases."""
    return classify(hits, THRESHOLDS, "v1")


def test_a_text_without_any_phrase_is_unsure() -> None:
    """Nothing known was said: a person reads it, and no class is even best."""
    found = judged()
    assert (found.class_, found.best, found.evidence, found.also) == (UNSURE, UNSURE, (), ())
    assert found.confidence == pytest.approx(1 / 3, abs=0.001)


def test_a_clear_text_has_its_class_with_the_evidence_and_the_rules_version() -> None:
    """A strong phrase is enough, and the places it was found at are kept in their order."""
    later, sooner = hit("complaint", 2, "complaint: unacceptable", 40), hit("complaint", 1, "complaint: complain", 5)
    found = judged(later, sooner)
    assert (found.class_, found.best, found.rules_version) == ("complaint", "complaint", "v1")
    assert found.evidence == (sooner, later)
    assert found.confidence == pytest.approx(0.909, abs=0.001)


def test_a_weak_hint_is_not_acted_on_but_shown() -> None:
    """One weak phrase leaves the message unsure, and staff see which class it may be."""
    found = judged(hit("complaint", 0.5))
    assert (found.class_, found.best) == (UNSURE, "complaint")


def test_the_same_phrase_said_twice_counts_once_and_at_its_first_place() -> None:
    """Who repeats a word does not make it surer."""
    once, again = hit("complaint", 1.5, start=3), hit("complaint", 1.5, start=50)
    assert judged(once, again).confidence == judged(once).confidence
    assert judged(once, again).evidence == (once,)


def test_two_classes_that_a_text_speaks_for_alike_are_unsure() -> None:
    """A thank-you and a complaint of equal strength are left to a person, who is told of both."""
    found = judged(hit("complaint", 2), hit("compliment", 2))
    assert found.class_ == UNSURE
    assert {found.best, *found.also} == {"complaint", "compliment"}


def test_what_a_text_also_asks_for_is_named() -> None:
    """A strong complaint with a plain enquiry in it is a complaint that also enquires."""
    found = judged(hit("complaint", 5), hit("enquiry", 2))
    assert (found.class_, found.also) == ("complaint", ("enquiry",))


def test_a_phrase_may_speak_against_a_class() -> None:
    """Words with a negative weight take a class back."""
    assert judged(hit("complaint", 3), hit("complaint", -3, "complaint: no complaint")).class_ == UNSURE


def test_phrases_of_a_class_that_the_pack_does_not_have_are_left_out() -> None:
    """An organisation without compensation claims never sees that class."""
    assert judged(hit("compensation_claim", 9), hit("enquiry", 3)).class_ == "enquiry"


def test_a_class_is_acted_on_from_its_own_threshold_on() -> None:
    """A pack that wants to be surer about one class gets "unsure" for what another pack acts on."""
    sure = classify((hit("complaint", 2),), {**THRESHOLDS, "complaint": 0.78}, "v1")
    surer = classify((hit("complaint", 2),), {**THRESHOLDS, "complaint": 0.80}, "v1")
    assert (sure.class_, surer.class_) == ("complaint", UNSURE)


weights = st.floats(-5, 5, allow_nan=False)
some_hits = st.lists(st.builds(hit, st.sampled_from(sorted(THRESHOLDS)), weights, st.sampled_from("abcde")), max_size=8)


@given(some_hits)
def test_a_class_that_is_acted_on_reached_its_threshold(hits: list[Hit]) -> None:
    """Whatever was found, the class is the best one and sure enough, or it is "unsure"."""
    found = judged(*hits)
    assert 0 <= found.confidence <= 1
    if found.class_ != UNSURE:
        assert found.class_ == found.best
        assert found.confidence >= THRESHOLDS[found.best] - 0.001
        assert sum(one.weight for one in found.evidence) > 0
    assert found.best not in found.also


@given(some_hits, st.floats(0.1, 3))
def test_a_further_phrase_for_the_best_class_never_makes_it_less_sure(hits: list[Hit], weight: float) -> None:
    """More words for it, more confidence."""
    before = judged(*hits)
    if before.best != UNSURE:
        after = judged(*hits, hit(before.best, weight, "a further phrase"))
        assert after.best == before.best
        assert after.confidence >= before.confidence
