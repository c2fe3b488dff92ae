"""Telephone numbers and e-mail addresses in what people write."""

import re
from collections.abc import Iterable, Iterator

from mailbot.core.standard.mail import Line

ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_VEILED = re.compile(r"\b[\w.+-]{1,64}(?:\s?[\[(]\s?at\s?[\])]\s?|\sat\s)[\w-]+(?:\.\w|\s?[\[(]\s?dot)", re.IGNORECASE)
_ALONE = re.compile(r"\W*\d{3,}(?:[ -]?\d{2,})*\W*")
_NUMBER = re.compile(r"(?<![\w/.@-])(?:\+|\(?0|\(?\d)(?:[\d().\-–/]|\s(?!\s?/)){4,30}\d(?![\w@])")
_EXTENSION = re.compile(r"\b(?:ext|extn|extension)\b[.:\s]{0,3}\d{3,5}\b", re.IGNORECASE)
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}[.:]\d\d")
_LABEL = re.compile(
    r"(?:\b(?:t|tel|telephone|phone|mob|mobile|m|d|direct|direct dial|ddi|dd|office|switchboard|line|whatsapp|call|ring"
    r"|(?:contact|phone|telephone|mobile|my|our) (?:no|number|nr)|textphone|minicom|reception)\b|☎|📞|📱|✆)[^\d+(]{0,16}$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:f|fax|reg|registered|registration|charity|company|vat|ref|reference|case|id|invoice|account|order|uprn|permit)\b"
    r"[^\d+(]{0,16}$",
    re.IGNORECASE,
)
_SHORTEST, _SHORTEST_LABELLED, _LONGEST = 10, 6, 15
_LINKS = ("tel:", "callto:")


def phones(text: str) -> Iterator[re.Match[str]]:
    """The telephone numbers in a text; a short one counts only behind a word such as "Tel". Faxes and references are none."""
    for match in _NUMBER.finditer(text):
        number = _first_number(match[0])
        digits = sum(character.isdigit() for character in number)
        before = text[max(match.start() - 30, 0) : match.start()].rpartition("\n")[2]
        if _DATE.fullmatch(number.strip()) or digits > _LONGEST:
            continue
        is_whole = digits >= _SHORTEST and number.lstrip("( ")[0] in "+0"
        if (is_whole and not _OTHER.search(before)) or (digits >= _SHORTEST_LABELLED and _LABEL.search(before)):
            yield match


def _is_number_alone(text: str) -> bool:
    """A line of nothing but a short number, as it is dialled within a town or an office."""
    return bool(_ALONE.fullmatch(text)) and _SHORTEST_LABELLED <= sum(map(str.isdigit, text)) <= _LONGEST


def _first_number(said: str) -> str:
    """The first of several numbers that stand side by side with nothing but spaces between."""
    number = ""
    for piece in said.split(" "):
        begins = piece.lstrip("(")[:1] in ("+", "0")
        if begins and sum(map(str.isdigit, number)) >= _SHORTEST:
            break
        number += f"{piece} "
    return number.rstrip()


def has_phone(lines: Iterable[Line]) -> bool:
    """Whether a number is shown, or a link to one."""
    return any(
        any(link.startswith(_LINKS) for link in line.links)
        or any(phones(line.text))
        or any(phones(line.alt))
        or bool(_EXTENSION.search(line.text))
        or _is_number_alone(line.text)
        for line in lines
    )


def addresses(lines: Iterable[Line]) -> tuple[str, ...]:
    """The addresses that are shown or linked, in lower case."""
    found = list[str]()
    for line in lines:
        found += [*ADDRESS.findall(line.text), *ADDRESS.findall(line.alt)]
        found += [match[0] for link in line.links if (match := ADDRESS.search(link))]
    return tuple(dict.fromkeys(each.lower() for each in found))


def has_address(lines: Iterable[Line]) -> bool:
    """Whether an e-mail address is shown, linked, or written so that only people can read it."""
    lines = tuple(lines)
    return bool(addresses(lines)) or any(_VEILED.search(line.text) for line in lines)
