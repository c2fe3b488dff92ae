"""Finding phrases in texts: what is left out for speed must not change what is found."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.adapters.spacy_model.finder import MOST_PLACES, PhraseFinder
from mailbot.adapters.spacy_model.words import Vocabulary, plain_of, words_of

WORDS = ("bin", "number", "the", "case", "of", "date", "can't", "don't", "£", "5", ".", "unheard-of", "İl")
SAID = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
TEXTS = st.lists(st.sampled_from((*WORDS, "(case)", "date,of", "never", "said")), max_size=30)


def _said(names: set[str], split: list[str]) -> dict[str, list[tuple[int, int]]]:
    found = defaultdict[str, list[tuple[int, int]]](list)
    for name in names:
        wanted = name.split(" ")
        for first in range(len(split) - len(wanted) + 1):
            if split[first : first + len(wanted)] == wanted:
                found[name].append((first, first + len(wanted)))
    return found


@given(st.sets(SAID, max_size=8), st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from((" ", "\n\n", "\u2003", " \t ")))
@settings(max_examples=300)
def test_phrases_are_found_wherever_they_are_said(phrases: set[str], texts: list[list[str]], space: str) -> None:
    """Each phrase, at each place of each text where its words follow each other, and nowhere else, nor across two texts."""
    vocabulary = Vocabulary()
    finder = PhraseFinder(vocabulary)
    names = {finder.add(phrase) for phrase in phrases}
    plain = [plain_of(space.join(words)) for words in texts]
    found = finder.places(list(map(vocabulary.text, plain)))
    assert found == [_said(names, words_of(text)) for text in plain]


@given(TEXTS, st.sampled_from((" ", "\n\n", "\u3000", "\x1c", "\x85 ")))
def test_a_place_in_words_is_a_place_in_the_text(words: list[str], space: str) -> None:
    """Evidence points at just the words that were found."""
    vocabulary = Vocabulary()
    plain = plain_of(space.join(words))
    text = vocabulary.text(plain)
    split = words_of(plain)
    spans = [text.span(at, at + 1) for at in range(len(split))]
    assert [plain[span.start : span.end] for span in spans] == split
    assert [text.words_before(span.start) for span in spans] == list(range(len(split)))


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_an_empty_text_says_nothing(text: str) -> None:
    """Mail without words is no error."""
    vocabulary = Vocabulary()
    finder = PhraseFinder(vocabulary)
    finder.add("the bin of the neighbour")
    assert finder.places([vocabulary.text(text)]) == [{}]


def test_a_word_said_without_end_counts_where_it_is_said_first() -> None:
    """Whoever writes one word ten thousand times costs no more than others."""
    vocabulary = Vocabulary()
    finder = PhraseFinder(vocabulary)
    name = finder.add("please")
    found = finder.places([vocabulary.text("please " * 10_000)])[0][name]
    assert found == [(at, at + 1) for at in range(MOST_PLACES)]
