"""Contacts that come by no e-mail become the same cases, and every contact stands in the log, whichever way it came."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import getaddresses
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from mailbot.core.case import Channel
from mailbot.core.case_command import CaseDone, ContactNoted
from mailbot.core.contact_note import ContactNote, told
from mailbot.errors import PermanentError
from mailbot.pipeline.contacts import AddedContact, Contacts, TakenContact
from tests.clauses.story import ADA_ADDRESS, Story, TellStory
from tests.e2e.installation import ENQUIRIES, MANAGER, reader
from tests.e2e.messages import reply

pytestmark = pytest.mark.dovecot

LEE, FEMI, CY = "lee.park@harbour.example", "femi.holt@pier.example", "cy.dale@harbour.example"
PEOPLE = """
[organisation]
name = "Harbour Council"
domains = ["harbour.example"]
contact = "Mo Reed"
[[team]]
name = "Customer Services"
mailboxes = ["enquiries"]
manager = "manager@harbour.example"
[[team]]
name = "The Authority"
manager = "manager@harbour.example"
[[person]]
name = "Mo Reed"
email = "manager@harbour.example"
team = "Customer Services"
[[person]]
name = "Cy Dale"
email = "cy.dale@harbour.example"
team = "Customer Services"
phone = "01632 960010"
[[person]]
name = "Lee Park"
email = "lee.park@harbour.example"
phone = "01632 960007"
[[partner]]
name = "Pier Trust"
another = true
domains = ["pier.example"]
contact = "Femi Holt"
[[person]]
name = "Femi Holt"
email = "femi.holt@pier.example"
phone = "01632 960006"
organisation = "Pier Trust"
[[service]]
name = "Pier and promenade"
synonyms = ["pier lamp"]
organisation = "Pier Trust"
contact = "Femi Holt"
category = { number = 611, name = "Coastal structures" }
[[service]]
name = "Parks"
contact = "Lee Park"
category = { number = 448, name = "Parks and gardens" }
"""
VOUCHED = {"Authentication-Results": "mx.harbour.example; dmarc=pass header.from=harbour.example"}


def begin(tell: TellStory, pack: str = "norfolk-connect") -> Story:
    return tell(pack, people=PEOPLE, manager=MANAGER)


def take_down(story: Story, about: str = "A broken swing", **what: Any) -> AddedContact:
    """A member of staff enters a contact; all that follows at once is done."""
    added = desk(story).add(taken(story, about, **what))
    story.settle()
    return added


def desk(story: Story) -> Contacts:
    """Where staff enter contacts; words are judged by the rules alone."""
    assert story.daemon is not None
    policies = story.policies
    return Contacts(
        store=story.daemon.store,
        letters=policies.letters,
        policy=policies.mailboxes["enquiries"],
        originals=policies.originals,
        phrases=reader(replace(policies.reading, learning=None)),  # type: ignore[arg-type]
        flags=policies.reading.flags,
        requests=policies.reading.requests,
        rules_version=policies.reading.version,
        shared_domains=policies.screening.shared_domains,
        clock=story.clock,
        actor="desk",
        names=policies.names,
    )


def taken(
    story: Story,
    about: str = "A broken swing",
    *,
    channel: Channel = Channel.PHONE,
    name: str = "Ada Finch",
    email: str = "",
    phone: str = "",
    asked_for: str = "Please mend it",
    earlier: timedelta = timedelta(0),
    **more: Any,
) -> TakenContact:
    note = ContactNote(
        received_at=story.clock.now() - earlier,
        name=told(name),
        phones=tuple(filter(None, (told(phone),))),
        email=told(email),
        about=told(about),
        asked_for=tuple(filter(None, (told(asked_for),))),
    )
    return TakenContact(note=note, channel=channel, taken_by="Cy Dale", **more)


def words_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def who(letter: EmailMessage, field: str) -> list[str]:
    return [address for _, address in getaddresses(letter.get_all(field, []))]


def log_of(story: Story, *words: str, month: str = "2025-12") -> list[list[str]]:
    """What ``mailbot contact export`` prints, below the line of columns."""
    return list(csv.reader(StringIO(story.tell("contact", "export", "--month", month, *words))))[1:]


class TestN12:
    def test_N12_a_call_for_a_colleague_reaches_them_and_the_caller_gets_their_details(self, tell: TellStory) -> None:
        """One letter To the caller and Cc the colleague, with each field of the note; their reply goes on to the caller."""
        story = begin(tell)
        added = take_down(story, email=ADA_ADDRESS, phone="01632 960123", person="Lee Park", words="She rings again at four")
        receipt, letter = story.letters_to(ADA_ADDRESS)
        assert (who(receipt, "Cc"), receipt["Subject"].endswith(f"[{added.reference}]")) == ([], True)
        assert (who(letter, "From"), who(letter, "To"), who(letter, "Cc")) == ([ENQUIRIES], [ADA_ADDRESS], [LEE])
        words = words_of(letter)
        for line in (
            "Lee Park has it now and gets a copy of this letter.",
            "To reach them: lee.park@harbour.example or 01632 960007",
            "- Name: Ada Finch",
            "- Phone: 01632 960123",
            f"- E-mail: {ADA_ADDRESS}",
            "- Post: not found",
            "- Would like an answer by: not found",
            "- About: A broken swing",
            "- Received: Tuesday 23 December 2025, 10:0",
            "- Asked for: Please mend it",
            "Our note for you both: She rings again at four.",
        ):
            assert line in words
        assert list(letter.iter_attachments()) == []
        assert story.case(added.reference).line.owner == "Lee Park"
        answer = reply(letter, "It is mended.", sender=f"Lee Park <{LEE}>", headers=VOUCHED)
        story.arrives(added.reference, answer, "INBOX")
        assert "It is mended." in words_of(story.letters_to(ADA_ADDRESS)[-1])
        assert story.outcomes(added.reference)["response"] == "met"

    def test_N12_a_caller_without_e_mail_is_told_by_whoever_took_the_call(self, tell: TellStory) -> None:
        """The colleague, even of one's own team, gets the message with all that is known; the command says what to tell."""
        story = begin(tell)
        added = take_down(story, phone="01632 960123", person="Cy Dale")
        (mail,) = story.letters_to(CY)
        assert (who(mail, "To"), who(mail, "Cc")) == ([CY], [])
        words = words_of(mail)
        assert "Harbour Council took a message for you, Cy Dale." in words
        assert "- Phone: 01632 960123" in words
        assert "- E-mail: not found" in words
        assert added.told is not None
        assert (added.told.person.phone, added.passed_on, added.writes) == ("01632 960010", True, False)
        assert story.letters_to(ADA_ADDRESS) == []
        story.arrives(added.reference, reply(mail, "I rang her.", sender=f"Cy Dale <{CY}>", headers=VOUCHED), "INBOX")
        assert story.queries.held() == ()

    def test_N12_nobody_takes_it_and_it_climbs_as_any_handover(self, tell: TellStory) -> None:
        """Four office hours, then whoever it is for is reminded."""
        story = begin(tell)
        take_down(story, phone="01632 960123", service="Parks")
        story.until("2025-12-23 14:30")
        assert story.subjects_to(LEE) == ["A message was taken for you", "Nobody has taken this case yet"]

    def test_N12_another_organisation_learns_of_it_only_if_the_caller_agrees(self, tell: TellStory) -> None:
        """Asked or not is one word of the command (N6); without it the caller gets the contact and nothing is passed on."""
        story = begin(tell)
        without = take_down(story, "The lamp on the pier", email=ADA_ADDRESS, service="pier lamp")
        assert story.letters_to(FEMI) == []
        shown = words_of(story.letters_to(ADA_ADDRESS)[-1])
        assert "What you asked us about is the work of Pier Trust. We have passed nothing on" in shown
        assert "femi.holt@pier.example or 01632 960006" in shown
        assert (without.passed_on, story.case(without.reference).line.owner) == (False, None)
        take_down(story, "The lamp on the pier", phone="01632 960123", service="pier lamp", consent="Yes, on the phone")
        (mail,) = story.letters_to(FEMI)
        assert "- About: The lamp on the pier" in words_of(mail)

    def test_N12_what_cannot_be_entered_is_refused_and_nothing_is_kept(self, tell: TellStory) -> None:
        """No way to the customer, a moment to come, an unknown service or person, our own address, a word for a number."""
        story = begin(tell)
        for what, why in (
            ({}, "say how the customer can be reached"),
            ({"phone": "01632 960123", "earlier": timedelta(hours=-1)}, "lies in the future"),
            ({"phone": "01632 960123", "service": "Lighthouse"}, "there is no service 'Lighthouse'"),
            ({"phone": "01632 960123", "person": "Nobody Here"}, "there is nobody called"),
            ({"phone": "ring me"}, "too few digits"),
            ({"email": "ada at home"}, "one plain address"),
            ({"email": ENQUIRIES}, "a mailbox of ours"),
        ):
            with pytest.raises(PermanentError, match=why):
                take_down(story, **what)
        assert story.queries.cases() == ()
        assert log_of(story) == []
        said = story.cli("contact", "add", "--channel", "pigeon", "--about", "A swing", "--phone", "01632 960123")
        assert (said.returncode, "'pigeon' is no channel" in said.stderr) == (64, True)

    def test_N12_the_command_prints_the_reference_for_programs_and_what_to_say_for_people(self, tell: TellStory) -> None:
        """A contact at the counter, once as JSON and once in words."""
        story = begin(tell)
        entered = (
            "contact",
            "add",
            "--channel",
            "counter",
            "--about",
            "A swing",
            "--phone",
            "01632 960123",
            "--for",
            "lee park",
        )
        found = json.loads(story.tell(*entered, "--format", "json"))
        assert story.case(found["reference"]).line.owner == "Lee Park"
        said = story.tell(*entered)
        assert "It is with Lee Park (lee.park@harbour.example or 01632 960007) now" in said
        assert "No letter goes to the customer. Tell them: reference HC-" in said
        shown = story.tell("case", "show", found["reference"])
        assert "Phone: 01632 960123\nE-mail: not found" in shown


