"""The form of a letter: its subject, its dates and its marks. What it says is judged in ``letter_lint``."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from mailbot.core.letter import Audience, LetterSpec
from mailbot.core.letter_text import names_in
from mailbot.core.lint import MOST_OF_A_KIND, Finding
from mailbot.core.text import clean_line
from mailbot.core.wording import WORD, Rule
from mailbot.core.written_date import written_dates

LONGEST_SUBJECT = 59
"""Characters of a subject: a telephone shows no more."""

_LONG_WORD = 4
_REFERENCE_LAST = re.compile(r"\S \[\{\{ *reference *\}\}\]$")
_SHOWN = 60
_MARKUP = (
    (re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"), "write it without the marks: letters have nothing bold"),
    (re.compile(r"!?\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)"), "write the address itself, on a line of its own"),
    (re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE), "write a list, a line for each row: '- '"),
    (re.compile(r"^#{2,}.*$|^#[^\s#].*$", re.MULTILINE), "write a heading with one # and a space: '# '"),
    (re.compile(r"^[ \t]*[*+•] .*$", re.MULTILINE), "begin each line of a list with '- '"),
    (re.compile(r"</?[A-Za-z][^<>\n]*>"), "write plain text: the page beside it is made for you"),
    (re.compile(r"`[^`\n]+`|^```.*$", re.MULTILINE), "write it without the marks"),
)


def date_findings(text: str) -> Iterator[Finding]:
    """Dates that somebody typed: only a name, such as ``{{ due_on }}``, is the date of the case, with its weekday."""
    for one in islice(written_dates(text), MOST_OF_A_KIND):
        instead = "write the name of a date, such as {{ due_on }}: it is the case's own date, with its weekday"
        yield Finding(rule=Rule.FIXED_DATE, words=one.words, instead=instead, line=_line(text, one.start))


def markup_findings(text: str) -> Iterator[Finding]:
    """Marks that are neither headings nor lists: a plain text would show them to its reader."""
    for pattern, instead in _MARKUP:
        for match in islice(pattern.finditer(text), MOST_OF_A_KIND):
            words = clean_line(match[0])[:_SHOWN]
            yield Finding(rule=Rule.MARKUP, words=words, instead=instead, line=_line(text, match.start()))


def subject_findings(spec: LetterSpec, subject: str, words_alone: str, filled_in: Iterable[str]) -> Iterator[Finding]:
    """What is wrong with a subject. ``words_alone`` has its names taken out; ``filled_in``: as its readers get it."""

    def finding(words: str, instead: str) -> Finding:
        return Finding(rule=Rule.SUBJECT, words=words, instead=instead, place="subject")

    about_a_case = spec.audience is Audience.CUSTOMER or "reference" in spec.variables
    if about_a_case and not _REFERENCE_LAST.search(subject):
        yield finding(subject[-_SHOWN:], "write the reference last, in brackets: 'We have your message [{{ reference }}]'")
    if _is_title_case(words_alone):
        yield finding(words_alone[:_SHOWN], "write it like a sentence: a capital for the first word and for names")
    longest = max(filled_in, key=len, default="")
    if len(longest) > LONGEST_SUBJECT:
        yield finding(longest[:_SHOWN], f"it can have {len(longest)} characters: {LONGEST_SUBJECT} are shown; shorten it")


def statutory_findings(spec: LetterSpec, printed: set[str]) -> Iterator[Finding]:
    """A letter that names the law says by when the law wants the answer. ``printed``: the names in its texts."""
    if spec.audience is Audience.CUSTOMER and "law" in printed and printed.isdisjoint(("due_on", "revised_on")):
        instead = "write the date that the law sets: {{ due_on }}"
        yield Finding(rule=Rule.MISSING, words="the date of the law", instead=instead, place="body")


def printed_names(texts: Iterable[str]) -> set[str]:
    """Every name in these texts."""
    return {name for text in texts for name in names_in(text)}


def _is_title_case(words_alone: str) -> bool:
    """Each longer word after the first begins with a capital; where only some do, they are names."""
    later = [match[0] for match in WORD.finditer(words_alone)][1:]
    long = [word for word in later if len(word) >= _LONG_WORD]
    return bool(long) and all(word[0].isupper() for word in long)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
