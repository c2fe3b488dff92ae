"""An automatic reply of a colleague: it reaches no customer, moves no clock and no state, and is kept as what it is."""

import pytest

from mailbot.core.action import ChangeCase, FileMessage, JoinCase, KeepSilent, OpenCase, QueueLetter
from mailbot.core.case import CaseStatus
from mailbot.core.clock_action import StopClock
from mailbot.core.message import Address
from mailbot.core.reason import Reason
from mailbot.core.screen import LOOKS_AUTOMATIC, Screening
from mailbot.core.strong_evidence import Verdict
from tests.invented import CUSTOMER, MAILBOX, case, every, message, only, policy, rule, running
from tests.unit.test_decide import MATCHED, arrived, decided, findings

COLLEAGUE = "bea@harbour.example"
AWAY = Screening(verdict=Verdict.AUTO_REPLY, reasons=(Reason("note-subject"),))
DOUBTFUL = Screening(verdict=Verdict.HUMAN, silences=(Reason(LOOKS_AUTOMATIC, "auto_reply 1.2"), Reason("away", "+0.5 en")))
COPIED = message(sender=COLLEAGUE, to=(Address(address=CUSTOMER), Address(address=MAILBOX)))


@pytest.mark.parametrize("screening", [AWAY, DOUBTFUL])
def test_it_moves_no_clock_and_is_noted_for_the_standards_of_staff(screening: Screening) -> None:
    """Even where it went to the customer too: the answer is still owed."""
    known = case(clocks=(running(rule()),))
    actions = decided(arrived(message=COPIED, by_staff=True), findings(match=MATCHED, screening=screening), known)
    assert every(StopClock, actions) == every(ChangeCase, actions) == every(QueueLetter, actions) == []
    assert only(JoinCase, actions)
    assert only(KeepSilent, actions).reasons[0] == Reason("automatic-reply-of-staff")


@pytest.mark.parametrize("screening", [AWAY, DOUBTFUL])
def test_one_that_belongs_to_no_case_opens_none(screening: Screening) -> None:
    """A colleague's robot that answers our alert is filed."""
    actions = decided(arrived(message=COPIED, by_staff=True), findings(screening=screening))
    assert every(OpenCase, actions) == []
    assert only(FileMessage, actions)
    assert only(KeepSilent, actions).reasons[0] == Reason("automatic-reply-of-staff")


def test_what_may_be_a_robot_s_does_not_count_as_what_a_customer_was_asked_for() -> None:
    """It is filed in the case that waits, and the case goes on waiting."""
    known = case(status=CaseStatus.WAITING)
    actions = decided(arrived(), findings(match=MATCHED, screening=DOUBTFUL), known)
    assert every(ChangeCase, actions) == []
    assert only(JoinCase, actions)


def test_what_may_be_a_person_s_opens_a_closed_case_or_a_new_one() -> None:
    """Nobody would look at it otherwise; no letter goes."""
    opened = decided(arrived(), findings(screening=DOUBTFUL))
    assert only(OpenCase, opened).may_write is False
    assert every(QueueLetter, opened) == []
    again = decided(arrived(), findings(match=MATCHED, screening=DOUBTFUL), case(status=CaseStatus.CLOSED))
    assert only(ChangeCase, again).status is CaseStatus.OPEN
    assert policy().is_colleague(COLLEAGUE)