class TestJ11:
    def test_J11_calls_are_in_the_log_with_channel_moment_and_what_was_done(self, tell: TellStory) -> None:
        """One entered, one answered on the phone: the second settles what came before (J10), and can be taken back."""
        story = begin(tell, "jersey-oic")
        added = take_down(story, phone="01632 960123", anonymous=False)
        assert [row[4:] for row in log_of(story)] == [["phone", "2025-12-23", log_of(story)[0][6], "received"]]
        spoke = ContactNoted(channel=Channel.IN_PERSON, at=story.clock.now(), outcome="Came in; it is settled.")
        story.say(added.reference, spoke)
        assert [(row[4], row[7]) for row in log_of(story)] == [("phone", "informed"), ("in person", "informed")]
        story.officer.undo(added.reference)
        assert [(row[4], row[7]) for row in log_of(story)] == [("phone", "received")]

    def test_J11_workload_is_counted_by_hour_weekday_mailbox_and_class(self, tell: TellStory) -> None:
        """Two calls and an e-mail on a Tuesday; one call came an hour earlier."""
        story = begin(tell)
        take_down(story, email=ADA_ADDRESS)
        take_down(story, email="ben@example.org", earlier=timedelta(hours=1))
        story.customer_writes("When does the library open?")
        lines = json.loads(story.tell("contact", "workload", "--month", "2025-12", "--format", "json"))
        found = {(line["by"], line["value"]): (line["contacts"], line["by_phone"]) for line in lines}
        assert found["hour", "09:00"] == (1, 1)
        assert found["hour", "10:00"] == (2, 1)
        assert found["weekday", "Tuesday"] == found["mailbox", "enquiries"] == (3, 2)
        assert sum(contacts for (by, _), (contacts, _) in found.items() if by == "class") == 3
        assert "ada" not in story.tell("contact", "workload", "--month", "2025-12").lower()

    def test_J1_a_letter_has_its_own_days_and_is_acknowledged_by_e_mail_where_that_can_be(self, tell: TellStory) -> None:
        """Three working days from the day it came; the receipt by e-mail keeps them."""
        story = begin(tell, "jersey-oic")
        kept = take_down(story, channel=Channel.LETTER, email=ADA_ADDRESS)
        owed = take_down(story, channel=Channel.LETTER, anonymous=True, earlier=timedelta(hours=30))
        assert len(story.letters_to(ADA_ADDRESS)) == 1
        assert story.outcomes(kept.reference)["acknowledgement-letter"] == "met"
        assert story.outcomes(owed.reference)["acknowledgement-letter"] is None
        assert "no-usable-address" in story.rules_of(owed.reference)


