"""An owner answers the mail that gave them a case: their words go to the customer, after minutes in which that can be undone.

In doubt nothing goes, and whoever wrote it is told: an answer that somebody believes sent is worse than none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailbot.core import screen
from mailbot.core.action import Action, Hold, JoinCase, Note, Permission, QueueLetter, WithdrawLetter
from mailbot.core.assignment import quoted
from mailbot.core.case import Case
from mailbot.core.decide.findings import Findings
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.wording import safe_value, short_subject
from mailbot.core.delivery import ANSWERED_FIRST
from mailbot.core.letter import GIVES_A_CASE, Audience, Lane, OutboxLetter, Purpose, Written
from mailbot.core.own_words import Doubt
from mailbot.core.owner_reply import EarlierAnswer, OwnerReply
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.trigger import LetterWithdrawn, MessageArrived

UNDONE, NOTHING_TO_UNDO, NOT_PROVEN = "answer-undone", "nothing-to-undo", "owner-not-proven"
CONTACT_NOT_PROVEN, CONTACT_ATTACHED = "contact-not-proven", "contact-answer-with-attachments"
CONTACT_CANNOT = "contact-answer-cannot-go"
OWN_LETTER = "owner-answer"
"""What the history calls a letter that an owner wrote."""
_CLOCKS_DIFFER = timedelta(days=1)
_WHY = {
    "replies-stay-here": "answers to this mail are not passed on; answer the customer from the mailbox",
    "reply-passed-on": "it passes a message on; write your answer as a plain reply",
    "reply-to-others": "it went to others besides the mailbox; reply to the mailbox alone",
    "somebody-else-has-it": "the case is with somebody else by now",
    "reply-seen-before": "it may be an old answer that came again; a person looks at it",
    NOT_PROVEN: "the mail server at our border does not vouch that it is yours; a person looks at it",
    Doubt.NO_WORDS: "it has no words of yours; a person looks at it",
    Doubt.TOO_LONG: "it is too long; a person looks at it",
    Doubt.UNKNOWN_QUOTE: "it quotes something else, or goes on below what it quotes; write all of it above, as a new reply",
    Doubt.BETWEEN_QUOTES: "it has words between quoted lines; write all of it above them, as a new reply",
    Doubt.INTERNAL_LEFT: "words of this mail are left in it that are not for customers; write it without them, as a new reply",
    Doubt.ENCLOSES_MAIL: "another mail is attached to it; attach what the customer is to have as a file, in a new reply",
    "owner-answer-cannot-go": "nothing can be sent to this customer now; see 'mailbot held list'",
    CONTACT_NOT_PROVEN: "the mail server at our border does not vouch that it is yours; a person looks at it",
    CONTACT_ATTACHED: "files came with it, and they are not passed on; write again without them, and send them yourself",
    CONTACT_CANNOT: "nothing can be sent to this customer now; a person looks at it",
}
_WHAT = {
    UNDONE: "Undone: nothing has gone to the customer. Reply to the mail with the case again when you are ready",
    NOTHING_TO_UNDO: "Nothing was left to undo: your answer had gone already, or had been stopped before",
}


def owner_replied(  # noqa: PLR0911  # one line, one way an answer can go
    trigger: MessageArrived, case: Case, reply: OwnerReply, findings: Findings, policy: MailboxPolicy, now: datetime
) -> list[Action]:
    """What becomes of a colleague's answer to such a mail."""
    occasion = Occasion(case=case, policy=policy, now=now, before=findings.before, key=f"message:{trigger.message.digest}")
    joined = JoinCase(case_id=case.id, version=case.version, reason=Reason("owner-replied"))
    if reply.letter.recipient != trigger.message.sender:
        return [joined, Note(kind="finding", reason=Reason("not-for-the-customer", "a colleague of theirs wrote it"))]
    if reply.letter.purpose is Purpose.ANSWER_WAITS:
        return [joined, *undone(occasion, reply.letter.recipient, reply.waiting)]
    if reply.words.internal:
        return [joined, Note(kind="note", reason=Reason("internal-note"))]
    if stays := _stays(trigger, case, reply, policy):
        return [joined, Note(kind="finding", reason=Reason(stays)), *_told(occasion, reply, stays)]
    if doubt := _doubt(trigger, reply):
        if trigger.put_back and doubt != NOT_PROVEN:
            return [joined, Note(kind="finding", reason=Reason("not-for-the-customer", doubt))]
        return [Hold(reason=Reason(doubt)), *_told(occasion, reply, doubt)]
    if reply.earlier is not None:
        first = Note(kind="finding", reason=Reason(ANSWERED_FIRST))
        return [joined, first, *asked(occasion, reply.letter.recipient, reply.earlier, reply.words.text)]
    return _passed_on(occasion, joined, reply, holding=findings.holding)


def _stays(trigger: MessageArrived, case: Case, reply: OwnerReply, policy: MailboxPolicy) -> str:
    """Why it is surely not for the customer, or an empty string."""
    if not policy.relays_replies or reply.restricted or reply.letter.purpose not in GIVES_A_CASE:
        return "replies-stay-here"
    if reply.is_forward:
        return "reply-passed-on"
    ours = policy.answerable_addresses | policy.own_addresses
    if any(one.key not in ours for one in (*trigger.message.to, *trigger.message.cc)):
        return "reply-to-others"
    return "" if trigger.message.sender == (case.owner_address or "").lower() else "somebody-else-has-it"


