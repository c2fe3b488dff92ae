"""The three doors: what makes mailbot decide something."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.case import Figures
from mailbot.core.letter import OutboxLetter
from mailbot.core.message import Message, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageArrived:
    """A message was read from a watched folder. ``live``: it came after the mailbox went live.

    ``born_at``: how old it is for letters; the sender's date where the server renumbered its folder. ``unreadable``: why a
    person must read it; ``put_back``: a person has, and wants it decided about by what can be read. ``our_letter``: the
    Message-ID of the letter of ours that this is a copy of. ``message_id_taken``: another message with other content has
    the same Message-ID.
    """

    message: Message
    origin: Origin
    received_at: datetime
    born_at: datetime
    live: bool
    unreadable: str = ""
    put_back: bool = False
    our_letter: str = ""
    message_id_taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineReached:
    """A deadline of a running clock has come. ``kind`` is ``warn`` or ``due``."""

    deadline_id: int
    kind: str
    clock_id: int
    clock_name: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDue:
    """The morning's figures of a mailbox are due for ``period`` (a local date)."""

    period: str
    figures: Figures
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWithdrawn:
    """A letter was no longer true when its turn came: what goes instead?"""

    letter: OutboxLetter
    why: str


Trigger = MessageArrived | DeadlineReached | DigestDue | LetterWithdrawn
