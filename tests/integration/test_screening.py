"""Through the whole flow: what a robot may not move, what a forger may not touch, and where nobody who is silenced is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.adapters.store.silenced import filed_messages, silenced_cases
from mailbot.core.case_command import AnswerAfterAll
from mailbot.errors import PermanentError
from tests.integration.correspondence import Council, council, mail
from tests.invented import MAILBOX
from tests.servers.databases import sqlite_with_tables

BORDER = "mx.harbour.example"
FAILED = f"{BORDER}; dmarc=fail header.from=example.org"
AWAY = "I am out of the office until 4 May. I will reply on my return. In my absence please write to Bo."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Council]:
    """A council with Ada's case."""
    with council(sqlite_with_tables(tmp_path / "mailbot.db")) as found:
        found.arrives(mail("The lamp at 4 Quay Street is out.", message_id="ada1@example.org"))
        found.later()
        yield found


@pytest.fixture
def guarded(office: Council) -> Council:
    """Its border says who is genuine."""
    office.policies["enquiries"] = replace(office.policies["enquiries"], authserv_id=BORDER)
    return office


def runs(office: Council) -> bool:
    """Whether an answer to Ada is owed still."""
    return "response" in {one.name for one in office.cases()[0].clocks if one.stopped_at is None}


def sent(text: str, subject: str) -> bytes:
    """A message to Ada in the mailbox's own name."""
    return mail(text, sender=MAILBOX, to="ada@example.org", subject=subject, answers=["ada1@example.org"])


@pytest.mark.parametrize("subject", ["Automatic reply: The lamp", "The lamp", "Out of office"])
def test_the_mailbox_s_own_absence_note_in_sent_answers_nobody(office: Council, subject: str) -> None:
    """It has no mark of a robot, bears the mailbox's own address, and lies among what people sent: the answer is still owed."""
    office.sends(sent(AWAY, subject))
    assert runs(office)


def test_what_a_person_sends_as_the_mailbox_answers(office: Council) -> None:
    """Even if it thanks, speaks of a number and says that somebody will come."""
    office.sends(sent("Thank you for your message about lamp 12. It is mended; we will look again.", "Re: The lamp"))
    assert not runs(office)


@pytest.mark.parametrize("named_by", ["our letter", "her message", "reference", "subject"])
def test_whoever_forges_the_customer_s_address_changes_nothing_in_her_case(guarded: Council, named_by: str) -> None:
    """He cannot withdraw it, whatever he names it by; what he wrote has a case of its own, whose clocks run, and no letter."""
    reference = guarded.cases()[0].line.reference
    ours = str(guarded.letter(guarded.outgoing()[0])["Message-ID"]).strip("<>")
    answers = {"our letter": [ours], "her message": ["ada1@example.org"]}.get(named_by, [])
    subject = f"Re: [{reference}]" if named_by == "reference" else "Re: The lamp"
    before = len(guarded.outgoing())
    guarded.arrives(
        mail("I withdraw my complaint.", subject=subject, answers=answers, Authentication_Results=FAILED),
    )
    hers, his = guarded.cases()
    assert [each.sender for each in hers.messages] == ["ada@example.org"]
    assert (runs(guarded), len(guarded.outgoing())) == (True, before)
    assert "response" in {one.name for one in his.clocks if one.stopped_at is None}
    asked = [] if named_by == "subject" else [("forged-author-names-a-case", reference)]
    assert [(one.rule, one.detail) for one in guarded.held()] == asked


def test_a_customer_whose_own_domain_fails_is_let_in_by_a_person(guarded: Council) -> None:
    """One command puts what she wrote where it belongs."""
    reference = guarded.cases()[0].line.reference
    guarded.arrives(mail("It is still out.", subject=f"Re: [{reference}]", Authentication_Results=FAILED))
    (asked,) = guarded.held()
    guarded.staff.answer_hold(asked.id, reference)
    assert len(guarded.case(reference).messages) == 2
    assert guarded.held() == ()


