"""One signed-in IMAP connection to one mailbox (imapclient). Not for use by several threads.

UID commands only; nothing is searched by content; after a write the folder is read again. Works without IDLE, MOVE,
UIDPLUS and keywords. A message that the server announces and does not hand over is passed on as truncated, so that it
is held for a person and blocks nobody.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailbot.adapters.imap.connection import ImapAccount, back_off, connect, server_text, text_of, translated
from mailbot.core.message import Fetched
from mailbot.errors import PermanentError
from mailbot.ports import FolderState

BATCH_MESSAGES = 100
BATCH_BYTES = 16 * 1024 * 1024
PARTIAL_BYTES = 4 * 1024 * 1024
SIZES_AT_ONCE = 500
IDLE_RENEW_SECONDS = 9 * 60
IDLE_SLICE_SECONDS = 1.0
IDLE_ROUND_SECONDS = 60.0
SEARCH_UIDS = 100_000
OVER_CAP = "larger than the size cap"
NOT_HANDED_OVER = "the server does not hand it over"
_UNKNOWN = datetime.fromtimestamp(0, UTC)
_PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|SERVERBUG|LIMIT)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finishing:
    """What is done on the server once messages are stored: move them to a folder, or set a flag."""

    move_to: str | None = None
    flag: str | None = None


class ImapMailbox:
    """The connection. Every failure of server or line is a TransientError: drop the object and make a new one."""

    def __init__(self, account: ImapAccount, finishing: Finishing, max_bytes: int) -> None:
        self._finishing = finishing
        self._max_bytes = max_bytes
        self._alone_above = min(BATCH_BYTES, max_bytes)
        self._folder, self._uidnext = "INBOX", 1
        self._credentials = account.credentials
        self._signed_in = account.credentials.sign_in()
        with translated():
            self._client = connect(account, self._signed_in)
            self._capabilities = {text_of(word).upper() for word in self._client.capabilities()}

    def close(self) -> None:
        """Hang up; a server that is gone is no reason to complain."""
        try:
            self._client.logout()
        except (OSError, IMAPClientError, ValueError, AttributeError):
            with suppress(OSError):  # the socket may be closed already
                self._client.shutdown()

    # Reading

    def why_not_finish(self, folder: str) -> str | None:
        """Why stored messages cannot be moved or flagged in this folder, or None. Changes nothing."""
        with translated():
            answer = self._client.select_folder(folder)
            flags = {text_of(word) for word in answer.get(b"PERMANENTFLAGS", ())}
            if answer.get(b"READ-ONLY"):
                return "the folder may only be read; ask for the right to change it"
        if self._finishing.flag and not flags & {self._finishing.flag, "\\*"}:
            return f"the server does not keep the flag {self._finishing.flag}; it keeps {', '.join(sorted(flags)) or 'none'}"
        if self._finishing.move_to and not self._capabilities & {"MOVE", "UIDPLUS"}:
            return 'the server offers neither MOVE nor UIDPLUS; write after_intake = "leave"'
        return None

    def select(self, folder: str) -> FolderState:
        """Open a folder. Raises PermanentError if it is not there or may not be opened."""
        with translated():
            writing = bool(self._finishing.move_to or self._finishing.flag)
            answer = self._open(folder, readonly=not writing)
            uidnext = answer.get(b"UIDNEXT")
            if uidnext is None:
                uidnext = max(self._client.search(["UID", "1:*"]), default=0) + 1
            self._folder, self._uidnext = folder, int(uidnext)
            return FolderState(uidvalidity=int(answer[b"UIDVALIDITY"]), uidnext=self._uidnext)

    def _open(self, folder: str, *, readonly: bool) -> dict[bytes, Any]:
        try:
            answer: dict[bytes, Any] = self._client.select_folder(folder, readonly=readonly)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            if back_off(error) is not None or _PASSING.search(str(error)):
                raise
            raise PermanentError(f"the folder cannot be opened: {server_text(error)}") from error
        return answer

    def uids_after(self, uid: int) -> list[int]:
        """UIDs greater than ``uid``, ascending (``n:*`` always names the last message too: filtered, RFC 3501 6.4.8)."""
        with translated():
            found = list[int]()
            for first in range(uid + 1, self._uidnext - SEARCH_UIDS, SEARCH_UIDS):  # one answer line stays below 1 MB
                found += self._client.search(["UID", f"{first}:{first + SEARCH_UIDS - 1}"])
            rest = max(uid + 1, *found) if found else uid + 1
            found += self._client.search(["UID", f"{max(rest, self._uidnext - SEARCH_UIDS)}:*"])
            return sorted({number for number in found if number > uid})

    def uids_since(self, day: date) -> list[int]:
        """UIDs of messages that arrived on or after ``day`` by the server's date."""
        with translated():
            return sorted(self._client.search(["SINCE", day]))

    def fetch(self, uids: Sequence[int]) -> Iterator[list[Fetched]]:
        """The messages in ascending order of UID, in batches bounded by count and bytes; a large one comes alone."""
        for first in range(0, len(uids), SIZES_AT_ONCE):
            some = list(uids[first : first + SIZES_AT_ONCE])
            with translated():
                sizes = self._client.fetch(some, ["RFC822.SIZE"])
            for batch in _batches([(uid, int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0))) for uid in some], self._alone_above):
                with translated():
                    fetched = self._batch(batch)
                if fetched:
                    yield fetched

    def seen_uids(self, uids: Sequence[int]) -> dict[int, bool]:
        """Which of these messages are still there, and whether somebody has read them."""
        with translated():
            flags = self._client.get_flags(list(uids))
            return {uid: b"\\Seen" in found for uid, found in flags.items()}

    def _batch(self, batch: list[tuple[int, int]]) -> list[Fetched]:
        if batch[0][1] > self._alone_above:
            large = self._large(*batch[0])
            return [large] if large is not None else []
        try:
            answers = self._client.fetch([uid for uid, _ in batch], ["BODY.PEEK[]", "INTERNALDATE"])
        except IMAPClientAbortError:
            raise
        except (IMAPClientError, ValueError) as error:
            if len(batch) == 1 and back_off(error) is None:
                return [self._headers(*batch[0], NOT_HANDED_OVER)]
            return [fetched for one in batch for fetched in self._batch([one])]
        found = [self._whole(uid, size, answers.get(uid, {})) for uid, size in batch]
        return [fetched for fetched in found if fetched is not None]

    def _whole(self, uid: int, size: int, answer: Mapping[bytes, Any]) -> Fetched | None:
        content = answer.get(b"BODY[]")
        if content is None:
            return self._not_handed_over(uid, size)
        return Fetched(uid=uid, received_at=_arrival(answer), size=len(content), content=content)

    def _large(self, uid: int, size: int) -> Fetched | None:
        """A large message in partial fetches; one over the cap by its header only."""
        if size > self._max_bytes:
            return self._headers(uid, size, OVER_CAP)
        parts, at, received_at = list[bytes](), 0, _UNKNOWN
        while True:
            answer = self._client.fetch([uid], [f"BODY.PEEK[]<{at}.{PARTIAL_BYTES}>", "INTERNALDATE"]).get(uid, {})
            part = answer.get(f"BODY[]<{at}>".encode())
            if part is None:
                return self._not_handed_over(uid, size)
            received_at = received_at if parts else _arrival(answer)
            parts.append(part)
            at += len(part)
            if len(part) < PARTIAL_BYTES:
                return Fetched(uid=uid, received_at=received_at, size=at, content=b"".join(parts))

    def _headers(self, uid: int, size: int, why: str) -> Fetched:
        """What can be had of a message that is not taken whole: its header, or nothing."""
        try:
            answer = self._client.fetch([uid], ["BODY.PEEK[HEADER]", "INTERNALDATE"]).get(uid, {})
        except IMAPClientAbortError:
            raise
        except (IMAPClientError, ValueError):
            answer = {}
        content = answer.get(b"BODY[HEADER]") or b""
        return Fetched(uid=uid, received_at=_arrival(answer), size=size, content=content, incomplete=why)

    def _not_handed_over(self, uid: int, size: int) -> Fetched | None:
        """Expunged since it was announced: None. Still there and not handed over: its header, or nothing."""
        if uid not in self._client.search(["UID", str(uid)]):
            return None
        return self._headers(uid, size, NOT_HANDED_OVER)

    # Waiting

    @property
    def stale(self) -> bool:
        """Whether the token of this session will soon run out: hang up between two commands and connect anew."""
        return self._credentials.is_stale(self._signed_in)

    @property
    def can_idle(self) -> bool:
        return "IDLE" in self._capabilities

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> None:
        """Wait until the server says that something changed, at most ``seconds`` and never past the renewal of IDLE.

        What arrived since the last SELECT was announced to an earlier command, and is not announced again: so it is
        looked for first. News that the server sends together with its "+ idling" shows only when IDLE is ended: so the
        first rounds are short, and no round is long. The answer is only a hint: the folder is searched again anyway.
        """
        known = self._uidnext
        if self.select(self._folder).uidnext != known:
            return
        until, longest = time.monotonic() + min(seconds, IDLE_RENEW_SECONDS), IDLE_SLICE_SECONDS
        with translated():
            while not stopped() and (left := until - time.monotonic()) > 0 and not self._idle(min(left, longest), stopped):
                longest = min(longest * 2, IDLE_ROUND_SECONDS)

    def _idle(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        """One IDLE; True if the server had news."""
        self._client.idle()
        until = time.monotonic() + seconds
        changed: list[Any] = []
        while not changed and not stopped() and time.monotonic() < until:
            before = time.monotonic()
            changed = self._client.idle_check(timeout=IDLE_SLICE_SECONDS)
            if not changed and time.monotonic() - before < IDLE_SLICE_SECONDS / 2:
                break  # the line is dead: idle_check says "nothing" at once, idle_done will raise
        _, at_the_end = self._client.idle_done()
        return bool(changed or at_the_end)

    # Writing

    def finish(self, uids: Sequence[int]) -> list[int]:
        """Move or flag stored messages in one command per batch, read back; returns those that are done."""
        done = list[int]()
        for first in range(0, len(uids), BATCH_MESSAGES):
            some = list(uids[first : first + BATCH_MESSAGES])
            with translated():
                done += self._move(some) if self._finishing.move_to else self._flag(some)
        return done

    def append(self, folder: str, content: bytes, at: datetime) -> None:
        """File a copy of a letter, marked as read. Raises PermanentError if the server does not take it (RFC 4315)."""
        with translated():
            try:
                self._client.append(folder, content, flags=[b"\\Seen"], msg_time=at)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                raise PermanentError(f"the copy cannot be filed: {server_text(error)}") from error

    @property
    def can_finish(self) -> bool:
        """Whether stored messages can be moved or flagged at all; expunging without UIDPLUS could delete others' mail."""
        return bool(self._finishing.flag or self._capabilities & {"MOVE", "UIDPLUS"})

    def sent_folder(self) -> str | None:
        """The folder the server marks as the one for sent mail (RFC 6154), or one with a usual name."""
        with translated():
            found = self._client.find_special_folder(b"\\Sent")
            return text_of(found) if found else None

    def _move(self, uids: list[int]) -> list[int]:
        target = self._finishing.move_to
        here = self._still_here(uids)
        if here and "MOVE" in self._capabilities:
            self._client.move(here, target)
        elif here:
            self._client.copy(here, target)
            self._client.add_flags(here, [b"\\Deleted"], silent=True)
            self._client.uid_expunge(here)
        left = set(self._still_here(uids))
        return [uid for uid in uids if uid not in left]

    def _flag(self, uids: list[int]) -> list[int]:
        flag = str(self._finishing.flag).encode()
        here = self._still_here(uids)
        if here:
            self._client.add_flags(here, [flag], silent=True)
        now = self._client.get_flags(here) if here else {}
        return [uid for uid in uids if uid not in here or flag in now.get(uid, ())]

    def _still_here(self, uids: list[int]) -> list[int]:
        return sorted(set(uids) & set(self._client.search(["UID", ",".join(map(str, uids))])))


def _batches(sized: list[tuple[int, int]], alone_above: int) -> Iterator[list[tuple[int, int]]]:
    """Batches of at most 100 messages and ``alone_above`` bytes; a message larger than that stands alone."""
    batch, total = list[tuple[int, int]](), 0
    for uid, size in sized:
        if batch and (len(batch) >= BATCH_MESSAGES or total + size > alone_above):
            yield batch
            batch, total = [], 0
        batch.append((uid, size))
        total += size
    if batch:
        yield batch


def _arrival(answer: Mapping[bytes, Any]) -> datetime:
    """INTERNALDATE as an aware moment; a server that gives none has just shown the message to us."""
    found = answer.get(b"INTERNALDATE")
    if not isinstance(found, datetime):
        return _UNKNOWN
    return found if found.tzinfo else found.replace(tzinfo=UTC)
