"""Watched mailboxes: how far each folder is stored, when it was last read, whether letters may go."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from mailbot.adapters.store.tables import folder_cursor, location, mailbox
from mailbot.adapters.store.upsert import insert
from mailbot.ports import Cursor, MailboxRow

INBOX, SENT = "inbox", "sent"
_SENDING = (
    mailbox.update()
    .where(mailbox.c.id == bindparam("this"), mailbox.c.sending_error.is_distinct_from(bindparam("error")))
    .values(sending_error=bindparam("error"))
)


class SqlMailboxes:
    def __init__(self, connection: Connection, ids: Mapping[str, int]) -> None:
        self._connection = connection
        self._ids = ids

    def get(self, name: str) -> MailboxRow:
        row = self._connection.execute(select(mailbox).where(mailbox.c.id == self._ids[name])).one()
        return MailboxRow(
            name=row.name,
            started_at=row.started_at,
            live_since=row.live_since,
            fresh_at=row.fresh_at,
            backoff_until=row.backoff_until,
            last_error=row.last_error,
            reading_rests_until=row.reading_rests_until,
        )

    def cursor(self, name: str, folder: str) -> Cursor | None:
        row = self._connection.execute(
            select(folder_cursor).where(folder_cursor.c.mailbox == self._ids[name], folder_cursor.c.folder == folder)
        ).one_or_none()
        if row is None:
            return None
        return Cursor(uidvalidity=row.uidvalidity, last_uid=row.last_uid, reindex_until=row.reindex_until)

    def set_cursor(self, name: str, folder: str, role: str, cursor: Cursor) -> None:
        values = {
            "role": role,
            "uidvalidity": cursor.uidvalidity,
            "last_uid": cursor.last_uid,
            "reindex_until": cursor.reindex_until,
        }
        self._connection.execute(
            insert(self._connection.dialect.name, folder_cursor)
            .values(mailbox=self._ids[name], folder=folder, **values)
            .on_conflict_do_update(index_elements=["mailbox", "folder"], set_=values)
        )

    def mark_read(self, name: str, folder: str, role: str, at: datetime) -> None:
        """A look at the folder succeeded: nothing older than ``at`` waits there unread. The inbox shows the freshness."""
        mine = folder_cursor.c.mailbox == self._ids[name]
        self._connection.execute(folder_cursor.update().where(mine, folder_cursor.c.folder == folder).values(read_at=at))
        if role == INBOX:
            fresh = {"fresh_at": at, "backoff_until": None, "last_error": None}
            self._connection.execute(mailbox.update().where(mailbox.c.id == self._ids[name]).values(fresh))

    def sent_known_until(self, name: str) -> datetime | None:
        """Until when everything in the Sent folder was read and decided about; None if there is no such folder."""
        mine = (folder_cursor.c.mailbox == self._ids[name]) & (folder_cursor.c.role == SENT)
        read_at = self._connection.execute(select(func.max(folder_cursor.c.read_at)).where(mine)).scalar_one_or_none()
        waiting = (location.c.mailbox == self._ids[name]) & (location.c.role == SENT) & (location.c.state == "stored")
        # By its arrival in Sent: a copy that is read long after it was filed still tells of the letter of that time.
        undecided = self._connection.execute(select(func.min(location.c.received_at)).where(waiting)).scalar_one_or_none()
        return min(filter(None, (read_at, undecided)), default=None)

    def mark_trouble(self, name: str, error: str, until: datetime, rests_until: datetime | None) -> None:
        """Why the mailbox cannot be read and when it is tried again; ``rests_until``: the server asked to wait."""
        values = {"last_error": error, "backoff_until": until, "reading_rests_until": rests_until}
        self._connection.execute(mailbox.update().where(mailbox.c.id == self._ids[name]).values(values))

    def rest_sending(self, name: str, until: datetime) -> None:
        """The relay asked for a slower pace: no letter of this mailbox goes before ``until``."""
        self._connection.execute(mailbox.update().where(mailbox.c.id == self._ids[name]).values(sending_rests_until=until))

    def mark_sending(self, name: str, error: str | None) -> None:
        """Why letters cannot be handed in now, or None when one has been."""
        self._connection.execute(_SENDING, {"this": self._ids[name], "error": error})

    def go_live(self, name: str, at: datetime) -> None:
        self._connection.execute(mailbox.update().where(mailbox.c.id == self._ids[name]).values(live_since=at))