class TestN8:
    def test_N8_each_partner_gets_its_month_once_and_the_totals_of_all(self, tell: TellStory) -> None:
        """On the first working day of the next month, to the designated person, as a table and a spreadsheet that agree."""
        designated = PEOPLE.replace(
            'contact = "Femi Holt"\n[[person]]', 'contact = "Femi Holt"\nlog_contact = "Femi Holt"\n[[person]]'
        )
        story = tell("norfolk-connect", people=designated, manager=MANAGER)
        take_down(story, "The lamp on the pier", phone="01632 960123", service="pier lamp", consent="Yes")
        take_down(story, "A broken swing", phone="01632 960124", service="Parks")
        story.until("2026-01-02 09:30")
        story.wait_until(lambda: story.letters_to(FEMI, "The contacts of"), "the log of December")
        story.until("2026-01-05 09:30")
        (mail,) = story.letters_to(FEMI, "The contacts of")
        assert mail["Subject"] == "The contacts of December 2025"
        assert "- Harbour Council: 1 (1 referred)\n- Pier Trust: 1 (1 referred)" in words_of(mail)
        table, sheet = mail.iter_attachments()
        assert (table.get_filename(), sheet.get_filename()) == ("contacts-2025-12.csv", "contacts-2025-12.xlsx")
        rows = list(csv.reader(StringIO(table.get_payload(decode=True).decode("utf-8-sig"))))
        assert [row[0] for row in rows[1:]] == ["Pier Trust"]
        cells = load_workbook(BytesIO(sheet.get_content())).active.iter_rows(values_only=True)  # type: ignore[union-attr]
        assert [[cell or "" for cell in row] for row in cells] == rows
        assert "960123" not in mail.as_string()

    def test_N8_what_a_partner_gets_after_the_months_log_stands_in_the_next(self, tell: TellStory) -> None:
        """A contact of December that goes to the partner in January is in no log before, and in January's once."""
        designated = PEOPLE.replace(
            'contact = "Femi Holt"\n[[person]]', 'contact = "Femi Holt"\nlog_contact = "Femi Holt"\n[[person]]'
        )
        story = tell("norfolk-connect", people=designated, manager=MANAGER)
        added = take_down(story, "A dark lamp", phone="01632 960123", service="Parks", consent="Yes")
        for moment in ("2026-01-02 09:30", "2026-02-02 09:30", "2026-03-02 09:30"):
            story.until(moment)
            if moment < "2026-02":
                story.wait_until(lambda: story.letters_to(FEMI, "The contacts of"), "the log of December")
                story.officer.hand_over(added.reference, "Pier and promenade")
                story.settle()
        story.wait_until(lambda: len(story.letters_to(FEMI, "The contacts of")) > 1, "the log of January")
        logs = story.letters_to(FEMI, "The contacts of")
        assert [mail["Subject"] for mail in logs] == ["The contacts of December 2025", "The contacts of January 2026"]
        tables = [next(iter(mail.iter_attachments())).get_payload(decode=True).decode("utf-8-sig") for mail in logs]
        rows = [list(csv.reader(StringIO(table)))[1:] for table in tables]
        assert rows[0] == []
        assert [(row[0], row[5], row[7]) for row in rows[1]] == [("Pier Trust", "2025-12-23", "referred")]


