"""Weak evidence for screening: words, fields and the build of a message, each with a weight, none enough by itself.

Phrases are searched as words, by walking a tree of them once over the text: the time grows with the text and not with the
number of phrases, and the text that is looked at is capped. Where a quick look says that it holds none, it is not walked.
What a person quotes is not theirs: lines of a quote, an attached history and words in quotation marks are left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from mailbot.core.message import Message, Span
from mailbot.core.text import lowered

OPENING = 1_500
"""So many characters at the beginning of the text are its opening: a robot says there what it is."""
HEAD, TAIL = 4_000, 2_500
"""Of a longer text so many characters at its beginning and at its end are looked at."""
HISTORY_WITHIN = 20_000
"""The quoted history of a reply is looked for within so many characters."""
MANY_LINKS = 6

Speaks = Literal["auto_reply", "bounce", "list", "other_automatic", "spam", "human", "silence"]

# Scripts without spaces between words: each character is a word.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_ANSWERS = re.compile(
    r"(?:re|aw|sv|vs|ref|rif|odp|ynt|antw|fw|fwd|wg|tr|rv|enc|doorst|vb|pd|转发|轉寄|回复|回覆|答复)\s*(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
# In Greek a semicolon asks.
_QUESTION = re.compile(r"[?\uff1f\u061f\u037e;](?=\s|$)(?:(?<!;)|(?<=[\u0370-\u03ff];))")
_SPEECH = re.compile(
    r"[\"\u201c\u201d\u201e\u00ab\u00bb][^\"\u201c\u201d\u201e\u00ab\u00bb]{1,300}[\"\u201c\u201d\u00ab\u00bb]"
)
_WAY_OUT = re.compile(r"https?://\S{0,200}?(?:unsubscri|optout|opt-out|opt_out|abmeld|abbestell|desabonn|desinscri|desuscri)")
# Where the sender's own words end: quote marks, the head of an older or a forwarded message, the line before a quote.
_ORIGINAL = "original|forwarded|ursprüngliche|weitergeleitete|message|mensaje|mensagem|messaggio|oorspronkelijk|wiadomość"
_WROTE = "wrote|schrieb|écrit|escribió|escreveu|scritto|schreef|pisze|skrev"
_HISTORY = re.compile(
    rf"""\n(?: [>|]
      | -{{2,}}[ ]?(?:{_ORIGINAL}|begin[ ])
      | begin[ ]forwarded[ ]message
      | (?:from|von|de|da|van|od|от|från|fra)\s?:[ ]?\S
      | (?:on|am|le|el|em|il|op|dnia|den)[ ][^\n]{{5,120}}(?:{_WROTE})[^\n]{{0,80}}:[^\S\n]*\n
    )""",
    re.VERBOSE,
)
_EMPTY_GROUP = re.compile(r"[^:;@<>]*:[\s;]*")
_END = ""
RECIPIENTS = frozenset(
    {"to", "cc", "bcc", "delivered-to", "x-original-to", "envelope-to", "resent-to", "resent-cc", "x-forwarded-to"}
)


class Where(StrEnum):
    """Which words a phrase is searched in. ``opening`` and ``text`` are the sender's own words."""

    SUBJECT_START = "subject_start"
    SUBJECT = "subject"
    OPENING = "opening"
    TEXT = "text"


class Build(StrEnum):
    """What the build of a message tells. ``reply``: the subject of an answer or a forward."""

    REPLY = "reply"
    QUESTION = "question"
    ADDRESSED_TO_NOBODY = "addressed_to_nobody"
    NOTHING_WRITTEN = "nothing_written"
    ATTACHED_MESSAGE = "attached_message"
    CALENDAR_PART = "calendar_part"
    MANY_LINKS = "many_links"
    UNSUBSCRIBE_LINK = "unsubscribe_link"
    NAMES_ITS_RECIPIENT = "names_its_recipient"
    OTHER_RETURN_PATH = "other_return_path"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseGroup:
    """Words of one meaning in every language, counted once. ``verdict`` is what they speak for."""

    id: str
    verdict: Speaks
    where: Where
    weight: float
    source: str
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildHint:
    """What the build of a message speaks for."""

    id: Build
    verdict: Speaks
    weight: float
    source: str
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that speaks for a verdict. ``detail`` names no word of the sender's; ``spans`` point into the full text."""

    id: str
    verdict: Speaks
    weight: float
    detail: str = ""
    spans: tuple[Span, ...] = ()


def _always(_text: str) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseIndex:
    """Every phrase as a path of words in a tree; at its end stand the groups and languages that it belongs to.

    ``may_occur``: a quick look at a text in comparison form that says no where none of the phrases is.
    """

    groups: Mapping[str, PhraseGroup] = field(default_factory=dict)
    tree: Mapping[str, Any] = field(default_factory=dict, repr=False)
    may_occur: Callable[[str], bool] = field(default=_always, repr=False, compare=False)


def index(
    groups: tuple[PhraseGroup, ...],
    phrases: tuple[tuple[str, str, str], ...],
    may_occur: Callable[[str], bool] = _always,
) -> PhraseIndex:
    """The tree of (group, language, phrase)."""
    tree: dict[str, Any] = {}
    for group, language, phrase in phrases:
        at = tree
        for word in words_of(phrase):
            at = at.setdefault(word, {})
        at.setdefault(_END, []).append((group, language))
    return PhraseIndex(groups={group.id: group for group in groups}, tree=tree, may_occur=may_occur)


