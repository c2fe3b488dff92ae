"""A letter that a member of staff writes: its file, its stages from draft to issue, and what must be right before it leaves.

    Letter: conclusion
    Case: HC-2611-0042-7
    Subject: What we found about your complaint [HC-2611-0042-7]

    Hello, ...

A line that begins with ``>>`` tells the writer what to put there; none of them may be left (F6). A part that does not apply
says so with its reason: "Not applicable, because ...".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailbot.core.letter import Written
from mailbot.core.lint import Finding
from mailbot.core.wording import Rule
from mailbot.errors import PolicyError

HEAD = ("Letter", "Case", "Subject")
BODY_AFTER = len(HEAD) + 1
PROMPT = ">>"
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
_NOT_APPLICABLE = re.compile(r"not applicable\b[\s,:;.-]*(because\b)?", re.IGNORECASE)
_FEWEST_WORDS_OF_A_REASON = 3
_DATE = re.compile(
    r"(?:\b(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday),? +)?\b(?P<day>\d{1,2})(?:st|nd|rd|th)? +"
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December) +(?P<year>\d{4})\b"
)
_MONTHS = tuple(date(2000, month, 1).strftime("%B") for month in range(1, 13))


class DraftState(StrEnum):
    """What somebody did with a letter: handed it in, sent it back with a reason, or issued it."""

    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFile:
    """What such a file says."""

    letter: str
    reference: str
    text: Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One step of a letter on its way: who did what with it, and its text as it was then. ``note``: why it was sent back."""

    case_id: int
    letter: str
    state: DraftState
    author: str
    at: datetime
    text: Written
    note: str = ""


def written(file: DraftFile) -> str:
    """The file's text."""
    head = (f"Letter: {file.letter}", f"Case: {file.reference}", f"Subject: {file.text.subject}")
    return "\n".join((*head, "", file.text.body.rstrip("\n"), ""))


def read(text: str, where: str) -> DraftFile:
    """What the file ``where`` says. Raises PolicyError if a part of its head is missing."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    found = list[str]()
    for number, name in enumerate(HEAD, start=1):
        key, colon, value = (lines[number - 1] if len(lines) >= number else "").partition(":")
        if key != name or not colon or not value.strip():
            raise PolicyError(f"{where}: line {number}: write '{name}: …' here")
        found.append(value.strip())
    letter, reference, subject = found
    body = "\n".join(line.rstrip() for line in lines[len(HEAD) :]).strip("\n")
    return DraftFile(letter=letter, reference=reference, text=Written(subject=subject, body=body))


def headings(body: str) -> tuple[str, ...]:
    """The headings of a text, in order."""
    return tuple(found[1].strip() for found in _HEADING.finditer(body))


def draft_findings(text: Written, blank: Written, reference: str) -> Iterator[Finding]:
    """What keeps a letter from being issued. ``blank``: the same letter as the case fills it in now, before anybody wrote."""
    yield from _prompts(text.body)
    yield from _parts(text.body, blank.body)
    yield from _weekdays(text.body)
    yield from _overtaken(text.body, blank.body)
    if reference not in text.subject:
        instead = f"end the subject with [{reference}], or an answer to the letter is not found again"
        yield Finding(rule=Rule.MISSING, words=text.subject, instead=instead, place="subject")


def _prompts(body: str) -> Iterator[Finding]:
    for number, line in enumerate(body.split("\n"), start=1):
        if line.startswith(PROMPT):
            instead = "write your text in its place, or: Not applicable, because ..."
            yield Finding(rule=Rule.MISSING, words=line, instead=instead, clause="F6", place="body", line=number)


def _parts(body: str, blank: str) -> Iterator[Finding]:
    """Each part of the letter stands there, with words of its own or with a reason why it does not apply."""
    parts = _by_heading(body)
    for heading in headings(blank):
        if heading not in parts:
            yield _missing(heading, f"put the part back: # {heading}")
        elif not parts[heading].strip():
            yield _missing(heading, "write what belongs here, or: Not applicable, because ...")
        elif (said := _NOT_APPLICABLE.match(parts[heading].strip())) and not _is_reason(parts[heading].strip()[said.end() :]):
            yield _missing(heading, "say why it does not apply: Not applicable, because ...")


def _is_reason(words: str) -> bool:
    return len(re.findall(r"\w+", words)) >= _FEWEST_WORDS_OF_A_REASON


def _missing(heading: str, instead: str) -> Finding:
    return Finding(rule=Rule.MISSING, words=heading, instead=instead, clause="F6", place="body")


def _by_heading(body: str) -> dict[str, str]:
    pieces = _HEADING.split(body)
    return {heading.strip(): text for heading, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def _weekdays(body: str) -> Iterator[Finding]:
    """A date carries its weekday, and the right one."""
    for found in _DATE.finditer(body):
        line = body.count("\n", 0, found.start()) + 1
        try:
            day = date(int(found["year"]), _MONTHS.index(found["month"]) + 1, int(found["day"]))
        except ValueError:
            yield Finding(rule=Rule.FIXED_DATE, words=found[0], instead="there is no such day", place="body", line=line)
            continue
        right = f"{day:%A} {day.day} {day:%B %Y}"
        if found["weekday"] != f"{day:%A}":
            yield Finding(rule=Rule.FIXED_DATE, words=found[0], instead=f"write {right}", place="body", line=line)


def _overtaken(body: str, blank: str) -> Iterator[Finding]:
    """The dates that the case gives the letter are still those that stand in it."""
    stated = {found[0] for found in _DATE.finditer(body)}
    for found in _DATE.finditer(blank):
        if found[0] not in stated:
            instead = f"the case says {found[0]}: write that date, or 'mailbot case draft' for a fresh text"
            yield Finding(rule=Rule.FIXED_DATE, words="a date of the case is missing", instead=instead, place="body")
