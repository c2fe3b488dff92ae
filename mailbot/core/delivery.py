"""Delivery: what a relay's answer means, when to try again, and whether a waiting letter is still true.

Follows RFC 5321 section 4.5.3.2 (time limits), RFC 1047 (why the outcome of the final dot can be unknown) and RFC 3463
(status codes). Nothing here sends: outcomes and retries are values.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mailbot.core.letter import ISSUED, OF_OWNERS, SCHEDULED, OutboxLetter, OutboxState, Purpose
from mailbot.core.policy import MailboxPolicy, ReversePathKind

ABOUT_WHAT_IS_OWED = frozenset(
    {
        Purpose.DELAY_NOTICE,
        Purpose.PROGRESS_NOTICE,
        Purpose.STATUS_NOTICE,
        Purpose.DUE_SOON,
        Purpose.DUE_TODAY,
        Purpose.OVERDUE_ALERT,
        Purpose.NO_OWNER,
        Purpose.UNREAD,
        Purpose.ACKNOWLEDGEMENT,
    }
)
"""Letters that are untrue once the customer has their answer."""

_AWAITED = ISSUED | OF_OWNERS | {Purpose.RECEIPT, Purpose.CLARIFICATION, Purpose.HANDOVER, Purpose.HANDOVER_ANSWER}

TO_CUSTOMERS = SCHEDULED | _AWAITED

AT_ANY_HOUR = _AWAITED | {Purpose.ALARM, Purpose.ANSWER_WAITS, Purpose.ANSWERED_FIRST, Purpose.ABOUT_REPLY}
"""Letters that somebody waits for; all others go while the office is open."""

ANSWERED_FIRST = "a-colleague-answered-first"
DOUBT_WAIT = timedelta(minutes=10)
DOUBT_BOUND = timedelta(hours=4)
RETRY_DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
LAST_DELAY = timedelta(hours=1)
# Exchange Online: 432 4.3.2 (concurrent connections, sender thread limit), 451 4.7.500 (server busy). Gmail: 421 4.7.0,
# 450 4.2.1, 4.7.28 (rate). RFC 3463: X.7.X is policy, 4.3.2 a system that accepts nothing now.
_THROTTLED = re.compile(r"\b4\.(3\.2|7\.(0|28|500))\b|throttl|\brate\b|limit exceeded|too (many|quickly)", re.IGNORECASE)
GIVE_UP_AFTER = 100  # about four days at one an hour


_TAG = re.compile(r"\+([0-9a-f]{16})-([0-9a-f]{12})@")


def reverse_path(policy: MailboxPolicy, message_id: str) -> str:
    """The envelope sender of a letter. A tagged one names its letter and proves that we made it (HMAC-SHA-256)."""
    if policy.reverse_path is ReversePathKind.NULL:
        return ""
    if policy.reverse_path is ReversePathKind.OWN:
        return policy.address
    local, _, domain = policy.address.rpartition("@")
    name = letter_tag(message_id)
    return f"{local}+{name}-{_proof(name, policy.tag_secret)}@{domain}"


def letter_tag(message_id: str) -> str:
    """What a tagged address names its letter by: the beginning of its Message-ID, which nobody can guess."""
    return message_id.partition(".")[0][:16]


@dataclass(frozen=True, slots=True)
class Tag:
    """What a tagged address says: the letter it names (as ``letter_tag``), and the proof that we gave it out."""

    name: str
    proof: str

    def is_ours(self, secret: bytes) -> bool:
        return hmac.compare_digest(self.proof, _proof(self.name, secret))


def read_tags(addresses: Iterable[str]) -> tuple[Tag, ...]:
    """The tags in these addresses (lower case), ours or forged."""
    return tuple(Tag(*found) for address in sorted(addresses) for found in _TAG.findall(address))


def _proof(name: str, secret: bytes) -> str:
    return hmac.digest(secret, name.encode(), "sha256").hex()[:12]


class SentCopy(StrEnum):
    """Who files the copy in the Sent folder."""

    SERVER = "server"
    APPEND = "append"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How an attempt ended. ``code`` 0 means no answer; ``in_doubt``: none came after our final dot.

    ``text`` is the relay's own line, cleaned to one line and without addresses.
    """

    code: int
    text: str
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The new state of a letter after an attempt; ``not_before`` says when the next one may be made.

    ``throttled``: the relay finds that this mailbox sends too fast, so until then its other letters wait too.
    """

    state: OutboxState
    detail: str
    not_before: datetime | None = None
    throttled: bool = False


def settle(letter: OutboxLetter, reply: Reply, now: datetime) -> Settlement:
    """What the relay's reply makes of a letter that was being sent. ``letter.attempts`` counts this attempt."""
    detail = f"{reply.code} {reply.text}".strip() if reply.code else reply.text
    if reply.in_doubt:
        return Settlement(state=OutboxState.IN_DOUBT, detail=detail)
    if 200 <= reply.code < 300:
        return Settlement(state=OutboxState.SENT, detail=detail)
    if reply.code >= 500:
        return Settlement(state=OutboxState.FAILED, detail=detail)
    if letter.attempts >= GIVE_UP_AFTER:
        return Settlement(state=OutboxState.FAILED, detail=f"tries used up: {detail}")
    not_before = now + retry_delay(letter.attempts)
    return Settlement(
        state=OutboxState.DEFERRED, detail=detail, not_before=not_before, throttled=bool(_THROTTLED.search(reply.text))
    )


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th try: short at first (it is our own relay), then hourly."""
    return RETRY_DELAYS[attempts - 1] if 1 <= attempts <= len(RETRY_DELAYS) else LAST_DELAY


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtFindings:
    """Who files copies of sent letters, and until when their folder was read and decided about.

    A copy found there ends the doubt before it is asked about.
    """

    sent_copy: SentCopy
    sent_known_until: datetime | None


class DoubtVerdict(StrEnum):
    """What becomes of a letter in doubt."""

    RESEND = "resend"
    WAIT = "wait"
    ASK_A_PERSON = "ask_a_person"


def resolve_doubt(letter: OutboxLetter, found: DoubtFindings, now: datetime) -> DoubtVerdict:
    """One resend with the same Message-ID at most; where the server files Sent itself, only after looking there."""
    since = letter.attempted_at or now
    if found.sent_copy is SentCopy.SERVER and not _looked_long_enough(since, found, now):
        return DoubtVerdict.WAIT if now < since + DOUBT_BOUND else DoubtVerdict.ASK_A_PERSON
    return DoubtVerdict.RESEND if letter.doubts <= 1 else DoubtVerdict.ASK_A_PERSON


def _looked_long_enough(since: datetime, found: DoubtFindings, now: datetime) -> bool:
    """Ten minutes, and Sent known beyond them; a mailbox without a Sent folder has nothing to look at."""
    enough = since + DOUBT_WAIT
    return now >= enough and (found.sent_known_until is None or found.sent_known_until >= enough)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStanding:
    """What a waiting letter must know about its case just before it goes.

    ``owed``: the clock that the letter speaks of still runs, or if it names none, one of an answer. ``waits``: the case
    waits for the customer. ``answered_since``: staff have answered after the letter was written.
    """

    closed: bool
    answered: bool
    quiet: bool
    owed: bool = True
    waits: bool = False
    answered_since: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLetter:
    """A letter whose turn has come, with its case as it stands now (None: it belongs to no case)."""

    letter: OutboxLetter
    case: CaseStanding | None


def why_withdraw(letter: OutboxLetter, case: CaseStanding | None, today: date) -> str | None:
    """The reason why a waiting letter is no longer true, or None if it may go.

    Receipts are due even once closed. A quiet case is quiet for its customer: staff still hear of its dates and alarms.
    """
    if case is not None:
        if case.quiet and letter.purpose in TO_CUSTOMERS:
            return "case-is-quiet"
        if letter.purpose is Purpose.RECEIPT and case.answered:
            return "already-answered"
        if letter.purpose in OF_OWNERS and case.answered_since:
            return ANSWERED_FIRST
        if _has_been_overtaken(letter.purpose, case):
            return "nothing-is-owed-any-more"
    if letter.states_date is not None and letter.states_date < today:
        return "stated-date-passed"
    return None


def _has_been_overtaken(purpose: Purpose, standing: CaseStanding) -> bool:
    """Whether what a letter speaks of has ended since: what we owe, what the customer owes us, or the end of the case."""
    match purpose:
        case Purpose.SILENCE_WARNING | Purpose.CLARIFICATION:
            return not standing.waits
        case Purpose.SILENCE_CLOSING:
            return not standing.closed
        case Purpose.HEADS_UP:
            return standing.closed or not (standing.owed or standing.waits)
        case _:
            return purpose in ABOUT_WHAT_IS_OWED and (standing.closed or not standing.owed)
