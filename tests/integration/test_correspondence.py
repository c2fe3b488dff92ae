"""What people write back: which case it goes to, what it changes, and what staff can put right and take back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbot.core.case import Channel, ClockKind
from mailbot.core.case_command import CaseAssigned, CaseDone, CaseReopened, CaseWithdrawn, ContactNoted
from mailbot.core.clock_rule import ClockStart
from mailbot.core.own_id import signed
from mailbot.errors import PermanentError
from tests.integration.correspondence import FOI, SECRET, Council, council, mail
from tests.invented import MAILBOX, MANAGER, OWNER, rule
from tests.servers.databases import postgresql_with_tables, sqlite_with_tables
from tests.servers.postgres import Postgres

EVE = "Eve Stranger <eve@example.net>"
BEN = "Ben Other <ben@example.org>"


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Council]:
    """A council, on either database."""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgresql_with_tables(postgres)
    else:
        url = sqlite_with_tables(tmp_path / "mailbot.db")
    with council(url) as found:
        yield found


def opened(office: Council, text: str = "It is out.", **values: str) -> str:
    """Somebody writes, and a case is opened; gives its reference."""
    office.later()
    office.arrives(mail(text, **values))
    return office.cases()[-1].line.reference


def receipt_id(office: Council, reference: str) -> str:
    """The Message-ID of the receipt of a case."""
    (line,) = [each for each in office.case(reference).letters if each.letter.startswith("receipt")]
    return str(office.letter(line)["Message-ID"]).strip("<>")


def running(office: Council, reference: str) -> dict[str, str]:
    """The running clocks of a case with their dates."""
    return {one.name: one.due_at.isoformat() for one in office.case(reference).clocks if one.stopped_at is None}


def deadlines(office: Council) -> list[tuple[object, ...]]:
    """Every moment that has not come."""

    with office.queries._database.reading() as connection:
        query = (
            'SELECT k."case", k.name, d.kind, d.due_at FROM deadline d JOIN clock k ON k.id = d.clock WHERE fired_at IS NULL'
        )
        return sorted(tuple(map(str, row)) for row in connection.execute(text(query)))


def close(office: Council, reference: str) -> None:
    office.staff.carry_out(reference, CaseDone(at=office.clock.now(), reason="answered"))


# A stranger, and two plausible cases -----------------------------------------------------------------------------------


def test_a_stranger_who_names_a_case_has_a_case_at_once_and_a_person_is_asked(office: Council) -> None:
    """Receipt and clocks wait for nobody; nothing of the other case is in the letter; both choices are a command away."""
    hers = opened(office, subject="My secret lamp")
    his = opened(office, sender=EVE, subject=f"What about {hers}?")
    assert hers != his
    assert "response" in running(office, his)
    letter = office.outgoing()[-1]
    assert letter.recipient == "eve@example.net"
    assert not [word for word in ("secret", "Ada", "ada@") if word in office.text(letter)]
    (asked,) = office.held()
    assert (asked.rule, asked.detail) == ("stranger-names-a-case", hers)
    with pytest.raises(PermanentError, match="write --join REFERENCE or --new-case"):
        office.commands.put_back(asked.id)


def test_a_person_may_join_what_a_stranger_wrote(office: Council) -> None:
    """The stranger was the customer's daughter: her case goes into his, and so does what she writes next."""
    hers = opened(office)
    his = opened(office, sender=EVE, subject=f"What about {hers}?")
    office.staff.answer_hold(office.held()[0].id, hers)
    assert office.held() == ()
    assert [each.sender for each in office.case(hers).messages] == ["ada@example.org", "eve@example.net"]
    assert (office.case(his).line.status, running(office, his)) == ("closed", {})
    opened(office, sender=EVE, subject=f"Re: [{his}]")
    assert len(office.case(hers).messages) == 3
    assert office.held() == ()


