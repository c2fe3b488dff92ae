"""Letters on their way out: the rows behind ``core.letter.OutboxState``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select
from sqlalchemy.engine import Row

from mailbot.adapters.store.among import among_texts, among_these, one_of
from mailbot.adapters.store.history import ANSWER, ANSWERED_SINCE
from mailbot.adapters.store.many import Change, update_many
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import case, clock, hold, mailbox, message_id_alias, outbox
from mailbot.adapters.store.upsert import insert
from mailbot.core.case import CaseStatus, ClockKind
from mailbot.core.delivery import CaseStanding, Settlement, WaitingLetter, letter_tag
from mailbot.core.letter import LANE_RANK, RETRYABLE, SCHEDULED, Envelope, Lane, OutboxLetter, OutboxState, Purpose
from mailbot.core.reason import Reason
from mailbot.errors import PermanentError
from mailbot.ports import NewLetter

_WITHOUT_ANSWER = (ClockKind.PROGRESS, ClockKind.STATUS, ClockKind.SILENCE, ClockKind.SURVEY)
_OF_HANDOVERS = (ClockKind.TAKING, ClockKind.PASSING_ON)
AWAITED = [kind.value for kind in ClockKind if kind not in (*_WITHOUT_ANSWER, *_OF_HANDOVERS)]
UNSETTLED = [state.value for state in (OutboxState.IN_DOUBT, OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.FAILED)]
IS_WAITING = one_of(outbox.c.state, [OutboxState.QUEUED.value, OutboxState.DEFERRED.value])


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
                "clock": letter.clock_id,
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
                "copies": list(letter.envelope.copies) or None,
                "content": letter.composed.content,
                "message_id": letter.composed.message_id,
                "tag": letter_tag(letter.composed.message_id),
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
        rows = self._connection.execute(_SENT_SINCE, {"these": keys, "since": since})
        return {row[0]: int(row[1]) for row in rows}

    def noticed_since(self, case_ids: Sequence[int], since: datetime) -> frozenset[int]:
        """The cases among these that were written to because of a date since then, or are about to be."""
        theirs = outbox.c.case.in_(case_ids) & outbox.c.purpose.in_([purpose.value for purpose in SCHEDULED])
        lately = (outbox.c.not_before >= since) | (outbox.c.attempted_at >= since) | IS_WAITING
        query = select(outbox.c.case).where(theirs, lately, outbox.c.state != OutboxState.WITHDRAWN.value)
        return frozenset(self._connection.execute(query).scalars())

    # Sending

    def first_in_line(self, name: str, now: datetime, limit: int) -> list[WaitingLetter]:
        """The letters of this mailbox whose turn it is, by lane, then by age, each with its case as it stands now.

        No letter has its turn while the relay asks the mailbox to rest.
        """
        rows = self._connection.execute(_FIRST_IN_LINE, {"of": self._ids[name], "now": now, "most": limit})
        return [WaitingLetter(letter=letter_of(row), case=_standing(row)) for row in rows]

    def attempts(self, name: str, since: datetime, until: datetime) -> int:
        """How often this mailbox handed in a letter between (nothing from the future, if the clock was set back)."""
        between = {"of": self._ids[name], "since": since, "until": until}
        return int(self._connection.execute(_ATTEMPTS, between).scalar_one())

    def claim(self, letter_ids: Sequence[int], at: datetime) -> None:
        """Mark waiting letters as being sent. Refused if one of them is no longer waiting."""
        claimed = self._connection.execute(_CLAIM, {"these": list(letter_ids), "now": at})
        if claimed.rowcount != len(letter_ids):
            raise PermanentError("the letter is no longer waiting")

    def settle(self, settlements: Mapping[int, Settlement], at: datetime) -> set[int]:
        """Write down how attempts ended. Returns those that this settled: the others' copies were found meanwhile."""
        if not settlements:
            return set()
        sending = self._connection.execute(_STILL_SENDING, {"these": list(settlements)}).all()
        if sending:
            update_many(self._connection, _SETTLED, [_settled(row, settlements[row.id], at) for row in sending])
        return {row.id for row in sending}

    def withdraw(self, letter_id: int, why: str, at: datetime) -> None:
        """Take a waiting letter back; it never goes."""
        change = outbox.update().where(outbox.c.id == letter_id, IS_WAITING)
        self._connection.execute(change.values(state=OutboxState.WITHDRAWN.value, detail=why, settled_at=at))

    def receipts(self, case_id: int) -> tuple[OutboxLetter, ...]:
        """The receipts of a case, the oldest first, whatever became of them."""
        mine = (outbox.c.case == case_id) & (outbox.c.purpose == Purpose.RECEIPT.value)
        return tuple(letter_of(row) for row in self._connection.execute(letter_rows().where(mine).order_by(outbox.c.id)))

    def put_off(self, letter_id: int, until: datetime) -> None:
        """A waiting letter goes no earlier than that."""
        self._connection.execute(outbox.update().where(outbox.c.id == letter_id, IS_WAITING).values(not_before=until))

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
        query = letter_rows().where(mine, outbox.c.id.not_in(asked)).order_by(outbox.c.id)
        return [letter_of(row) for row in self._connection.execute(query)]

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
            self._connection.execute(
                insert(self._connection.dialect.name, message_id_alias).values(renamed).on_conflict_do_nothing()
            )
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
        row = self._connection.execute(letter_rows().where(outbox.c.id == letter_id)).one_or_none()
        if row is None:
            raise PermanentError(f"there is no letter {letter_id}")
        return letter_of(row)

    def ours(self, message_ids: Sequence[str]) -> frozenset[str]:
        """The Message-IDs among these that we gave to letters."""
        return frozenset(self._connection.execute(_OURS, {"these": list(message_ids)}).scalars())

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
        went = outbox.c.state.in_([OutboxState.SENT.value, OutboxState.BOUNCED.value])
        query = letter_rows().where(mine, went).order_by(outbox.c.id).limit(limit)
        return [letter_of(row) for row in self._connection.execute(query)]

    def filed(self, letter_id: int, at: datetime) -> None:
        self._connection.execute(outbox.update().where(outbox.c.id == letter_id).values(filed_at=at))


