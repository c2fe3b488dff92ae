"""Names of people in a message about personnel are blacked out before it is recorded (F11).

What is blacked keeps its length, so that evidence points to the same places. In doubt a word is taken for a name: only the
writer's own stays. The raw message keeps everything, and opens only for whom the pack says.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mailbot.core.message import Message, Span

BLACK = "█"
MOST_PARTS, FEWEST_LETTERS = 3, 3
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
_JOINT = re.compile(r"\.?[ \t]{1,3}|-")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRules:
    """The words, in lower case, of ``rules/phrases/names.toml``, which says what each list is for."""

    titles: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    introduces: tuple[str, ...] = ()
    places: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


NO_NAMES = NameRules()


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    low: str
    big: bool
    joined: bool
    """Whether only a space or a dot parts it from the word before."""


def without_names(message: Message, staff: Iterable[tuple[str, str]], rules: NameRules) -> Message:
    """The message with the names in its subject and text blacked out. ``staff``: name and address of everybody of ours."""
    own = frozenset(_plain(word) for word in _WORD.findall(message.from_.name if message.from_ else ""))
    shown = blacked(message.full_text, names_in(message.full_text, staff, rules, own))
    ends = len(message.subject)
    return replace(message, subject=shown[:ends], text=shown[ends + 2 :])


def blacked(text: str, spans: Iterable[Span]) -> str:
    """The text with these places black, and of the same length."""
    shown = list(text)
    for span in spans:
        shown[span.start : span.end] = [each if each.isspace() else BLACK for each in shown[span.start : span.end]]
    return "".join(shown)


def names_in(
    text: str, staff: Iterable[tuple[str, str]], rules: NameRules, spared: Collection[str] = frozenset()
) -> list[Span]:
    """Where people are named. ``spared``: words, in lower case, of the writer's own name."""
    words = list(_words(text))
    found = [*_of_staff(text, staff), *_told_by_words(words, text, rules, spared)]
    parts = {_plain(part) for span in found for part in _WORD.findall(text[span.start : span.end])}
    known = {one for one in parts if len(one) >= FEWEST_LETTERS} - rules.others - rules.places - {*spared}
    again = [Span(one.start, one.end) for one in words if one.low in known]
    return [*found, *again]


def _words(text: str) -> Iterator[_Word]:
    before = 0
    for found in _WORD.finditer(text):
        big = found.group()[0].isupper() and not (len(found.group()) > 1 and found.group().isupper())
        joined = bool(before) and _JOINT.fullmatch(text, before, found.start()) is not None
        yield _Word(found.start(), found.end(), _plain(found.group()), big, joined)
        before = found.end()


def _plain(word: str) -> str:
    return _POSSESSIVE.sub("", word).lower()


def _of_staff(text: str, staff: Iterable[tuple[str, str]]) -> Iterator[Span]:
    """Whoever is in the directory, by full name, either way round, or by address."""
    low = text.lower()
    for name, address in staff:
        parts = name.lower().split()
        forms = [parts, [*parts[-1:], *parts[:-1]]] if len(parts) > 1 else []
        patterns = [r",?\s+".join(map(re.escape, form)) for form in forms] + [re.escape(address.lower())]
        for pattern in patterns:
            yield from (Span(found.start(), found.end()) for found in re.finditer(rf"\b{pattern}\b", low))


def _told_by_words(words: Sequence[_Word], text: str, rules: NameRules, spared: Collection[str]) -> Iterator[Span]:
    """Names behind a title, a post or words that introduce one, and two or three capitals in a row."""
    barred = rules.others | rules.places | {*spared}
    introduced = {at for at in range(len(words)) if _is_introduced(words, at, text, rules)}
    for at, word in enumerate(words):
        before = words[at - 1] if at and word.joined else None
        if before and before.low in rules.titles and word.low not in rules.others:
            run = _run(words, at, rules.others | rules.places)
            if any(_plain(one) not in spared for one in _WORD.findall(text[run.start : run.end])):
                yield run
        elif word.low in barred:
            continue
        elif word.big and ((before and before.low in rules.posts) or at in introduced):
            yield _run(words, at, barred)
        elif word.big and not (before and before.big and before.low not in barred):
            run = _run(words, at, barred)
            follows = next((one for one in words[at:] if one.start >= run.end), None)
            is_place = follows is not None and follows.joined and follows.big and follows.low in rules.places
            if run.end > word.end and not is_place:
                yield run


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
