"""Invented people, cases and policies for the tests to judge. Nobody here exists."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.adapters.rule_files import load_calendar, load_pack, load_screening
from mailbot.core.calendar import WorkingCalendar
from mailbot.core.case import Case, CaseStatus
from mailbot.core.letter import Envelope, Lane, OutboxLetter, OutboxState, Purpose
from mailbot.core.message import Address, Message
from mailbot.core.policy import Caps, MailboxPolicy, Pack, ReversePathKind, ScreeningRules

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules"
LETTERS = ROOT / "templates" / "letters"
LONDON = ZoneInfo("Europe/London")

CUSTOMER = "ada@example.org"
MAILBOX = "enquiries@harbour.example"
MANAGER = "manager@harbour.example"
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""An ordinary Monday in winter, ten in the morning in London."""


CAPS = Caps(answers_per_sender_per_day=5, letters_per_manager_per_day=50)


def at(text: str) -> datetime:
    """A moment in London: ``at("2026-07-03 23:59")``."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@cache
def shipped_calendar(name: str) -> WorkingCalendar:
    """A shipped calendar, in London."""
    return load_calendar(RULES, name, LONDON)


@cache
def shipped_pack() -> Pack:
    """The shipped pack for any public body, in London."""
    return load_pack(RULES, "generic", LONDON)


@cache
def shipped_screening() -> ScreeningRules:
    """The shipped screening rules."""
    return load_screening(RULES)


def message(*headers: tuple[str, str], sender: str = CUSTOMER, **values: Any) -> Message:
    """A message from ``sender`` (none if empty) with these further header fields."""
    subject = values.pop("subject", "The lamp outside number 4")
    fields = (*((("from", f"<{sender}>"),) if sender else ()), ("subject", subject), *headers)
    return Message(
        **{
            "digest": "d" * 64,
            "message_id": "1@example.org",
            "subject": subject,
            "from_": Address(address=sender, name="Ada Sample") if sender else None,
            "text": "It is broken.",
            "headers": fields,
            **values,
        }
    )


def policy(**changes: Any) -> MailboxPolicy:
    """The policy of an invented mailbox under the shipped pack."""
    usual = MailboxPolicy(
        name="enquiries",
        address=MAILBOX,
        organisation="Harbour Council",
        reference_prefix="HC",
        signatory="",
        manager=MANAGER,
        reply_to=None,
        max_ack_age_hours=72,
        start_at=None,
        pack=shipped_pack(),
        caps=CAPS,
        own_addresses=frozenset({MAILBOX, "foi@harbour.example"}),
        answerable_addresses=frozenset(),
        reverse_path=ReversePathKind.OWN,
        tag_secret=b"invented",
    )
    return replace(usual, **changes)


def case(**changes: Any) -> Case:
    """An open case of the customer."""
    usual = Case(
        id=7,
        reference="HC-2611-0042-7",
        mailbox="enquiries",
        pack="generic",
        class_="enquiry",
        status=CaseStatus.OPEN,
        customer=CUSTOMER,
        subject="The lamp outside number 4",
        opened_at=MONDAY,
        version=3,
        observed=False,
    )
    return replace(usual, **changes)


def outbox_letter(**changes: Any) -> OutboxLetter:
    """A receipt on its way to the customer, at its first try."""
    usual = OutboxLetter(
        id=5,
        mailbox="enquiries",
        case_id=7,
        purpose=Purpose.RECEIPT,
        letter="receipt-enquiry",
        lane=Lane.ACKNOWLEDGEMENT,
        envelope=Envelope(reverse_path=MAILBOX, recipient=CUSTOMER),
        message_id="abc.mailbot@harbour.example",
        content=b"Subject: We have it\r\n\r\nHello\r\n",
        state=OutboxState.SENDING,
        attempts=1,
        doubts=0,
        attempted_at=MONDAY,
        not_before=MONDAY,
        states_date=date(2026, 12, 11),
        in_reply_to="1@example.org",
        references=("1@example.org",),
    )
    return replace(usual, **changes)
