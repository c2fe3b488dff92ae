"""What a letter is told: dates with their weekday, and a customer's words made safe."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from mailbot.core.calendar import last_day
from mailbot.core.case import Case, Channel, RunningClock
from mailbot.core.letter import LetterValues, Purpose
from mailbot.core.policy import ClassPolicy, MailboxPolicy
from mailbot.core.text import clean_line
from mailbot.core.tongue import letter_date

SUBJECT_LENGTH = 60
SHORT_SUBJECT = 34
_OF_LINKS = re.compile("[:.\u3002\uff0e\uff61]")  # no link is without one of them
_LINK = re.compile(r"://|www\.|^(?:mailto|tel|sms):", re.IGNORECASE)
_DOT_IN_NAME = re.compile(r"(?<=[^\W_])([.\u3002\uff0e\uff61])(?=[^\W_][^\W\d_]|xn--)", re.IGNORECASE)


def receipt_values(
    policy: MailboxPolicy, class_policy: ClassPolicy | None, subject: str, received_at: datetime, promised: date | None
) -> LetterValues:
    """The values of a receipt. ``class_policy`` is None for the neutral one, ``promised`` the date it may state."""
    received_on = policy.pack.working_calendar.local_date(received_at)
    return LetterValues(
        organisation=policy.organisation,
        mailbox_address=policy.address,
        signatory=policy.signatory or None,
        customer_subject=safe_value(subject) or None,
        received_on=letter_date(received_on),
        due_on=letter_date(promised) if promised else None,
        class_words=class_policy.words if class_policy else None,
        policy_link=(class_policy.policy_link or None) if class_policy else None,
        addressee=(class_policy.addressee or None) if class_policy else None,
        privacy_notice=policy.pack.privacy_notice,
    )


def safe_value(text: str) -> str:
    """A customer's words made safe for a letter: one line, cut to length, without links (RFC 3834 section 6)."""
    line = clean_line(text)
    if _OF_LINKS.search(line):
        line = " ".join(_unlinked(word) for word in line.split() if not _LINK.search(word))
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"


def short_subject(subject: str) -> str:
    """The beginning of a customer's subject that was made safe: with a reference behind it, it is shown whole in a list."""
    return subject if len(subject) <= SHORT_SUBJECT else subject[: SHORT_SUBJECT - 1].rstrip() + "…"


def _unlinked(word: str) -> str:
    """A word in which no mail program sees a domain: ``evil. example``.

    A space behind the dot does it for every domain there is or will be, without a list of them, and leaves what is none
    readable: ``St. John``, ``plan. pdf``. Cutting the word out would take names and file names away.
    """
    return _DOT_IN_NAME.sub(r"\1 ", word)


def case_values(policy: MailboxPolicy, case: Case, running: RunningClock | None) -> LetterValues:
    """What every letter about a case may say; ``running`` is the clock it is about. The reference is added when recorded."""
    calendar = policy.pack.working_calendar
    class_policy = policy.pack.classes.get(case.class_)
    due_on = last_day(running.due_at, calendar.zone) if running else None
    shut = calendar.shut_notice(due_on) if due_on else None
    return LetterValues(
        organisation=policy.organisation,
        mailbox_address=policy.address,
        signatory=policy.signatory or None,
        customer_subject=safe_value(case.subject) or None,
        class_words=class_policy.words if class_policy else None,
        policy_link=(class_policy.policy_link or None) if class_policy else None,
        addressee=(class_policy.addressee or None) if class_policy else None,
        privacy_notice=policy.pack.privacy_notice,
        received_on=letter_date(calendar.local_date(case.opened_at)),
        owner=case.owner,
        owner_contact=case.owner_address,
        clock_name=running.name if running else None,
        clock_title=_title(policy, case, running) if running else None,
        law=(running.law or None) if running else None,
        due_on=letter_date(due_on) if due_on else None,
        office_shut=str(shut) if shut else None,
    )


def _title(policy: MailboxPolicy, case: Case, running: RunningClock) -> str:
    """What people call a clock: as its rule says, or else its name."""
    rule = policy.pack.rule(running.name, case.class_, case.channel, running.law, case.also)
    return (rule.title if rule else "") or running.name.replace("-", " ")


LETTER_WORDS = {
    Purpose.RECEIPT: "the receipt",
    Purpose.DELAY_NOTICE: "the notice of delay",
    Purpose.PROGRESS_NOTICE: "the progress notice",
    Purpose.STATUS_NOTICE: "the status notice",
    Purpose.SILENCE_WARNING: "the letter that asks for the customer's answer",
    Purpose.SILENCE_CLOSING: "the letter that closes the case",
    Purpose.CLARIFICATION: "the letter that asks what the request lacks",
    Purpose.HANDOVER: "the letter that hands the case over",
    Purpose.HANDOVER_ANSWER: "the answer of the contact",
    Purpose.ACKNOWLEDGEMENT: "the acknowledgement",
    Purpose.RESPONSE: "the answer",
    Purpose.CONCLUSION: "the conclusion",
    Purpose.SURVEY: "the survey",
    Purpose.WORD: "a letter of staff",
    Purpose.OWNER_ANSWER: "the answer",
    Purpose.OWNER_HOLDING: "the word that the answer is still to come",
    Purpose.DIGEST: "the morning summary",
    Purpose.UNDELIVERED: "the mail about a letter that did not arrive",
}


def letter_words(purpose: Purpose) -> str:
    """What a letter is called in a sentence; a mail to staff that has no name of its own is an alert."""
    return LETTER_WORDS.get(purpose, "an alert")


def other_contact(case: Case, others: Sequence[str]) -> str | None:
    """How else the customer can be reached: the way they came by, and other addresses that take part in the case."""
    ways = [] if case.channel is Channel.EMAIL else [f"they came by {case.channel.value.replace('_', ' ')}"]
    return ", ".join([*ways, *others]) or None


def mailbox_values(policy: MailboxPolicy) -> LetterValues:
    """What a mail to staff may say that is about no case."""
    return LetterValues(organisation=policy.organisation, mailbox_address=policy.address, signatory=policy.signatory or None)


def digest_values(policy: MailboxPolicy, lines: tuple[str, ...]) -> LetterValues:
    """The values of the morning digest."""
    return replace(mailbox_values(policy), summary_lines="\n".join(lines))
