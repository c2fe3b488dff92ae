"""A rule about words: which conditions hold together, near means near, and the text of a hostile sender takes no time."""

from itertools import product
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.rule import Place, Places, Rule, holds

WORDS = ("gas", "smell", "leak", "now")


def places(text: str) -> Places:
    """Where each word stands, as an adapter finds it."""
    found = dict[str, list[Place]]()
    for at, word in enumerate(text.split()):
        found.setdefault(word, []).append((at, at + 1))
    return found


def place(text: str, *, subject: int | None = None, **conditions: object) -> Place | None:
    """Where a rule with these conditions holds in a text, or in its first ``subject`` words."""
    rule = Rule(weight=1.0, **conditions)  # type: ignore[arg-type]
    return holds(rule, places(text), len(text.split()) if subject is None else subject)


@pytest.mark.parametrize(
    ("conditions", "text", "found"),
    [
        ({"any": ("gas", "smell")}, "a smell of gas", (1, 2)),
        ({"any": ("gas", "smell")}, "nothing of it", None),
        ({"all": ("gas", "smell")}, "a smell of gas", (1, 2)),
        ({"all": ("gas", "smell")}, "a smell", None),
        ({"any": ("gas",), "none": ("drill",)}, "gas in a drill", None),
        ({"any": ("gas",), "none": ("drill",)}, "gas in the hall", (0, 1)),
        ({"any": ("gas",), "all": ("now",)}, "gas here now", (2, 3)),
        ({"near": (("gas", "petrol"), ("smell", "leak")), "within": 2}, "smell of gas", (0, 3)),
        ({"near": (("gas", "petrol"), ("smell", "leak")), "within": 2}, "gas may well leak", None),
        ({"near": (("gas",), ("leak",)), "within": 1}, "gas and a leak but gas leak", (5, 7)),
        ({"pattern": "x"}, "any text at all", (0, 4)),
    ],
)
def test_a_rule_holds_where_all_that_it_asks_for_holds(conditions: dict[str, object], text: str, found: Place | None) -> None:
    """One of these, all of those, none of them, and some close together: the place is where a reader sees why."""
    assert place(text, **conditions) == found


def test_a_rule_for_the_subject_looks_nowhere_else() -> None:
    """What stands in the text neither fulfils nor hinders it."""
    assert place("gas leak now", any=("now",), in_subject=True, subject=2) is None
    assert place("gas leak now", any=("gas",), none=("now",), in_subject=True, subject=2) == (0, 1)


@given(st.lists(st.sampled_from([*WORDS, "other"]), max_size=12), st.integers(1, 6))
def test_near_finds_the_closest_words_wherever_they_are(words: list[str], within: int) -> None:
    """In any order and number: exactly when some two stand so close does the rule hold, and it points to the closest."""
    found = place(" ".join(words), near=(("gas", "now"), ("leak",)), within=within)
    pairs = product(
        (at for at, word in enumerate(words) if word in ("gas", "now")), (at for at, word in enumerate(words) if word == "leak")
    )
    closest = min((abs(one - other) for one, other in pairs), default=None)
    if closest is None or closest > within:
        assert found is None
    else:
        assert found is not None
        assert found[1] - found[0] == closest + 1


@given(st.lists(st.sampled_from([*WORDS, "other"]), max_size=12))
def test_more_conditions_never_make_a_rule_hold_that_did_not(words: list[str]) -> None:
    """Whatever is added to a rule, it holds for fewer texts."""
    text = " ".join(words)
    if place(text, any=("gas",), all=("leak",), none=("now",)):
        assert place(text, any=("gas",))
        assert place(text, all=("leak",))
        assert "now" not in words


def test_twenty_thousand_places_of_each_word_take_no_time() -> None:
    """The walk along the places is one walk, however many there are."""
    text = "gas other " * 20_000 + "leak"
    began = perf_counter()
    assert place(text, near=(("gas",), ("leak",), ("smell", "other")), within=3) is not None
    assert perf_counter() - began < 2
