"""Intake: bytes first. A message is committed with where it was seen before the server is told anything.

One call of ``read_folder`` looks at one folder once. The cursor moves over a contiguous stored prefix only; a changed
UIDVALIDITY starts the folder anew, and digests recognise what was there before.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import structlog

from mailbot import checkpoints
from mailbot.core.message import Fetched
from mailbot.core.reason import Reason
from mailbot.ports import Clock, Cursor, FolderState, Happened, MailFolder, Store, Wake

FLAG_WINDOW = 500
ONE_DAY = timedelta(days=1)
FILE_AT_ONCE = 20
FINISH_AT_ONCE = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFolder:
    """A folder to read. ``role`` is ``inbox``, ``also``, ``junk`` or ``sent``; ``finish``: move or flag what is stored."""

    mailbox: str
    folder: str
    role: str
    start_from: date | str
    finish: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Reading folders into the store."""

    store: Store
    clock: Clock
    wake: Wake

    def read_folder(self, server: MailFolder, watched: WatchedFolder) -> int:
        """Store what is new in a folder; returns how many messages. Raises TransientError, StorageError."""
        asked_at = self.clock.now()
        state = server.select(watched.folder)
        cursor = self._cursor(server, watched, state)
        stored = 0
        for batch in server.fetch(server.uids_after(cursor.last_uid)):
            cursor = self._keep(watched, cursor, batch)
            stored += len(batch)
            self.wake.wake("inbound")
        with self.store.transaction() as transaction:
            transaction.mailboxes.mark_read(watched.mailbox, watched.folder, watched.role, asked_at)
        if watched.finish and server.can_finish:
            self._finish(server, watched, state)
        return stored

    def read_flags(self, server: MailFolder, watched: WatchedFolder) -> None:
        """Note who has been read and who has gone, over the newest messages of the folder."""
        state = server.select(watched.folder)
        with self.store.view() as transaction:
            asked = transaction.messages.newest_uids(watched.mailbox, watched.folder, state.uidvalidity, FLAG_WINDOW)
        if not asked:
            return
        seen = server.seen_uids(asked)
        with self.store.transaction() as transaction:
            transaction.messages.note_flags(watched.mailbox, watched.folder, state.uidvalidity, seen, asked, self.clock.now())

    def file_sent(self, server: MailFolder, mailbox: str, folder: str) -> None:
        """Put copies of letters that went into the Sent folder, where the server does not do it itself.

        A copy may stand twice if the process dies between the two steps; a letter never goes twice for it.
        """
        with self.store.view() as transaction:
            letters = transaction.outbox.unfiled(mailbox, FILE_AT_ONCE)
        for letter in letters:
            server.append(folder, letter.content, self.clock.now())
            with self.store.transaction() as transaction:
                transaction.outbox.filed(letter.id, self.clock.now())

    def _cursor(self, server: MailFolder, watched: WatchedFolder, state: FolderState) -> Cursor:
        """Where to go on. A folder that was renumbered, or restored to an earlier state, is read anew from its beginning."""
        with self.store.view() as transaction:
            cursor = transaction.mailboxes.cursor(watched.mailbox, watched.folder)
        if cursor is not None and cursor.uidvalidity == state.uidvalidity and cursor.last_uid < state.uidnext:
            return cursor
        if cursor is not None:
            return self._renumbered(watched, state)
        first = Cursor(uidvalidity=state.uidvalidity, last_uid=self._first(server, watched, state) - 1)
        with self.store.transaction() as transaction:
            transaction.mailboxes.set_cursor(watched.mailbox, watched.folder, watched.role, first)
        return first

    def _first(self, server: MailFolder, watched: WatchedFolder, state: FolderState) -> int:
        """The first UID to read at the very first look: by default the end of the folder."""
        if watched.role == "sent":  # a day back: a copy may have been filed before the first look
            return min(server.uids_since(self.clock.now().date() - ONE_DAY), default=state.uidnext)
        if watched.start_from == "now":
            return state.uidnext
        if isinstance(watched.start_from, date):
            return min(server.uids_since(watched.start_from), default=state.uidnext)
        return 1

    def _renumbered(self, watched: WatchedFolder, state: FolderState) -> Cursor:
        log.warning("folder_renumbered", mailbox=watched.mailbox, role=watched.role)
        reason = Reason("uidvalidity-changed", f"{watched.mailbox}: {watched.role} folder")
        happened = Happened(at=self.clock.now(), actor="mailbot", kind="folder-renumbered", reason=reason)
        start = Cursor(uidvalidity=state.uidvalidity, last_uid=0, reindex_until=state.uidnext)
        with self.store.transaction() as transaction:
            transaction.mailboxes.set_cursor(watched.mailbox, watched.folder, watched.role, start)
            transaction.cases.add_event(happened)
        return start

    def _keep(self, watched: WatchedFolder, cursor: Cursor, batch: list[Fetched]) -> Cursor:
        """One transaction: the bytes, where they lie, and the cursor behind them."""
        behind = replace(cursor, last_uid=max(fetched.uid for fetched in batch))
        with self.store.transaction() as transaction:
            transaction.messages.store(watched.mailbox, watched.folder, watched.role, cursor, batch, self.clock.now())
            transaction.mailboxes.set_cursor(watched.mailbox, watched.folder, watched.role, behind)
            checkpoints.reached("store.before")
        checkpoints.reached("store.after")
        return behind

    def _finish(self, server: MailFolder, watched: WatchedFolder, state: FolderState) -> None:
        """Move or flag everything that is stored, in one command, and note only what the server shows as done."""
        with self.store.view() as transaction:
            uids = transaction.messages.to_finish(watched.mailbox, watched.folder, state.uidvalidity)
        for first in range(0, len(uids), FINISH_AT_ONCE):
            some = uids[first : first + FINISH_AT_ONCE]
            checkpoints.reached("move.before")
            done = server.finish(some)
            checkpoints.reached("move.after")
            with self.store.transaction() as transaction:
                transaction.messages.finished(watched.mailbox, watched.folder, state.uidvalidity, done)
