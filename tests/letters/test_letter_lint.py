"""Every shipped letter reads well and says what it must; a letter that does not is found out, part by part."""

import re
from dataclasses import replace
from datetime import date

import pytest

from mailbot.adapters.rule_files import load_wording
from mailbot.core.letter import Audience, Content, LetterSource, LetterSpec, LetterValues, Rendered, Sentence
from mailbot.core.letter_lint import bound_to_say, lint_letter
from mailbot.core.letter_sample import Sample, longest_values, sample_values
from mailbot.core.letter_variant import language_of
from mailbot.core.lint import Finding
from mailbot.core.readability import reading_age
from mailbot.core.wording import Rule
from tests.invented import RULES, shipped_letters

SHIPPED, WORDING = shipped_letters(), load_wording(RULES)
BOUND = [(letter, content) for letter, spec in SHIPPED.specs.items() for content in bound_to_say(spec)]
TO_CUSTOMERS = [letter for letter, spec in SHIPPED.specs.items() if spec.audience is Audience.CUSTOMER and "/" not in letter]
SPEC = LetterSpec(
    name="note", purpose="", audience=Audience.STAFF, asks=False, owner="the manager", review_due=date(2028, 11, 20)
)


def findings(spec: LetterSpec, body: str = "", subject: str = "", filled_in: str = "") -> list[tuple[Rule, str, str]]:
    """What is found in a letter: the rule, the words, and the part."""
    source = LetterSource(name=spec.name, settings="", subject=subject, body=body)
    found = lint_letter(spec, source, lambda _: Rendered(subject="", body=filled_in, html=""), WORDING)
    return [(one.rule, one.words, one.place) for one in found]


@pytest.mark.parametrize("letter", SHIPPED.specs)
def test_a_shipped_letter_has_no_findings(letter: str) -> None:
    """No letter irritates, blames, shouts or promises, none asks why, and each says what it must. There are no exceptions."""
    found = lint_letter(SHIPPED.specs[letter], SHIPPED.shipped(letter), lambda values: SHIPPED.render(letter, values), WORDING)
    assert found == ()


@pytest.mark.parametrize("letter", TO_CUSTOMERS)
@pytest.mark.parametrize("sample", Sample)
def test_a_letter_to_a_customer_is_read_with_ease_from_the_age_of_12(letter: str, sample: Sample) -> None:
    """With few values and with many."""
    age = reading_age(SHIPPED.render(letter, sample_values(SHIPPED.specs[letter], sample)).body)
    assert age is not None
    assert age <= 12


@pytest.mark.parametrize(("letter", "content"), BOUND)
def test_what_a_letter_must_say_is_missed_when_it_is_taken_out(letter: str, content: Content) -> None:
    """Who deals with it, by when, what happens next, the policy, privacy, other formats, and what the customer is to do."""
    spec, sign = SHIPPED.specs[letter], WORDING.signs[content]
    source = SHIPPED.shipped(letter)
    body = source.body
    for value in sign.values:
        body = body.replace(f"{{{{ {value} }}}}", "")
    for words in (*sign.words, *WORDING.signs_in.get(language_of(letter), {}).get(content, ())):
        body = re.sub(words, "", body, flags=re.IGNORECASE)
    found = lint_letter(spec, replace(source, body=body), lambda values: SHIPPED.render(letter, values), WORDING)
    missing = Finding(
        rule=Rule.MISSING,
        words=content.value.replace("_", " "),
        instead=sign.instead,
        clause=sign.clause,
        place="body",
    )
    assert missing in found


def test_a_letter_that_asks_says_by_when_and_another_that_there_is_nothing_to_do() -> None:
    """Clause F8; a mail to staff is bound to what its file declares, and to nothing else."""
    customer = replace(SPEC, audience=Audience.CUSTOMER)
    assert {Content.ANSWER_BY, Content.NOTHING_TO_DO} & set(bound_to_say(customer)) == {Content.NOTHING_TO_DO}
    asking = replace(customer, asks=True)
    assert {Content.ANSWER_BY, Content.NOTHING_TO_DO} & set(bound_to_say(asking)) == {Content.ANSWER_BY}
    assert bound_to_say(replace(SPEC, must_contain=(Content.NEXT_STEP,))) == (Content.NEXT_STEP,)


def test_every_part_that_people_write_is_judged_and_named() -> None:
    """Subject, body, the sentences that a condition chooses, and what stands there without a value."""
    spec = replace(
        SPEC,
        fallbacks={"owner": "nobody, which is a problem"},
        sentences={"shut": Sentence(when="office_shut", text="I'll try.", otherwise="Rest assured.")},
    )
    assert findings(spec, body="Hello.\n\nYou failed.", subject="A problem") == [
        (Rule.IRRITATING, "problem", "subject"),
        (Rule.BLAME, "You failed", "body"),
        (Rule.IRRITATING, "I'll try", "sentences.shut"),
        (Rule.PROMISE, "Rest assured", "sentences.shut"),
        (Rule.IRRITATING, "problem", "fallbacks.owner"),
    ]


def test_words_of_a_customer_in_a_letter_are_not_judged() -> None:
    """A letter that names the customer's subject is not to blame for it, and no phrase goes over the place of a value."""
    assert findings(SPEC, body='This is about "{{ customer_subject }}".', filled_in='This is about "MY PROBLEM!!".') == []
    assert findings(SPEC, body="You must {{ owner }} appreciate.") == []


def test_a_sentence_is_counted_with_its_values() -> None:
    """A short sentence may become a long one when the values stand in it; it is told once, not for each sample."""
    long = "word " * 25 + "word."
    assert [(rule, place) for rule, _, place in findings(SPEC, body="{{ summary_lines }}", filled_in=long)] == [
        (Rule.LONG_SENTENCE, "body")
    ]


def test_what_stands_in_a_chosen_sentence_counts_as_said() -> None:
    """A value and a heading may stand in a sentence that is put by its name."""
    spec = replace(
        SPEC,
        must_contain=(Content.BY_WHEN, Content.NEXT_STEP),
        sentences={"more": Sentence(when="due_on", text="What to do\n\nAnswer by {{ due_on }}.")},
    )
    assert findings(spec, body="{{ more }}") == []
    assert [words for _, words, _ in findings(replace(spec, sentences={}))] == ["by when", "next step"]


def test_every_sample_is_filled_in() -> None:
    """The fullest values and the emptiest, since either may make a sentence too long, and the longest for the subject."""
    seen = list[LetterValues]()

    def render(values: LetterValues) -> Rendered:
        seen.append(values)
        return Rendered(subject="", body="", html="")

    lint_letter(SPEC, LetterSource(name="note", settings="", subject="", body=""), render, WORDING)
    assert seen == [*(sample_values(SPEC, sample) for sample in Sample), longest_values()]