def test_a_person_may_leave_a_strangers_case_as_it_is(office: Council) -> None:
    """It was a guess: his case stays his, and hers has nothing of it."""
    hers = opened(office)
    his = opened(office, sender=EVE, subject=hers)
    office.staff.answer_hold(office.held()[0].id, None)
    assert office.held() == ()
    assert (len(office.case(hers).messages), len(office.case(his).messages)) == (1, 1)
    with pytest.raises(PermanentError, match="does not ask for a case"):
        office.staff.answer_hold(1, None)


def test_of_two_plausible_cases_neither_is_chosen_and_nobody_waits(office: Council) -> None:
    """Both are named to a person; the customer has a receipt, and the clock runs from the day it came."""
    first, second = opened(office), opened(office, subject="The bin")
    third = opened(office, subject=f"{first} and {second}")
    assert third not in (first, second)
    (asked,) = office.held()
    assert (asked.rule, asked.detail) == ("two-plausible-cases", f"{first}, {second}")
    assert len(office.case(third).letters) == 1
    office.staff.answer_hold(asked.id, second)
    assert len(office.case(second).messages) == 2


# Closed cases ----------------------------------------------------------------------------------------------------------


def test_a_reply_soon_after_the_end_opens_the_case_again_to_its_owner(office: Council) -> None:
    """Whoever answered has it back, and an answer is owed anew."""
    reference = opened(office)
    office.staff.carry_out(reference, CaseAssigned(name="Bo Sample", address=OWNER))
    close(office, reference)
    office.later(days=20)
    office.arrives(mail("It is out again.", answers=[receipt_id(office, reference)]))
    with office.store.view() as transaction:
        case = transaction.cases.get(transaction.cases.find(reference) or 0)
    assert (case.status.value, case.owner, "response" in running(office, reference)) == ("open", "Bo Sample", True)


def test_a_reply_long_after_the_end_opens_a_case_that_is_linked(office: Council) -> None:
    """It is confirmed like any new matter, and each case shows the other."""
    reference = opened(office)
    close(office, reference)
    office.later(days=40)
    office.arrives(mail("It is out again.", answers=[receipt_id(office, reference)]))
    old, new = office.cases()
    assert (old.line.status, new.line.status, len(new.letters)) == ("closed", "open", 1)
    assert (old.turns, new.turns) == ((("linked with", new.line.reference),), (("linked with", reference),))


@pytest.mark.parametrize("text", ["Thank you so much!", "Thanks, that's great.\n\nAda\n\n> We have mended it. Please call us?"])
def test_a_short_thanks_opens_nothing(office: Council, text: str) -> None:
    """It is filed with its case, which stays closed, whenever it comes; no letter goes."""
    reference = opened(office)
    close(office, reference)
    office.later(days=60)
    office.arrives(mail(text, answers=[receipt_id(office, reference)]))
    assert (len(office.cases()), office.case(reference).line.status) == (1, "closed")
    assert (len(office.case(reference).messages), len(office.outgoing())) == (2, 1)


@pytest.mark.parametrize(
    "text",
    ["Thanks, but it is out again.", "Thank you. When will you come?", "Thank you, please call me.", "Thank you for nothing."],
)
def test_thanks_with_anything_more_is_read_by_somebody(office: Council, text: str) -> None:
    """A question, a request or a doubt opens the case again."""
    reference = opened(office)
    close(office, reference)
    office.later(days=1)
    office.arrives(mail(text, answers=[receipt_id(office, reference)]))
    assert office.case(reference).line.status == "open"