def _doubt(trigger: MessageArrived, reply: OwnerReply) -> str:
    """Why a person must look before it goes, or an empty string. Of one who was not proven, a person has said who it is."""
    dated = trigger.message.sent_at
    if trigger.message_id_taken or (dated is not None and dated < reply.letter.written_at - _CLOCKS_DIFFER):
        return "reply-seen-before"
    if not reply.proven and not trigger.put_back:
        return NOT_PROVEN
    return reply.words.doubt.value if reply.words.doubt else ""


def _passed_on(occasion: Occasion, joined: JoinCase, reply: OwnerReply, *, holding: bool) -> list[Action]:
    """The answer waits in the outbox, and its writer is told how to undo it; without that mail it does not go."""
    case, policy = occasion.case, occasion.policy
    at = occasion.now + timedelta(minutes=policy.pack.assignment.undo_minutes)
    local = at.astimezone(policy.pack.working_calendar.zone)
    names = ", ".join(one.filename or one.content_type for one in reply.files) or None
    values = {"goes_at": f"{local:%H:%M}", "own_lines": quoted(reply.words.text), "files": names}
    told = at_once(occasion, reply.letter.recipient, Purpose.ANSWER_WAITS, values)
    permission = screen.permit_handover(case, None, policy, occasion.before)
    if not isinstance(permission, Permission) or not any(isinstance(one, QueueLetter) for one in told):
        against = permission if not isinstance(permission, Permission) else (Reason("its-writer-cannot-be-told"),)
        cannot = Hold(reason=Reason("owner-answer-cannot-go", ", ".join(one.rule for one in against)))
        return [cannot, *_told(occasion, reply, "owner-answer-cannot-go")]
    answer = QueueLetter(
        permission=permission,
        purpose=Purpose.OWNER_HOLDING if holding else Purpose.OWNER_ANSWER,
        letter=OWN_LETTER,
        audience=Audience.CUSTOMER,
        lane=Lane.ACKNOWLEDGEMENT,
        key=occasion.key,
        values=occasion.values({}),
        not_before=at,
        observed=case.observed,
        in_reply_to=case.last_message_id,
        references=(case.last_message_id,) if case.last_message_id else (),
        text=Written(subject=_subject(case), body=reply.words.text, form=reply.form),
        files=reply.files,
        reason=Reason("answer-of-the-owner"),
    )
    return [joined, answer, *told]


def _subject(case: Case) -> str:
    about = short_subject(safe_value(case.subject)) or "your message"
    return f"Re: {about} [{case.reference}]"


# What its writer hears ---------------------------------------------------------------------------------------------------


def undone(occasion: Occasion, address: str | None, waiting: Sequence[OutboxLetter]) -> list[Action]:
    """The answers that still wait do not go, and their writer is told; where none waits, that it is too late."""
    why = UNDONE if waiting else NOTHING_TO_UNDO
    withdrawn = [WithdrawLetter(letter_id=one.id, reason=Reason(UNDONE, one.letter)) for one in waiting]
    return [*withdrawn, *at_once(occasion, address, Purpose.ABOUT_REPLY, {"failure": _WHAT[why]})]


def asked(occasion: Occasion, address: str | None, earlier: EarlierAnswer, own: str) -> list[Action]:
    """A colleague answered first: the second writer is told with that answer, and asked whether theirs is wanted, too."""
    values = {
        "answered_by": earlier.by or None,
        "answer_lines": quoted(earlier.words) or None,
        "own_lines": quoted(own) or None,
        "reply_waits": str(occasion.policy.pack.assignment.undo_minutes),
    }
    return at_once(occasion, address, Purpose.ANSWERED_FIRST, values)


def answer_stopped(trigger: LetterWithdrawn, case: Case, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """An answer of the owner did not leave: they are told why."""
    before = SentBefore(spared=frozenset(case.named))
    occasion = Occasion(case=case, policy=policy, now=now, before=before, key=f"withdrawn:{trigger.letter.id}")
    note = Note(kind="letter-withdrawn", reason=Reason(trigger.why, trigger.letter.letter))
    if trigger.why == ANSWERED_FIRST and trigger.earlier is not None:
        return [note, *asked(occasion, case.owner_address, trigger.earlier, trigger.own)]
    return [note, *not_gone(occasion, case.owner_address, "owner-answer-cannot-go", trigger.own)]


def _told(occasion: Occasion, reply: OwnerReply, why: str) -> list[Action]:
    """Why it did not go. Words that may be somebody else's are not sent back to the one whose name they bear."""
    own = "" if why in (NOT_PROVEN, "reply-seen-before") else reply.words.text
    return not_gone(occasion, reply.letter.recipient, why, own)


def not_gone(occasion: Occasion, address: str | None, why: str, own: str) -> list[Action]:
    """The writer of a reply hears at once why it has not gone. ``own``: their words, empty where they may be another's."""
    more = {"failure": _not_gone(why), "own_lines": quoted(own) or None}
    return at_once(occasion, address, Purpose.ABOUT_REPLY, more)


def _not_gone(why: str) -> str:
    return f"Your reply has not gone to the customer: {_WHY[why]}"


def at_once(occasion: Occasion, address: str | None, purpose: Purpose, more: dict[str, str | None]) -> list[Action]:
    """A mail to the writer that waits for no opening hours: they are there."""
    return list(_now(occasion.tell_address(address, purpose, more), occasion.now.astimezone(UTC)))


def _now(actions: Sequence[Action], now: datetime) -> Iterator[Action]:
    for one in actions:
        yield replace(one, not_before=now, lane=Lane.ALERT) if isinstance(one, QueueLetter) else one
