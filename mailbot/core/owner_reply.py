"""A colleague answers a mail of ours that gave them a case: what the decision about it must know."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.enclosure import File
from mailbot.core.letter import OutboxLetter, Purpose
from mailbot.core.own_words import OwnWords


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLetter:
    """A letter of ours to a member of staff, as far as an answer to it must know it.

    ``recipient``: in comparison form. ``message_row``: the message that brought it; None: none did.
    """

    id: int
    purpose: Purpose
    recipient: str
    written_at: datetime
    message_row: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAnswer:
    """What a colleague answered the customer. ``by``: their address, empty where it was not by mail; so with ``words``."""

    at: datetime
    by: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerReply:
    """A colleague's answer to a mail of ours to them: one that gives a case, one about such an answer, or any other.

    ``words``, ``files``: what the customer would get; ``form``: the words as HTML in the form that they had, if that is known.
    ``earlier``: a colleague answered since the mail was written. ``waiting``: letters to the customer that it may undo.
    ``proven``: our border vouches for its author, who is in our directory. ``restricted``: the case is about personnel.
    ``is_forward``: it passes the mail on.
    """

    letter: StaffLetter
    words: OwnWords
    form: str = ""
    files: tuple[File, ...] = ()
    earlier: EarlierAnswer | None = None
    waiting: tuple[OutboxLetter, ...] = ()
    proven: bool = False
    restricted: bool = False
    is_forward: bool = False
