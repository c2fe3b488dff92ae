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
from mailbot.core.tongue import ENGLISH, Tongue
from mailbot.core.wording import Rule
from mailbot.errors import PolicyError

HEAD = ("Letter", "Case", "Subject")
BODY_AFTER = len(HEAD) + 1
PROMPT = ">>"
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
_FEWEST_WORDS_OF_A_REASON = 3


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


def draft_findings(text: Written, blank: Written, reference: str, tongue: Tongue = ENGLISH) -> Iterator[Finding]:
    """What keeps a letter from being issued. ``blank``: the same letter as the case fills it in now, before anybody wrote.

    ``tongue``: what it is written in.
    """
    yield from _prompts(text.body, tongue)
    yield from _parts(text.body, blank.body, tongue)
    yield from _weekdays(text.body, tongue)
    yield from _overtaken(text.body, blank.body, tongue)
    if reference not in text.subject:
        instead = f"end the subject with [{reference}], or an answer to the letter is not found again"
        yield Finding(rule=Rule.MISSING, words=text.subject, instead=instead, place="subject")


def _prompts(body: str, tongue: Tongue) -> Iterator[Finding]:
    for number, line in enumerate(body.split("\n"), start=1):
        if line.startswith(PROMPT):
            instead = f"write your text in its place, or: {tongue.not_applicable} ..."
            yield Finding(rule=Rule.MISSING, words=line, instead=instead, clause="F6", place="body", line=number)


def _parts(body: str, blank: str, tongue: Tongue) -> Iterator[Finding]:
    """Each part of the letter stands there, with words of its own or with a reason why it does not apply."""
    parts, excuse = _by_heading(body), _excuse(tongue)
    for heading in headings(blank):
        if heading not in parts:
            yield _missing(heading, f"put the part back: # {heading}")
        elif not (words := parts[heading].strip()):
            yield _missing(heading, f"write what belongs here, or: {tongue.not_applicable} ...")
        elif (said := excuse.match(words)) and not _is_reason(words[said.end() :]):
            yield _missing(heading, f"say why it does not apply: {tongue.not_applicable} ...")


def _excuse(tongue: Tongue) -> re.Pattern[str]:
    """ "Not applicable", with or without "because" behind it."""
    said, _, because = tongue.not_applicable.partition(",")
    return re.compile(rf"{re.escape(said)}\b[\s,:;.-]*({re.escape(because.strip())}\b)?", re.IGNORECASE)


def _is_reason(words: str) -> bool:
    return len(re.findall(r"\w+", words)) >= _FEWEST_WORDS_OF_A_REASON


def _missing(heading: str, instead: str) -> Finding:
    return Finding(rule=Rule.MISSING, words=heading, instead=instead, clause="F6", place="body")


def _by_heading(body: str) -> dict[str, str]:
    pieces = _HEADING.split(body)
    return {heading.strip(): text for heading, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def _weekdays(body: str, tongue: Tongue) -> Iterator[Finding]:
    """A date carries its weekday, and the right one."""
    for found in _dates(tongue).finditer(body):
        line = body.count("\n", 0, found.start()) + 1
        try:
            day = date(int(found["year"]), tongue.months.index(found["month"]) + 1, int(found["day"]))
        except ValueError:
            yield Finding(rule=Rule.FIXED_DATE, words=found[0], instead="there is no such day", place="body", line=line)
            continue
        if found["weekday"] != tongue.weekdays[day.weekday()]:
            instead = f"write {tongue.date(day)}"
            yield Finding(rule=Rule.FIXED_DATE, words=found[0], instead=instead, place="body", line=line)


def _overtaken(body: str, blank: str, tongue: Tongue) -> Iterator[Finding]:
    """The dates that the case gives the letter are still those that stand in it."""
    dates = _dates(tongue)
    stated = {found[0] for found in dates.finditer(body)}
    for found in dates.finditer(blank):
        if found[0] not in stated:
            instead = f"the case says {found[0]}: write that date, or 'mailbot case draft' for a fresh text"
            yield Finding(rule=Rule.FIXED_DATE, words="a date of the case is missing", instead=instead, place="body")


def _dates(tongue: Tongue) -> re.Pattern[str]:
    """A date in the words of this language, with or without its weekday."""
    weekdays, months = ("|".join(map(re.escape, names)) for names in (tongue.weekdays, tongue.months))
    return re.compile(
        rf"(?:\b(?P<weekday>{weekdays}),? +)?\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? +(?P<month>{months}) +(?P<year>\d{{4}})\b"
    )
