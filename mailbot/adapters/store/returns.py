"""What comes back: letters that did not arrive, and addresses at which nothing does."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from mailbot.adapters.store.among import among_texts
from mailbot.adapters.store.outbox import IS_WAITING, letter_of, letter_rows
from mailbot.adapters.store.tables import hold, message, message_id_alias, outbox, unreachable
from mailbot.adapters.store.upsert import insert
from mailbot.core.letter import LEFT, SCHEDULED, OutboxLetter, OutboxState
from mailbot.core.message import Direction
from mailbot.ports import SentAnswer

_BEFORE = [state.value for state in (OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.FAILED)]
_LEFT = outbox.c.state.in_([state.value for state in LEFT]) | ((outbox.c.doubts > 0) & outbox.c.state.in_(_BEFORE))
_UNREACHABLE = select(unreachable.c.address).where(among_texts(unreachable.c.address))


class SqlReturns:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Letters

    def letters(self, message_ids: Sequence[str], tags: Sequence[str]) -> dict[str, OutboxLetter]:
        """The letters that left us, by those of these ids (theirs, or one that a server gave them) and tags that name them."""
        if not message_ids and not tags:
            return {}
        renamed = select(message_id_alias.c.alias, message_id_alias.c.outbox).where(message_id_alias.c.alias.in_(message_ids))
        aliases = {row.alias: row.outbox for row in self._connection.execute(renamed) if row.outbox is not None}
        named = outbox.c.message_id.in_(message_ids) | outbox.c.tag.in_(tags) | outbox.c.id.in_(aliases.values())
        rows = self._connection.execute(letter_rows().where(named, _LEFT)).all()
        letters = {row.id: letter_of(row) for row in rows}
        found = {name: letters[row.id] for row in rows for name in (row.message_id, row.tag)}
        return found | {alias: letters[letter] for alias, letter in aliases.items() if letter in letters}

    def answers(self, message_ids: Sequence[str]) -> dict[str, SentAnswer]:
        """The messages among these that staff sent from the mailbox and that lie in a case, by Message-ID."""
        if not message_ids:
            return {}
        theirs = (message.c.direction == Direction.OUT.value) & message.c.case.is_not(None)
        query = select(message).where(message.c.message_id.in_(message_ids), theirs)
        rows = self._connection.execute(query)
        return {row.message_id: SentAnswer(case_id=row.case, sent_at=row.received_at) for row in rows}

    def bounced(self, letter_id: int, detail: str, at: datetime) -> None:
        """A letter did not arrive: whatever its row said, it went, and a person need not be asked whether it did."""
        values = {"state": OutboxState.BOUNCED.value, "detail": detail}
        self._connection.execute(outbox.update().where(outbox.c.id == letter_id, _LEFT).values(values))
        asked = (hold.c.outbox == letter_id) & hold.c.put_back_at.is_(None)
        self._connection.execute(hold.update().where(asked).values(put_back_at=at))

    # Addresses, in lower case

    def mark(self, address: str, letter_id: int | None, at: datetime) -> None:
        """Nothing arrives there; the first report stands."""
        once = insert(self._connection.dialect.name, unreachable).on_conflict_do_nothing()
        self._connection.execute(once.values(address=address, outbox=letter_id, since=at))

    def withdraw(self, address: str, why: str, at: datetime) -> list[OutboxLetter]:
        """What a date was about to send to a customer's address never goes. Returns those letters."""
        scheduled = outbox.c.purpose.in_([purpose.value for purpose in SCHEDULED])
        theirs = (outbox.c.recipient_key == address) & scheduled & IS_WAITING
        letters = [letter_of(row) for row in self._connection.execute(letter_rows().where(theirs))]
        if letters:
            change = outbox.update().where(outbox.c.id.in_([letter.id for letter in letters]))
            self._connection.execute(change.values(state=OutboxState.WITHDRAWN.value, detail=why, settled_at=at))
        return letters

    def clear(self, address: str) -> bool:
        """It works; False if nothing said otherwise."""
        return self._connection.execute(unreachable.delete().where(unreachable.c.address == address)).rowcount == 1

    def unreachable(self, among: Sequence[str]) -> frozenset[str]:
        """Those of these addresses at which nothing arrives."""
        return frozenset(self._connection.execute(_UNREACHABLE, {"these": list(among)}).scalars())
