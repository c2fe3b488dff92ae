"""Where people are named in a text (F11): the directory's, whom staff named, and whom the words introduce.

In doubt a word is taken for a name: only the customer's own stays. What was a name once in a case is one in all of it, later
messages too: they are known by ``Sought.mark``, so that the names themselves need not be kept.
"""

import hmac
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from mailbot.core.message import Span

BLACK = "█"
MOST_PARTS, FEWEST_LETTERS = 3, 3
MARK_DIGITS = 16
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
_JOINT = re.compile(r"\.?[ \t]{1,3}|-")
_HELD = re.compile(r"-?\d|-$")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRules:
    """The words, in lower case, of ``rules/phrases/names.toml``, which says what each list is for.

    ``ordinary``: words that are written in lower case in the corpus; in capitals any other word may be a name.
    """

    titles: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    introduces: tuple[str, ...] = ()
    places: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    no_name_endings: tuple[str, ...] = ()
    ordinary: frozenset[str] = frozenset()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


NO_NAMES = NameRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """By what names are known in a case. ``staff``: name and address of everybody of ours; ``about``: names that staff gave.

    ``spared``: words, in lower case, of the customer's own name. ``marks``: of words that were names in the case before, made
    with the installation's ``secret``.
    """

    rules: NameRules
    staff: tuple[tuple[str, str], ...] = ()
    about: tuple[str, ...] = ()
    spared: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    secret: bytes = field(default=b"", repr=False)

    def sparing(self, name: str) -> "Sought":
        """The same, but these words are the writer's own name."""
        return replace(self, spared=self.spared | own_words_of(name))

    def mark(self, word: str) -> str:
        """What is kept of a word (in lower case) that was a name: whoever lacks the secret cannot tell the word by it."""
        return hmac.new(self.secret, f"name:{word}".encode(), "sha256").hexdigest()[:MARK_DIGITS]


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    low: str
    big: bool
    capitals: bool
    """Whether it has capital letters alone, and no number or dash holds on to it."""
    joined: bool
    """Whether only a space or a dot parts it from the word before."""


def own_words_of(name: str) -> frozenset[str]:
    """The words of somebody's own name, as ``Sought.spared`` has them."""
    return frozenset(_plain(word) for word in _WORD.findall(name))


def black_whole(text: str) -> str:
    """All of it black, and of the same length."""
    return blacked(text, [Span(0, len(text))])


def blacked(text: str, spans: Iterable[Span]) -> str:
    """The text with these places black, and of the same length."""
    shown = list(text)
    for span in spans:
        shown[span.start : span.end] = [each if each.isspace() else BLACK for each in shown[span.start : span.end]]
    return "".join(shown)


def names_in(text: str, sought: Sought) -> list[Span]:
    """Where people are named."""
    words = list(_words(text))
    found = [*surely_names(text, sought), *_capitals_in_a_row(words, sought), *_in_capitals(words, sought)]
    return [*found, *_again(words, known_words(text, found, sought), sought)]


def surely_names(text: str, sought: Sought) -> list[Span]:
    """Whoever is in the directory, or was named by staff, or is introduced as a person."""
    named = (
        Span(one.start(), one.end()) for name in sought.about for one in re.finditer(_form(name.split()), text, re.IGNORECASE)
    )
    return [*_of_staff(text, sought.staff), *named, *_told_by_words(list(_words(text)), text, sought)]


def known_words(text: str, found: Iterable[Span], sought: Sought) -> frozenset[str]:
    """The words of these names by which they are known elsewhere, and of those that staff gave."""
    parts = {_plain(part) for span in found for part in _WORD.findall(text[span.start : span.end])}
    given = {_plain(part) for name in sought.about for part in _WORD.findall(name)}
    spared = sought.rules.others | sought.rules.places | sought.rules.titles | sought.spared
    return frozenset(one for one in parts | given if len(one) >= FEWEST_LETTERS and one not in spared)


def _again(words: Iterable[_Word], known: Collection[str], sought: Sought) -> list[Span]:
    """Where words stand that were names, here or before."""
    marks, spared = sought.marks, sought.spared
    return [
        Span(one.start, one.end)
        for one in words
        if one.low in known or (marks and one.low not in spared and sought.mark(one.low) in marks)
    ]


def again_in(text: str, sought: Sought) -> list[Span]:
    """Where words stand that were names in the case before."""
    return _again(_words(text), frozenset(), sought)


