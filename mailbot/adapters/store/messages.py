"""Raw bytes, where they lie, and the messages they are."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from mailbot.adapters.store.among import among_texts
from mailbot.adapters.store.many import Change, insert_new
from mailbot.adapters.store.numbers import Numbers
from mailbot.adapters.store.pending import Pending
from mailbot.adapters.store.tables import attachment, event, hold, location, mailbox, message, participant, raw
from mailbot.core.case import THANKS, Role
from mailbot.core.message import Direction, Fetched, Located
from mailbot.core.reason import Reason
from mailbot.ports import Cursor, KeptMessage, KnownMessage, NewMessage

_DECIDED = Change(location)
_KNOWN = select(message.c.digest, message.c.id, message.c.case).where(among_texts(message.c.digest))
_KNOWN_IDS = select(message.c.message_id).where(among_texts(message.c.message_id))
COMPRESSION = 3  # a third of the time of the default level for a few per cent more bytes
LARGE, SAMPLE, PACKED = 32_000, 4_000, 0.72  # base64 of what is packed shrinks to three quarters, that of a text to half


class SqlMessages:
    def __init__(self, connection: Connection, ids: Mapping[str, int], pending: Pending, numbers: Numbers) -> None:
        self._connection = connection
        self._ids = ids
        self._pending = pending
        self._numbers = numbers

    # Intake

    def store(self, name: str, folder: str, role: str, cursor: Cursor, batch: Sequence[Fetched], at: datetime) -> None:
        """Keep the bytes and where they were seen. Storing the same UID again changes nothing."""
        digests = [sha256(fetched.content).hexdigest() for fetched in batch]
        raws = [
            {
                "sha256": digest,
                "content": compressed(fetched.content),
                "size": fetched.size,
                "stored_at": at,
            }
            for digest, fetched in zip(digests, batch, strict=True)
        ]
        places = [
            {
                "raw": digest,
                "mailbox": self._ids[name],
                "folder": folder,
                "role": role,
                "uidvalidity": cursor.uidvalidity,
                "uid": fetched.uid,
                "received_at": fetched.received_at,
                "stored_at": at,
                "state": "stored",
                "reindexed": fetched.uid < cursor.reindex_until,
                "incomplete": fetched.incomplete,
                "handled_on_server": False,
            }
            for digest, fetched in zip(digests, batch, strict=True)
        ]
        if places:
            insert_new(self._connection, raw, raws)
            insert_new(self._connection, location, places)

    def to_finish(self, name: str, folder: str, uidvalidity: int) -> list[int]:
        """UIDs that are safely stored and still have to be moved or flagged on the server."""
        mine = self._here(name, folder, uidvalidity)
        waiting = location.c.handled_on_server.is_(False) & location.c.gone_at.is_(None)
        return list(self._connection.execute(select(location.c.uid).where(mine, waiting).order_by(location.c.uid)).scalars())

    def finished(self, name: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        mine = self._here(name, folder, uidvalidity)
        self._connection.execute(location.update().where(mine, location.c.uid.in_(uids)).values(handled_on_server=True))

    def newest_uids(self, name: str, folder: str, uidvalidity: int, limit: int) -> list[int]:
        """The newest stored UIDs that still lay in the folder when last looked at."""
        mine = self._here(name, folder, uidvalidity)
        query = select(location.c.uid).where(mine, location.c.gone_at.is_(None)).order_by(location.c.uid.desc()).limit(limit)
        return list(self._connection.execute(query).scalars())

    def note_flags(
        self, name: str, folder: str, uidvalidity: int, seen: dict[int, bool], asked: Sequence[int], at: datetime
    ) -> None:
        """Write down who was read first now, and who is no longer there."""
        mine = self._here(name, folder, uidvalidity)
        read = [uid for uid, is_seen in seen.items() if is_seen]
        gone = [uid for uid in asked if uid not in seen]
        for column, uids in ((location.c.seen_at, read), (location.c.gone_at, gone)):
            if uids:
                change = location.update().where(mine, column.is_(None), location.c.uid.in_(uids))
                self._connection.execute(change.values({column.name: at}))

    # Deciding

    def waiting(self, limit: int, max_bytes: int, besides: Sequence[int] = ()) -> list[Located]:
        """The oldest messages that wait for a decision, ``besides`` these: at least one, otherwise within both bounds."""
        put_back = select(hold.c.id).where(hold.c.location == location.c.id).exists().label("put_back")
        query = (
            select(location, raw.c.content, raw.c.size, mailbox.c.name.label("mailbox_name"), put_back)
            .join(raw, raw.c.sha256 == location.c.raw)
            .join(mailbox, mailbox.c.id == location.c.mailbox)
            .where(location.c.state == "stored", location.c.mailbox.in_(self._ids.values()), location.c.id.not_in(besides))
            .order_by(location.c.received_at, location.c.id)
            .limit(limit)
        )
        found, total = list[Located](), 0
        for row in self._connection.execute(query):
            total += row.size
            if found and total > max_bytes:
                break
            content, damaged = decompressed(row.content)
            found.append(
                Located(
                    id=row.id,
                    mailbox=row.mailbox_name,
                    folder_role=row.role,
                    received_at=row.received_at,
                    raw=row.raw,
                    content=content,
                    reindexed=row.reindexed,
                    incomplete=damaged or row.incomplete,
                    put_back=row.put_back,
                )
            )
        return found

    def opening(self, case_id: int, customer: str) -> KeptMessage | None:
        """The first message that came in a case of this customer; None where there is none, or it was erased.

        What another customer wrote, whose case was merged into it, comes first only where there is nothing else.
        """
        by_another = message.c.sender.in_(_customers(case_id)) & (message.c.sender != customer.lower())
        first = _KEPT.where(message.c.case == case_id, message.c.direction == Direction.IN.value)
        row = self._connection.execute(first.order_by(by_another, message.c.received_at, message.c.id).limit(1)).one_or_none()
        return _kept(row) if row else None

    def additions(self, case_id: int, customer: str, besides: int | None, limit: int) -> list[KeptMessage]:
        """What this customer wrote in a case ``besides`` one message, but for thanks: the newest so many, the oldest first."""
        theirs = _by_customers(case_id) & (message.c.sender == customer.lower()) & (message.c.id != (besides or 0))
        newest = _KEPT.where(theirs).order_by(message.c.received_at.desc(), message.c.id.desc()).limit(limit)
        return [_kept(row) for row in reversed(self._connection.execute(newest).all())]

    def raw(self, case_id: int, number: int) -> bytes | None:
        """The bytes of this message of a case, as they came; None where it has no such message, or it was erased."""
        query = select(raw.c.content).join(message, message.c.raw == raw.c.sha256)
        packed = self._connection.execute(query.where(message.c.id == number, message.c.case == case_id)).scalar_one_or_none()
        return decompressed(packed)[0] if packed else None

    def flags(self, case_id: int) -> tuple[str, ...]:
        """Every flag that a message of a case bears, each once."""
        query = select(message.c.flags).where(message.c.case == case_id, message.c.flags.is_not(None))
        raised = self._connection.execute(query.order_by(message.c.received_at, message.c.id)).scalars()
        return tuple(dict.fromkeys(flag for found in raised for flag, *_ in found or ()))

    def wrote_again(self, case_id: int) -> bool:
        """Whether a customer of a case has written more than once; mere thanks are not counted."""
        return len(self._connection.execute(select(message.c.id).where(_by_customers(case_id)).limit(2)).all()) > 1

    def known(self, digests: Sequence[str]) -> dict[str, KnownMessage]:
        """The messages among ``digests`` that are in the store, by digest."""
        rows = self._connection.execute(_KNOWN, {"these": list(digests)})
        return {row.digest: KnownMessage(row=row.id, case_id=row.case) for row in rows}

    def known_ids(self, message_ids: Sequence[str]) -> set[str]:
        """The Message-IDs among these that some message in the store has."""
        these = [one for one in message_ids if one]
        return set(self._connection.execute(_KNOWN_IDS, {"these": these}).scalars())

    def add(self, located: Located, new: NewMessage, case_id: int | None) -> int:
        parsed, judged = new.parsed, new.classification
        row_id = self._numbers.next(message)
        self._pending.insert(
            message,
            {
                "id": row_id,
                "raw": located.raw,
                "digest": parsed.digest,
                "direction": new.direction.value,
                "origin": new.origin.value,
                "message_id": parsed.message_id,
                "received_at": new.received_at,
                "case": case_id,
                "sender": parsed.sender,
                "subject": parsed.subject,
                "text": parsed.text,
                "verdict": new.screening.verdict.value,
                "may_answer": new.screening.may_answer,
                "class": judged.class_,
                "best_class": judged.best,
                "also": list(judged.also) or None,
                "confidence": judged.confidence,
                "evidence": [[hit.rule, hit.weight, hit.span.start, hit.span.end] for hit in judged.evidence],
                "flags": [[hit.class_, hit.rule, hit.weight, hit.span.start, hit.span.end] for hit in judged.flag_evidence],
                "rules_version": judged.rules_version,
                "recorded_at": new.recorded_at,
            },
        )
        for part in parsed.attachments:
            self._pending.insert(
                attachment,
                {
                    "message": row_id,
                    "part": part.part,
                    "filename": part.filename,
                    "type": part.content_type,
                    "size": part.size,
                    "sha256": part.sha256,
                },
            )
        return row_id

    def settle_location(self, location_id: int, message_row: int) -> None:
        """The place is decided about: it shows this message."""
        self._pending.update("settle location", _DECIDED, {"id": location_id, "message": message_row, "state": "recorded"})

    def hold(self, location_id: int, reason: Reason, at: datetime) -> None:
        """Set one message aside for a person."""
        self._connection.execute(location.update().where(location.c.id == location_id).values(state="held"))
        self._connection.execute(hold.insert().values(location=location_id, rule=reason.rule, detail=reason.detail, held_at=at))

    def ask(self, location_id: int, reason: Reason, at: datetime) -> None:
        """Ask a person about a message that has its case all the same."""
        self._connection.execute(hold.insert().values(location=location_id, rule=reason.rule, detail=reason.detail, held_at=at))

    def asked(self, hold_id: int) -> tuple[int, str] | None:
        """The case of a message that a person is asked about, and the question's rule; None if no such question waits."""
        query = (
            select(message.c.case, hold.c.rule)
            .join(location, location.c.message == message.c.id)
            .join(hold, hold.c.location == location.c.id)
            .where(hold.c.id == hold_id, hold.c.put_back_at.is_(None), location.c.state == "recorded")
        )
        row = self._connection.execute(query).one_or_none()
        return (row.case, row.rule) if row else None

    def answered(self, hold_id: int, at: datetime) -> None:
        """A person has said where the message belongs."""
        self._connection.execute(hold.update().where(hold.c.id == hold_id).values(put_back_at=at))

    def put_back(self, hold_id: int, at: datetime) -> bool:
        """Let a held message be decided about anew; False if no message is held under this number."""
        waiting = (hold.c.id == hold_id) & hold.c.location.is_not(None) & hold.c.put_back_at.is_(None)
        released = self._connection.execute(
            hold.update().where(waiting).values(put_back_at=at).returning(hold.c.location)
        ).scalar_one_or_none()
        if released is None:
            return False
        self._connection.execute(location.update().where(location.c.id == released).values(state="stored"))
        return True

    def _here(self, name: str, folder: str, uidvalidity: int) -> ColumnElement[bool]:
        return (location.c.mailbox == self._ids[name]) & (location.c.folder == folder) & (location.c.uidvalidity == uidvalidity)


