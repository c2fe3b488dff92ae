"""The writer's name: as they sign, as they say it, or beside their address; never the one that they greet."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mailbot.adapters.contact_note.words import Line, pattern
from mailbot.core.contact_note import ContactRules, Finding
from mailbot.core.message import Address

MOST_NAME = 60
CLOSING_LINES = 10
FEWEST_LETTERS = 3
_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|rev|revd|prof|sir|dame|lady|lord|cllr|councillor|fr|sister)\b\.?"
_PART = r"(?:[^\W\d_](?:[^\W\d_]|['’-](?=\w))*\.?)"
_NAME = re.compile(rf"(?:{_TITLE} +(?:(?:and|&) +{_TITLE} +)?)?{_PART}(?: +(?:(?:and|&) +)?{_PART}){{0,4}}", re.IGNORECASE)
_SMALL = frozenset(["and", "&", "de", "la", "le", "van", "der", "von", "den", "da", "dos", "del", "di", "du", "ap", "al", "el"])
"""Parts of names that are written small."""
_AFTER = re.compile(r"[\s:,-]*")
_HOUSE = re.compile(r",\s*(?=\d|flat\b|apartment\b).*$", re.IGNORECASE)
_KISSES = re.compile(r"\s+x{1,5}$", re.IGNORECASE)
_AFFIX = re.compile(r"\s*[(,].*$")
_WHO = re.compile(r"(?:i am|i['’]m|this is|it['’]s|name|full name|your name)\s*:?\s+", re.IGNORECASE)
_GOES_ON = re.compile(r"\s*(?:,|\.|$|and\b|from\b|of\b|at\b|here\b|-)", re.IGNORECASE)


def sign_off_at(lines: Sequence[Line], rules: ContactRules) -> int:
    """The number of the line in which the writer signs, or how many lines there are.

    The last that is a formula of farewell, alone or with a name behind it.
    """
    signed = pattern(rules.sign_off)
    for number in range(len(lines) - 1, 0, -1):
        found = signed.match(lines[number].text)
        rest = _HOUSE.sub("", lines[number].text[found.end() :]).strip(" ,.!-–") if found else ""
        if found and (not rest or is_name(rest, rules, strict=False)):
            return number
    return len(lines)


def name(lines: Sequence[Line], rules: ContactRules, from_: Address | None, signs_at: int) -> Finding | None:
    """The fullest of the names by which the writer calls themselves, or None."""
    said = [*_signed(lines, rules, signs_at), *_stated(lines, rules), *_closing(lines, rules, signs_at, from_)]
    full = next((one for one in said if " " in one.value), None)
    shown = shown_name(from_, rules)
    if full or not said:
        return full or (Finding(shown) if shown else None)
    short = said[0]
    same = any(part.lower()[:3] == short.value.lower()[:3] for part in shown.split())
    return Finding(shown) if same and " " in shown else short


def shown_name(from_: Address | None, rules: ContactRules) -> str:
    """The name beside an address if it is a person's, ``SMITH, John`` turned round; or an empty string."""
    shown = " ".join((from_.name if from_ else "").strip(" '\"").split())
    last, comma, first = shown.partition(",")
    if comma and is_name(first.strip(), rules, strict=False) and is_name(last.strip(), rules, strict=False):
        shown = f"{first.strip()} {last.strip().title() if last.isupper() else last.strip()}"
    return shown if " " in shown and is_name(shown, rules) else ""


def is_name(text: str, rules: ContactRules, *, strict: bool = True) -> bool:
    """Whether these words can be somebody's name. ``strict``: each part begins with a capital letter."""
    words = text.split()
    if not words or len(text) > MOST_NAME or _NAME.fullmatch(text) is None:
        return False
    if any(word.lower().strip(".") in rules.no_name for word in words):
        return False
    big = sum(word[0].isupper() for word in words)
    return big == len(words) - sum(word.lower() in _SMALL for word in words) if strict else big > 0 or len(words) <= 2


