"""Through the whole flow: the form's person gets the receipt, the junk folder loses nobody, a forged sender gets no letter."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import select

from mailbot.adapters.store import open_database
from mailbot.adapters.store.queries import Queries
from mailbot.adapters.store.silenced import silenced_cases
from mailbot.adapters.store.tables import case
from mailbot.core.case import Channel
from mailbot.core.case_command import CaseDone
from mailbot.core.relay import Relay
from mailbot.errors import PermanentError
from mailbot.pipeline.case_commands import CaseCommands
from mailbot.pipeline.commands import Commands
from tests.loops.hall import FOI, Hall, mail, policies
from tests.servers.databases import sqlite_with_tables

BORDER = "mx.harbour.example"
FORM = Relay(
    name="website-form",
    address="forms@harbour.example",
    channel=Channel.WEB,
    networks=(ip_network("192.0.2.0/24"),),
    person_address="line:E-mail",
    person_name="line:Name",
    person_text="line:Message",
)
HERE = "Received: from www ([192.0.2.7]) by mx.harbour.example; Tue, 2 Dec 2025 09:59:00 +0000"
TEXT = "Name: Ada Sample\r\nE-mail: ada@example.org\r\nMessage: The lamp is broken."


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """A town hall that trusts its form and its border."""
    known = policies()
    mailboxes = {name: replace(each, relays=(FORM,), authserv_id=BORDER) for name, each in known.mailboxes.items()}
    with closing(open_database(sqlite_with_tables(tmp_path / "hall.db"))) as database:
        yield Hall(database=database, policies=replace(known, mailboxes=mailboxes))


def test_the_person_behind_the_form_gets_the_receipt(hall: Hall) -> None:
    """The case is theirs, came by the web, and every one of forty gets a letter although all have one subject."""
    people = [f"person{number}@town{number}.example" for number in range(40)]
    forms = [
        mail(FORM.address, "Contact form", TEXT.replace("ada@example.org", person), FOI, HERE, "Auto-Submitted: auto-generated")
        for person in people
    ]
    hall.arrives(*forms)
    hall.works()
    assert sorted(letter.recipient for letter in hall.receipts()) == sorted(people)
    with hall.database.reading() as connection:
        rows = connection.execute(select(case.c.channel, case.c.customer_name).distinct()).all()
    assert [tuple(row) for row in rows] == [("web", "Ada Sample")]


def test_what_bears_the_form_s_address_without_proof_waits_for_a_person(hall: Hall) -> None:
    """A forger opens nothing by it; a citizen whose form came by another way is not lost: one command answers them."""
    forged = HERE.replace("192.0.2.7", "203.0.113.7")
    hall.arrives(mail(FORM.address, "Contact form", TEXT, FOI, forged, "Auto-Submitted: auto-generated"))
    hall.works()
    assert (hall.cases(), hall.receipts()) == (0, [])
    (held,) = Queries(hall.database).held()
    assert (held.rule, held.detail) == ("trusted-sender-not-proven", FORM.name)
    Commands(store=hall.store, clock=hall.clock, actor="bea").put_back(held.id)
    hall.works()
    assert [letter.recipient for letter in hall.receipts()] == ["ada@example.org"]


def test_a_robot_s_answer_from_the_form_s_address_is_filed(hall: Hall) -> None:
    """An absence note, a report or spam in its name asks nobody to look."""
    for number, mark in enumerate(("Auto-Submitted: auto-replied", "X-Spam-Flag: YES", "X-Failed-Recipients: a@example.org")):
        hall.arrives(mail(FORM.address, f"Contact {number}", TEXT, FOI, mark))
    hall.works()
    assert (hall.cases(), Queries(hall.database).held()) == (0, ())


def test_a_sender_whose_dmarc_fails_gets_no_letter_and_is_not_lost(hall: Hall) -> None:
    """Only our own border is asked; the case stands in the list of those without a receipt."""
    hall.arrives(
        mail(
            "ada@example.org", "Lamp", "Broken.", FOI, f"Authentication-Results: {BORDER}; dmarc=fail header.from=example.org"
        ),
        mail("bo@example.org", "Lamp", "Broken too.", FOI, "Authentication-Results: mx.example.org; dmarc=fail"),
    )
    hall.works()
    assert [letter.recipient for letter in hall.receipts()] == ["bo@example.org"]
    assert [line.reasons for line in silenced_cases(hall.database)] == [("dmarc-fail",)]


def test_a_person_in_the_junk_folder_is_held_and_put_back_with_one_command(hall: Hall) -> None:
    """Spam there is filed without a word; whoever looks like a person is shown, and put back becomes a case."""
    hall.arrives(
        mail("ada@example.org", "Lamp", "Broken."),
        mail("shop@example.org", "Offer", "Buy.", FOI, "X-Spam-Flag: YES"),
        role="junk",
    )
    hall.works()
    assert (hall.cases(), hall.receipts()) == (0, [])
    (held,) = Queries(hall.database).held()
    assert held.rule == "in-junk-folder"
    Commands(store=hall.store, clock=hall.clock, actor="bea").put_back(held.id)
    hall.works()
    assert [letter.recipient for letter in hall.receipts()] == ["ada@example.org"]


def test_whoever_asks_why_is_shown_the_words_that_were_weighed(hall: Hall) -> None:
    """What looks automatic stands in the history rule by rule, with the places in the message that spoke for it."""
    text = "I am on annual leave until 4 May. I will reply on my return. In my absence please write to Bo."
    hall.arrives(mail("ada@example.org", "Your request", text))
    hall.works()
    (line,) = silenced_cases(hall.database)
    assert line.reasons == ("looks-automatic", "away", "return", "deputy")
    view = Queries(hall.database).case(line.reference)
    assert view is not None
    (message,) = view.messages
    full = message.full_text or ""
    words = [full[span.start : span.end] for event in view.events for span in event.spans]
    assert words == ["I am on annual leave", "on my return", "In my absence"]


def by_form(words: str, subject: str = "Re: Lamp") -> bytes:
    """What somebody wrote into the form, with Ada's address."""
    return mail(FORM.address, subject, TEXT.replace("The lamp is broken.", words), FOI, HERE, "Auto-Submitted: auto-generated")


