"""A row of another system's list of open cases, judged cell by cell: a case to import, or every mistake in it."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from mailbot.core.case import Channel
from mailbot.core.clock import EARLIEST_YEAR, ReceiptDoubt, doubt_receipt
from mailbot.core.directory import person
from mailbot.core.policy import UNSURE, MailboxPolicy
from mailbot.core.reference import pieces
from mailbot.core.text import clean_line

COLUMNS = ("old_reference", "class", "channel", "received", "stage", "owner", "customer", "customer_name", "subject")
OPTIONAL = ("due", "acknowledged")
T = TypeVar("T")
_ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")
_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_MOST = 400
_LONG_AGO = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCase:
    """An open case as the other system had it. ``told_on``: the date its customer was told; ``owner``: name and address."""

    line: int
    old_reference: str
    class_: str
    channel: Channel
    received_at: datetime
    stage: str
    owner: tuple[str, str] | None
    customer: str
    customer_name: str
    subject: str
    told_on: date | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong with a cell, and what to write instead. ``column`` is empty for a whole line."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.what}" if self.column else f"line {self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one line; those that cannot be read are noted."""

    line: int
    values: Mapping[str, str]
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self, column: str, reading: Callable[[str], T], otherwise: T) -> T:
        try:
            return reading(self.values.get(column, "").strip())
        except ValueError as error:
            self.mistakes.append(Mistake(line=self.line, column=column, what=str(error)))
            return otherwise


def read_old_case(line: int, values: Mapping[str, str], policy: MailboxPolicy, now: datetime) -> OldCase | list[Mistake]:
    """The case of one line for the mailbox of ``policy``, or what is wrong with the line."""
    cells, rules = _Cells(line, values), _Rules(policy=policy, now=now)
    channel = cells.read("channel", rules.channel, Channel.EMAIL)
    received_at = cells.read("received", rules.received, _LONG_AGO)
    found = OldCase(
        line=line,
        old_reference=cells.read("old_reference", rules.old_reference, ""),
        class_=cells.read("class", rules.class_, ""),
        channel=channel,
        received_at=received_at,
        stage=cells.read("stage", rules.words, ""),
        owner=cells.read("owner", rules.owner, None),
        customer=cells.read("customer", lambda text: rules.customer(text, channel), ""),
        customer_name=cells.read("customer_name", rules.words, ""),
        subject=cells.read("subject", clean_line, ""),
        told_on=cells.read("due", lambda text: rules.told_on(text, received_at), None),
        acknowledged_at=cells.read("acknowledged", lambda text: rules.acknowledged(text, received_at), None),
    )
    return cells.mistakes or found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What each cell may say. Every reading raises ValueError with a sentence that says what to write."""

    policy: MailboxPolicy
    now: datetime

    def old_reference(self, text: str) -> str:
        if text not in pieces(text):
            raise ValueError(
                f"'{text}' cannot be told apart in the subject of a reply; write the reference that the customer knows, 4 to"
                " 40 characters with a digit, from a letter or digit to a letter or digit, such as FOI/2026/0815"
            )
        return text

    def class_(self, text: str) -> str:
        known = (*self.policy.pack.classes, UNSURE)
        if text not in known:
            raise ValueError(f"there is no class '{text}' in pack {self.policy.pack.name}; write one of {', '.join(known)}")
        return text

    def channel(self, text: str) -> Channel:
        if text not in list(Channel):
            raise ValueError(f"there is no channel '{text}'; write one of {', '.join(Channel)}")
        return Channel(text)

    def received(self, text: str) -> datetime:
        at = self._moment(text)
        match doubt_receipt(at, self.now):
            case ReceiptDoubt.IN_THE_FUTURE:
                raise ValueError(f"{text} lies in the future; write the day on which it came")
            case ReceiptDoubt.TOO_LONG_AGO:
                raise ValueError(f"{text} lies before the year 2000; write the day on which it came")
        return at

    def acknowledged(self, text: str, received_at: datetime) -> datetime | None:
        at = self._moment(text) if text else None
        if at is not None and (self._day(at) < self._day(received_at) or at > self.now):
            raise ValueError(f"{text} lies before the receipt or in the future; write the day on which it went, or nothing")
        return max(at, received_at) if at else None

    def told_on(self, text: str, received_at: datetime) -> date | None:
        on = self._day(self._moment(text)) if text else None
        if on is not None and on < self._day(received_at):
            raise ValueError(f"{text} lies before the receipt; write the date that the customer was told, or nothing")
        return on

    def owner(self, text: str) -> tuple[str, str] | None:
        if not text:
            return None
        try:
            found = person(self.policy.directory, text)
        except ValueError as error:
            if _ADDRESS.fullmatch(text):
                return text, text
            raise ValueError(f"{error}; write a name from your file of people, or an address, or nothing") from None
        return found.name, found.address

    def customer(self, text: str, channel: Channel) -> str:
        if not text and channel is not Channel.EMAIL:
            return ""
        if not _ADDRESS.fullmatch(text):
            raise ValueError(f"'{text}' is no address; write one plain address such as ada@example.org, or another channel")
        if text.lower() in self.policy.own_addresses:
            raise ValueError(f"{text} is a watched mailbox; write the customer's address")
        return text.lower()

    def words(self, text: str) -> str:
        line = clean_line(text)
        if len(line) > _MOST:
            raise ValueError(f"it has {len(line)} characters; write at most {_MOST}")
        return line

    def _moment(self, text: str) -> datetime:
        """A date (its first moment, local time) or a moment; ISO 8601, or with the day first."""
        for reading in (datetime.fromisoformat, *(_day_first(form) for form in _DAY_FIRST)):
            with suppress(ValueError, OverflowError):
                at = reading(text)
                return (at if at.tzinfo else at.replace(tzinfo=self.policy.pack.working_calendar.zone)).astimezone(UTC)
        raise ValueError(f"'{text}' is no date; write it like 2026-11-23, 2026-11-23 14:30 or 23/11/2026")

    def _day(self, at: datetime) -> date:
        return self.policy.pack.working_calendar.local_date(at)


def _day_first(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007  # the zone is the organisation's