def test_a_customer_who_withdraws_gets_no_more_letters_and_a_person_closes(office: Council) -> None:
    """The owner hears of it with the command that closes; until then the clock runs."""
    reference = opened(office)
    office.staff.carry_out(reference, CaseAssigned(name="Bo Sample", address=OWNER))
    office.arrives(mail("Please cancel my complaint. It is lit again.", answers=[receipt_id(office, reference)]))
    told = office.outgoing()[-1]
    assert (told.letter, told.recipient) == ("withdrawal", OWNER)
    assert f"mailbot case withdraw {reference}" in office.text(told)
    with office.store.view() as transaction:
        case = transaction.cases.get(transaction.cases.find(reference) or 0)
    assert (case.quiet, case.status.value, "response" in running(office, reference)) == (True, "open", True)
    before = running(office, reference), deadlines(office)
    office.staff.carry_out(reference, CaseWithdrawn(at=office.clock.now(), reason="by mail"))
    assert (office.case(reference).line.status, running(office, reference)) == ("closed", {})
    office.staff.undo(reference)
    assert (office.case(reference).line.status, (running(office, reference), deadlines(office))) == ("open", before)


@pytest.mark.parametrize(
    "text", ["Do not cancel my complaint!", "Why would I withdraw my complaint?", "I withdraw my complaint if you pay."]
)
def test_who_does_not_clearly_withdraw_does_not(office: Council, text: str) -> None:
    """Nothing rests, and the owner sees an ordinary message."""
    reference = opened(office)
    office.arrives(mail(text, answers=[receipt_id(office, reference)]))
    assert [each.letter for each in office.outgoing()] == ["receipt"]


def test_a_stranger_cannot_withdraw_a_case(office: Council) -> None:
    """Even with a letter of ours in hand."""
    reference = opened(office)
    office.arrives(mail("Please cancel my complaint.", sender=EVE, answers=[receipt_id(office, reference)]))
    with office.store.view() as transaction:
        assert not transaction.cases.get(transaction.cases.find(reference) or 0).quiet


def test_an_automatic_reply_does_nothing(office: Council) -> None:
    """An absence reply to a closed case is filed there; it opens nothing, withdraws nothing and is answered by nobody."""
    reference = opened(office)
    close(office, reference)
    office.later(days=1)
    absence = mail("I am away. Cancel my request.", answers=[receipt_id(office, reference)], Auto_Submitted="auto-replied")
    office.arrives(absence)
    assert (office.case(reference).line.status, len(office.case(reference).messages), len(office.outgoing())) == (
        "closed",
        2,
        1,
    )


# One message, several places -------------------------------------------------------------------------------------------


def test_one_message_to_two_mailboxes_is_one_case_and_both_teams_are_told(office: Council) -> None:
    """One receipt to the customer; the second team hears which case it is, once."""
    both = mail("It is out.", to=f"{MAILBOX}, {FOI}")
    office.arrives(both)
    office.arrives(b"Received: from elsewhere\r\n" + both, mailbox="foi")
    (case,) = office.cases()
    assert [(each.letter, each.recipient) for each in case.letters] == [
        ("receipt", "ada@example.org"),
        ("also-arrived", MANAGER),
    ]
    assert FOI in office.text(office.outgoing()[-1])


def test_the_same_message_again_after_days_is_the_same(office: Council) -> None:
    """A server that delivers twice (RFC 1047), or a person who moves it back from the bin: no second receipt, no letter."""
    twice = mail("It is out.")
    office.arrives(twice)
    office.later(days=9)
    office.arrives(b"X-Redelivered: yes\r\n" + twice)
    assert (len(office.cases()), len(office.outgoing())) == (1, 1)


def test_a_restored_mailbox_sends_nothing_twice(office: Council) -> None:
    """New numbers for old messages (UIDVALIDITY, RFC 3501): each is known by its content."""
    old = [mail(f"Number {number}.", sender=f"c{number}@example.org") for number in range(5)]
    office.arrives(*old)
    office.later(days=30)
    office.uidvalidity = 2
    office.arrives(*old)
    assert (len(office.cases()), len(office.outgoing())) == (5, 5)


