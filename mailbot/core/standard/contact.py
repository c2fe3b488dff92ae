"""Telephone numbers and e-mail addresses in what people write."""

import re
from collections.abc import Iterable, Iterator

from mailbot.core.standard.mail import Line

ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NUMBER = re.compile(r"(?<![\w/.@-])(?:\+|\(?0|\(?\d)[\d\s().\-–/]{4,22}\d(?![\w/@])")
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}[.:]\d\d")
_LABEL = re.compile(
    r"(?:\b(?:t|tel|telephone|phone|mob|mobile|m|direct|direct dial|ddi|dd|office|switchboard|line)\b|☎|📞)[^\d+(]{0,14}$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:f|fax|reg|registered|registration|charity|company|vat|ref|reference|number|no|case|id)\b[^\d+(]{0,12}$",
    re.IGNORECASE,
)
_SHORTEST, _SHORTEST_LABELLED, _LONGEST = 10, 6, 15


def phones(text: str) -> Iterator[re.Match[str]]:
    """The telephone numbers in a text; a short one counts only behind a word such as "Tel". Faxes and references are none."""
    for match in _NUMBER.finditer(text):
        digits = sum(character.isdigit() for character in match[0])
        before = text[max(match.start() - 30, 0) : match.start()].rpartition("\n")[2]
        if _DATE.fullmatch(match[0].strip()) or digits > _LONGEST:
            continue
        is_whole = digits >= _SHORTEST and match[0].lstrip("( ")[0] in "+0"
        if (is_whole and not _OTHER.search(before)) or (digits >= _SHORTEST_LABELLED and _LABEL.search(before)):
            yield match


def has_phone(lines: Iterable[Line]) -> bool:
    """Whether a number is shown, or a link to one."""
    return any(link.startswith("tel:") for line in lines for link in line.links) or any(
        any(phones(line.text)) for line in lines
    )


def addresses(lines: Iterable[Line]) -> tuple[str, ...]:
    """The addresses that are shown or linked, in lower case."""
    found = list[str]()
    for line in lines:
        found += ADDRESS.findall(line.text)
        found += [match[0] for link in line.links if (match := ADDRESS.search(link))]
    return tuple(dict.fromkeys(each.lower() for each in found))
