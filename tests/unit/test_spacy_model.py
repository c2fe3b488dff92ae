"""Finding the phrases and rules of classes and flags in a text: what counts as a word, where hits point, and hostile text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.spacy_model import SpacyPhrases
from mailbot.adapters.spacy_model.words import MAX_CHARACTERS
from mailbot.core.class_rules import ClassRule, ClassRules, Phrase
from mailbot.core.rule import Rule

PHRASES = ("claim for", "can not", "can't get through", "should not", "my child 's records", "fly - tipping", "100 % free", "?")


def rules(*phrases: Phrase) -> ClassRules:
    """One class with these phrases."""
    return ClassRules(rules=(ClassRule(class_="enquiry", phrases=phrases, must_hit=(), must_not_hit=()),), version="1")


FINDER = SpacyPhrases(rules(*(Phrase(text=text, weight=1.0, in_subject=False) for text in PHRASES)))


def found(text: str) -> list[tuple[str, str]]:
    """Each phrase that is found in a text, and the words it points to there."""
    (hits,) = FINDER.hits([text])
    return [(hit.rule.removeprefix("enquiry: "), text[hit.span.start : hit.span.end]) for hit in hits]


@pytest.mark.parametrize(
    ("text", "phrase", "words"),
    [
        ("My CLAIM for damages", "claim for", "CLAIM for"),
        ("my claim\r\n for damages", "claim for", "claim\r\n for"),
        ("a (claim) and a claim for", "claim for", "claim for"),
        ("You cannot park here", "can not", "cannot"),
        ("I can\u2019t get through", "can't get through", "can\u2019t get through"),
        ("It shouldn't; it should not", "should not", "should not"),
        ("my child's records", "my child 's records", "my child's records"),
        ("my child\u2019s records", "my child 's records", "my child\u2019s records"),
        ("FLY-TIPPING again", "fly - tipping", "FLY-TIPPING"),
        ("100% free", "100 % free", "100% free"),
        ("\u0130stanbul \u0130\u0130: my claim for", "claim for", "claim for"),
        ("\N{GRINNING FACE}claim for", "claim for", "claim for"),
        ("1)Claim for", "claim for", "Claim for"),
        ("Is it", "?", ""),
        ("Is it?", "?", "?"),
    ],
)
def test_a_phrase_is_found_however_it_is_written(text: str, phrase: str, words: str) -> None:
    """Capitals, line ends, curly apostrophes, short forms and marks next to it: the hit points to the sender's own words."""
    assert found(text) == ([(phrase, words)] if words else [])


@pytest.mark.parametrize(
    "text",
    [
        "reclaim for",
        "claim, for",
        "claims for",
        "see https://council.example/search?q=claim for it",
        "www.council.example/claim-for?",
        "write to claim-for@example.org or my.claim+for@example.org",
    ],
)
def test_parts_of_words_links_and_addresses_speak_for_nothing(text: str) -> None:
    """What stands in a link or an address was not said by the sender."""
    assert found(text) == []


def test_a_phrase_counts_once_where_it_first_occurs() -> None:
    """Saying it again makes nothing surer, and the evidence is what the reader meets first."""
    text = "A claim for this, a claim for that? Really? I should not claim for more."
    (hits,) = FINDER.hits([text])
    assert [(hit.rule, hit.span.start) for hit in hits] == [
        ("enquiry: claim for", text.index("claim for")),
        ("enquiry: ?", text.index("?")),
        ("enquiry: should not", text.index("should not")),
    ]


def test_a_phrase_for_the_subject_does_not_count_in_the_text() -> None:
    """The subject ends at the first empty line."""
    finder = SpacyPhrases(rules(Phrase(text="stage 2", weight=1.0, in_subject=True)))
    in_subject, in_text = finder.hits(["Stage 2\n\nHello", "Hello\n\nStage 2"])
    assert len(in_subject) == 1
    assert in_text == ()


@given(st.lists(st.sampled_from([*PHRASES, "claim", "n't", "'", "'s", "_", ".", " ", "\n", "\u0130", "\u00e9", "@", "://"])))
def test_every_hit_points_to_the_words_of_its_phrase(pieces: list[str]) -> None:
    """In any text whatever, what a hit points to is the phrase itself, by itself."""
    for phrase, words in found("".join(pieces)):
        assert (phrase, words) in found(words)


@pytest.mark.parametrize(
    "unit",
    ["a", "n't", "'", "a'", "\N{GRINNING FACE}", "?", "_", "a.", "a@", ".@", "can", "cannot", "www.", "http://", " ", "\u0130"],
)
def test_a_text_made_to_take_for_ever_takes_no_time(unit: str) -> None:
    """Fifty thousand characters of one kind, and a phrase behind them: all is read, and nothing beyond the cap."""
    text = (unit * MAX_CHARACTERS)[: MAX_CHARACTERS - 20]
    assert ("claim for", "claim for") in found(f"{text} claim for")
    assert ("claim for", "claim for") not in found(f"{text}{' ' * 20} claim for")


