"""The writer's own postal address: the lines above a postcode, or what they say after "I live at"."""

import re
from collections.abc import Iterator, Sequence

from mailbot.adapters.contact_note.words import Line, last_end, pattern
from mailbot.core.contact_note import ContactRules, Finding
from mailbot.core.message import Span

_AREAS = (
    "AB|AL|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|B|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|EC|EH|EN|EX|E|FK|FY|"
    "GL|GU|GY|G|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|LN|LS|LU|L|ME|MK|ML|M|NE|NG|NN|NP|NR|NW|N|"
    "OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|S|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|"
    "WR|WS|WV|W|YO|ZE"
)
_POSTCODE = re.compile(rf"(?<!\w)(?:{_AREAS})\d[\dA-Z]? ?\d[ABD-HJLNP-UW-Z]{{2}}(?!\w)", re.IGNORECASE)
_MOST_LINES = 6
_LONGEST = 60
_MOST_SAID = 160
_LABEL = re.compile(r"^(?:my |home |postal |our )?address\s*[:,-]?\s*", re.IGNORECASE)
_BUILDING = re.compile(r"(?<![\w.£])(?:flat|apt|apartment|unit|room|\d{1,4}[a-z]?(?:-\d{1,4})?,?(?= +[A-Za-z]))", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?:road|rd|street|st|lane|ln|avenue|ave|close|cl|drive|dr|way|court|ct|crescent|cres|place|pl|terrace|hill|row|walk|square|"
    r"gardens|grove|mews|park|rise|view|green|house|cottage|farm|villas?|parade|loke|yard|wharf|quay|rue|lodge|mount|"
    r"flats?|barn|mill|bungalow|hall|common|end|bank|croft|field)\b",
    re.IGNORECASE,
)
_HOUSE_NAME = re.compile(r"\d|\b(?:house|cottage|farm|villa|lodge|mill|barn|bungalow|court)\b", re.IGNORECASE)
_NOT_OF_AN_ADDRESS = re.compile(r"@|https?:|www\.|[?!]|\d{1,2}[:/.]\d{2}|(?:\d[ -]?){9,}|:\s*\S|[.]\s+\S")
_NOT_A_LINE = re.compile(r"^(?:dear|hi|hello|good (?:morning|afternoon)|to whom)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(
    r"[.!?;](?=\s|$)|\n\s*\n| (?:and|but|so|where|because|since|which|with|for|please) |$", re.IGNORECASE
)


def post(text: str, lines: Sequence[Line], rules: ContactRules, name: Finding | None, greeting_at: int) -> Finding | None:
    """The address at which the writer gets letters, as one line, or None. ``greeting_at``: where they greet."""
    return (
        next(_stated(text, lines[0].start, rules), None)
        or next(_blocks(lines, rules, name, greeting_at), None)
        or next(_in_a_line(lines, rules), None)
    )


def _blocks(lines: Sequence[Line], rules: ContactRules, name: Finding | None, greeting_at: int) -> Iterator[Finding]:
    """Lines that end in a postcode, with the lines above it, before the greeting or near the end."""
    for number, line in enumerate(lines):
        code = _POSTCODE.search(line.text)
        if code is None or line.text[code.end() :].strip(" .,") or not _is_part(line.text[: code.start()]):
            continue
        first = _first_line(lines, number, name)
        block = lines[first : number + 1]
        words = " ".join(one.text for one in block)
        if last_end(rules.not_my_address, words) >= 0 or not (_BUILDING.search(words) or _PLACE.search(words)):
            continue
        if first == number and len(line.text.split()) < 4:  # a postcode and a town are no address
            continue
        outside = line.start < greeting_at or not any(_is_sentence(one) for one in lines[number + 1 :])
        if outside or first < number or _LABEL.match(block[0].text):
            yield _joined(block, name)


def _first_line(lines: Sequence[Line], last: int, name: Finding | None) -> int:
    first = last
    while first > 0 and last - first < _MOST_LINES:
        above = lines[first - 1].text
        if not above or len(above) > _LONGEST or not _is_part(above) or (name and above.strip(" ,.") == name.value):
            break
        first -= 1
    house = next((at for at in range(first, last) if _is_house(lines[at].text)), last)
    named = house > first and not _HOUSE_NAME.search(lines[house].text) and len(lines[house - 1].text.split()) <= 3
    return (
        house - 1 if named and house < last else house
    )  # above it stands a name or a job; or the house's, if it has no number


def _is_house(text: str) -> bool:
    return _BUILDING.search(text) is not None or _PLACE.search(text) is not None


def _is_part(text: str) -> bool:
    """Whether a line can be one of an address."""
    return not _NOT_OF_AN_ADDRESS.search(_LABEL.sub("", text)) and not _NOT_A_LINE.match(text) and len(text) <= 2 * _LONGEST


def _is_sentence(line: Line) -> bool:
    return len(line.text.split()) > 8  # more words than a line of a signature


def _joined(block: Sequence[Line], name: Finding | None) -> Finding:
    start = _LABEL.match(block[0].text)
    first = block[0].text[start.end() :] if start else _below(block[0].text, name)
    texts = [first, *(one.text for one in block[1:])]
    shown = ", ".join(" ".join(one.split()).strip(" ,.") for one in texts if one.strip(" ,."))
    return Finding(shown, (Span(block[0].start, block[-1].end),))


def _below(first: str, name: Finding | None) -> str:
    """What stands in a line after the writer's name."""
    before, comma, after = first.partition(f"{name.value}," if name else "\n")
    return after if comma else before


def _stated(text: str, first: int, rules: ContactRules) -> Iterator[Finding]:
    """What follows "I live at" and its like: to the postcode, or a house and its street."""
    for cue in pattern(rules.my_address).finditer(text, first):
        start = cue.end()
        begins = re.compile(r"[\s:,-]*(?:(?:is|the)\s+)?").match(text, start)
        start = begins.end() if begins else start
        code = _POSTCODE.search(text, start, start + _MOST_SAID)
        said = text[start : code.end()] if code else text[start : _SENTENCE_END.search(text, start, start + _MOST_SAID).start()]  # type: ignore[union-attr]
        near = _BUILDING.match(said) or (_PLACE.search(said[:40]) and said[:1].isupper())
        if not near or len(said) >= _MOST_SAID or "\n\n" in said or re.search(r"[!?@]", said) or _PLACE.search(said) is None:
            continue
        if last_end(rules.not_my_address, said) >= 0:
            continue
        yield Finding(_shown(said), (Span(start, start + len(said)),))


def _in_a_line(lines: Sequence[Line], rules: ContactRules) -> Iterator[Finding]:
    """One line that is an address, with its postcode, and the name of its writer before it at most."""
    for line in lines:
        code = _POSTCODE.search(line.text)
        house = _BUILDING.search(line.text, 0, code.start()) if code else None
        if code is None or house is None or last_end(rules.not_my_address, line.text) >= 0:
            continue
        before, after = line.text[: house.start()], line.text[code.end() :]
        if (
            len(before.split()) <= 4
            and len(after.strip(" .,").split()) <= 3
            and before.strip()[-1:] in {"", ",", "-", ":", "–"}
        ):
            yield line.finding(house.start(), code.end())


def _shown(said: str) -> str:
    return ", ".join(part.strip(" ,.") for part in re.split(r"[\n,]+", " ".join(said.split(" "))) if part.strip(" ,."))
