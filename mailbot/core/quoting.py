"""Quoted history and signatures: which parts of a text did its writer write?

Nothing is taken out of what is stored: the answer is spans of the text. In doubt a line counts as the writer's own: no word
of a customer may be lost, and a line of a quote too many does little harm.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mailbot.core.message import Span

MOST_TEXT = 200_000
"""Characters that are looked at; what comes after them counts as the writer's own."""

MOST_SIGNATURE = 12
_ATTRIBUTION_LINES = 3
_LONGEST_ATTRIBUTION = 300
_HEAD_LINES = 10
_HEAD_FIELDS = 3
_LONGEST_FIELD = 24
_FRAME = "-_=*>\u2014\u2013 \t:"
_SIGNATURES = frozenset({"--", "\u2014", "___", "***", "####", "~~~~~"})
_DATE_OR_ADDRESS = re.compile(r"[\d@]")
_TIME_OR_ADDRESS = re.compile(r"\d[:.h]\d\d|@|\d{4}-\d\d-\d\d")
_DATED_ADDRESS = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2} .{0,80}<\S{1,80}@\S{1,80}>:?")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRules:
    """What mail programs put before what they quote, in lower case, as ``rules/phrases/quoting.toml`` explains it.

    ``fields``: every word for a field of a head, with the kind of field it names; ``from`` is the kind that begins one.
    """

    wrote: tuple[str, ...] = ()
    originals: frozenset[str] = frozenset()
    forwarded: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)
    sent_from: tuple[str, ...] = ()


def own_spans(text: str, rules: QuoteRules, *, is_forward: bool = False, with_signature: bool = False) -> tuple[Span, ...]:
    """The parts of a body that its writer wrote, without what is quoted, its introduction, and the signature.

    Of what is passed on (``is_forward``, or so marked in the text) only the head is left out. All of the text, if nothing
    else is left. ``with_signature``: the lines of the signature are theirs, too, and nothing that they pass on is, even if
    nothing else is left.
    """
    whole = (Span(0, len(text)),) if text else ()
    lines = text[:MOST_TEXT].split("\n")
    kept = [True] * len(lines)
    for first, end in _others(lines, rules, is_forward=is_forward, with_signature=with_signature):
        kept[first:end] = [False] * (end - first)
    if all(kept) or (not with_signature and not any(own and line.strip() for own, line in zip(kept, lines, strict=True))):
        return whole
    return _spans(lines, kept, len(text))


def own_text(text: str, rules: QuoteRules, *, is_forward: bool = False) -> str:
    """What the writer of a body wrote: its ``own_spans``, one below the other."""
    return "\n".join(text[one.start : one.end].strip("\n") for one in own_spans(text, rules, is_forward=is_forward))


def quoted_lines(lines: Sequence[str], rules: QuoteRules) -> tuple[bool, ...]:
    """For each line whether somebody or something else wrote it; a signature is its writer's."""
    found = [False] * len(lines)
    for first, end in _others(lines, rules, is_forward=False, with_signature=True):
        if lines[first].strip() not in _SIGNATURES:
            found[first:end] = [True] * (end - first)
    return tuple(found)


def is_sent_from(line: str, rules: QuoteRules) -> bool:
    """Whether a line is what a telephone's mail program puts below a message."""
    bare = line.strip()
    return len(bare) < _LONGEST_ATTRIBUTION and bare.lower().startswith(rules.sent_from or ("\0",))


def is_signature_mark(line: str) -> bool:
    """Whether a line is the delimiter of a signature (RFC 3676 section 4.3), or its like."""
    return line.strip() in _SIGNATURES


def names_a_field(line: str, rules: QuoteRules) -> bool:
    """Whether a line is a field of another message's head: ``*From:* Ada``, ``Von: Ada``."""
    return bool(_kind(line, rules))


def heads(text: str, rules: QuoteRules) -> list[dict[str, str]]:
    """The heads of other messages in a text: each the values of its fields by kind (from, date, to, subject)."""
    lines, found, at = text[:MOST_TEXT].split("\n"), list[dict[str, str]](), 0
    while at < len(lines):
        bare = lines[at].strip()
        end = _head_end(lines, at, rules) if bare and bare[0] != ">" else at
        fields = [(_kind(line, rules), line.replace("\uff1a", ":").partition(":")[2]) for line in lines[at:end]]
        named = {kind: value.strip(" *\t") for kind, value in reversed(fields) if kind}
        found += [named] if "from" in named else []
        at = max(end, at + 1)
    return found


# Lines of others -------------------------------------------------------------------------------------------------------


