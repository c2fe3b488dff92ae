"""What a letter is told: dates with their weekday, and a customer's words made safe."""

from datetime import date, datetime

from mailbot.core.letter import LetterValues
from mailbot.core.policy import ClassPolicy, MailboxPolicy
from mailbot.core.text import clean_line

SUBJECT_LENGTH = 60


def letter_date(day: date) -> str:
    """A date as letters show it, with its weekday: ``Tuesday 22 December 2026``."""
    return f"{day:%A} {day.day} {day:%B %Y}"


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
        privacy_notice=policy.pack.privacy_notice,
    )


def safe_value(text: str) -> str:
    """A customer's words made safe for a letter: one line, cut to length, without links (RFC 3834 section 6)."""
    line = clean_line(text)
    without_links = " ".join(word for word in line.split() if "://" not in word and "www." not in word.lower())
    return without_links if len(without_links) <= SUBJECT_LENGTH else without_links[: SUBJECT_LENGTH - 1].rstrip() + "…"


def overdue_values(
    policy: MailboxPolicy, clock_name: str, due_on: date, received_on: date, days_late: int, owner: str | None
) -> LetterValues:
    """The values of the alert about a passed date; ``days_late`` in working days. The reference is added when recorded."""
    return LetterValues(
        organisation=policy.organisation,
        mailbox_address=policy.address,
        signatory=policy.signatory or None,
        clock_name=clock_name,
        due_on=letter_date(due_on),
        received_on=letter_date(received_on),
        days_late=str(days_late),
        owner=owner,
    )


def digest_values(policy: MailboxPolicy, lines: tuple[str, ...]) -> LetterValues:
    """The values of the morning digest."""
    return LetterValues(
        organisation=policy.organisation,
        mailbox_address=policy.address,
        signatory=policy.signatory or None,
        summary_lines="\n".join(lines),
    )
