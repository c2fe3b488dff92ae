"""The words that are recorded of a case, wherever they stand, and what becomes of them where names are hidden (F11)."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Column, ColumnElement, Connection, Table, select

from mailbot.adapters.store.tables import attachment, case, contact_note, correction, event, gap, message, outbox, participant
from mailbot.core.case import NAMES_HIDDEN, RESTRICTED_BY_STAFF
from mailbot.core.redaction import HiddenTexts, Place, RecordedText
from mailbot.ports.recorded import RecordedWords

_PLACES: Mapping[Place, tuple[Table, Column[int], Column[str]]] = {
    Place.CASE_SUBJECT: (case, case.c.id, case.c.subject),
    Place.DELAY_REASON: (case, case.c.id, case.c.delay_reason),
    Place.PARTICIPANT_SUBJECT: (participant, participant.c.case, participant.c.subject),
    Place.MESSAGE_SUBJECT: (message, message.c.id, message.c.subject),
    Place.MESSAGE_TEXT: (message, message.c.id, message.c.text),
    Place.FILE_NAME: (attachment, attachment.c.id, attachment.c.filename),
    Place.CONTACT_ABOUT: (contact_note, contact_note.c.case, contact_note.c.about),
    Place.CONTACT_ASKED_FOR: (contact_note, contact_note.c.case, contact_note.c.asked_for),
    Place.GAP: (gap, gap.c.id, gap.c.what),
    Place.CORRECTION: (correction, correction.c.id, correction.c.why),
    Place.EVENT: (event, event.c.id, event.c.detail),
}
"""Where each text stands: its table, the column by which its row is named, and its own."""
_OF_MESSAGES = select(message.c.id)


class SqlRecorded:
    def __init__(self, connection: Connection, flush: Callable[[], None]) -> None:
        self._connection = connection
        self._flush = flush

    def of_case(self, case_id: int) -> RecordedWords:
        """Every text of the case that says anything, and its customer's name."""
        self._flush()
        texts = [one for place in _PLACES for one in self._texts(place, case_id)]
        name = self._connection.execute(select(case.c.customer_name).where(case.c.id == case_id)).scalar_one()
        return RecordedWords(tuple(texts), name or "")

    def _texts(self, place: Place, case_id: int) -> list[RecordedText]:
        _, row, text = _PLACES[place]
        rows = self._connection.execute(select(row, text).where(_of(place, case_id)).order_by(row))
        return [RecordedText(place, number, words) for number, words in rows if words]

    def hide(self, case_id: int, hidden: HiddenTexts) -> None:
        """Write what these texts become; whoever read them before finds another version of the case."""
        self._flush()
        for one, after in hidden.texts:
            table, row, text = _PLACES[one.place]
            change = table.update().where(row == one.row, text == one.text)
            self._connection.execute(change.values({text.name: after}))
        self.keep_marks(case_id, hidden.marks)

    def keep_marks(self, case_id: int, marks: Sequence[str]) -> None:
        """By these the names of the case are known from now on."""
        self._flush()
        self._connection.execute(case.update().where(case.c.id == case_id).values(name_marks=list(marks) or None))


def is_closed_letter(connection: Connection, letter_id: int) -> bool:
    """Whether a letter was written before the names of its case were hidden."""
    rules = event.c.rule.in_((NAMES_HIDDEN, RESTRICTED_BY_STAFF))
    hidden = select(event.c.id).where(event.c.case == outbox.c.case, rules, event.c.at >= outbox.c.created_at)
    return connection.execute(select(outbox.c.id).where(outbox.c.id == letter_id, hidden.exists())).one_or_none() is not None


def _of(place: Place, case_id: int) -> ColumnElement[bool]:
    """The rows of a case among those of this place."""
    table, row, _ = _PLACES[place]
    if table is attachment:
        return attachment.c.message.in_(_OF_MESSAGES.where(message.c.case == case_id))
    if table is case:
        return row == case_id
    return table.c.case == case_id