def test_mail_teaches_the_finder_no_words() -> None:
    """What it keeps in memory depends on the rules and not on the mail it has seen."""
    before = len(FINDER._vocabulary.vocab.strings), len(FINDER._vocabulary.vocab)
    found("Supercalifragilistic words that stand in no phrase, and a claim for something.")
    words = len(FINDER._vocabulary.vocab.strings), len(FINDER._vocabulary.vocab)
    found(" ".join(f"word{number}" for number in range(1_000)))
    assert (len(FINDER._vocabulary.vocab.strings), len(FINDER._vocabulary.vocab)) == words
    assert words[0] <= before[0] + 1  # the one stand-in for all other words


# Rules -----------------------------------------------------------------------------------------------------------------


def spoken(text: str, *found: Rule) -> list[tuple[str, str]]:
    """The rules that hold in a text (subject, empty line, body), and the words each points to."""
    kind = ClassRule(class_="emergency", phrases=(), must_hit=(), must_not_hit=(), rules=found)
    (hits,) = SpacyPhrases(ClassRules(rules=(kind,), version="1")).hits([text])
    return [(hit.rule, text[hit.span.start : hit.span.end]) for hit in hits]


GAS = Rule(weight=1.0, near=(("smell of", "smells of"), ("gas",)), within=3, none=("last year",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n\nThere is a SMELL of\n gas here", "SMELL of\n gas"),
        ("Smells of gas\n\nCome", "Smells of gas"),
        ("\n\nThere was a smell of gas last year", ""),
        ("\n\nsmell of a thing that is not gas", ""),
    ],
)
def test_a_rule_points_to_the_words_by_which_it_holds(text: str, words: str) -> None:
    """Phrases close together, whatever capitals and line ends, and not where another phrase speaks against it."""
    assert spoken(text, GAS) == ([("emergency: rule 1", words)] if words else [])


def test_a_pattern_points_to_what_it_matched() -> None:
    """Letters of every language count as one character each, and capitals are the same as small letters."""
    pattern = Rule(weight=1.0, pattern=r"flat \pL+ \d+")
    assert spoken("\n\n\u00c9\u00e9 \N{GRINNING FACE} FLAT caf\u00e9 12!", pattern) == [
        ("emergency: rule 1", "FLAT caf\u00e9 12")
    ]
    assert spoken("\n\nflat 12", pattern) == []


def test_a_pattern_stands_beside_words_and_in_the_subject_if_it_says_so() -> None:
    """Each condition of a rule holds by itself; what is asked of the subject is not looked for in the text."""
    both = Rule(weight=1.0, any=("please",), pattern=r"\d{3}")
    in_subject = Rule(weight=1.0, pattern=r"\d{3}", in_subject=True)
    assert spoken("\n\nplease 123", both, in_subject) == [("emergency: rule 1", "123")]
    assert spoken("\n\n123", both) == []
    assert spoken("123\n\nplease", both, in_subject) == [("emergency: rule 1", "123"), ("emergency: rule 2", "123")]


@pytest.mark.parametrize(
    "unit", ["(", "[", "gas ", "smell of ", "smell of gas ", "a", "\u0301", "\u202e", "1 ", "smell of gas. last year "]
)
def test_a_text_made_to_keep_the_rules_busy_takes_no_time(unit: str) -> None:
    """Brackets, a megabyte without a space, and the very words of the rules a hundred thousand times: within a second."""
    busy = [GAS, *(Rule(weight=1.0, near=(("gas",), ("smell of", "of"), ("a",)), within=number) for number in range(1, 40))]
    busy += [Rule(weight=1.0, pattern=r"(\pL+)+ (smell)+(a|aa)+$")]
    kind = ClassRule(class_="emergency", phrases=(), must_hit=(), must_not_hit=(), rules=tuple(busy))
    finder = SpacyPhrases(ClassRules(rules=(kind,), version="1"))
    text = (unit * 1_000_000)[:1_000_000]
    assert len(finder.hits([f"\n\n{text}"])) == 1


def test_rules_teach_the_finder_no_words() -> None:
    """What patterns and rules look at leaves nothing behind."""
    kind = ClassRule(
        class_="emergency", phrases=(), must_hit=(), must_not_hit=(), rules=(GAS, Rule(weight=1.0, pattern=r"\d{9}"))
    )
    finder = SpacyPhrases(ClassRules(rules=(kind,), version="1"))
    finder.hits(["\n\nsmell of something else"])
    before = len(finder._vocabulary.vocab.strings), len(finder._vocabulary.vocab)
    finder.hits([" ".join(f"word{number} smell of gas{number}" for number in range(1_000))])
    assert (len(finder._vocabulary.vocab.strings), len(finder._vocabulary.vocab)) == before