def test_a_restored_database_does_not_answer_a_month_again(office: Council, tmp_path: Path) -> None:
    """The database is of last month, the mailbox of today: old mail has cases and persons, and no letter goes for it.

    Copies of letters that the database has lost are known as ours by their signed ids: they answer nothing.
    """
    office.later(days=30)
    old = [
        mail(f"Number {number}.", sender=f"c{number}@example.org", message_id=f"{number}@old.example") for number in range(5)
    ]
    office.arrives(*old, received_at=office.clock.now() - timedelta(days=20))
    assert (len(office.cases()), office.outgoing()) == (5, [])
    lost = f"{signed('ab' * 16, SECRET)}.mailbot@harbour.example"
    copy = mail("We have it.", sender=MAILBOX, to="c0@example.org", message_id=lost, answers=["0@old.example"])
    office.sends(copy)
    assert "response" in running(office, office.cases()[0].line.reference)
    forged = lost.replace("ab", "cd", 1)
    office.sends(mail("We have it.", sender=MAILBOX, to="c0@example.org", message_id=forged, answers=["0@old.example"]))
    assert "response" not in running(office, office.cases()[0].line.reference)


def test_the_same_message_id_with_other_words_is_another_message(office: Council) -> None:
    """Nobody can suppress another's message by sending its id first: both have a case, and the second says so."""
    office.arrives(mail("It is out.", message_id="same@example.org"))
    office.arrives(mail("Something else.", sender=EVE, message_id="same@example.org"))
    second = office.cases()[-1]
    assert (len(office.cases()), len(office.outgoing())) == (2, 2)
    assert "message-id-used-before" in office.events(second.line.reference)
    assert [each.rule for each in office.held()] == ["message-id-used-before"]


# Merge, split, link, and back ------------------------------------------------------------------------------------------


def test_a_merged_case_lives_on_in_the_other_with_the_earlier_dates(office: Council) -> None:
    """Messages, letters, people and the earlier clock go there; its reference and its receipt lead there."""
    old = opened(office)
    office.later(days=4)
    new = opened(office, sender=BEN, subject="The same lamp")
    dates, receipt = running(office, old), receipt_id(office, old)
    office.staff.merge(old, new)
    assert running(office, new)["response"] == dates["response"]
    assert (office.case(old).line.status, running(office, old), office.case(old).messages) == ("closed", {}, ())
    assert [each.sender for each in office.case(new).messages] == ["ada@example.org", "ben@example.org"]
    office.arrives(mail("More.", answers=[receipt]), mail("Still more.", subject=f"New words {old}"))
    assert len(office.case(new).messages) == 4
    assert office.case(old).turns == (("merged into", new),)
    with pytest.raises(PermanentError, match=f"was merged into {new}"):
        close(office, old)


def test_a_merge_is_taken_back_exactly(office: Council) -> None:
    """Each case has its messages, its letters, its dates and its moments as before; what came later stays where it came."""
    old = opened(office)
    office.later(days=4)
    new = opened(office, sender=BEN, subject="The same lamp")
    before = [(running(office, each), [one.row for one in office.case(each).messages]) for each in (old, new)]
    moments = deadlines(office)
    office.staff.merge(old, new)
    assert deadlines(office) != moments
    office.staff.undo(old)
    assert [(running(office, each), [one.row for one in office.case(each).messages]) for each in (old, new)] == before
    assert (deadlines(office), office.case(old).line.status) == (moments, "open")
    with pytest.raises(PermanentError, match="nothing to take back"):
        office.staff.undo(old)


@pytest.mark.parametrize(("had", "has"), [("", "Bo Sample"), ("Mo Sample", "Mo Sample")])
def test_who_has_a_case_has_what_it_is_merged_into_unless_somebody_else_does(office: Council, had: str, has: str) -> None:
    """Nobody's case gets the owner of the other, and is nobody's again once the merge is taken back."""
    old, new = opened(office), opened(office, sender=BEN, subject="The same lamp")
    office.staff.carry_out(old, CaseAssigned(name="Bo Sample", address=OWNER))
    if had:
        office.staff.carry_out(new, CaseAssigned(name=had, address=MANAGER))
    office.staff.merge(old, new)
    assert owner(office, new) == has
    office.staff.undo(old)
    assert (owner(office, old), owner(office, new) or "") == ("Bo Sample", had)


