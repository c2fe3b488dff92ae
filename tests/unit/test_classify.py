"""Classification: the class that the phrases speak for, and "unsure" rather than a guess."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.classify import BY_MODEL, Classification, Hit, Opinion, classify
from mailbot.core.message import Span
from mailbot.core.policy import UNSURE, ClassPolicy

ALONE = 0.9
THRESHOLDS = {"enquiry": 0.6, "complaint": 0.6, "compliment": 0.6}


def hit(class_: str, weight: float, rule: str = "", start: int = 0, asks: float | None = None) -> Hit:
    """A phrase found in the text."""
    return Hit(class_=class_, rule=rule or f"{class_}: phrase", weight=weight, span=Span(start, start + 5), asks=asks)


def classes(thresholds: dict[str, float]) -> dict[str, ClassPolicy]:
    """Classes that are acted on from these confidences on."""
    return {
        name: ClassPolicy(
            words="your message", receipt="receipt", threshold=least, threshold_learnt=least, threshold_alone=ALONE
        )
        for name, least in thresholds.items()
    }


def judged(*hits: Hit) -> Classification:
    """The classification of a text with these phrases."""
    return classify(hits, classes(THRESHOLDS), "v1")


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
    assert {found.best, *dict(found.hinted)} == {"complaint", "compliment"}


def test_what_a_text_also_asks_for_is_named() -> None:
    """A strong complaint with a plain question in it is a complaint that also enquires, however many words complain."""
    found = judged(hit("complaint", 9), hit("enquiry", 1, asks=0))
    assert (found.class_, found.also) == ("complaint", ("enquiry",))


def test_words_of_another_class_alone_do_not_ask_for_it() -> None:
    """Whoever complains of a form speaks of forms: that is a hint, and no second wish."""
    found = judged(hit("complaint", 5), hit("enquiry", 3))
    assert (found.also, [name for name, _ in found.hinted]) == ((), ["enquiry"])


def test_what_is_asked_for_besides_does_not_make_the_class_less_sure() -> None:
    """Whoever wants two things divides the shares between them: it is acted on as one of them that also wants the other."""
    both = thought(enquiry=0.45, complaint=0.54, compliment=0.01)
    alone, besides = (
        classify((hit("complaint", 0.1), hit("enquiry", 0.1, asks=asks)), classes(THRESHOLDS), "v1", both) for asks in (None, 0)
    )
    assert (alone.class_, alone.best) == (UNSURE, "complaint")
    assert (besides.class_, besides.also, besides.confidence) == ("complaint", ("enquiry",), alone.confidence)


def test_what_speaks_against_a_class_takes_its_asking_back() -> None:
    """The number of complaints is asked for, and nobody complains."""
    assert judged(hit("enquiry", 5), hit("complaint", 1, asks=0), hit("complaint", -2, "complaint: number of")).also == ()


@pytest.mark.parametrize(("share", "also"), [(0.15, ("enquiry",)), (0.05, ())])
def test_the_classifier_must_see_something_of_what_is_asked_for_besides(share: float, also: tuple[str, ...]) -> None:
    """A rule says from which share on it is believed; where the classifier sees less of the class it is not named."""
    hits = (hit("complaint", 5), hit("enquiry", 1, asks=0.1))
    found = classify(hits, classes(THRESHOLDS), "v1", thought(enquiry=share, complaint=0.99 - share, compliment=0.01))
    assert (found.class_, found.also) == ("complaint", also)


def test_a_phrase_may_speak_against_a_class() -> None:
    """Words with a negative weight take a class back."""
    assert judged(hit("complaint", 3), hit("complaint", -3, "complaint: no complaint")).class_ == UNSURE


def test_phrases_of_a_class_that_the_pack_does_not_have_are_left_out() -> None:
    """An organisation without compensation claims never sees that class."""
    assert judged(hit("compensation_claim", 9), hit("enquiry", 3)).class_ == "enquiry"


def test_a_class_is_acted_on_from_its_own_threshold_on() -> None:
    """A pack that wants to be surer about one class gets "unsure" for what another pack acts on."""
    sure = classify((hit("complaint", 2),), classes({**THRESHOLDS, "complaint": 0.78}), "v1")
    surer = classify((hit("complaint", 2),), classes({**THRESHOLDS, "complaint": 0.80}), "v1")
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


def thought(**shares: float) -> Opinion:
    """What a classifier thinks that gives the classes these shares, and the rules half their weight."""
    return Opinion(version="m1", rule_weight=0.5, scores=tuple((name, log(share)) for name, share in shares.items()))


def test_the_classifier_alone_gives_its_own_shares() -> None:
    """Where no phrase is found the confidence is the classifier's share, and the evidence says that it was learnt."""
    found = classify((), classes(THRESHOLDS), "v1", thought(enquiry=0.05, complaint=0.94, compliment=0.01))
    assert (found.class_, found.confidence, found.rules_version) == ("complaint", 0.94, "v1+m1")
    assert [one.rule for one in found.evidence] == [BY_MODEL]


def test_what_was_learnt_alone_must_be_surer_where_the_pack_says_so() -> None:
    """A legal class does not rest on the classifier alone below a high confidence; a phrase for it lowers the bar."""
    opinion = thought(enquiry=0.1, complaint=0.8, compliment=0.1)
    alone, spoken = (classify(hits, classes(THRESHOLDS), "v1", opinion) for hits in ((), (hit("complaint", 0.1),)))
    assert (alone.class_, alone.best) == (UNSURE, "complaint")
    assert spoken.class_ == "complaint"


def test_a_class_that_the_classifier_does_not_know_has_its_rules() -> None:
    """A class that an organisation has added works by its phrases from the first day, and takes nothing without one."""
    opinion = thought(enquiry=0.95, compliment=0.05)
    spoken, silent = (classify(hits, classes(THRESHOLDS), "v1", opinion) for hits in ((hit("complaint", 9),), ()))
    assert spoken.class_ == "complaint"
    assert silent.best == "enquiry"


@given(some_hits, st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
def test_rules_and_classifier_together_are_never_surer_than_certain(hits: list[Hit], shares: list[float]) -> None:
    """Whatever both say, the best class is the likeliest one, and its confidence is at least a fair share."""
    found = classify(tuple(hits), classes(THRESHOLDS), "v1", thought(**dict(zip(sorted(THRESHOLDS), shares, strict=True))))
    assert 1 / len(THRESHOLDS) - 0.001 <= found.confidence <= 1
    assert found.best not in found.also
