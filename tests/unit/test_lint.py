"""Lint: what would annoy, mislead or tire a reader is found, with what to write instead; plain sentences are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import load_wording
from mailbot.core.letter import Audience
from mailbot.core.lint import MOST_OF_A_KIND, MOST_TEXT, lint
from mailbot.core.readability import reading_age, sentences
from mailbot.core.wording import Phrases, Rule, failing_wordings
from tests.invented import RULES

RULES_OF_WORDING = load_wording(RULES)
OFFICIAL = (
    "Applications demonstrating exceptional circumstances necessitate comprehensive documentation establishing eligibility. "
    "Subsequent determinations incorporate independently corroborated information concerning residential circumstances. "
    "Administrative considerations occasionally precipitate unavoidable postponements affecting individual determinations, "
    "notwithstanding contractual obligations."
)
PLAIN = (
    "Thank you for your letter. We looked at the lamp on Monday. It was broken, and we have put in a new one. "
    "If it goes out again, please ring us. We are sorry that you had to wait so long."
)


def found(text: str, audience: Audience = Audience.CUSTOMER) -> list[tuple[Rule, str, str]]:
    """What is found in a text: the rule, the words, and whose wish it is."""
    return [(one.rule, one.words, one.clause) for one in lint(text, RULES_OF_WORDING, audience)]


@pytest.mark.parametrize(
    ("text", "words", "instead"),
    [
        ("What is the problem?", "problem", "name what happened"),
        ("I'll try to ring you.", "I'll try to", "'I will …'"),
        ("You must appreciate that we are busy.", "You must appreciate", "give the reason"),
        ("There's nothing I can do.", "nothing I can do", "say first what you can do"),
    ],
)
def test_each_irritating_wording_of_the_fire_service_is_found_with_a_better_one(text: str, words: str, instead: str) -> None:
    """The four wordings of clause F19, each with what to write instead."""
    (one,) = lint(text, RULES_OF_WORDING)
    assert (one.rule, one.words, one.clause, one.line) == (Rule.IRRITATING, words, "F19", 1)
    assert instead in one.instead


def test_every_example_of_the_shipped_wordings_comes_out_as_it_says() -> None:
    """What a wording must find it finds, and what it must not it leaves alone."""
    assert list(failing_wordings(RULES_OF_WORDING.wordings, RULES_OF_WORDING.numbers)) == []


def test_what_is_offered_as_well_written_is_well_written() -> None:
    """No sentence that a wording must not hit is hit by another one, or by any other rule."""
    offered = [text for wording in RULES_OF_WORDING.wordings for text in wording.must_not_hit]
    assert {text: found(text) for text in offered if found(text)} == {}


@pytest.mark.parametrize("text", ["you must\nappreciate", "You  must appreciate", "YOU MUST APPRECIATE", "you’ll appreciate"])
def test_a_wording_is_found_however_it_is_set(text: str) -> None:
    """Over a line's end, in capitals, with any apostrophe."""
    assert Rule.IRRITATING in {rule for rule, _, _ in found(text)}


@pytest.mark.parametrize(
    "text", ["Say what you must. Appreciate it.", "You must\n\nappreciate", "a problematical-looking lamp"]
)
def test_a_wording_is_not_found_over_the_end_of_a_sentence_or_inside_a_word(text: str) -> None:
    """Words of two sentences make no phrase, and a word is a whole word."""
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["within 10 working days", "Within ten working days", "in the next five days", "in a few days"]
)
def test_a_number_of_days_is_found_where_a_date_belongs(text: str) -> None:
    """In figures and in words; the reader would have to count."""
    assert [rule for rule, _, _ in found(f"You will hear from us {text}.")] == [Rule.NO_DATE]


def test_asking_why_somebody_wants_information_is_found() -> None:
    """Clause J19: nobody need say why. Telling them our own reasons is no such question."""
    assert found("Please tell us why you want these figures.") == [(Rule.ASKS_WHY, "why you want", "J19")]
    assert found("We will write to you and say why we need longer.") == []


def test_blame_promises_and_officialese_are_found() -> None:
    """One of each kind, in order of lines."""
    text = "You failed to send the form.\nRest assured that we care.\nWe act in accordance with the law."
    assert [rule for rule, _, _ in found(text)] == [Rule.BLAME, Rule.PROMISE, Rule.OFFICIALESE]


@pytest.mark.parametrize("text", ["Do it now!!", "Please READ THIS letter.", "This is IMPORTANT."])
def test_shouting_is_found(text: str) -> None:
    """Exclamation marks, a long word in capitals, and two in a row."""
    assert Rule.SHOUTING in {rule for rule, _, _ in found(text)}


