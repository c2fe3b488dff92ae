"""Letters on their way out: the rows behind ``core.letter.OutboxState``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, literal_column, select
from sqlalchemy.engine import Row

from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import case, event, hold, mailbox, message_id_alias, outbox
from mailbot.adapters.store.upsert import insert
from mailbot.core.action import Reason
from mailbot.core.case import CaseStatus
from mailbot.core.delivery import CaseStanding, Settlement
from mailbot.core.letter import LANE_RANK, RETRYABLE, Envelope, Lane, OutboxLetter, OutboxState, Purpose
from mailbot.errors import PermanentError
from mailbot.ports import NewLetter

UNSETTLED = [state.value for state in (OutboxState.IN_DOUBT, OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.FAILED)]
# Written out, not bound: only then does SQLite see that the index of waiting letters serves.
_IS_WAITING = outbox.c.state.in_([literal_column("'queued'"), literal_column("'deferred'")])


class SqlOutbox:
    def __init__(self, connection: Connection, ids: Mapping[str, int], pending: Pending) -> None:
        self._connection = connection
        self._ids = ids
        self._pending = pending

    def add(self, letter: NewLetter) -> None:
        """Queue a letter (or record it as observed). A second one with the same key is refused."""
        self._pending.insert(
            outbox,
            {
                "key": letter.key,
                "mailbox": self._ids[letter.mailbox],
                "case": letter.case_id,
                "message": letter.message_row,
                "purpose": letter.purpose.value,
                "letter": letter.letter,
                "letter_version": letter.composed.letter_version,
                "lane": letter.lane.value,
                "lane_rank": LANE_RANK[letter.lane],
                "not_before": letter.not_before,
                "reverse_path": letter.envelope.reverse_path,
                "recipient": letter.envelope.recipient,
                "recipient_key": letter.envelope.recipient.lower(),
                "content": letter.composed.content,
                "message_id": letter.composed.message_id,
                "in_reply_to": letter.in_reply_to,
                "references": list(letter.references),
                "states_date": letter.states_date,
                "state": (OutboxState.OBSERVED if letter.observed else OutboxState.QUEUED).value,
                "created_at": letter.created_at,
            },
        )

    def sent_since(self, addresses: Sequence[str], since: datetime) -> dict[str, int]:
        """How many letters to each of these addresses (in comparison form) were decided on since then."""
        keys = [address.lower() for address in addresses if address]
        theirs = outbox.c.recipient_key.in_(keys) & (outbox.c.state != OutboxState.WITHDRAWN.value)
        query = select(outbox.c.recipient_key, func.count()).where(theirs, outbox.c.created_at >= since)
        return {row[0]: int(row[1]) for row in self._connection.execute(query.group_by(outbox.c.recipient_key))}

    # Sending

    def next_waiting(self, name: str, now: datetime) -> OutboxLetter | None:
        """The letter of this mailbox that is first in line: by lane, then by age."""
        self._pending.flush()
        query = (
            _letters()
            .where(outbox.c.mailbox == self._ids[name], _IS_WAITING, outbox.c.not_before <= now)
            .order_by(outbox.c.lane_rank, outbox.c.id)
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return _letter(row) if row else None

    def attempts_within(self, name: str, since: datetime, until: datetime) -> int:
        """How many letters of this mailbox were handed in between; none from the future, if the clock was set back."""
        mine = (outbox.c.mailbox == self._ids[name]) & (outbox.c.attempted_at > since) & (outbox.c.attempted_at <= until)
        return int(self._connection.execute(select(func.count()).select_from(outbox).where(mine)).scalar_one())

    def claim(self, letter_id: int, at: datetime) -> None:
        """Mark a waiting letter as being sent. Refused if somebody else was faster."""
        mine = (outbox.c.id == letter_id) & _IS_WAITING
        values = {"state": OutboxState.SENDING.value, "attempts": outbox.c.attempts + 1, "attempted_at": at}
        if self._connection.execute(outbox.update().where(mine).values(values)).rowcount != 1:
            raise PermanentError("the letter is no longer waiting")

    def settle(self, letter_id: int, settlement: Settlement, at: datetime) -> bool:
        """Write down how an attempt ended; False if the row was settled otherwise meanwhile (its copy was found)."""
        doubt = 1 if settlement.state is OutboxState.IN_DOUBT else 0
        values = {
            "state": settlement.state.value,
            "detail": settlement.detail,
            "settled_at": at,
            "doubts": outbox.c.doubts + doubt,
        }
        if settlement.not_before is not None:
            values["not_before"] = settlement.not_before
        mine = (outbox.c.id == letter_id) & (outbox.c.state == OutboxState.SENDING.value)
        return self._connection.execute(outbox.update().where(mine).values(values)).rowcount == 1

    def standing(self, case_id: int) -> CaseStanding:
        self._pending.flush()
        row = self._connection.execute(select(case.c.status, case.c.quiet_until).where(case.c.id == case_id)).one()
        answered = select(event.c.id).where(event.c.case == case_id, event.c.rule == "answered-by-staff").limit(1)
        return CaseStanding(
            closed=row.status == CaseStatus.CLOSED.value,
            quiet=row.quiet_until is not None,
            answered=self._connection.execute(answered).first() is not None,
        )

    def withdraw(self, letter_id: int, why: str, at: datetime) -> None:
        """Take a waiting letter back; it never goes."""
        change = outbox.update().where(outbox.c.id == letter_id, _IS_WAITING)
        self._connection.execute(change.values(state=OutboxState.WITHDRAWN.value, detail=why, settled_at=at))

    # Doubt

    def doubt_interrupted(self, name: str, detail: str) -> int:
        """Letters of this mailbox that were being sent when their sender ended: their outcome is unknown."""
        interrupted = (outbox.c.mailbox == self._ids[name]) & (outbox.c.state == OutboxState.SENDING.value)
        values = {"state": OutboxState.IN_DOUBT.value, "doubts": outbox.c.doubts + 1, "detail": detail}
        return self._connection.execute(outbox.update().where(interrupted).values(values)).rowcount

    def doubtful(self, name: str) -> list[OutboxLetter]:
        """Letters of this mailbox in doubt that no person has been asked about."""
        asked = select(hold.c.outbox).where(hold.c.outbox.is_not(None), hold.c.put_back_at.is_(None))
        mine = (outbox.c.mailbox == self._ids[name]) & (outbox.c.state == OutboxState.IN_DOUBT.value)
        query = _letters().where(mine, outbox.c.id.not_in(asked)).order_by(outbox.c.id)
        return [_letter(row) for row in self._connection.execute(query)]

    def send_again(self, letter_id: int, detail: str, at: datetime) -> None:
        """Queue a letter that is in doubt once more; its bytes and Message-ID stay."""
        doubtful = (outbox.c.id == letter_id) & (outbox.c.state == OutboxState.IN_DOUBT.value)
        values = {"state": OutboxState.QUEUED.value, "detail": detail, "settled_at": at}
        self._connection.execute(outbox.update().where(doubtful).values(values))

    def confirm(self, message_id: str, alias: str, at: datetime) -> int | None:
        """A copy of this letter lies in Sent: it has gone. Returns the row if that was news.

        ``alias`` is the Message-ID that the server gave the copy, if it is another one: replies will name it.
        """
        ours = select(outbox.c.id).where(outbox.c.message_id == message_id)
        if alias and alias != message_id:
            renamed = {"alias": alias, "outbox": ours.scalar_subquery()}
            self._connection.execute(insert(self._connection, message_id_alias).values(renamed).on_conflict_do_nothing())
        unsure = (outbox.c.state == OutboxState.SENDING.value) | ((outbox.c.doubts > 0) & outbox.c.state.in_(UNSETTLED))
        row = self._connection.execute(
            outbox.update()
            .where(outbox.c.message_id == message_id, unsure)
            .values(state=OutboxState.SENT.value, detail="found in the Sent folder", settled_at=at)
            .returning(outbox.c.id)
        ).one_or_none()
        if row is None:
            return None
        self._close_hold(row.id, at)
        return int(row.id)

    def get(self, letter_id: int) -> OutboxLetter:
        """Raises PermanentError if there is no such letter."""
        row = self._connection.execute(_letters().where(outbox.c.id == letter_id)).one_or_none()
        if row is None:
            raise PermanentError(f"there is no letter {letter_id}")
        return _letter(row)

    def ours(self, message_ids: Sequence[str]) -> frozenset[str]:
        """The Message-IDs among these that we gave to letters."""
        query = select(outbox.c.message_id).where(outbox.c.message_id.in_(message_ids))
        return frozenset(self._connection.execute(query).scalars()) if message_ids else frozenset()

    def hold(self, letter_id: int, reason: Reason, at: datetime) -> None:
        self._connection.execute(hold.insert().values(outbox=letter_id, rule=reason.rule, detail=reason.detail, held_at=at))

    def put_back(self, hold_id: int, at: datetime) -> bool:
        """Send a held letter once more; False if no letter is held under this number."""
        waiting = (hold.c.id == hold_id) & hold.c.outbox.is_not(None) & hold.c.put_back_at.is_(None)
        held = self._connection.execute(select(hold.c.outbox).where(waiting)).scalar_one_or_none()
        return held is not None and self.retry(held, at)

    def retry(self, letter_id: int, at: datetime) -> bool:
        """Queue a letter that has not gone again, from the first try on; its bytes and Message-ID stay. False if it went."""
        mine = (outbox.c.id == letter_id) & outbox.c.state.in_([state.value for state in RETRYABLE])
        values = {"state": OutboxState.QUEUED.value, "attempts": 0, "not_before": at}
        changed = self._connection.execute(outbox.update().where(mine).values(values)).rowcount == 1
        self._close_hold(letter_id, at)
        return changed

    def _close_hold(self, letter_id: int, at: datetime) -> None:
        asked = (hold.c.outbox == letter_id) & hold.c.put_back_at.is_(None)
        self._connection.execute(hold.update().where(asked).values(put_back_at=at))

    # Filing

    def unfiled(self, name: str, limit: int) -> list[OutboxLetter]:
        """Letters that went and have no copy in the Sent folder yet."""
        mine = (outbox.c.mailbox == self._ids[name]) & outbox.c.filed_at.is_(None)
        query = _letters().where(mine, outbox.c.state == OutboxState.SENT.value).order_by(outbox.c.id).limit(limit)
        return [_letter(row) for row in self._connection.execute(query)]

    def filed(self, letter_id: int, at: datetime) -> None:
        self._connection.execute(outbox.update().where(outbox.c.id == letter_id).values(filed_at=at))


def _letters() -> Select[Any]:
    return select(outbox, mailbox.c.name.label("mailbox_name")).join(mailbox, mailbox.c.id == outbox.c.mailbox)


def _letter(row: Row[Any]) -> OutboxLetter:
    values = row._mapping
    return OutboxLetter(
        id=values["id"],
        mailbox=values["mailbox_name"],
        case_id=values["case"],
        purpose=Purpose(values["purpose"]),
        letter=values["letter"],
        lane=Lane(values["lane"]),
        envelope=Envelope(reverse_path=values["reverse_path"], recipient=values["recipient"]),
        message_id=values["message_id"],
        content=values["content"],
        state=OutboxState(values["state"]),
        attempts=values["attempts"],
        doubts=values["doubts"],
        attempted_at=values["attempted_at"],
        not_before=values["not_before"],
        states_date=values["states_date"],
        in_reply_to=values["in_reply_to"],
        references=tuple(values["references"]),
    )
