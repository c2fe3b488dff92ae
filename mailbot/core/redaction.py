"""Names of people in a case about personnel are blacked out of whatever is recorded of it (F11).

What is blacked keeps its length, so that evidence points to the same places. Names of files are blacked whole, for names of
people stand in them in any form. The raw message keeps everything, and opens only for whom the pack says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mailbot.core.contact_note import ContactNote
from mailbot.core.message import Message
from mailbot.core.person_name import Sought, again_in, black_whole, blacked, known_words, marks_of, names_in, surely_names


@dataclass(frozen=True, slots=True)
class Hidden:
    """A message as it is recorded, and the marks of all names in its case so far."""

    message: Message
    marks: tuple[str, ...]


class Place(StrEnum):
    """Where words of a case are recorded. Of ``event`` only names that other words of the case have are looked for."""

    CASE_SUBJECT = "case-subject"
    DELAY_REASON = "delay-reason"
    PARTICIPANT_SUBJECT = "participant-subject"
    MESSAGE_SUBJECT = "message-subject"
    MESSAGE_TEXT = "message-text"
    FILE_NAME = "file-name"
    CONTACT_ABOUT = "contact-about"
    CONTACT_ASKED_FOR = "contact-asked-for"
    GAP = "gap"
    CORRECTION = "correction"
    EVENT = "event"


_NO_SOURCE = (Place.EVENT, Place.FILE_NAME)


@dataclass(frozen=True, slots=True)
class RecordedText:
    """A text of a case as it is recorded: ``row`` is its row's number, of a participant's subject the case's."""

    place: Place
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class HiddenTexts:
    """What recorded texts of a case become, and the marks of the names in them. ``reason``: words of staff without names."""

    texts: tuple[tuple[RecordedText, str], ...] = ()
    marks: tuple[str, ...] = ()
    reason: str = ""

    def subject(self, before: str) -> str:
        """What the subject of the case is now."""
        return next((after for one, after in self.texts if one.place is Place.CASE_SUBJECT), before)


def without_names(message: Message, sought: Sought) -> Hidden:
    """The message with the names in its subject, text and files blacked out."""
    own = sought.sparing(message.from_.name if message.from_ else "")
    found = names_in(message.full_text, own)
    known = known_words(message.full_text, found, own)
    shown, ends = blacked(message.full_text, found), len(message.subject)
    files = tuple(replace(one, filename=black_whole(one.filename)) for one in message.attachments)
    changed = replace(message, subject=shown[:ends], text=shown[ends + 2 :], attachments=files)
    return Hidden(changed, marks_of(known, sought))


def note_without_names(note: ContactNote, sought: Sought) -> ContactNote:
    """What staff took down, with the names in what it is about and what is asked for blacked out."""
    about = replace(note.about, value=_black(note.about.value, sought)) if note.about else None
    asked = tuple(replace(one, value=_black(one.value, sought)) for one in note.asked_for)
    return replace(note, about=about, asked_for=asked)


def _black(text: str, sought: Sought) -> str:
    return blacked(text, names_in(text, sought))


def without_names_in(texts: Sequence[RecordedText], reason: str, sought: Sought, new: str = "") -> HiddenTexts:
    """What the texts of a case become, a name in one of them being one in all, and ``reason`` in words of staff.

    ``new``: a text that is about to be recorded.
    """
    whole = "\n\n".join((new, *(one.text for one in texts if one.place not in _NO_SOURCE)))
    marks = marks_of(known_words(whole, names_in(whole, sought), sought), sought)
    surely = marks_of(known_words(whole, surely_names(whole, sought), sought), sought)
    again, history = replace(sought, marks=frozenset(marks)), replace(sought, marks=frozenset(surely))
    changed = ((one, _hidden(one, history if one.place is Place.EVENT else again)) for one in texts)
    return HiddenTexts(
        texts=tuple((one, after) for one, after in changed if after != one.text),
        marks=marks,
        reason=_black(reason, again),
    )


def _hidden(one: RecordedText, sought: Sought) -> str:
    match one.place:
        case Place.FILE_NAME:
            return black_whole(one.text)
        case Place.EVENT:
            return blacked(one.text, again_in(one.text, sought))
        case _:
            return _black(one.text, sought)
