"""Written examples: none stands there twice in other words."""

from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.example import ALIKE, Example, near_duplicates

TEXT = "the lamp by the pier has been dark since monday and nobody has come to look at it"


def example(number: int, body: str) -> Example:
    """An enquiry with this body."""
    return Example(id=str(number), situation=str(number), label="enquiry", subject="", body=body)


def test_a_text_with_one_word_changed_is_the_same_text() -> None:
    """A template with slots swapped teaches nothing, and is found."""
    first, second = example(1, TEXT), example(2, TEXT.replace("pier", "quay"))
    assert list(near_duplicates([first, second])) == [(first, second)]


def test_two_texts_about_one_thing_are_two_texts() -> None:
    """The same matter in other words stays."""
    assert not list(near_duplicates([example(1, TEXT), example(2, "The pier lamp went out, please mend it soon")]))


@given(st.lists(st.sets(st.sampled_from("abcdefghijklmn"), min_size=1).map(sorted), max_size=8))
def test_every_pair_that_is_too_alike_is_found(texts: list[list[str]]) -> None:
    """Looking only at rare words misses no pair that comparing all with all would find."""
    examples = [example(number, " ".join(words)) for number, words in enumerate(texts)]
    alike = {
        (first.id, second.id)
        for number, second in enumerate(examples)
        for first in examples[:number]
        if _similarity(first, second) > ALIKE
    }
    assert {(first.id, second.id) for first, second in near_duplicates(examples)} == alike


def _similarity(first: Example, second: Example) -> float:
    one, other = set(first.body.split()), set(second.body.split())
    return len(one & other) / len(one | other)