def compressed(content: bytes) -> bytes:
    """The bytes of a message as they are kept (RFC 1950).

    In an attachment that is packed already nothing is found twice: only its base64 is undone, in a third of the time.
    """
    middle = content[len(content) // 2 :][:SAMPLE]
    is_packed = len(content) > LARGE and len(zlib.compress(middle, COMPRESSION)) > PACKED * len(middle)
    strategy = zlib.Z_HUFFMAN_ONLY if is_packed else zlib.Z_DEFAULT_STRATEGY
    packer = zlib.compressobj(COMPRESSION, strategy=strategy)
    return packer.compress(content) + packer.flush()


_KEPT = (
    select(raw.c.content, raw.c.size, message.c.received_at, message.c.id)
    .join(raw, raw.c.sha256 == message.c.raw)
    .where(raw.c.content.is_not(None))
)
"""Messages with their bytes, for ``_kept``."""


def _customers(case_id: int) -> Select[Any]:
    return select(participant.c.address).where(participant.c.case == case_id, participant.c.role == Role.CUSTOMER.value)


def _by_customers(case_id: int) -> ColumnElement[bool]:
    """Of a message: a customer of the case wrote it, and not only to thank us."""
    thanks = select(event.c.id).where(event.c.message == message.c.id, event.c.rule == THANKS).exists()
    came_in = (message.c.case == case_id) & (message.c.direction == Direction.IN.value)
    return came_in & message.c.sender.in_(_customers(case_id)) & ~thanks


def _kept(row: Any) -> KeptMessage:
    content = content_of(row.content)
    return KeptMessage(row=row.id, content=content, received_at=row.received_at, is_all=len(content) == row.size)


def content_of(kept: bytes | None) -> bytes:
    """The bytes of a message as they came, from how they are kept; none where they were erased or are damaged."""
    return decompressed(kept)[0]


def decompressed(content: bytes | None) -> tuple[bytes, str]:
    """The bytes, or why there are none: one damaged row must not stop the others."""
    try:
        return zlib.decompress(content or b""), ""
    except zlib.error:
        return b"", "the stored bytes are damaged"