def _others(lines: Sequence[str], rules: QuoteRules, *, is_forward: bool, with_signature: bool) -> Iterator[tuple[int, int]]:
    """Runs of lines that the writer did not write, in order: (first, end)."""
    at, count = 0, len(lines)
    while at < count:
        bare = lines[at].strip()
        end = at + 1
        if not bare:
            pass
        elif bare[0] == ">":
            yield at, end
        elif (bare[0] in _FRAME or ":" in bare or "\uff1a" in bare) and (head := _head_end(lines, at, rules)) > at:
            passed_on = is_forward or (_is_mark(bare, rules.forwarded) and not with_signature)
            yield at, head if passed_on else count
            end = head if passed_on else count
        elif bare[-1] in ":\uff1a>" and (
            first := _attribution(lines, at, rules, quoted=(quoted := _next_is_quoted(lines, end)))
        ):
            end = end if quoted else count
            yield first - 1, end
        elif _is_signature(bare, lines, end):
            end = end if with_signature else count
            yield at, end
        elif is_sent_from(bare, rules):
            yield at, end
        at = end


def _head_end(lines: Sequence[str], at: int, rules: QuoteRules) -> int:
    """Where the head of another message that begins here ends, with the mark above it; ``at`` if none begins."""
    bare = lines[at].strip()
    marked = _is_mark(bare, rules.originals) or _is_mark(bare, rules.forwarded)
    first = at + 1 if marked or not bare.strip("_-\u2014") else at
    while marked and first < len(lines) and not lines[first].strip():
        first += 1
    if first >= len(lines) or (not marked and _kind(lines[first], rules) != "from"):
        return at + 1 if marked else at
    end, kinds = first, set[str]()
    for number in range(first, min(first + _HEAD_LINES, len(lines))):
        if kind := _kind(lines[number], rules):
            kinds.add(kind)
            end = number + 1
        elif not lines[number].strip() and len(kinds) >= _HEAD_FIELDS:
            break
    if len(kinds) < _HEAD_FIELDS or not (marked or kinds >= {"from", "subject"}):
        return at + 1 if marked else at
    while end < len(lines) and lines[end].strip() and end < first + _HEAD_LINES:  # a folded field
        end += 1
    return end


def _kind(line: str, rules: QuoteRules) -> str:
    """Which field of a head a line is, or an empty string: ``*From:* Ada``, ``Von: Ada``, ``Envoyé : 3 mai``."""
    word, colon, _ = line[: _LONGEST_FIELD * 2].replace("\uff1a", ":").partition(":")
    return rules.fields.get(word.strip(" *_\t>").lower(), "") if colon and len(word) <= _LONGEST_FIELD else ""


def _is_mark(bare: str, marks: frozenset[str]) -> bool:
    """A line that is one of these marks, in a frame of dashes or with a colon at its end."""
    return len(bare) < _LONGEST_ATTRIBUTION and bare.strip(_FRAME).lower() in marks


def _attribution(lines: Sequence[str], last: int, rules: QuoteRules, *, quoted: bool) -> int:
    """One more than the first line of an introduction of a quote that ends here, or 0.

    Without quote marks after it (``quoted``) it must have a time or an address: "on 3 May your officer wrote:" is a
    customer's own story.
    """
    telling = _DATE_OR_ADDRESS if quoted else _TIME_OR_ADDRESS
    for first in range(last, max(last - _ATTRIBUTION_LINES, -1), -1):
        if not lines[first].strip():
            break
        said = " ".join(line.strip() for line in lines[first : last + 1])
        if _DATED_ADDRESS.fullmatch(said):
            return first + 1
        whole = said[0] != "<" and said.count("<") >= said.count(">") and telling.search(said)
        if whole and said[-1] != ">" and len(said) < _LONGEST_ATTRIBUTION and _says_wrote(said, rules):
            return first + 1
    return last + 1 if quoted and lines[last].rstrip()[-1] != ">" and _says_wrote(lines[last], rules) else 0


def _says_wrote(said: str, rules: QuoteRules) -> bool:
    lowered = said.lower()
    return any(f" {word}" in lowered or lowered.startswith(word) for word in rules.wrote)


def _next_is_quoted(lines: Sequence[str], at: int) -> bool:
    following = next((lines[number].lstrip() for number in range(at, len(lines)) if lines[number].strip()), "")
    return following.startswith(">")


def _is_signature(bare: str, lines: Sequence[str], at: int) -> bool:
    """The delimiter of RFC 3676 section 4.3 or its like, with no more than a signature below it."""
    if bare not in _SIGNATURES:
        return False
    below = (number for number in range(at, len(lines)) if lines[number].strip())
    return len(tuple(islice(below, MOST_SIGNATURE + 1))) <= MOST_SIGNATURE


def _spans(lines: Sequence[str], kept: Sequence[bool], length: int) -> tuple[Span, ...]:
    """The runs of lines that are kept, as spans of the text; what was not looked at belongs to the last."""
    found, start = list[Span](), 0
    for line, own in zip(lines, kept, strict=True):
        end = start + len(line) + 1
        if own and found and found[-1].end == start:
            found[-1] = Span(found[-1].start, end)
        elif own:
            found.append(Span(start, end))
        start = end
    if start <= length:
        found.append(Span(start - 1, length))
    return tuple(Span(one.start, min(one.end, length)) for one in found if one.start < length)
