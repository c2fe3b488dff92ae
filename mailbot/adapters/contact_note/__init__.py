"""Contact notes (N3, F21): who a customer is and how they can be reached, found in their own words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.adapters.contact_note.names import name, sign_off_at
from mailbot.adapters.contact_note.phones import known_numbers, phones
from mailbot.adapters.contact_note.post import post
from mailbot.adapters.contact_note.wishes import about, asked_for, greeting_of, wish
from mailbot.adapters.contact_note.words import Line, lines_of, pattern
from mailbot.core.contact_note import ContactNote, ContactRules, Finding
from mailbot.core.message import Message, Span
from mailbot.core.subject import SubjectRules, base_subject

_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


@dataclass(frozen=True, slots=True)
class ContactReader:
    """Reads contact notes by words (``rules/phrases/contact.toml``) and by how phone numbers and postcodes are made."""

    rules: ContactRules
    subjects: SubjectRules

    def read(self, message: Message, received_at: datetime, our_numbers: Sequence[str] = ()) -> ContactNote:
        """What a message says of its writer. ``message.own`` are the words of the writer, signature included.

        ``our_numbers``: phone numbers, as people write them, that are not a customer's.
        """
        text, rules = message.full_own_text, self.rules
        first = len(message.subject) + 2
        lines = lines_of(text, first)
        greeting, signs_at = greeting_of(lines), sign_off_at(lines, rules)
        begins = greeting.end if greeting else first
        closes = lines[signs_at].start if signs_at < len(lines) else len(text)
        called = name(lines, rules, message.from_, signs_at)
        ends = closes if closes < len(text) else _name_line(lines, called, len(text))
        return ContactNote(
            received_at=received_at,
            name=called,
            phones=phones(text, rules, known_numbers(iter(our_numbers)), closes),
            email=_email(message, text, rules),
            post=post(text, lines, rules, called, begins),
            channel=wish(text, rules.channel, rules),
            format=wish(text, rules.format, rules),
            about=about(message.subject, base_subject(message.subject, self.subjects).text, text[:ends], begins, rules),
            asked_for=asked_for(text, begins, ends, rules),
        )


def _name_line(lines: Sequence[Line], called: Finding | None, end: int) -> int:
    """Where the last line stands that is the name alone; ``end`` where none is."""
    return next((line.start for line in reversed(lines) if called and line.text.strip(" -,.") == called.value), end)


def _email(message: Message, text: str, rules: ContactRules) -> Finding | None:
    """The address that they ask to be answered at, the one they wrote from, or one that they give."""
    found = list(_EMAIL.finditer(text))
    for one in found:
        if pattern(rules.my_email).search(text, max(0, one.start() - 45), one.start()):
            return Finding(one.group(), (Span(*one.span()),))
    if message.from_:
        return Finding(message.from_.address)
    return Finding(found[-1].group(), (Span(*found[-1].span()),)) if len(found) == 1 else None
