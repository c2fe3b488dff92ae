"""Invented people, cases and policies for the tests to judge. Nobody here exists."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.rule_files import load_calendar, load_pack, load_screening
from mailbot.core.action import Action
from mailbot.core.calendar import ShutDays, WorkingCalendar
from mailbot.core.case import Case, CaseStatus, ClockKind, ClockStop, Moment, RunningClock
from mailbot.core.clock_rule import ClockRule, ClockStart, Unit
from mailbot.core.decide.moving import start_clock
from mailbot.core.directory import Directory, Person, Team
from mailbot.core.letter import Envelope, Lane, OutboxLetter, OutboxState, Purpose
from mailbot.core.message import Address, Message
from mailbot.core.policy import Caps, MailboxPolicy, Pack, ReversePathKind
from mailbot.core.screening_rules import ScreeningRules
from mailbot.core.trigger import DeadlineReached

A = TypeVar("A")

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules"
LETTERS = ROOT / "templates" / "letters"
LONDON = ZoneInfo("Europe/London")

CUSTOMER = "ada@example.org"
MAILBOX = "enquiries@harbour.example"
MANAGER = "manager@harbour.example"
OWNER = "bo@harbour.example"
DIRECTOR = "director@harbour.example"
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""An ordinary Monday in winter, ten in the morning in London."""


CAPS = Caps(
    answers_per_sender_per_day=5,
    letters_per_manager_per_day=50,
    answers_per_mailbox_per_hour=600,
    answers_per_subject_per_hour=30,
    answers_per_domain_per_hour=60,
    answers_per_hour=2_000,
)


def at(text: str) -> datetime:
    """A moment in London: ``at("2026-07-03 23:59")``."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@cache
def shipped_calendar(name: str) -> WorkingCalendar:
    """A shipped calendar, in London."""
    return load_calendar(RULES, name, LONDON)


@cache
def shipped_pack(name: str = "generic") -> Pack:
    """A shipped pack, the one for any public body if none is named, in London."""
    return load_pack(RULES, name, LONDON)


def rule(amount: int = 10, unit: Unit = Unit.WORKING_DAYS, **changes: Any) -> ClockRule:
    """An invented clock of a pack: an enquiry is answered in ten working days."""
    usual = ClockRule(
        name="response",
        kind=ClockKind.RESPONSE,
        classes=("enquiry",),
        starts_on=ClockStart.RECEIPT,
        amount=amount,
        unit=unit,
        calendar="england-and-wales",
        stopped_by=(ClockStop.RESPONSE_SENT,),
        source="an invented rule",
    )
    return replace(usual, **changes)


def pack(*clocks: ClockRule, shut: ShutDays | None = None, **changes: Any) -> Pack:
    """The shipped pack with these clocks alone, and with the days on which the office is shut."""
    usual = shipped_pack()
    calendars = {name: replace(found, shut=(shut,) if shut else ()) for name, found in usual.calendars.items()}
    return replace(usual, **{"clocks": clocks, "calendars": calendars, **changes})


@cache
def shipped_screening() -> ScreeningRules:
    """The shipped screening rules."""
    return load_screening(RULES)


@cache
def shipped_letters() -> JinjaLetters:
    """The shipped letters, compiled once: nothing changes them."""
    return JinjaLetters(LETTERS)


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
            "to": (Address(address=MAILBOX),),
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


BO, MO, DI = (
    Person(name="Bo Sample", address=OWNER, team="Harbour"),
    Person(name="Mo Sample", address=MANAGER, team="Harbour"),
    Person(name="Di Sample", address=DIRECTOR),
)


def staffed(*people: Person, **changes: Any) -> MailboxPolicy:
    """The policy of a mailbox that a team serves: Bo, Mo the manager and Di the director, or these people."""
    team = Team(name="Harbour", manager=MANAGER, director=DIRECTOR, mailboxes=("enquiries",))
    directory = Directory(organisation="Harbour Council", people=people or (BO, MO, DI), teams=(team,))
    return policy(**{"team": team, "directory": directory, **changes})


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


def running(found: ClockRule, started_at: datetime = MONDAY, **changes: Any) -> RunningClock:
    """The clock of a case that this rule started at that moment, by the shipped calendars."""
    started = start_clock(policy(pack=pack(found)), found, started_at, found.starts_on.value)
    usual = RunningClock(
        id=1,
        name=started.name,
        kind=started.kind,
        law=started.law,
        started_by=started.started_by,
        started_at=started_at,
        counts_from=started_at,
        due_at=started.due_at,
        original_due_at=started.due_at,
        why=started.why,
        stopped_by=started.stopped_by,
    )
    return replace(usual, **changes)


def reached(clock: RunningClock, moment: Moment, **changes: Any) -> DeadlineReached:
    """A moment of this clock has come."""
    usual = DeadlineReached(
        deadline_id=9, kind=moment, planned_at=MONDAY, clock_id=clock.id, clock_name=clock.name, due_at=clock.due_at
    )
    return replace(usual, **changes)


def only(kind: type[A], actions: tuple[Action, ...]) -> A:
    """The one action of this kind."""
    (found,) = every(kind, actions)
    return found


def every(kind: type[A], actions: tuple[Action, ...]) -> list[A]:
    """All actions of this kind."""
    return [action for action in actions if isinstance(action, kind)]


def kinds(actions: tuple[Action, ...]) -> list[type]:
    """What is done, in order."""
    return [type(action) for action in actions]


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
