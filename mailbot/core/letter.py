"""A letter as a value: what it may say, to whom it goes, and the bytes that leave."""

import re
from collections.abc import Container
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


SMALLEST_POINTS, LARGEST_POINTS = 9, 30
LANE_RANK = {lane: rank for rank, lane in enumerate(Lane)}


class Purpose(StrEnum):
    """What a letter is for: part of the key that makes a second one impossible."""

    RECEIPT = "receipt"
    DELAY_NOTICE = "delay_notice"
    PROGRESS_NOTICE = "progress_notice"
    STATUS_NOTICE = "status_notice"
    SILENCE_WARNING = "silence_warning"
    SILENCE_CLOSING = "silence_closing"
    HEADS_UP = "heads_up"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    OVERDUE_ALERT = "overdue_alert"
    NO_OWNER = "no_owner"
    UNREAD = "unread"
    ALARM = "alarm"
    FLAG_NOTICE = "flag_notice"
    ASSIGNMENT = "assignment"
    UNDELIVERED = "undelivered"
    WITHDRAWAL = "withdrawal"
    ALSO_ARRIVED = "also_arrived"
    DIRECTORY_CHANGE = "directory_change"
    STANDARDS_NOTE = "standards_note"
    STANDARDS_MONTH = "standards_month"
    ACKNOWLEDGEMENT = "acknowledgement"
    RESPONSE = "response"
    CONCLUSION = "conclusion"
    SURVEY = "survey"
    WORD = "word"
    CLARIFICATION = "clarification"
    HANDOVER = "handover"
    HANDOVER_ANSWER = "handover_answer"
    NOT_TAKEN = "not_taken"
    WROTE_AGAIN = "wrote_again"
    CONTACT_FOR_YOU = "contact_for_you"
    GAP = "gap"
    GAP_REMINDER = "gap_reminder"
    GAP_CLOSED = "gap_closed"
    GAP_UNANSWERED = "gap_unanswered"
    GAP_HELD = "gap_held"
    OWNER_ANSWER = "owner_answer"
    OWNER_HOLDING = "owner_holding"
    ANSWER_WAITS = "answer_waits"
    ANSWERED_FIRST = "answered_first"
    ABOUT_REPLY = "about_reply"
    CONTACT_LOG = "contact_log"
    DIGEST = "digest"


ISSUED = frozenset({Purpose.ACKNOWLEDGEMENT, Purpose.RESPONSE, Purpose.CONCLUSION, Purpose.SURVEY, Purpose.WORD})
"""Letters that a member of staff issues, by what they do; ``WORD`` ends nothing that is owed."""


OF_OWNERS = frozenset({Purpose.OWNER_ANSWER, Purpose.OWNER_HOLDING})
"""What an owner wrote in reply to the mail that gave them a case, passed to the customer; ``OWNER_HOLDING`` holds them off."""

ANSWERS = frozenset({Purpose.RESPONSE, Purpose.CONCLUSION, Purpose.OWNER_ANSWER})
"""Letters in which staff answer the customer: once one has gone, the history and the log of contacts say so."""

GIVES_A_CASE = frozenset({Purpose.ASSIGNMENT, Purpose.ANSWERED_FIRST})
"""Mails to an owner whose plain reply goes to the customer."""

ANSWERED_BY_REPLY = GIVES_A_CASE | {Purpose.ANSWER_WAITS}
"""Mails to an owner that ask for a reply."""


class Content(StrEnum):
    """What a letter can be bound to say. ``rules/phrases/wording.toml`` has whose wish each is, and by what it is known."""

    WHO = "who"
    BY_WHEN = "by_when"
    NEXT_STEP = "next_step"
    POLICY = "policy"
    PRIVACY = "privacy"
    FORMATS = "formats"
    ANSWER_BY = "answer_by"
    NOTHING_TO_DO = "nothing_to_do"