def known_in(text: str, sought: Sought) -> list[Span]:
    """The same, and where those stand whom staff named."""
    return _again(_words(text), known_words(text, (), sought), sought)


def marks_of(known: Iterable[str], sought: Sought) -> tuple[str, ...]:
    """The marks of these words, and those that there were."""
    return tuple(sorted(sought.marks | {sought.mark(one) for one in known}))


def _words(text: str) -> Iterator[_Word]:
    before = 0
    for found in _WORD.finditer(text):
        capitals = len(found.group()) > 1 and found.group().isupper()
        joined = bool(before) and _JOINT.fullmatch(text, before, found.start()) is not None
        alone = not _HELD.match(text, found.end()) and not text[max(0, found.start() - 1) : found.start()].isdigit()
        big = found.group()[0].isupper() and not capitals
        yield _Word(found.start(), found.end(), _plain(found.group()), big, capitals and alone, joined)
        before = found.end()


def _plain(word: str) -> str:
    return _POSSESSIVE.sub("", word).lower()


def _of_staff(text: str, staff: Iterable[tuple[str, str]]) -> Iterator[Span]:
    """Whoever is in the directory, by full name, either way round, or by address."""
    low = text.lower()
    for name, address in staff:
        parts = name.lower().split()
        forms = [parts, [*parts[-1:], *parts[:-1]]] if len(parts) > 1 else []
        for pattern in (*map(_form, forms), rf"\b{re.escape(address.lower())}\b"):
            yield from (Span(found.start(), found.end()) for found in re.finditer(pattern, low))


def _form(parts: Iterable[str]) -> str:
    return r"\b" + r",?\s+".join(map(re.escape, parts)) + r"\b"


def _told_by_words(words: Sequence[_Word], text: str, sought: Sought) -> Iterator[Span]:
    """Names behind a title, a post or words that introduce one."""
    rules, spared = sought.rules, sought.spared
    barred = rules.others | rules.places | spared
    for at, word in enumerate(words):
        before = words[at - 1] if at and word.joined else None
        if before and before.low in rules.titles and word.low not in rules.others:
            run = _run(words, at, rules.others | rules.places)
            if any(_plain(one) not in spared for one in _WORD.findall(text[run.start : run.end])):
                yield run
        elif not word.big or word.low in barred:
            continue
        elif (before and before.low in rules.posts) or _is_introduced(words, at, text, rules):
            yield _run(words, at, barred)


def _capitals_in_a_row(words: Sequence[_Word], sought: Sought) -> Iterator[Span]:
    """Two or three words in a row that begin with a capital letter."""
    rules = sought.rules
    barred = rules.others | rules.places | sought.spared
    for at, word in enumerate(words):
        before = words[at - 1] if at and word.joined else None
        if not word.big or word.low in barred or (before and before.big and before.low not in barred):
            continue
        run = _run(words, at, barred)
        follows = next((one for one in words[at:] if one.start >= run.end), None)
        is_place = follows is not None and follows.joined and follows.big and follows.low in rules.places
        if run.end > word.end and not is_place:
            yield run


def _in_capitals(words: Sequence[_Word], sought: Sought) -> Iterator[Span]:
    """Words in capitals that are not ordinary ones, and what follows closely and may be a surname that is a word, too.

    A line in capitals tells nothing of names, so that only the words themselves do.
    """
    rules = sought.rules
    barred = rules.others | rules.places | rules.posts | rules.titles | rules.abbreviations | sought.spared
    name_before = False
    for word in words:
        fits = word.capitals and word.low not in barred and len(word.low) >= FEWEST_LETTERS
        is_surname = name_before and word.joined and not word.low.endswith(rules.no_name_endings)
        name_before = fits and bool(rules.ordinary) and (word.low not in rules.ordinary)
        if name_before or (fits and is_surname):
            yield Span(word.start, word.end)


def _is_introduced(words: Sequence[_Word], at: int, text: str, rules: NameRules) -> bool:
    before = text[max(0, words[at].start - 30) : words[at].start].lower().rstrip(" :,'\"‘“")
    return any(before.endswith(phrase) for phrase in rules.introduces)


def _run(words: Sequence[_Word], at: int, barred: Collection[str]) -> Span:
    """From a word on, the capitals that follow it closely and may belong to a name."""
    last = at
    while last + 1 < len(words) and last - at + 1 < MOST_PARTS:
        following = words[last + 1]
        if not following.joined or not following.big or following.low in barred:
            break
        last += 1
    return Span(words[at].start, words[last].end)