def owner(office: Council, reference: str) -> str | None:
    with office.store.view() as transaction:
        return transaction.cases.get(transaction.cases.find(reference) or 0).owner


def test_a_case_merged_twice_leads_to_the_end(office: Council) -> None:
    """First into second, second into third: the first's number leads to the third."""
    first, second, third = (opened(office, subject=f"Lamp {number}") for number in range(3))
    office.staff.merge(first, second)
    office.staff.merge(second, third)
    opened(office, subject=f"Again: {first}")
    assert len(office.case(third).messages) == 4


def test_what_cannot_be_merged_is_refused(office: Council) -> None:
    """Into itself, into a closed case: each with what to do."""
    first, second = opened(office), opened(office, subject="The bin")
    with pytest.raises(PermanentError, match="into itself"):
        office.staff.merge(first, first)
    close(office, second)
    with pytest.raises(PermanentError, match=f"mailbot case reopen {second}"):
        office.staff.merge(first, second)


def test_a_message_that_is_another_matter_gets_its_own_case(office: Council) -> None:
    """Its dates count from its own receipt; no letter goes; replies to it find the new case; taken back, all is one again."""
    reference = opened(office)
    office.later(days=3)
    office.arrives(mail("And my bin.", message_id="bin@example.org", answers=[receipt_id(office, reference)]))
    number = office.case(reference).messages[-1].row
    made = office.staff.split(reference, [number])
    assert (office.case(made).line.opened_at, len(office.outgoing())) == (office.clock.now(), 1)
    assert (len(office.case(reference).messages), len(office.case(made).messages), "response" in running(office, made)) == (
        1,
        1,
        True,
    )
    office.arrives(mail("The brown one.", answers=[receipt_id(office, reference), "bin@example.org"]))
    assert len(office.case(made).messages) == 2
    office.staff.undo(reference)
    assert (running(office, made), office.case(made).line.status) == ({}, "closed")
    opened(office, subject=f"My bin {made}")
    assert len(office.case(reference).messages) == 4


def test_what_cannot_be_split_is_refused(office: Council) -> None:
    """A number of another case, or everything that its customer wrote."""
    reference = opened(office)
    with pytest.raises(PermanentError, match="has no message 99"):
        office.staff.split(reference, [99])
    with pytest.raises(PermanentError, match="without a message of its customer"):
        office.staff.split(reference, [office.case(reference).messages[0].row])


def test_two_cases_are_linked_and_no_more(office: Council) -> None:
    """Each shows the other; dates and messages stay where they are."""
    first, second = opened(office), opened(office, subject="The bin")
    office.staff.link(first, second)
    assert office.case(second).turns == (("linked with", first),)
    office.staff.undo(second)
    assert office.case(first).turns == ()


def test_staff_may_still_answer_by_phone(office: Council) -> None:
    """Clocks that a merge brought stop like any other."""
    first, second = opened(office), opened(office, subject="The bin")
    office.staff.merge(first, second)
    office.staff.carry_out(second, ContactNoted(channel=Channel.PHONE, at=office.clock.now(), outcome="mended"))
    assert running(office, second) == {}
    office.staff.carry_out(second, CaseDone(at=office.clock.now(), reason="mended"))
    office.later()
    office.staff.carry_out(second, CaseReopened(at=office.clock.now() - timedelta(seconds=1), reason="out again"))
    assert "response" in running(office, second)


# A contact that was noted ----------------------------------------------------------------------------------------------


def spoke(office: Council, reference: str, *, call_back: bool = False) -> None:
    said = ContactNoted(channel=Channel.PHONE, at=office.clock.now(), outcome="She has all she needs.", call_back=call_back)
    office.staff.carry_out(reference, said)