def words_of(text: str) -> list[str]:
    """The words of a phrase as they are compared."""
    return _WORD.findall(lowered(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """What is looked at of a message, in comparison form: its subject, and pieces of its text with their places in it."""

    subject: str
    pieces: tuple[tuple[int, str], ...]


def own_words(message: Message) -> OwnWords:
    """The sender's own words, without an attached history, and of a long text its beginning and its end."""
    start = lowered(message.text[:HISTORY_WITHIN])
    history = _HISTORY.search(f"\n{start}\n")
    own = start[: history.start()] if history else start
    if history is not None or len(message.text) <= HEAD + TAIL:
        pieces: tuple[tuple[int, str], ...] = ((0, own[: HEAD + TAIL]),)
    else:
        pieces = ((0, own[:HEAD]), (len(message.text) - TAIL, lowered(message.text[-TAIL:])))
    return OwnWords(subject=lowered(message.subject), pieces=pieces)


def phrase_evidence(message: Message, own: OwnWords, phrases: PhraseIndex) -> Iterator[Evidence]:
    """Each group whose words occur where it looks for them, once, where they first occur."""
    found = dict[str, Evidence]()
    first = _WORD.search(own.subject)
    for group, language, span in _hits(phrases, own.subject, 0):
        at_start = group.where is Where.SUBJECT_START and first is not None and span.start == first.start()
        if at_start or group.where is Where.SUBJECT:
            found.setdefault(group.id, _evidence(group, language, span))
    body_at = len(message.subject) + 2
    for offset, piece in own.pieces:
        for group, language, span in _hits(phrases, piece, body_at + offset):
            in_opening = group.where is Where.OPENING and span.end - body_at <= OPENING
            if in_opening or group.where is Where.TEXT:
                found.setdefault(group.id, _evidence(group, language, span))
    yield from found.values()


def build_evidence(message: Message, own: OwnWords, hints: tuple[BuildHint, ...]) -> Iterator[Evidence]:
    """What the build of the message speaks for."""
    for hint in hints:
        if _BUILT[hint.id](message, own):
            yield Evidence(id=hint.id.value, verdict=hint.verdict, weight=hint.weight)


def _evidence(group: PhraseGroup, language: str, span: Span) -> Evidence:
    return Evidence(id=group.id, verdict=group.verdict, weight=group.weight, detail=language, spans=(span,))


def _hits(phrases: PhraseIndex, text: str, offset: int) -> Iterator[tuple[PhraseGroup, str, Span]]:
    """Every phrase in a text (in comparison form), in its order, but for what stands in quotation marks."""
    text = _SPEECH.sub(_blank, text)
    if not phrases.may_occur(text):
        return
    words = list(_WORD.finditer(text))
    for first, last, ends in _matches(phrases.tree, [word[0] for word in words]):
        span = Span(offset + words[first].start(), offset + words[last].end())
        for group, language in ends:
            yield phrases.groups[group], language, span


def _matches(tree: Mapping[str, Any], words: list[str]) -> Iterator[tuple[int, int, list[tuple[str, str]]]]:
    """The first and last word of each phrase, and what it belongs to."""
    count = len(words)
    for first in [number for number, word in enumerate(words) if word in tree]:
        node, at = tree[words[first]], first
        while node is not None:
            if ends := node.get(_END):
                yield first, at, ends
            at += 1
            node = node.get(words[at]) if at < count else None


def _blank(speech: re.Match[str]) -> str:
    return " " * len(speech[0])


def _is_for_somebody(message: Message) -> bool:
    """A field that cannot be read may name somebody; an empty group (RFC 5322 section 3.4) does not."""
    return any(value.strip() and not _EMPTY_GROUP.fullmatch(value) for name, value in message.headers if name in RECIPIENTS)


def _names_its_recipient(message: Message, own: OwnWords) -> bool:
    """Programs write the address that they wrote to into the text."""
    to = [address.key for address in message.to[:3]]
    return any(address in piece for _, piece in own.pieces for address in to)


def _has_other_return_path(message: Message, _own: OwnWords) -> bool:
    """Whether the reverse path lies in another domain than the author, neither below the other."""
    domain = (message.header("return-path") or "").rpartition("@")[2].strip("<> ").lower()
    author = message.from_.domain if message.from_ else ""
    return bool(domain and author) and not (f".{domain}".endswith(f".{author}") or f".{author}".endswith(f".{domain}"))


def _attaches(content_type: str) -> "_Test":
    return lambda message, _: any(one.content_type == content_type for one in message.attachments)


_Test = Callable[[Message, OwnWords], object]
_BUILT: Mapping[Build, _Test] = {
    Build.REPLY: lambda _, own: _ANSWERS.match(own.subject),
    Build.QUESTION: lambda _, own: _QUESTION.search(own.subject) or _QUESTION.search(own.pieces[0][1][:OPENING]),
    Build.ADDRESSED_TO_NOBODY: lambda message, _: not (message.to or message.cc or _is_for_somebody(message)),
    Build.NOTHING_WRITTEN: lambda message, _: not message.text.strip(),
    Build.ATTACHED_MESSAGE: _attaches("message/rfc822"),
    Build.CALENDAR_PART: _attaches("text/calendar"),
    Build.MANY_LINKS: lambda _, own: sum(piece.count("http") for _, piece in own.pieces) >= MANY_LINKS,
    Build.UNSUBSCRIBE_LINK: lambda _, own: any(_WAY_OUT.search(piece) for _, piece in own.pieces),
    Build.NAMES_ITS_RECIPIENT: _names_its_recipient,
    Build.OTHER_RETURN_PATH: _has_other_return_path,
}
