"""Ways into other people's cases, and why none works. Each stranger has a case of his own and learns nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.core.reference import make_reference
from tests.integration.correspondence import Council, council, mail
from tests.invented import MAILBOX, OWNER
from tests.servers.databases import sqlite_with_tables

EVE = "Eve Stranger <eve@evil.example>"
SECRET = "The lamp at 4 Quay Street"
BORDER = "mx.harbour.example"
PASSED_ON = "From: Joe Sample <joe@example.net>\nSent: Monday\nTo: Bo\nSubject: Hello\n\nHello."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Council]:
    """A council with Ada's case."""
    with council(sqlite_with_tables(tmp_path / "mailbot.db")) as found:
        found.arrives(mail("It is out.", subject=SECRET, message_id="ada1@example.org"))
        found.later()
        yield found


def ada(office: Council) -> str:
    """The reference of Ada's case, after a look that nothing came into it, nothing of it got out and its clock runs."""
    case = office.cases()[0]
    assert [each.sender for each in case.messages] == ["ada@example.org"]
    assert {one.name for one in case.clocks if one.stopped_at is None} >= {"response"}
    for line in office.outgoing():
        if line.recipient != "ada@example.org":
            body = office.text(line).partition("\n")[2]
            assert not [word for word in (SECRET, "Quay", "ada@example.org", "Ada Sample") if word in body]
    return case.line.reference


def test_guessed_references(office: Council) -> None:
    """Every number there could be, in subject and text, in any spelling: none joins, and a person is asked about right ones."""
    reference = ada(office)
    guesses = [make_reference("HC", "2611", number) for number in range(1, 8)]
    assert reference in guesses
    office.arrives(
        *(
            mail("Open up.", sender=f"e{n}@evil.example", subject=f"re: {one.lower().replace('-', ' ')}")
            for n, one in enumerate(guesses)
        )
    )
    office.arrives(mail(f"Your reference: {reference}", sender=EVE, subject="Hello"))
    ada(office)
    assert {line.detail for line in office.held() if line.rule == "stranger-names-a-case"} >= {reference}


def test_forged_references(office: Council) -> None:
    """Ada's own Message-ID, made-up ones of ours, and three thousand at once: none of them lets a stranger in."""
    made_up = ["0" * 32 + ".mailbot@harbour.example", "1.mailbot@harbour.example"]
    office.arrives(
        mail("Let me in.", sender=EVE, subject="Re: Yours", answers=["ada1@example.org"]),
        mail("Let me in.", sender=EVE, subject="x", answers=[*made_up, "ada1@example.org"]),
        mail("Let me in.", sender=EVE, subject="y", answers=[f"{number}@evil.example" for number in range(3000)]),
    )
    ada(office)


def test_tokens_quoted_from_elsewhere(office: Council) -> None:
    """The id and the number of a letter of ours that was published somewhere, quoted in a text: words are not a reply."""
    reference = ada(office)
    letter = office.letter(office.outgoing()[0])
    quoted = f"> Message-ID: {letter['Message-ID']}\n> Your reference: {reference}\n\nWhat became of this?"
    office.arrives(mail(quoted, sender=EVE, subject="A letter on the web"))
    ada(office)


def test_whoever_answers_our_letter_changes_nothing_of_the_customers(office: Council) -> None:
    """A stranger who has the letter itself may write into the case; he cannot close or withdraw it, or get its letters."""
    letter = office.letter(office.outgoing()[0])
    office.arrives(mail("Please cancel my request.", sender=EVE, answers=[str(letter["Message-ID"]).strip("<>")]))
    (case,) = office.cases()
    assert case.line.status == "open"
    assert "new-to-this-case" in office.events(case.line.reference)
    assert {line.recipient for line in office.outgoing()} == {"ada@example.org"}


def test_reply_to_reflection(office: Council) -> None:
    """A victim's address, a list or ourselves in Reply-To: the receipt goes to the author alone."""
    for number, victim in enumerate(("victim@example.net", MAILBOX, "a@example.net, b@example.net")):
        office.arrives(mail("Hello.", sender=f"e{number}@evil.example", subject=f"Hello {number}", Reply_To=victim))
    assert [line.recipient for line in office.outgoing()[1:]] == [f"e{number}@evil.example" for number in range(3)]


