"""Which date a letter states where the law and the pack each have one (J18)."""

from dataclasses import replace
from datetime import date

from mailbot.adapters.rule_files import load_clock
from mailbot.core.action import QueueLetter
from mailbot.core.case import ClockKind, ClockStop
from mailbot.core.classify import Classification
from mailbot.core.clock_rule import ClockRule, ClockStart, ReceiptRule, Unit
from mailbot.core.decide import Findings, decide
from mailbot.core.match import Match
from mailbot.core.message import Origin
from mailbot.core.screen import Screening
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import MessageArrived
from tests.invented import RULES, at, message, policy, shipped_pack

LAW = replace(load_clock(RULES, "foia"), classes=("foi_request",), promised=True)
PROMISE = ClockRule(
    name="response",
    kind=ClockKind.RESPONSE,
    classes=("foi_request",),
    starts_on=ClockStart.RECEIPT,
    amount=14,
    unit=Unit.WORKING_DAYS,
    calendar="united-kingdom",
    stopped_by=(ClockStop.RESPONSE_SENT,),
    source="an invented rule",
    promised=True,
)


def stated_date(*clocks: ClockRule, receipt: ReceiptRule = ReceiptRule.ACT, received: str = "2026-11-23 10:00") -> date | None:
    """The date that the receipt for a request for information states, where these are the pack's clocks."""
    mailbox = policy(pack=replace(shipped_pack(), clocks=clocks, receipt=receipt))
    arrived = MessageArrived(
        message=message(), origin=Origin.MAILBOX, received_at=at(received), born_at=at(received), live=True
    )
    findings = Findings(
        screening=Screening(verdict=Verdict.HUMAN),
        match=Match(),
        classification=Classification(class_="foi_request", best="foi_request", confidence=0.9),
    )
    actions = decide(arrived, None, findings, mailbox, at(received)).actions
    return next(action.states_date for action in actions if isinstance(action, QueueLetter))


def test_a_letter_states_the_date_that_binds() -> None:
    """Fourteen working days are the pack's promise, twenty the law: the letter says the twentieth, or nothing (J18)."""
    assert stated_date(PROMISE) == date(2026, 12, 14)
    assert stated_date(PROMISE, LAW) == date(2026, 12, 22)
    assert stated_date(PROMISE, replace(LAW, promised=False)) is None


def test_a_pack_that_counts_receipt_by_the_code_promises_the_later_date() -> None:
    """Of Saturday 21 November 2026: Monday 21 December by the Act, Tuesday the 22nd by the Code."""
    assert stated_date(LAW, received="2026-11-21 10:00") == date(2026, 12, 21)
    assert stated_date(LAW, receipt=ReceiptRule.CODE, received="2026-11-21 10:00") == date(2026, 12, 22)