def test_an_abbreviation_is_explained_or_known() -> None:
    """Known ones need no explanation, nor do those whose full words stand beside them anywhere in the text."""
    assert found("The EIR apply.") == [(Rule.ABBREVIATION, "EIR", "")]
    assert found("The Environmental Information Regulations (EIR) apply. The EIR are a law.") == []
    assert found("EIR (the Environmental Information Regulations) apply.") == []
    assert found("We send a PDF to your MP. Your reference is HC-2611-0042-7, your code NR1 3AB.") == []


def test_a_sentence_has_at_most_25_words() -> None:
    """A sentence that a mail program broke over lines is still one; so many words in a list are not one sentence."""
    assert found("word " * 24 + "word.") == []
    (one,) = lint("Short.\n\n" + "word " * 25 + "word.", RULES_OF_WORDING)
    assert (one.rule, one.line) == (Rule.LONG_SENTENCE, 3)
    assert one.instead.startswith("it has 26 words")
    wrapped = "the lamp outside number four which is broken since a week and\n" * 3
    assert Rule.LONG_SENTENCE in {rule for rule, _, _ in found(wrapped)}
    listed = "- a first thing of which there is more to say than room\n" * 4
    assert Rule.LONG_SENTENCE not in {rule for rule, _, _ in found(listed)}


def test_a_hard_text_has_a_higher_reading_age_than_a_plain_one() -> None:
    """Long words and long sentences take an older reader; a text of a few words is not judged at all."""
    plain, hard = reading_age(PLAIN), reading_age(OFFICIAL)
    assert plain is not None
    assert hard is not None
    assert plain <= RULES_OF_WORDING.oldest < hard
    assert reading_age("Thank you for your letter.") is None


def test_the_reading_age_is_that_of_the_published_index() -> None:
    """30 words of four letters in 3 sentences: 4.71 x 4 + 0.5 x 10 - 21.43 = 2.41, so the third grade, and an age of 8."""
    assert (
        reading_age(" ".join(["word"] * 9 + ["Word."] + ["Word"] + ["word"] * 8 + ["word."]) + "\n" + "word " * 9 + "word.")
        == 8
    )


def test_addresses_references_and_labels_do_not_count_for_the_reading_age() -> None:
    """A long link makes no text harder to read."""
    links = " See https://harbour.example/an/exceedingly/long/address/of/a/page and write to somebody@harbour.example."
    with_links, without = reading_age(PLAIN + links), reading_age(PLAIN + " See and write to.")
    assert with_links == without


def test_a_mail_to_staff_is_not_held_to_a_reading_age() -> None:
    """It may hold commands and names of clocks."""
    assert Rule.READING_AGE in {rule for rule, _, _ in found(OFFICIAL)}
    assert Rule.READING_AGE not in {rule for rule, _, _ in found(OFFICIAL, Audience.STAFF)}


@pytest.mark.parametrize(
    "piece", ["you must ", "within 5 ", "FOI EIR ", "A. ", "! ", "\n", "a" * 50, "(ABC) ", "x'", " ", "you're'"]
)
def test_a_hostile_text_of_5_megabytes_is_judged_in_bounds(piece: str) -> None:
    """No more than 200,000 characters are looked at, and no more than 100 findings of a kind come out; it says so."""
    findings = lint(piece * (5_000_000 // len(piece)), RULES_OF_WORDING)
    assert findings[0].rule is Rule.TOO_LONG
    assert str(MOST_TEXT) in findings[0].instead
    assert len(findings) <= 4 * MOST_OF_A_KIND + 2


@given(st.text(max_size=400))
def test_any_text_can_be_judged_and_every_finding_is_in_it(text: str) -> None:
    """Whatever the text: each finding names a line that it has, and words of one line."""
    lines = text.count("\n") + 1
    for one in lint(text, RULES_OF_WORDING):
        assert 0 <= one.line <= lines
        assert "\n" not in one.words
        assert one.instead


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_wording_is_found_wherever_it_stands(before: str, after: str) -> None:
    """Between any two paragraphs, and at its own place."""
    text = f"{before}\n\nyou must appreciate\n\n{after}"
    places = [(one.start, one.end) for one in Phrases([["you must appreciate"]], frozenset()).find(text)]
    assert (len(before) + 2, len(before) + 21) in places


@given(st.text(max_size=400))
def test_sentences_are_parts_of_their_text_in_order(text: str) -> None:
    """Each sentence stands where it is said to; only ends of lines may have become spaces. None overlaps another."""
    last = 0
    for one in sentences(text):
        assert one.start >= last
        last = one.start + len(one.text)
        assert text[one.start : last].replace("\n", " ") == one.text
