"""Time, relays and mailboxes: what the flows need from the outside, as small protocols."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from mailbot.core.classify import Hit, Opinion
from mailbot.core.contact_note import ContactNote
from mailbot.core.delivery import Reply
from mailbot.core.enclosure import Enclosure, File
from mailbot.core.evidence import Evidence
from mailbot.core.letter import Envelope
from mailbot.core.message import Fetched, Message
from mailbot.core.page_words import PageLine

# Time, wake-ups, judgement ---------------------------------------------------------------------------------------------


class Clock(Protocol):
    """The only source of the present moment."""

    def now(self) -> datetime: ...


class Wake(Protocol):
    """Wakes a loop. Droppable, coalesced, without payload: the tables say what there is to do."""

    def wake(self, kind: str, key: str = "") -> None: ...

    def wait(self, kind: str, key: str = "", *, seconds: float) -> None: ...


class Phrases(Protocol):
    """Finds in texts what the rules of classes and flags ask for, and asks the classifier, if there is one."""

    def judge(self, texts: Sequence[str]) -> list[tuple[tuple[Hit, ...], Opinion | None]]: ...


class Languages(Protocol):
    """Tells languages apart: the likeliest one of a text (ISO 639 code) and its probability."""

    def language(self, text: str) -> tuple[str, float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """What content says: the message, what speaks for classes and flags in it, and why a person must look at it, if so.

    ``weak``: the message's weak evidence for screening; None where the reader does not gather it. ``opinion``: what the
    classifier thinks of it; None without one.
    """

    message: Message
    hits: tuple[Hit, ...]
    unreadable: str
    weak: tuple[Evidence, ...] | None = None
    opinion: Opinion | None = None


class Reader(Protocol):
    """Reads the content of messages, which is all that needs no table."""

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:
        """What each content says. ``soon`` is what will be asked for next, and may be read meanwhile.

        Raises TransientError where reading broke off, PermanentError where it will again.
        """

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The message that opened a case, as it is handed over: its note (N3), what is attached, the ids of its thread.

    ``words``: what its writer wrote and signed with.
    """

    note: ContactNote
    enclosure: Enclosure
    references: tuple[str, ...]
    words: str = ""


class Originals(Protocol):
    """Reads what a customer wrote for whoever takes it over."""

    def read(
        self, content: bytes, received_at: datetime, customer: str, attach_at_most: int, *, is_all: bool = True
    ) -> Original:
        """``customer``: whose message it is, whoever passed it on. ``attach_at_most``: bytes. Never raises."""

    def text(self, content: bytes) -> str:
        """The whole text of a message. Never raises."""

    def words(self, content: bytes) -> str:
        """What the writer of a message wrote and signed with. Never raises."""

    def page(self, content: bytes) -> tuple[PageLine, ...]:
        """The lines of a message's page; none where it has none. Never raises."""

    def files(self, content: bytes) -> tuple[File, ...]:
        """What goes with a message besides its text. Never raises."""


class Attempt(Protocol):
    """Runs work whose failure must not stop the rest; the supervisor's way to set one bad message aside.

    Returns None, or a sentence that names the failure. Transient errors pass through: they are nobody's fault.
    """

    def __call__(self, work: Callable[[], object]) -> str | None: ...


# The ways out ----------------------------------------------------------------------------------------------------------


class Transport(Protocol):
    """Hands letters to one mailbox's relay over one kept connection. Every failure is a Reply, never an exception."""

    async def send(self, envelope: Envelope, content: bytes) -> Reply: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm that nobody has taken. ``times``: how often it rang."""

    id: int
    mailbox: str
    case_id: int | None
    what: str
    raised_at: datetime
    times: int


class Webhook(Protocol):
    """Tells another program of an alarm. False if it was not taken; it is told again with the next ring."""

    def call(self, url: str, alarm: Alarm) -> bool: ...


# Signing in ------------------------------------------------------------------------------------------------------------


class Mechanism(StrEnum):
    """How a server is told who signs in: a password, or an access token (XOAUTH2, or OAUTHBEARER of RFC 7628)."""

    PASSWORD = "password"  # noqa: S105  # the name of a way, not a secret
    XOAUTH2 = "xoauth2"
    OAUTHBEARER = "oauthbearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What one sign-in needs. ``secret`` is a password or an access token; it shows in no repr and no log."""

    mechanism: Mechanism
    user: str
    secret: str = field(repr=False)
    renew_at: datetime | None = None
    """From this moment on a session should be replaced by one with a new token; None: never."""


class Credentials(Protocol):
    """Asked anew at each sign-in, so that a changed secret needs no restart. May be used by several threads."""

    def sign_in(self) -> SignIn:
        """What to sign in with now. Raises ConfigError for a missing secret, TransientError if no token is to be had."""

    def is_stale(self, used: SignIn) -> bool:
        """Whether a session that began with ``used`` should be replaced."""

    def refused(self, used: SignIn) -> None:
        """The server did not accept ``used``: what was kept of it is forgotten."""


# The mailbox -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """What SELECT said."""

    uidvalidity: int
    uidnext: int


class MailFolder(Protocol):
    """One signed-in connection to one mailbox. Raises TransientError when the connection or the server fails."""

    @property
    def can_idle(self) -> bool: ...

    @property
    def stale(self) -> bool: ...

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> None: ...

    def close(self) -> None: ...

    def sent_folder(self) -> str | None: ...

    def select(self, folder: str) -> FolderState: ...

    def uids_after(self, uid: int) -> list[int]: ...

    def uids_since(self, day: date) -> list[int]: ...

    def fetch(self, uids: Sequence[int]) -> Iterator[list[Fetched]]: ...

    def seen_uids(self, uids: Sequence[int]) -> dict[int, bool]: ...

    @property
    def can_finish(self) -> bool: ...

    def finish(self, uids: Sequence[int]) -> list[int]: ...

    def append(self, folder: str, content: bytes, at: datetime) -> None: ...
