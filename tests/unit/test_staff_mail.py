"""Which messages of staff are judged, and by whom they are: in doubt none, and nobody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import load_signature_words
from mailbot.core.classify import Classification
from mailbot.core.decide import Findings
from mailbot.core.decide.staff_mail import to_judge
from mailbot.core.directory import Person
from mailbot.core.match import Match
from mailbot.core.message import Address, Origin
from mailbot.core.policy import UNSURE
from mailbot.core.screen import Screening
from mailbot.core.staff_finding import month_before, month_words
from mailbot.core.standard.colleague import writer_of
from mailbot.core.standard.mail import Line, StaffMail
from mailbot.core.standards_rule import StandardsPolicy
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import MessageArrived
from tests.invented import BO, CUSTOMER, DI, MAILBOX, MO, MONDAY, OWNER, RULES, message, pack, staffed

WORDS = load_signature_words(RULES)
PARTNER = Person(name="Femi Holt", address="femi@pier.example", organisation="Pier Trust")


def asked(sample_share: float = 1.0, verdict: Verdict = Verdict.OWN, on: bool = True, **trigger: Any) -> int:
    """How many judgements a message from the Sent folder to a customer brings."""
    rule = StandardsPolicy(standard="generic", sample_share=sample_share)
    policy = replace(staffed(), pack=pack(standards=rule), judges_staff=on)
    usual = {"message": message(sender=MAILBOX, to=(Address(address=CUSTOMER),)), "origin": Origin.SENT, "by_staff": True}
    arrived = MessageArrived(**{"received_at": MONDAY, "born_at": MONDAY, "live": True, **usual, **trigger})
    findings = Findings(
        screening=Screening(verdict=verdict),
        match=Match(),
        classification=Classification(class_=UNSURE, best=UNSURE, confidence=0.0),
    )
    return len(to_judge(arrived, findings, policy, MONDAY + timedelta(minutes=5)))


def test_what_leaves_for_a_customer_is_judged_once_it_is_switched_on() -> None:
    """Off, nobody is looked at; on, a copy in the Sent folder and one from a colleague's own address are."""
    to_us = (Address(address=CUSTOMER), Address(address=MAILBOX))
    assert asked(on=False) == 0
    assert asked() == 1
    assert asked(origin=Origin.MAILBOX, message=message(sender=OWNER, to=to_us), verdict=Verdict.HUMAN) == 1


@pytest.mark.parametrize(
    "spared",
    [
        {"by_staff": False},
        {"our_letter": "1@harbour.example"},
        {"is_passed_on": True},
        {"unclear_forward": "its author is unclear"},
        {"origin": Origin.HISTORY},
        {"received_at": MONDAY - timedelta(days=30)},
        {"verdict": Verdict.AUTO_REPLY},
        {"verdict": Verdict.BOUNCE},
        {"message": message(sender=MAILBOX, to=(Address(address=OWNER),))},
        {"origin": Origin.MAILBOX},
    ],
)
def test_what_is_no_message_of_staff_to_somebody_outside_is_left_alone(spared: dict[str, Any]) -> None:
    """Customers, our own letters, forwards, old mail, robots, talk among colleagues, and the second copy of one message."""
    assert asked(**spared) == 0


def test_a_sample_is_the_same_each_time_and_about_as_large_as_asked_for() -> None:
    """A message is in the sample or it is not, whoever asks again; a quarter is a quarter."""
    mails = [message(sender=MAILBOX, to=(Address(address=CUSTOMER),), digest=f"{number:064x}") for number in range(1000)]
    first, second = ([asked(0.25, message=mail) for mail in mails] for _ in range(2))
    assert first == second
    assert 200 < sum(first) < 300


def signed(*lines: str, sender: str = MAILBOX) -> StaffMail:
    """A message that closes with these lines."""
    texts = ("Dear Ada", "It is done.", "Kind regards", *lines)
    return StaffMail(message=message(sender=sender), lines=tuple(Line(text=text) for text in texts))


@pytest.mark.parametrize(
    ("mail", "person"),
    [
        (signed("Bo Sample", "Harbour team"), BO),
        (signed("BO SAMPLE | Harbour team"), BO),
        (signed("Harbour team"), None),
        (signed("Bo"), None),
        (signed("Bo Sample", "for Mo Sample"), None),
        (signed("Femi Holt"), None),
        (signed("Di Sample", sender=OWNER), BO),
        (signed("Bo Sample", sender="somebody@harbour.example"), None),
        (signed("Femi Holt", sender="femi@pier.example"), None),
    ],
)
def test_the_author_is_known_or_nobody_is_judged(mail: StaffMail, person: Person | None) -> None:
    """By the address, or from a group mailbox by the one name in the signature; partners keep to their own standards."""
    writer = writer_of(mail, (BO, MO, DI, PARTNER), {MAILBOX}, WORDS)
    assert writer.person == person
    assert bool(writer.why_not) is (person is None)


@given(st.dates())
def test_the_month_before_is_the_month_of_the_day_before_its_first(day: Any) -> None:
    """Also over new year."""
    if day.year > 1 or day.month > 1:
        assert month_before(f"{day:%Y-%m}") == f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"


def test_a_month_in_words() -> None:
    """As letters write it."""
    assert month_words("2026-01") == "January 2026"