@pytest.mark.parametrize("sender", [MAILBOX, MAILBOX.upper(), f"Harbour Council <{MAILBOX}>", "foi@harbour.example"])
def test_own_address_as_sender(office: Council, sender: str) -> None:
    """What claims to come from us is never answered, whatever it names; no mailbox of ours writes to another."""
    before = len(office.outgoing())
    office.arrives(mail("Hello.", sender=sender, subject="Hello"))
    assert [line.recipient for line in office.outgoing()[before:] if line.letter.startswith("receipt")] == []


def test_a_forged_colleague_opens_nothing_to_others(office: Council) -> None:
    """Who claims to be staff cannot bring an accomplice into a case: his next message is a stranger's."""
    reference = office.cases()[0].line.reference
    office.arrives(mail("FYI", sender=OWNER, to=f"{MAILBOX}, eve@evil.example", subject=f"[{reference}]"))
    office.arrives(mail("Thank you.", sender=EVE, subject=f"Re: [{reference}]"))
    assert [each.sender for each in office.cases()[0].messages] == ["ada@example.org", OWNER]
    assert [line.rule for line in office.held()] == ["stranger-names-a-case"]


def from_a_colleague(office: Council, found: str) -> None:
    """An answer to Ada, a word for her case, and something passed on, in a colleague's name; the border's finding on them."""
    reference = office.cases()[0].line.reference
    result = f"{BORDER}; dmarc={found} header.from=harbour.example"
    for to, subject, text in (
        (f"{MAILBOX}, ada@example.org", f"Re: [{reference}]", "It is mended."),
        (MAILBOX, f"[{reference}]", "For the file."),
        (MAILBOX, "FW: Hello", PASSED_ON),
    ):
        office.arrives(mail(text, sender=OWNER, to=to, subject=subject, Authentication_Results=result))


def test_whom_our_border_finds_forged_is_no_colleague(office: Council) -> None:
    """He answers nobody, stops no clock, joins no case that he names and passes nothing on; no letter answers him."""
    office.policies["enquiries"] = replace(office.policies["enquiries"], authserv_id=BORDER)
    before = len(office.outgoing())
    from_a_colleague(office, "fail")
    ada(office)
    assert [case.line.customer for case in office.cases()[1:]] == [OWNER] * 3
    rules = {rule for case in office.cases() for rule in office.events(case.line.reference)}
    assert "dmarc-fail" in rules
    assert not rules & {"answered-by-staff", "passed-on-by-staff"}
    assert len(office.outgoing()) == before


@pytest.mark.parametrize(("border", "found"), [(BORDER, "pass"), (BORDER, "none"), ("", "fail"), ("mx.example.org", "fail")])
def test_a_colleague_is_believed_unless_our_own_border_says_otherwise(office: Council, border: str, found: str) -> None:
    """A border that found nothing, none that is configured, another's field: the colleague answers and passes on."""
    office.policies["enquiries"] = replace(office.policies["enquiries"], authserv_id=border)
    from_a_colleague(office, found)
    first, second = office.cases()
    assert [each.sender for each in first.messages] == ["ada@example.org", OWNER, OWNER]
    assert "response" in {one.name for one in first.clocks if one.stopped_at is not None}
    assert second.line.customer == "joe@example.net"


@pytest.mark.parametrize(
    "sender",
    [
        '"ada@example.org" <eve@evil.example>',
        '"Ada Sample <ada@example.org>" <eve@evil.example>',
        "Ada Sample <eve@evil.example>",
        '"Harbour Council enquiries@harbour.example" <eve@evil.example>',
    ],
)
def test_display_name_tricks(office: Council, sender: str) -> None:
    """A name that shows somebody else's address is a name."""
    reference = ada(office)
    office.arrives(mail("It is me.", sender=sender, subject=f"Re: [{reference}]", answers=["ada1@example.org"]))
    ada(office)
    assert office.outgoing()[-1].recipient == "eve@evil.example"


@pytest.mark.parametrize(
    "address",
    ["ada@xn--exmple-4nf.org", "ada@example.org.evil.example", "ada@examp1e.org", "ada+@example.org", "аda@example.org"],
)
def test_homoglyph_domains(office: Council, address: str) -> None:
    """An address that only looks like the customer's is another one."""
    reference = ada(office)
    content = mail("It is me.", sender="x@example.net", subject=f"[{reference}]", answers=["ada1@example.org"])
    office.arrives(content.replace(b"x@example.net", address.encode()))
    ada(office)
