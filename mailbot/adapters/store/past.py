"""Messages that came in before, as they are stored: what other rules are tried on."""

import zlib
from collections.abc import Iterator

from sqlalchemy import select

from mailbot.adapters.store.database import Database
from mailbot.adapters.store.tables import case, location, mailbox, message, raw
from mailbot.core.message import Direction


def past_messages(database: Database, mailbox_name: str, most: int) -> Iterator[tuple[str, bytes]]:
    """The newest ``most`` messages that came in to a mailbox, the oldest of them first: a name for each, and its bytes.

    The name is the reference of its case, if it has one, and its number. Left out is what has been erased. One message is
    in memory at a time.
    """
    here = select(location.c.id).join(mailbox, mailbox.c.id == location.c.mailbox).where(mailbox.c.name == mailbox_name)
    newest = (
        select(message.c.id, case.c.reference)
        .outerjoin(case, case.c.id == message.c.case)
        .where(message.c.direction == Direction.IN.value, here.where(location.c.raw == message.c.raw).exists())
        .order_by(message.c.id.desc())
        .limit(most)
    )
    with database.reading() as connection:
        found = connection.execute(newest).all()
    for number, reference in reversed(found):
        content = select(raw.c.content).join(message, message.c.raw == raw.c.sha256).where(message.c.id == number)
        with database.reading() as connection:
            packed = connection.execute(content).scalar_one_or_none()
        if packed is not None:
            yield f"{reference or 'no case'}, message {number}", zlib.decompress(packed)