def test_a_customer_whom_the_border_does_not_doubt_joins_her_case(guarded: Council) -> None:
    """A border that says nothing of her, or that her domain passes, keeps nobody out."""
    reference = guarded.cases()[0].line.reference
    for result in ("none", "pass"):
        found = f"{BORDER}; dmarc={result} header.from=example.org"
        guarded.arrives(mail(f"It is still out ({result}).", subject=f"Re: [{reference}]", Authentication_Results=found))
    assert [len(case.messages) for case in guarded.cases()] == [3]


@pytest.mark.parametrize("role", ["inbox", "junk"])
def test_a_customer_s_answer_that_is_marked_as_spam_waits_for_a_person(office: Council, role: str) -> None:
    """What was asked of her may stand in it: it is not filed out of sight, and put back it is her answer."""
    reference = office.cases()[0].line.reference
    office.arrives(mail("It is number 4.", subject=f"Re: [{reference}]", X_Spam_Flag="YES"), role=role)
    (held,) = office.held()
    assert held.rule == "marked-as-spam"
    assert len(office.cases()[0].messages) == 1
    office.commands.put_back(held.id)
    office.drain()
    assert [len(case.messages) for case in office.cases()] == [2]
    assert office.held() == ()


def test_plain_spam_asks_nobody_to_look(office: Council) -> None:
    """It names no case."""
    office.arrives(mail("Buy.", sender="shop@evil.example", subject="Offer", X_Spam_Flag="YES"), role="junk")
    assert (len(office.cases()), office.held()) == (1, ())


@pytest.mark.parametrize(
    "mark", ["List-Id: <talk.example.org>", "X-Spam-Flag: YES", "Auto-Submitted: auto-generated", "Return-Path: <>"]
)
def test_whoever_was_taken_for_a_robot_is_seen_and_answered_after_all(office: Council, mark: str) -> None:
    """One list shows what has no case; one command opens it, with dates from the receipt, and another sends the receipt."""
    came_at = office.clock.now()
    name, _, value = mark.partition(": ")
    office.arrives(mail("My bin was missed.", sender="bo@example.net", subject="Bins", **{name: value}))
    (filed,) = filed_messages(office.database, 10)
    assert (filed.sender, filed.subject, filed.mailbox) == ("bo@example.net", "Bins", "enquiries")
    office.later(days=1)
    reference = office.staff.open_for(filed.number)
    case = office.case(reference)
    assert (case.line.customer, case.line.opened_at) == ("bo@example.net", came_at)
    assert [each.sender for each in case.messages] == ["bo@example.net"]
    assert {one.name for one in case.clocks if one.stopped_at is None} >= {"response"}
    assert reference in {line.reference for line in silenced_cases(office.database)}
    office.staff.carry_out(reference, AnswerAfterAll())
    assert office.outgoing()[-1].recipient == "bo@example.net"
    assert filed_messages(office.database, 10) == ()
    office.arrives(mail("And again.", sender="bo@example.net", subject=f"Re: [{reference}]"))
    assert len(office.case(reference).messages) == 2


def test_only_what_has_no_case_can_be_given_one(office: Council) -> None:
    """Ada's message has its own; what colleagues send and what does not exist have none to get."""
    office.sends(mail("Hello.", sender=MAILBOX, to="bo@example.net", subject="Hello"))
    for number in range(1, 4):
        with pytest.raises(PermanentError, match="was filed without a case"):
            office.staff.open_for(number)


def test_what_was_taken_for_a_robot_s_is_counted_until_the_manager_is_told(office: Council) -> None:
    """A newsletter without a case is counted for the mailbox it came to; what the digest before told of is not again."""
    office.arrives(mail("Roses are back.", sender="news@garden.example", List_Id="<news.garden.example>"))
    office.arrives(mail("<b>x</b>", sender="MAILER-DAEMON@garden.example", Return_Path="<>"))
    came, now = office.clock.now(), office.clock.now() + timedelta(hours=1)
    with office.store.view() as transaction:
        counted = [transaction.cases.figures(name, now, now, now, None).filed for name in ("enquiries", "foi")]
        told = transaction.cases.figures("enquiries", now, now, now, came).filed
    assert (counted, told) == ([1, 0], 0)