def staff(hall: Hall) -> CaseCommands:
    """What Bea may say about cases."""
    policies = hall.policies
    return CaseCommands(store=hall.store, letters=policies.letters, policies=policies.mailboxes, clock=hall.clock, actor="bea")


def state(hall: Hall) -> tuple[str, bool]:
    """Of the only case: its status, and whether letters rest."""
    with hall.store.view() as transaction:
        only = transaction.cases.get(1)
    return only.status.value, only.quiet


def test_whoever_types_a_customer_s_address_into_a_form_withdraws_nothing(hall: Hall) -> None:
    """The message lies in her case; letters do not rest, and a person is asked what to make of it."""
    hall.arrives(mail("ada@example.org", "Lamp", "It is broken."))
    hall.works()
    hall.arrives(by_form("Please withdraw my request."))
    hall.works()
    (held,) = Queries(hall.database).held()
    assert (held.rule, held.detail) == ("withdrawal-not-proven", Queries(hall.database).cases(limit=2)[0].reference)
    assert (hall.cases(), state(hall), len(hall.receipts())) == (1, ("open", False), 1)
    with pytest.raises(PermanentError, match="write --new-case, which opens none"):
        Commands(store=hall.store, clock=hall.clock, actor="bea").put_back(held.id)
    with pytest.raises(PermanentError, match="would be merged whole"):
        staff(hall).answer_hold(held.id, held.detail)
    staff(hall).answer_hold(held.id, None)
    assert (Queries(hall.database).held(), hall.cases(), state(hall)) == ((), 1, ("open", False))


def test_thanks_by_a_form_are_read_by_somebody(hall: Hall) -> None:
    """A closed case is open again: a person sees whether the customer wrote it. Thanks by mail leave it closed."""
    hall.arrives(mail("ada@example.org", "Lamp", "It is broken."))
    hall.works()
    staff(hall).carry_out(Queries(hall.database).cases(limit=1)[0].reference, CaseDone(at=hall.clock.now(), reason="mended"))
    hall.arrives(mail("ada@example.org", "Re: Lamp", "Thank you very much!"))
    hall.works()
    assert state(hall) == ("closed", False)
    hall.arrives(by_form("Thank you very much!"))
    hall.works()
    assert (hall.cases(), state(hall)) == (1, ("open", False))


def test_what_answers_our_letter_by_its_id_is_the_customer_s_by_whatever_way_it_came(hall: Hall) -> None:
    """Only the customer has the letter: a gateway that hands on their reply may withdraw for them."""
    hall.arrives(mail("ada@example.org", "Lamp", "It is broken."))
    hall.works()
    ours = hall.receipts()[0].parsed["Message-ID"]
    text = TEXT.replace("The lamp is broken.", "Please withdraw my request.")
    hall.arrives(mail(FORM.address, "Fax", text, FOI, HERE, f"In-Reply-To: {ours}"))
    hall.works()
    assert (Queries(hall.database).held(), state(hall)) == ((), ("open", True))