class TestN7:
    def test_N7_every_contact_is_one_line_and_says_what_was_done_about_it(self, tell: TellStory) -> None:
        """An e-mail, its follow-up, a handover, an answer from what is published; a robot's mail is none of it."""
        story = begin(tell)
        lamp = story.customer_writes("The lamp on the pier is dark. Please mend it.", subject="Pier lamp")
        story.customer_answers(lamp, "And the second one, too.")
        story.officer.hand_over(lamp, "Pier and promenade")
        story.settle()
        hours = story.customer_writes("When is the park open?", sender="Ben Marlow <ben@example.org>")
        story.say(hours, CaseDone(at=story.clock.now(), reason="", first_contact=True))
        robot = {"Auto-Submitted": "auto-replied"}
        away = reply(story.letters_to("ben@example.org")[0], "I am away.", sender="ben@example.org", headers=robot)
        story.arrives(hours, away, "INBOX")
        rows = log_of(story)
        assert [(row[0], row[1], row[2], row[4], row[7]) for row in rows] == [
            ("Pier Trust", "611", "Coastal structures", "email", "referred"),
            ("Pier Trust", "611", "Coastal structures", "email", "referred"),
            ("Harbour Council", rows[2][1], rows[2][2], "email", "first contact"),
        ]
        assert [row[0] for row in log_of(story, "--organisation", "pier trust")] == ["Pier Trust", "Pier Trust"]
        assert log_of(story, month="2026-01") == []

    def test_N7_a_line_goes_with_its_case_to_whoever_has_it_in_the_end(self, tell: TellStory) -> None:
        """Handed on unanswered it is the next service's; given to a colleague of ours it is ours; what was answered stays."""
        story = begin(tell)
        case = story.customer_writes("The lamp on the pier is dark. Please mend it.", subject="Pier lamp")
        areas = list[tuple[str, str]]()
        for service in ("Parks", "Pier and promenade"):
            story.officer.hand_over(case, service)
            story.settle()
            areas += [(row[0], row[3]) for row in log_of(story)]
        story.assign(case, "Lee Park", LEE)
        story.settle()
        areas += [(row[0], row[3]) for row in log_of(story)]
        assert areas == [
            ("Harbour Council", "Parks"),
            ("Pier Trust", "Pier and promenade"),
            ("Harbour Council", "Pier and promenade"),
        ]
        assert story.outcomes(case)["handover"] == "cancelled"
        spoke = ContactNoted(channel=Channel.PHONE, at=story.clock.now(), outcome="Told her when.")
        story.say(case, spoke)
        story.clock.move(minutes=1)
        story.customer_answers(case, "Now the bin on the pier is broken.")
        story.officer.hand_over(case, "Pier and promenade")
        story.settle()
        assert [(row[0], row[7]) for row in log_of(story)] == [
            ("Harbour Council", "referred"),
            ("Harbour Council", "informed"),
            ("Pier Trust", "referred"),
        ]

    def test_N6_nobody_of_another_organisation_is_given_a_case_without_leave(self, tell: TellStory) -> None:
        """The mail that gives a case has the customer's message: another organisation gets it by a handover, or not at all."""
        story = begin(tell)
        case = story.customer_writes("The lamp on the pier is dark. Please mend it.", subject="Pier lamp")
        with pytest.raises(PermanentError, match="Femi Holt works for Pier Trust, which gets a case only by consent"):
            story.assign(case, "Femi Holt", FEMI)
        story.settle()
        assert story.letters_to(FEMI) == []

    def test_N7_the_file_says_nothing_of_anybody_and_runs_no_formula(self, tell: TellStory) -> None:
        """No name, address, subject or reference; a service called like a formula stays text in both forms."""
        story = tell("norfolk-connect", people=PEOPLE.replace('name = "Parks"\n', 'name = "=1+1 Parks"\n'), manager=MANAGER)
        added = take_down(story, email=ADA_ADDRESS, service="=1+1 Parks")
        shown = story.tell("contact", "export", "--month", "2025-12")
        assert "'=1+1 Parks" in shown
        for word in ("Ada", "Finch", ADA_ADDRESS, added.reference, "swing"):
            assert word not in shown
        file = story.config_path.with_name("log.xlsx")
        story.tell("contact", "export", "--month", "2025-12", "--format", "xlsx", "--output", str(file))
        (row,) = list(load_workbook(BytesIO(file.read_bytes())).active.iter_rows(min_row=2))  # type: ignore[union-attr]
        assert (row[3].value, row[3].data_type) == ("=1+1 Parks", "s")
        assert added.reference in story.tell("contact", "list", "--month", "2025-12", "--format", "json")


class TestF21:
    def test_F21_what_a_caller_prefers_is_kept_with_the_case_and_told_to_whoever_has_it(self, tell: TellStory) -> None:
        """In the words that were taken down, the hour too; the caller has an e-mail address, and the letter goes there."""
        story = begin(tell)
        entered = taken(story, email=ADA_ADDRESS, phone="01632 960123", person="Lee Park")
        added = desk(story).add(replace(entered, note=replace(entered.note, channel=told("phone after six, large print"))))
        story.settle()
        letter = story.letters_to(ADA_ADDRESS)[-1]
        assert who(letter, "Cc") == [LEE]
        preferred = "Would like an answer by: phone after six, large print"
        assert f"- {preferred}" in words_of(letter)
        assert preferred in story.tell("case", "show", added.reference)
