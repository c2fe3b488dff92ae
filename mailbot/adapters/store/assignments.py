"""What whoever is given a case hears of others, and what becomes of their answer to the mail that gave it to them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from mailbot.adapters.store.history import TAKEN_BACK
from mailbot.adapters.store.messages import content_of
from mailbot.adapters.store.outbox import IS_WAITING, letter_of, letter_rows
from mailbot.adapters.store.tables import case, event, message, message_id_alias, outbox, participant, person, raw
from mailbot.core.assignment import SimilarCase
from mailbot.core.case import ANSWERED, CaseStatus, Role
from mailbot.core.delivery import TO_CUSTOMERS
from mailbot.core.letter import OF_OWNERS, OutboxLetter, Purpose
from mailbot.core.owner_reply import StaffLetter
from mailbot.ports import KeptAnswer

_OPEN = case.c.status.in_([CaseStatus.OPEN.value, CaseStatus.WAITING.value]) & case.c.restricted.is_(False)
_CASES = select(case, person.c.name.label("owner_name")).outerjoin(person, person.c.id == case.c.owner).where(_OPEN)
_NEWEST = (case.c.opened_at.desc(), case.c.id.desc())
_TO_STAFF = [purpose.value for purpose in Purpose if purpose not in TO_CUSTOMERS]
_OF_OWNERS = outbox.c.purpose.in_([purpose.value for purpose in OF_OWNERS])


class SqlAssignments:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def similar(self, customer: str, service: str, besides: int | None, limit: int) -> tuple[SimilarCase, ...]:
        """Open cases of this customer (lower case), then about this service, the newest first; at most so many of each."""
        theirs = select(participant.c.case).where(participant.c.address == customer, participant.c.role == Role.CUSTOMER.value)
        others = case.c.id != (besides or 0)
        found = list(self._cases(case.c.id.in_(theirs) & others, limit, same_customer=True)) if customer else []
        known = {one.reference for one in found}
        about = (case.c.service == service) & others
        more = self._cases(about, limit + len(known), same_customer=False) if service else ()
        return (*found, *(one for one in more if one.reference not in known))

    def _cases(self, these: ColumnElement[bool], limit: int, *, same_customer: bool) -> Iterator[SimilarCase]:
        for row in self._connection.execute(_CASES.where(these).order_by(*_NEWEST).limit(limit)):
            yield SimilarCase(
                reference=row.reference,
                class_=row._mapping["class"],
                opened_at=row.opened_at,
                same_customer=same_customer,
                owner=row.owner_name or "",
                named=tuple(row.named or ()),
            )

    # Answers of owners

    def replied_to(self, message_ids: Sequence[str]) -> tuple[StaffLetter, bytes] | None:
        """The nearest of these ids that is a mail of ours to a member of staff, and its bytes."""
        if not message_ids:
            return None
        renamed = select(message_id_alias.c.alias, message_id_alias.c.outbox).where(message_id_alias.c.alias.in_(message_ids))
        aliases = {row.outbox: row.alias for row in self._connection.execute(renamed)}
        named = outbox.c.message_id.in_(message_ids) | outbox.c.id.in_(list(aliases))
        rows = self._connection.execute(select(outbox).where(named, outbox.c.purpose.in_(_TO_STAFF))).all()
        place = {one: number for number, one in enumerate(message_ids)}
        nearest = min(rows, key=lambda row: place.get(row.message_id, place.get(aliases.get(row.id, ""), 0)), default=None)
        if nearest is None:
            return None
        letter = StaffLetter(
            id=nearest.id,
            purpose=Purpose(nearest.purpose),
            recipient=nearest.recipient_key,
            written_at=nearest.created_at,
            message_row=nearest.message,
        )
        return letter, nearest.content

    def waiting_answers(self, case_id: int, message_row: int | None = None) -> tuple[OutboxLetter, ...]:
        """The answers of owners that have not left, or the one that this message brought; none leaves while they are decided
        about."""
        mine = (outbox.c.case == case_id) & _OF_OWNERS & IS_WAITING
        these = mine if message_row is None else mine & (outbox.c.message == message_row)
        rows = self._connection.execute(letter_rows().where(these).order_by(outbox.c.id).with_for_update(of=outbox))
        return tuple(letter_of(row) for row in rows)

    def earlier_answer(self, case_id: int, since: datetime, besides: str) -> KeptAnswer | None:
        """What somebody other than ``besides`` (an address in lower case) answered the customer since then, or is about to."""
        by_others = message.c.sender.is_(None) | (message.c.sender != besides)
        said = (
            select(event.c.at, message.c.sender, raw.c.content)
            .outerjoin(message, message.c.id == event.c.message)
            .outerjoin(raw, raw.c.sha256 == message.c.raw)
            .where(event.c.case == case_id, event.c.rule.in_(ANSWERED), event.c.at > since, ~TAKEN_BACK, by_others)
            .order_by(event.c.at.desc(), event.c.id.desc())
            .limit(1)
        )
        waits = (
            select(outbox.c.created_at.label("at"), message.c.sender, raw.c.content)
            .join(message, message.c.id == outbox.c.message)
            .join(raw, raw.c.sha256 == message.c.raw)
            .where(outbox.c.case == case_id, _OF_OWNERS, IS_WAITING, by_others)
            .limit(1)
        )
        for query in (said, waits):
            if (row := self._connection.execute(query).one_or_none()) is not None:
                return KeptAnswer(at=row.at, by=row.sender or "", content=content_of(row.content))
        return None
