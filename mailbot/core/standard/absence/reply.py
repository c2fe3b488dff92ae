"""An automatic reply as it is judged: what it says in its own words, and what kind of reply that makes it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from mailbot.core.readability import sentences
from mailbot.core.standard.absence.contact import ContactRead, read_contact
from mailbot.core.standard.absence.returning import ReturnRead, read_return
from mailbot.core.standard.absence.values import Absentee, NoteKind
from mailbot.core.standard.absence.words import AbsenceWords, Reason, any_of, ending_with, reason_in, says, vocabulary
from mailbot.core.standard.contact import ADDRESS
from mailbot.core.standard.mail import Line, StaffMail
from mailbot.core.standard.names import persons_name, words_of
from mailbot.core.standard.signature import Parts, parts_of
from mailbot.core.standard.values import SignatureWords

MOST_TEXT = 20_000
"""Characters that are looked at. What a longer reply lacks is not judged."""

_FEW_WORDS, _ENGLISH_SHARE = 6, 0.33
"""Of an English reply at least half the words are known ones; of one in another language less than a quarter."""

_LONGEST_SUBJECT = 200
_LONGEST_CLOSING = 8
"""Words of a line that closes and names its writer: "Many thanks and kind regards, Ada Finch"."""

_WAITING = 60
_PREFIXED = re.compile(r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|re|aw|sv)\s*:", re.IGNORECASE)
_SHORT = "mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_ABBREVIATED = re.compile(rf"\b((?i:{_SHORT}|tel|ext|no|approx))\.(?=\s*(?:[\d,a-z]|(?i:{_SHORT})))")
_INITIALS = re.compile(r"\b(?:w\.e\.f\.|e\.g\.|i\.e\.|a\.m\.|p\.m\.)", re.IGNORECASE)
_CONTINUED = re.compile(r":[ \t]*\n+[ \t]*")
_TODAY = re.compile(r"\btoday\b", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")


class Reply:
    """An automatic reply: its own ``text``, that in ``sentences``, and its ``signature``. ``cut``: there is more of it."""

    def __init__(self, mail: StaffMail, absentee: Absentee, words: AbsenceWords, signatures: SignatureWords) -> None:
        self._mail, self._absentee, self._words, self._signatures = mail, absentee, words, signatures
        lines, self.cut = _beginning(mail.lines)
        parts = parts_of(lines, signatures, words_of(absentee.name))
        self.signature = parts.signature
        below = self._said_below((*parts.signature, *parts.below))
        self._lines = (*parts.body, *_last_sentences(lines, parts), *below)
        self.text = _plain("\n".join(line.text for line in self._lines))
        subject = "" if _PREFIXED.match(mail.message.subject) else _plain(mail.message.subject)
        self.sentences = [
            each for each in (subject[:_LONGEST_SUBJECT], *(one.text for one in sentences(self._joined()))) if each
        ]

    def _said_below(self, lines: Sequence[Line]) -> Iterator[Line]:
        """What stands under the name and says something about the absence itself."""
        words = self._words
        telling = (*words.away, *words.back_again, *words.pattern, *words.pointing, *words.postscript)
        yield from (line for line in lines if says(line.text, telling))

    def _joined(self) -> str:
        """The text with lines joined that a mail program broke: the next begins small, or this one waits for a day or name."""
        lines, found = self.text.split("\n"), list[str]()
        waiting = ending_with((*self._words.until, *self._words.starting, *self._words.offering), self._words.fillers)
        for line in lines:
            goes_on = found and found[-1] and line and (line[0].islower() or waiting.search(found[-1][-_WAITING:]))
            if goes_on:
                found[-1] += f" {line}"
            else:
                found.append(line)
        return "\n".join(found)

    def why_not(self) -> str:
        """Why it cannot be judged at all, or an empty string."""
        if self._mail.why_not:
            return self._mail.why_not
        if not self.text.strip():
            return "it holds no words"
        return "it is not in English" if self._english_share(self.text) < _ENGLISH_SHARE else ""

    @property
    def is_bilingual(self) -> bool:
        """A paragraph of it is in another language, or was not read."""
        return self.cut or any(self._english_share(each) < _ENGLISH_SHARE for each in self.text.split("\n"))

    def _english_share(self, text: str) -> float:
        said = _LETTERS.findall(ADDRESS.sub(" ", text).lower())
        known = self._signatures.english | vocabulary(self._words)
        return sum(word in known for word in said) / len(said) if len(said) > _FEW_WORDS else 1

    def kind(self, returning: ReturnRead) -> NoteKind:
        """What it is, by its words and by the day of return that was read in it."""
        words, text = self._words, self._meant
        if says(text, words.over):
            return NoteKind.NO_ABSENCE
        if says(text, words.left):
            return NoteKind.LEFT
        if says(text, (*words.away, *words.long)):
            return NoteKind.AWAY
        has_days = returning.found or returning.unread or says(text, words.one_day)
        for kind, phrases in (
            (NoteKind.PATTERN, words.pattern),
            (NoteKind.AWAY, words.back_again if has_days else ()),
            (NoteKind.CLOSED, words.closed),
            (NoteKind.UNMONITORED, words.unmonitored),
        ):
            if phrases and says(text, phrases):
                return kind
        is_told = any(self.reasons()) or (returning.found is not None and says(text, words.myself))
        return NoteKind.AWAY if is_told else NoteKind.NO_ABSENCE

    def is_short(self) -> bool:
        """Away for a day at most, if it tells no later return."""
        today = any(_TODAY.search(each) and says(each, (*self._words.away, *self._words.myself)) for each in self.sentences)
        hardly = not says(self._meant, self._words.away) and any(reason.short for reason, _ in self.reasons())
        return today or hardly or says(self._meant, self._words.one_day)

    @property
    def is_shared(self) -> bool:
        """An address that several people use wrote it."""
        named = persons_name(self._absentee.name, self._signatures)
        return not named and any(
            each.partition("@")[0] in self._signatures.group_addresses for each in self._absentee.addresses
        )

    @property
    def _meant(self) -> str:
        """What it says, without words that only look like an absence."""
        return any_of(self._words.misleading).sub(" ", "\n".join(self.sentences))

    def says(self, phrases: tuple[str, ...]) -> bool:
        """Whether one of these phrases stands in one of its sentences."""
        return any(says(each, phrases) for each in self.sentences)

    def reasons(self) -> Iterator[tuple[Reason, str]]:
        """Each reason that is given and should not be, with the words for it."""
        for reason in self._words.reason:
            for sentence in self.sentences:
                if words := reason_in(sentence, reason):
                    yield reason, words
                    break

    def returning(self, sent_on: date) -> ReturnRead:
        """When its writer is back, counted from the day of the message."""
        return read_return(self.sentences, sent_on, self._words, far=self.says(self._words.long))

    def contact(self) -> ContactRead:
        """Whom it offers to turn to."""
        links = [link for line in self._lines for link in line.links]
        return read_contact(self.sentences, self.signature, links, self._absentee, self._words)


def _last_sentences(lines: Sequence[Line], parts: Parts) -> tuple[Line, ...]:
    """The line that holds the closing, if it says more than that: "Please ring Bea on 01632 960001. Thank you."."""
    said = [line for line in lines if not line.quoted and (line.text or line.images or line.alt)]
    if not parts.closings or len(parts.body) >= len(said):
        return ()
    line = said[len(parts.body)]
    begins_with_it = line.text.strip().lower().startswith(parts.closings)
    return () if begins_with_it and len(_LETTERS.findall(line.text)) <= _LONGEST_CLOSING else (line,)


def _beginning(lines: Sequence[Line]) -> tuple[list[Line], bool]:
    """The first lines, as far as they are looked at, and whether there are more."""
    found, room = list[Line](), MOST_TEXT
    for line in lines:
        found.append(line if len(line.text) <= room else replace(line, text=line.text[:room]))
        room -= len(line.text) + 1
        if room < 0:
            return found, True
    return found, False


def _plain(text: str) -> str:
    """One kind of apostrophe and space; no full stops of abbreviations; what a colon announces on the same line."""
    plain = text.replace("’", "'").replace("‘", "'").replace("\xa0", " ")
    bare = _ABBREVIATED.sub(r"\1 ", _INITIALS.sub(lambda match: match[0].replace(".", ""), plain))
    return _CONTINUED.sub(": ", bare)