def _settled(row: Any, settlement: Settlement, at: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": settlement.state.value,
        "detail": settlement.detail,
        "settled_at": at,
        "doubts": row.doubts + (settlement.state is OutboxState.IN_DOUBT),
        "not_before": settlement.not_before or row.not_before,
    }


def _standing(row: Row[Any]) -> CaseStanding | None:
    if row.case is None:
        return None
    return CaseStanding(
        closed=row.case_status == CaseStatus.CLOSED.value,
        quiet=row.quiet_until is not None,
        answered=row.answered is not None,
        owed=row.owed is not None,
        waits=row.case_status == CaseStatus.WAITING.value,
        answered_since=row.answered_since is not None,
    )


def letter_rows() -> Select[Any]:
    """Every column of letters, for ``letter_of``."""
    return select(outbox, mailbox.c.name.label("mailbox_name")).join(mailbox, mailbox.c.id == outbox.c.mailbox)


def letter_of(row: Row[Any]) -> OutboxLetter:
    """The letter of a row."""
    values = row._mapping
    return OutboxLetter(
        id=values["id"],
        mailbox=values["mailbox_name"],
        case_id=values["case"],
        purpose=Purpose(values["purpose"]),
        letter=values["letter"],
        lane=Lane(values["lane"]),
        envelope=Envelope(
            reverse_path=values["reverse_path"], recipient=values["recipient"], copies=tuple(values["copies"] or ())
        ),
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
        settled_at=values["settled_at"],
        message_row=values["message"],
        created_at=values["created_at"],
    )


# Made once: putting a statement together costs several times its execution.

_SPOKEN_OF = (clock.c.id == outbox.c.clock) | (outbox.c.clock.is_(None) & one_of(clock.c.kind, AWAITED))
_OWED = select(clock.c.id).where(clock.c.case == case.c.id, clock.c.stopped_at.is_(None), _SPOKEN_OF).limit(1).scalar_subquery()
_OURS = select(outbox.c.message_id).where(among_texts(outbox.c.message_id))
_SENT_SINCE = (
    select(outbox.c.recipient_key, func.count())
    .where(among_texts(outbox.c.recipient_key), outbox.c.state != OutboxState.WITHDRAWN.value)
    .where(outbox.c.created_at >= bindparam("since"))
    .group_by(outbox.c.recipient_key)
)
_FIRST_IN_LINE = (
    letter_rows()
    .outerjoin(case, case.c.id == outbox.c.case)
    .add_columns(
        case.c.status.label("case_status"),
        case.c.quiet_until,
        ANSWER.label("answered"),
        _OWED.label("owed"),
        ANSWERED_SINCE.label("answered_since"),
    )
    .where(outbox.c.mailbox == bindparam("of"), IS_WAITING, outbox.c.not_before <= bindparam("now"))
    .where(mailbox.c.sending_rests_until.is_(None) | (mailbox.c.sending_rests_until <= bindparam("now")))
    .order_by(outbox.c.lane_rank, outbox.c.id)
    .limit(bindparam("most"))
)
_ATTEMPTS = (
    select(func.count())
    .where(outbox.c.mailbox == bindparam("of"))
    .where(outbox.c.attempted_at > bindparam("since"), outbox.c.attempted_at <= bindparam("until"))
)
_CLAIM = (
    outbox.update()
    .where(among_these(outbox.c.id), IS_WAITING)
    .values(state=OutboxState.SENDING.value, attempts=outbox.c.attempts + 1, attempted_at=bindparam("now"))
)
_STILL_SENDING = (
    select(outbox.c.id, outbox.c.doubts, outbox.c.not_before)
    .where(among_these(outbox.c.id), outbox.c.state == OutboxState.SENDING.value)
    .with_for_update()
)
_SETTLED = Change(outbox)