@pytest.mark.parametrize("call_back", [False, True])
def test_a_note_is_taken_back_exactly_and_stays_to_be_seen(office: Council, call_back: bool) -> None:
    """What it stopped runs to its old date and what it began ends; the history has the note, marked, and who took it back."""
    usual = office.policies["enquiries"]
    calls = rule(1, name="call-back", kind=ClockKind.CALL_BACK, starts_on=ClockStart.CALL_BACK)
    office.policies["enquiries"] = replace(usual, pack=replace(usual.pack, clocks=(*usual.pack.clocks, calls)))
    reference = opened(office)
    office.staff.reclassify(reference, "enquiry", "it asks when")
    office.later(days=3)
    before = running(office, reference), deadlines(office)
    spoke(office, reference, call_back=call_back)
    assert (running(office, reference), deadlines(office)) != before
    office.later()
    office.staff.undo(reference)
    assert (running(office, reference), deadlines(office)) == before
    history = office.case(reference).events
    (noted,) = (each for each in history if each.kind == "contact")
    assert (noted.rule, noted.detail.endswith("She has all she needs."), noted.taken_back) == ("contact-by-phone", True, True)
    assert [each.actor for each in history if each.kind == "taken-back"] == ["bo"]
    assert not any(each.taken_back for each in history if each.kind in ("opened", "taken-back"))
    with pytest.raises(PermanentError, match="no contact was noted"):
        office.staff.undo(reference)


def test_after_a_note_that_was_taken_back_nobody_has_answered(office: Council) -> None:
    """A receipt that waits goes all the same: the history's word that staff have answered no longer counts."""
    reference = opened(office)
    office.later(days=3)

    def is_answered() -> bool:
        with office.store.view() as transaction:
            (waiting,) = transaction.outbox.first_in_line("enquiries", office.clock.now(), 10)
            assert waiting.case is not None
            return waiting.case.answered

    spoke(office, reference)
    assert is_answered()
    office.staff.undo(reference)
    assert not is_answered()


def test_the_manager_does_not_hear_of_an_answer_that_was_taken_back(office: Council) -> None:
    """What it would have left owed is not the next morning's news."""
    reference = opened(office)
    office.staff.reclassify(reference, "enquiry", "it asks when", ("foi_request",))

    def news() -> tuple[str, ...]:
        with office.store.view() as transaction:
            now = office.clock.now()
            return transaction.cases.figures("enquiries", now, now, now, None).flagged

    before = news()
    office.later()
    spoke(office, reference)
    assert news() != before
    office.staff.undo(reference)
    assert news() == before


def test_the_newest_turn_is_taken_back_first(office: Council) -> None:
    """A note about two cases that were merged before it; then the merge. Dates are as they were before both."""
    old, new = opened(office), opened(office, sender=BEN, subject="The same lamp")
    before = running(office, old), running(office, new), deadlines(office)
    office.staff.merge(old, new)
    office.later()
    spoke(office, new)
    office.staff.undo(new)
    assert "response" in running(office, new)
    office.staff.undo(new)
    assert (running(office, old), running(office, new), deadlines(office)) == before


def test_a_note_on_a_case_that_was_closed_since_is_taken_back_once_it_is_open(office: Council) -> None:
    """Closed, nothing is owed; opened again, the answer is owed anew, and no old date runs beside the new one."""
    reference = opened(office)
    spoke(office, reference)
    close(office, reference)
    with pytest.raises(PermanentError, match=f"mailbot case reopen {reference}"):
        office.staff.undo(reference)
    office.later(days=3)
    office.staff.carry_out(reference, CaseReopened(at=office.clock.now(), reason="too early"))
    anew = running(office, reference)
    office.staff.undo(reference)
    assert running(office, reference)["response"] == anew["response"]
    names = [one.name for one in office.case(reference).clocks if one.stopped_at is None]
    assert len(names) == len(set(names))
