"""Lint of a letter: its wording, how it reads with few and with many values, and whether it says what it must."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from mailbot.core.letter import Audience, Content, LetterSource, LetterSpec, LetterValues, Rendered
from mailbot.core.letter_sample import Sample, longest_values, sample_values
from mailbot.core.letter_style import date_findings, markup_findings, printed_names, statutory_findings, subject_findings
from mailbot.core.letter_text import names_in
from mailbot.core.letter_variant import language_of
from mailbot.core.lint import Finding, LintRules, long_sentences, reading_findings, wording_findings
from mailbot.core.tongue import ENGLISH_CODE
from mailbot.core.wording import Phrases, Rule

_MARK = re.compile(r"\{\{[^{}]*\}\}")


def lint_letter(
    spec: LetterSpec, source: LetterSource, render: Callable[[LetterValues], Rendered], rules: LintRules
) -> tuple[Finding, ...]:
    """What is wrong with a letter, part by part. ``render`` fills it in.

    Its words are judged as they are written, since a customer's are none of ours; how it reads, with few and with many values.
    In another language than English the length of its sentences is judged, and whether it says what it must.
    """
    is_ours, texts = language_of(source.name) == ENGLISH_CODE, tuple(_texts(spec, source))
    judged = _in_words_of_ours if is_ours else _in_any_words
    found = [replace(one, place=place) for place, text in texts for one in judged(text, rules)]
    rendered = [render(values) for values in (*(sample_values(spec, sample) for sample in Sample), longest_values())]
    for letter in rendered[:-1]:
        read = reading_findings(letter.body, rules, spec.audience) if is_ours else long_sentences(letter.body, rules)
        found += [replace(one, place="body") for one in read]
    found += subject_findings(spec, source.subject, _words(source.subject), (letter.subject for letter in rendered))
    found += statutory_findings(spec, printed_names(text for _, text in texts))
    once = {(one.place, one.rule, one.words): one for one in reversed(found)}
    return (*reversed(once.values()), *_missing(spec, source, rules))


def bound_to_say(spec: LetterSpec) -> tuple[Content, ...]:
    """What a letter must say: what its file declares, and what every letter to a customer says."""
    if spec.audience is not Audience.CUSTOMER:
        return spec.must_contain
    answer = Content.ANSWER_BY if spec.asks else Content.NOTHING_TO_DO
    return tuple(dict.fromkeys((*spec.must_contain, Content.WHO, answer, Content.FORMATS, Content.PRIVACY)))


def _texts(spec: LetterSpec, source: LetterSource) -> Iterator[tuple[str, str]]:
    """Every part of a letter that is written by us, with its name."""
    yield "subject", source.subject
    yield "body", source.body
    for name, sentence in spec.sentences.items():
        yield f"sentences.{name}", f"{sentence.text}\n\n{sentence.otherwise}"
    yield from ((f"fallbacks.{name}", words) for name, words in spec.fallbacks.items())


def _in_words_of_ours(text: str, rules: LintRules) -> Iterator[Finding]:
    words = _words(text)
    yield from wording_findings(words, rules)
    yield from date_findings(words)
    yield from markup_findings(words)


def _in_any_words(text: str, rules: LintRules) -> Iterator[Finding]:  # noqa: ARG001  # a form shared with the above
    yield from markup_findings(_words(text))


def _missing(spec: LetterSpec, source: LetterSource, rules: LintRules) -> Iterator[Finding]:
    """What the body, with its sentences, does not say and should."""
    texts = [source.body, *(text for one in spec.sentences.values() for text in (one.text, one.otherwise))]
    printed = {name for text in texts for name in names_in(text)}
    for content in bound_to_say(spec):
        sign = rules.signs[content]
        phrases = Phrases([_signs(source, content, rules)], rules.numbers)
        if printed.isdisjoint(sign.values) and not any(any(phrases.find(_words(text))) for text in texts):
            words = content.value.replace("_", " ")
            yield Finding(rule=Rule.MISSING, words=words, instead=sign.instead, clause=sign.clause, place="body")


def _signs(source: LetterSource, content: Content, rules: LintRules) -> tuple[str, ...]:
    """The words, in the language of a letter, by which it is known that it says something."""
    language = language_of(source.name)
    return rules.signs[content].words if language == ENGLISH_CODE else rules.signs_in.get(language, {}).get(content, ())


def _words(text: str) -> str:
    """A text with each name taken out: no phrase goes over the place of a value."""
    return _MARK.sub("…", text)
