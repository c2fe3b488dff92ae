"""What colleagues pass on to the mailbox: the citizen is the customer, or a person decides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.errors import PermanentError
from tests.integration.correspondence import Council, council, mail, with_attached
from tests.invented import MAILBOX, MONDAY, OWNER
from tests.servers.databases import sqlite_with_tables

BO = f"Bo Sample <{OWNER}>"
ADA = "ada@example.org"
HEAD = "From: Ada Sample <ada@example.org>\nSent: Monday, 23 November 2026 10:02\nTo: Bo Sample\nSubject: The lamp\n\n"
WORDS = "It is out."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Council]:
    with council(sqlite_with_tables(tmp_path / "mailbot.db")) as found:
        yield found


def passed_on(office: Council, text: str, subject: str = "FW: The lamp", sender: str = BO) -> None:
    office.arrives(mail(text, sender=sender, subject=subject))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("FW: The lamp", f"For you.\n\nBo\n\n{HEAD}{WORDS}"),
        ("Fwd: The lamp", f"---------- Forwarded message ---------\n{HEAD.replace('Sent', 'Date')}{WORDS}"),
        ("Fwd: The lamp", f"Begin forwarded message:\n\n{HEAD.replace('Sent', 'Date')}{WORDS}"),
        (
            "FW: The lamp",
            f"________________________________\n{HEAD.replace('<ada', '[mailto:ada').replace('org>', 'org]')}{WORDS}",
        ),
        ("WG: The lamp", "Von: Ada Sample <ada@example.org>\nGesendet: Montag\nAn: Bo\nBetreff: The lamp\n\nIt is out."),
        ("TR: The lamp", "De : Ada Sample <ada@example.org>\nEnvoyé : lundi\nÀ : Bo\nObjet : The lamp\n\nIt is out."),
    ],
)
def test_the_author_of_what_is_passed_on_is_the_customer(office: Council, subject: str, text: str) -> None:
    """The receipt goes to her and not to the colleague; the case says that it was passed on."""
    passed_on(office, text, subject)
    (case,) = office.cases()
    assert (case.line.customer, case.line.subject) == (ADA, "The lamp")
    assert [line.recipient for line in office.outgoing()] == [ADA]
    assert "passed-on-by-staff" in office.events(case.line.reference)


def test_an_attached_message_says_whose_it_is(office: Council) -> None:
    """Her reply later finds the case by the id of what she had written."""
    inner = mail(WORDS, message_id="ada1@example.org")
    office.arrives(with_attached(mail("For you.", sender=BO), inner, "The lamp of Ms Sample"))
    (case,) = office.cases()
    assert case.line.customer == ADA
    (receipt,) = office.outgoing()
    assert "<ada1@example.org>" in str(office.letter(receipt)["References"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"Two of them:\n\n{HEAD}{WORDS}\n\n{HEAD.replace('ada', 'ben')}{WORDS}", "2 messages are passed on"),
        ("Ada rang about her lamp.", "no head of a message is found"),
        (HEAD.replace(" <ada@example.org>", "") + WORDS, "its author has no address that is plain"),
        (HEAD.replace("ada@example.org", MAILBOX) + WORDS, "its author is one of us"),
    ],
)
def test_where_the_author_is_not_plain_a_person_decides(office: Council, text: str, why: str) -> None:
    """Nobody gets a letter on a guess, the colleague least of all; the case is there and its clocks run meanwhile."""
    passed_on(office, text)
    (case,) = office.cases()
    assert (case.line.customer, office.outgoing()) == ("", [])
    assert "response" in {one.name for one in case.clocks if one.stopped_at is None}
    (held,) = office.held()
    assert (held.rule, held.detail) == ("forward-unclear", why)
    with pytest.raises(PermanentError, match="--customer ADDRESS, --join REFERENCE or --new-case"):
        office.commands.put_back(held.id)


def test_the_customer_that_a_person_names_gets_the_receipt_and_is_answered(office: Council) -> None:
    """Named once, Ada has her receipt and the question is gone; she writes in the case, and an answer to her ends it."""
    passed_on(office, "Ada rang about her lamp.")
    (held,) = office.held()
    office.later(days=1)
    for wrong in ("Ada", MAILBOX):
        with pytest.raises(PermanentError):
            office.staff.answer_hold(held.id, None, wrong)
    office.staff.answer_hold(held.id, None, ADA)
    (receipt,) = office.outgoing()
    assert (receipt.recipient, office.held()) == (ADA, ())
    reference = office.cases()[0].line.reference
    office.arrives(mail("Still out.", subject=f"[{reference}]"))
    office.sends(mail("It is mended.", sender=MAILBOX, to=ADA, subject=f"[{reference}]"))
    (case,) = office.cases()
    assert (case.line.customer, case.line.opened_at) == (ADA, MONDAY)
    assert "response" in {one.name for one in case.clocks if one.stopped_at is not None}


def test_a_customer_who_was_named_wrongly_is_nobody_again(office: Council) -> None:
    """Taken back before the receipt goes: it does not go, the question is open again, and the right one may be named."""
    passed_on(office, "Ada rang about her lamp.")
    (held,) = office.held()
    office.later()
    before = office.cases()[0]
    reference = office.staff.answer_hold(held.id, None, "eve@example.net")
    office.later()
    office.staff.undo(reference)
    (case,) = office.cases()
    assert (case.line.customer, case.clocks, office.held()) == ("", before.clocks, (held,))
    with office.store.view() as transaction:
        found = transaction.cases.get(transaction.cases.find(reference) or 0)
        assert (found.may_write, transaction.cases.participants(found.id)) == (False, ())
    for again in (ADA, "eve@example.net"):
        office.staff.answer_hold(held.id, None, again)
        office.staff.undo(reference)
    office.staff.answer_hold(held.id, None, ADA)
    assert [(each.recipient, each.state) for each in office.outgoing()] == [
        ("eve@example.net", "withdrawn"),
        (ADA, "withdrawn"),
        ("eve@example.net", "withdrawn"),
        (ADA, "queued"),
    ]


@pytest.mark.parametrize("by", ["receipt", "staff"])
def test_what_went_to_the_customer_who_was_named_is_not_called_back(office: Council, by: str) -> None:
    """Once a letter of ours or of staff has gone there, the command says so, and changes nothing."""
    passed_on(office, "Ada rang about her lamp.")
    (held,) = office.held()
    office.later()
    reference = office.staff.answer_hold(held.id, None, ADA)
    office.later()
    if by == "receipt":
        with office.store.transaction() as transaction:
            transaction.outbox.claim([office.outgoing()[0].id], office.clock.now())
    else:
        office.sends(mail("It is mended.", sender=MAILBOX, to=ADA, subject=f"[{reference}]"))
    before = office.cases(), office.outgoing()
    with pytest.raises(PermanentError, match="a letter has gone to the customer that was named and cannot be called back"):
        office.staff.undo(reference)
    assert (office.cases(), office.outgoing(), office.held()) == (*before, ())


def test_a_letter_that_came_back_told_nobody_anything(office: Council) -> None:
    """The address was wrong and nothing arrived there: another customer may be named."""
    passed_on(office, "Ada rang about her lamp.")
    (held,) = office.held()
    reference = office.staff.answer_hold(held.id, None, "adda@example.org")
    with office.store.transaction() as transaction:
        transaction.outbox.claim([office.outgoing()[0].id], office.clock.now())
        transaction.returns.bounced(office.outgoing()[0].id, "550 5.1.1", office.clock.now())
    office.staff.undo(reference)
    assert office.held() == (held,)


def test_a_message_that_was_put_into_another_case_asks_again_when_that_is_taken_back(office: Council) -> None:
    """The merge and the answer to the question go together."""
    office.arrives(mail(WORDS))
    passed_on(office, "Ada rang about her lamp.")
    (held,) = office.held()
    hers, own = (case.line.reference for case in office.cases())
    assert (office.staff.answer_hold(held.id, hers), office.held()) == (own, ())
    office.staff.undo(own)
    assert office.held() == (held,)


def test_what_a_citizen_passes_on_is_the_citizens(office: Council) -> None:
    """A head in the text makes nobody a customer unless a colleague sent it: the receipt goes to who wrote."""
    passed_on(office, f"{HEAD.replace('ada', 'victim')}{WORDS}", sender="Eve <eve@example.net>")
    assert [line.recipient for line in office.outgoing()] == ["eve@example.net"]


def test_a_colleague_with_a_matter_of_their_own_is_a_customer(office: Council) -> None:
    """Without a mark of a forward it is the colleague's message, whatever it quotes."""
    passed_on(office, "My own lamp is out.", subject="My lamp")
    assert [case.line.customer for case in office.cases()] == [OWNER]


def test_what_was_known_already_is_not_a_second_case(office: Council) -> None:
    """A colleague passes on what the citizen had also sent to the mailbox: it joins that case."""
    inner = mail(WORDS, message_id="ada1@example.org")
    office.arrives(inner)
    office.arrives(with_attached(mail("For you.", sender=BO), inner, "FW: The lamp"))
    assert len(office.cases()) == 1
    assert len(office.outgoing()) == 1