def _signed(lines: Sequence[Line], rules: ContactRules, signs_at: int) -> Iterator[Finding]:
    """The name behind a farewell, or in the first line below it."""
    if signs_at >= len(lines):
        yield from _signed_in_line(lines, rules)
        return
    line = lines[signs_at]
    found = pattern(rules.sign_off).match(line.text)
    start = _AFTER.match(line.text, found.end()).end() if found else 0  # type: ignore[union-attr]  # it matches nothing, too
    rest = _HOUSE.sub("", line.text[start:]).rstrip(" ,.!-–")
    below = next((one for one in lines[signs_at + 1 : signs_at + 4] if one.text), None)
    if rest:
        yield line.finding(start, start + len(rest))
    elif below:
        yield from _in_line(below, rules, strict=False)


def _signed_in_line(lines: Sequence[Line], rules: ContactRules) -> Iterator[Finding]:
    """The name behind a farewell that ends the last line: "Can you help? Many thanks, Ada Finch"."""
    last = next((line for line in reversed(lines) if line.text), None)
    for found in pattern(rules.sign_off).finditer(last.text) if last else ():
        rest = last.text[found.end() :].strip(" ,.!-–")  # type: ignore[union-attr]
        if last and rest and last.text[: found.start()].rstrip()[-1:] in {".", "?", "!", ","} and is_name(rest, rules):
            start = last.text.rindex(rest)
            yield last.finding(start, start + len(rest))


def _in_line(line: Line, rules: ContactRules, *, strict: bool = True) -> Iterator[Finding]:
    """The name of a line: all of it, or what stands before a comma, a bracket or a dash."""
    start = len(line.text) - len(line.text.lstrip("-–~ "))
    said = _KISSES.sub("", line.text[start:])
    for part in (said.rstrip(" ,.!"), _AFFIX.sub("", said), re.split(r" [-–|/] ", said)[0]):
        if is_name(part, rules, strict=strict):
            yield line.finding(start, start + len(part))
            return


def _stated(lines: Sequence[Line], rules: ContactRules) -> Iterator[Finding]:
    """The name after "my name is", and after "I am" where two capitals and an end make it one."""
    for line in lines:
        for found in pattern(rules.my_name).finditer(line.text):
            yield from _words_from(line, _AFTER.match(line.text, found.end()).end(), rules, fewest=1)  # type: ignore[union-attr]
        for found in _WHO.finditer(line.text):
            yield from _words_from(line, found.end(), rules, fewest=2)


def _words_from(line: Line, start: int, rules: ContactRules, *, fewest: int) -> Iterator[Finding]:
    """The longest run of capitalised words from here that is a name of at least so many."""
    run = re.match(rf"(?:{_PART}\s+){{0,4}}{_PART}", line.text[start:])
    words = run.group().split(" ") if run else []
    while len(words) >= fewest and words:
        part = " ".join(words)
        if (
            words[-1].lower() not in _SMALL | {"i"}
            and is_name(part, rules)
            and (fewest == 1 or _GOES_ON.match(line.text, start + len(part)))
        ):
            yield line.finding(start, start + len(part.rstrip(".")))
            return
        words.pop()


def _closing(lines: Sequence[Line], rules: ContactRules, signs_at: int, from_: Address | None) -> Iterator[Finding]:
    """A name as a line of its own at the end, without a farewell: the first of the block that closes the text.

    In small letters it is one where the address that it came from has it, too.
    """
    if signs_at < len(lines):
        return
    told = [line for line in lines if line.text][-CLOSING_LINES:]
    for above, line in pairwise(told):
        address = from_.local_part if from_ else ""
        known = any(len(word) >= FEWEST_LETTERS and word.lower() in address for word in line.text.split()[:4])
        found = next(_in_line(line, rules, strict=not known), None) if above.text[-1] in ".!?," or known else None
        if found and (known or found.value[:1].isupper()):
            yield found
            return
