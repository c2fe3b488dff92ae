"""What is done about contacts and what is missing from pages: actions that concern contacts, their log, and gaps (N7, N9)."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.case import Channel
from mailbot.core.contact_log import ContactAction, ServiceArea
from mailbot.core.contact_note import ContactNote
from mailbot.core.gap import Gap, GapState


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContact:
    """A contact of a customer goes into the log (N7). ``at``: when it came."""

    area: ServiceArea
    channel: Channel
    at: datetime
    action: ContactAction = ContactAction.RECEIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepNote:
    """Keep what a member of staff took down of the contact that opens the case."""

    note: ContactNote
    taken_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleContacts:
    """What was done about the contacts of the case about which nothing was (N7). ``area``: whose work it proved to be."""

    action: ContactAction
    area: ServiceArea | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitContact:
    """Nothing automatic goes to this address (lower case) until that moment, on whatever case; a past moment ends it (G6)."""

    address: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGap:
    """Somebody is asked for information that is missing from their pages (N9)."""

    gap: Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindGap:
    """Whoever is asked, today ``contact``, is asked once more, and again at ``remind_at``."""

    number: int
    contact: str
    remind_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseGap:
    """The information is at ``url``."""

    number: int
    state: GapState
    url: str
