"""A letter as a value: what it may say, to whom it goes, and the bytes that leave."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Audience(StrEnum):
    """Who reads a letter. Customers' robots are told not to answer; staff's absence replies are wanted."""

    CUSTOMER = "customer"
    STAFF = "staff"


class Lane(StrEnum):
    """The order in which letters leave: an alert never waits behind a digest."""

    ALERT = "alert"
    ACKNOWLEDGEMENT = "acknowledgement"
    NOTICE = "notice"
    DIGEST = "digest"


LANE_RANK = {lane: rank for rank, lane in enumerate(Lane)}


class Purpose(StrEnum):
    """What a letter is for: part of the key that makes a second one impossible."""

    RECEIPT = "receipt"
    OVERDUE_ALERT = "overdue_alert"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterValues:
    """Every name a letter may use. All are text, one line each; None means there is no such value for this case."""

    organisation: str | None = None
    mailbox_address: str | None = None
    signatory: str | None = None
    reference: str | None = None
    customer_subject: str | None = None
    received_on: str | None = None
    due_on: str | None = None
    clock_name: str | None = None
    class_words: str | None = None
    policy_link: str | None = None
    privacy_notice: str | None = None
    days_late: str | None = None
    owner: str | None = None
    summary_lines: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSpec:
    """``letter.toml``: what a letter is for and what it needs. ``fallbacks`` fills a name that has no value."""

    name: str
    purpose: str
    audience: Audience
    asks: bool
    owner: str
    review_due: date
    variables: tuple[str, ...] = ()
    fallbacks: dict[str, str] = field(default_factory=dict)
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # read by the file reader; a constant, not a field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """Subject and body of a letter, final text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """RFC 5321: who hands it in and who gets it. An empty ``reverse_path`` is the null one."""

    reverse_path: str
    recipient: str


class OutboxState(StrEnum):
    """Where an outgoing letter stands.

    observed                                   never sent: mailbot only watches
    queued -> sending -> sent                  accepted by our relay
              sending -> deferred -> sending   refused for now (4yz)
              sending -> failed                refused for good (5yz) or tries used up
              sending -> in_doubt              the reply to the final dot was not seen
              queued -> withdrawn              no longer true when its turn came
              sent -> bounced                  a report came later
    """

    OBSERVED = "observed"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"


RETRYABLE = (OutboxState.FAILED, OutboxState.DEFERRED, OutboxState.IN_DOUBT, OutboxState.BOUNCED)
"""The states from which a person may have a letter sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLetter:
    """A row of the outbox: the bytes that leave, and all that is known about their leaving."""

    id: int
    mailbox: str
    case_id: int | None
    purpose: Purpose
    letter: str
    lane: Lane
    envelope: Envelope
    message_id: str
    content: bytes
    state: OutboxState
    attempts: int
    doubts: int
    attempted_at: datetime | None
    not_before: datetime
    states_date: date | None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