SCHEDULED = frozenset(
    {
        Purpose.DELAY_NOTICE,
        Purpose.PROGRESS_NOTICE,
        Purpose.STATUS_NOTICE,
        Purpose.SILENCE_WARNING,
        Purpose.SILENCE_CLOSING,
    }
)
"""Automatic letters to customers that a date brings, not a message: at most one for a case and day, in opening hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterValues:
    """Every name a letter may use. All are text, one line each; None means there is no such value for this case.

    Who: ``organisation``, ``mailbox_address``, ``signatory`` (who signs), ``owner`` (who deals with it, a person or a team) and
    ``owner_contact`` (their address or number).
    ``addressee``: to whom complaints of this kind go. ``access_contact``: who arranges other formats and languages;
    ``access_told``: the same, where they were told that this customer needs one. ``what_next``: what staff are asked to do.
    What: ``reference``, ``customer_subject`` (``short_subject`` is its beginning), ``class_words`` ("your enquiry"),
    ``policy_link``, ``privacy_notice``.
    Days, each with its weekday: ``received_on``; ``due_on``, the date that binds; ``revised_on``, the date after an extension;
    ``next_on``, when the next progress or status notice comes; ``answer_by``, the customer's own date; ``goes_on``, when the
    letter that a heads-up speaks of goes. ``days_late`` and ``days_left`` are numbers of working days.
    Clocks: ``clock_name`` (one word), ``clock_title`` (as people call it), ``law`` (the statute or code; none for a pack's),
    ``office_shut`` (that the office is shut on the due date, and the last open day before).
    ``delay_reason``: why it takes longer, or how far it is, in the words of staff; no full stop at its end.
    ``letter_words``: what an automatic letter is called ("the notice of delay"). ``summary_lines``: the lines of a digest.
    ``alarm_what``: what happened, in one line; ``alarm_number``: the number by which it is taken. ``call``: whom to call now.
    A letter that did not arrive: ``failed_address`` is where it went, ``failure`` why it did not arrive, ``other_contact`` how
    else the customer can be reached.
    A handover: ``owner`` is who has it now, ``partner`` their organisation if it is not ours, ``note_lines`` what is known of
    the customer (N3), ``staff_note`` what we add for them, ``left_out`` what of the message is not
    attached, ``instead_of`` who had it before. ``answer_text``: what they answer, in their words.
    ``service``: what it is about; ``services_proposed``: what it may be about. ``pages``: web pages about it, in lines.
    A case that is given to somebody: ``class_name`` is what staff call its class, ``due_why`` why that date, ``asked_for`` the
    sentences that ask for something, ``similar_lines`` open cases like it, ``message_lines`` the customer's words, quoted;
    ``restricted`` has a value where it is about personnel, and nothing of that is told.
    ``signature_lines``: a signature that a member of staff can copy. ``month``: ``November 2026``.
    An owner's answer: ``reply_waits`` are the minutes that it waits, ``goes_at`` the time when it goes, ``own_lines`` their
    words, quoted, ``files`` what goes with them; ``answer_lines`` what a colleague answered first, who is ``answered_by``.
    ``next_stage``: whom a complaint goes to next. ``survey_link``: where the questions are that follow a case.
    A gap in somebody's pages: ``gap_what`` cannot be found, ``gap_number`` by which it is closed, ``gap_reporter`` looks
    for it, ``gap_since`` the day since which it is looked for, in reminders; ``gap_outcome``, located or added at ``gap_url``;
    ``gap_contact`` keeps the pages, and was asked ``gap_asked`` times.
    ``lacks_name``, ``lacks_address``, ``lacks_description``, ``lacks_recorded``: what a request for information lacks (J12),
    each only where it does; conditions for sentences.
    """

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
    owner_contact: str | None = None
    delay_reason: str | None = None
    revised_on: str | None = None
    next_on: str | None = None
    answer_by: str | None = None
    goes_on: str | None = None
    letter_words: str | None = None
    clock_title: str | None = None
    law: str | None = None
    office_shut: str | None = None
    alarm_what: str | None = None
    alarm_number: str | None = None
    call: str | None = None
    days_left: str | None = None
    failed_address: str | None = None
    failure: str | None = None
    other_contact: str | None = None
    service: str | None = None
    services_proposed: str | None = None
    pages: str | None = None
    addressee: str | None = None
    access_contact: str | None = None
    access_told: str | None = None
    what_next: str | None = None
    next_stage: str | None = None
    survey_link: str | None = None
    partner: str | None = None
    note_lines: str | None = None
    staff_note: str | None = None
    left_out: str | None = None
    instead_of: str | None = None
    answer_text: str | None = None
    gap_what: str | None = None
    gap_number: str | None = None
    gap_reporter: str | None = None
    gap_since: str | None = None
    gap_outcome: str | None = None
    gap_url: str | None = None
    gap_contact: str | None = None
    gap_asked: str | None = None
    short_subject: str | None = None
    class_name: str | None = None
    due_why: str | None = None
    asked_for: str | None = None
    similar_lines: str | None = None
    message_lines: str | None = None
    restricted: str | None = None
    lacks_name: str | None = None
    lacks_address: str | None = None
    lacks_description: str | None = None
    lacks_recorded: str | None = None
    signature_lines: str | None = None
    month: str | None = None
    reply_waits: str | None = None
    goes_at: str | None = None
    own_lines: str | None = None
    answer_lines: str | None = None
    answered_by: str | None = None
    files: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Words that stand in a letter where a condition holds, and what stands there ``otherwise``: nothing, as a rule.

    ``when`` is the name of a value; the condition holds where the case has that value.
    """

    when: str
    text: str = ""
    otherwise: str = ""
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def chosen(self, holds: Container[str]) -> str:
        """The words to put; ``holds`` has the conditions that hold."""
        return (self.text if self.when in holds else self.otherwise).strip("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSource:
    """A letter as people write it: its ``letter.toml`` and the texts of its subject and body."""

    name: str
    settings: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSpec:
    """``letter.toml``: what a letter is for and what it needs.

    ``variables`` are the names that its texts use, ``fallbacks`` fills one that has no value, ``sentences`` are put by name.
    ``must_contain``: what it says beyond what every letter to a customer says. ``serves``: what it does when staff issue it, of
    ``ISSUED``; letters without it are mailbot's own. ``code``: what the organisation's list of letters calls it, such as SL039.
    """

    name: str
    purpose: str
    audience: Audience
    asks: bool
    owner: str
    review_due: date
    variables: tuple[str, ...] = ()
    fallbacks: dict[str, str] = field(default_factory=dict)
    sentences: dict[str, Sentence] = field(default_factory=dict)
    must_contain: tuple[Content, ...] = ()
    serves: Purpose | None = None
    code: str = ""
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  # read by the file reader; a constant, not a field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """Subject and body of a letter, final text; ``html`` is the body once more, as the content of a page.

    ``language``: what it is written in, two letters (ISO 639-1).
    """

    subject: str
    body: str
    html: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter's text as a person writes it: headings begin with ``# ``, lists with ``- ``, and nothing else is a mark.

    ``form``: the same words as HTML, where a person wrote them in a mail of their own (``core.page_words``).
    """

    subject: str
    body: str
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """What letters are set in where a program shows them as a page. ``points``: 12 and more are easy to read."""

    family: str = "Arial"
    points: int = 12
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9 -]{0,39}", self.family):
            raise ValueError("font.family: write the name of one font, such as Verdana")
        if not SMALLEST_POINTS <= self.points <= LARGEST_POINTS:
            raise ValueError(f"font.points: write a size from {SMALLEST_POINTS} to {LARGEST_POINTS}")


PLAIN_FONT = Font()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """RFC 5321: who hands it in and who gets it. An empty ``reverse_path`` is the null one.

    ``copies``: others who get it too, and are named in Cc. It goes to everybody or to nobody.
    """

    reverse_path: str
    recipient: str
    copies: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        return (self.recipient, *self.copies)


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


LEFT = (OutboxState.SENDING, OutboxState.SENT, OutboxState.IN_DOUBT, OutboxState.BOUNCED)
"""The states of letters that another server may have."""

RETRYABLE = (OutboxState.FAILED, OutboxState.DEFERRED, OutboxState.IN_DOUBT, OutboxState.BOUNCED)
"""The states from which a person may have a letter sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLetter:
    """A row of the outbox: the bytes that leave, and all that is known about their leaving.

    ``settled_at``: when it was known that it had gone, or that it had not. ``message_row``: the message that brought it.
    """

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
    settled_at: datetime | None = None
    message_row: int | None = None
    created_at: datetime | None = None
