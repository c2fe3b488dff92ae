"""Conversations with the habits of every mail program: whatever they do to ids and subjects, cases are the conversations."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from tests.integration.correspondence import Council, council, mail
from tests.invented import MAILBOX
from tests.servers.databases import sqlite_with_tables

OUTLOOK_DOMAIN = "AS8PR04MB8040.eurprd04.prod.outlook.com"
MARKS = (
    "Re: ",
    "RE: ",
    "AW: ",
    "SV: ",
    "Antw: ",
    "Odp: ",
    "RV: Re: ",
    "Re[2]: ",
    "回复: ",
    "答复：",
    "ATB: ",
    "[EXTERNAL] Re: ",
)
TOPICS = (
    "Bins",
    "Street light",
    "Council tax",
    "Library",
    "Parking",
    "Pothole",
    "Noise",
    "Allotments",
    "Trees",
    "School place",
)


@dataclass
class Conversation:
    """What one customer writes about one matter, and what we and staff wrote back."""

    number: int
    topic: str
    customer: str
    ids: list[str] = field(default_factory=list)
    subject: str = ""
    reference: str = ""


def outlook_id(random: Random) -> str:
    """An id of 107 characters, as Exchange Online makes them."""
    domain = f"@{OUTLOOK_DOMAIN}"
    return "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=107 - len(domain))) + domain


def habits(random: Random, talk: Conversation) -> tuple[str, list[str], str]:
    """Subject, ids it refers to, and words below, as some mail program answers the newest message of a conversation."""
    marked = random.choice(MARKS) + talk.subject
    below = f"\n\nOn Mon, 23 Nov 2026 at 10:02, Harbour Council <{MAILBOX}> wrote:\n> Your reference: {talk.reference}\n"
    return random.choice(
        [
            (marked, talk.ids, ""),  # everything as it should be
            (marked, talk.ids[-1:], ""),  # In-Reply-To alone
            ("Another question", talk.ids, ""),  # an edited subject
            (f"{talk.topic} [{talk.reference}]", [], ""),  # a new message that names the number
            ("Another question", [], below),  # neither ids nor subject, but our letter below
            (f"Re: {talk.topic}", [], ""),  # nothing but the subject
            (marked, ["unknown@gateway.example", talk.ids[-1]], ""),  # a parent that nobody has
            (f"Fwd: {talk.subject}", talk.ids, below),  # passed on to us again
        ]
    )


@pytest.mark.parametrize("seed", range(6))
def test_cases_equal_conversations(tmp_path: Path, seed: int) -> None:
    """Twelve customers talk about twenty matters, in any order, in batches: each case is one conversation and no more."""
    random = Random(seed)  # a play, no secret
    with council(sqlite_with_tables(tmp_path / "mailbot.db")) as office:
        talks = [Conversation(n, f"{TOPICS[n % 10]} {n // 10}", f"customer{n % 12}@example.org") for n in range(20)]
        random.shuffle(talks)
        for talk in talks:
            begin(office, random, talk)
        for _ in range(8):
            office.later(minutes=60)
            written = [go_on(random, talk) for talk in random.sample(talks, 12)]
            office.arrives(*written)
            answer_some(office, random, talks)
        trees = office.trees()
        found = {talk.number: {trees[each] for each in talk.ids if each in trees} for talk in talks}
        assert found == {talk.number: {talk.reference} for talk in talks}
        assert len(office.cases()) == len(talks)
        assert office.held() == ()


def begin(office: Council, random: Random, talk: Conversation) -> None:
    """A first message; our receipt is what most programs then answer."""
    office.later()
    talk.subject = talk.topic
    message_id = random.choice([outlook_id(random), f"{talk.number}.{random.random()}@example.org"])
    office.arrives(mail("It began like this.", sender=talk.customer, subject=talk.topic, message_id=message_id))
    view = office.cases()[-1]
    talk.reference, talk.ids = view.line.reference, [message_id]
    if view.letters:
        receipt = office.letter(office.outgoing()[-1])
        talk.ids.append(str(receipt["Message-ID"]).strip("<>"))
        talk.subject = str(receipt["Subject"])


def go_on(random: Random, talk: Conversation) -> bytes:
    """The customer writes again, with some program's habits."""
    subject, answers, below = habits(random, talk)
    message_id = random.choice([outlook_id(random), f"{talk.number}.{random.random()}@example.org"])
    content = mail(f"And another thing.{below}", sender=talk.customer, subject=subject, message_id=message_id, answers=answers)
    talk.ids.append(message_id)
    return content


def answer_some(office: Council, random: Random, talks: list[Conversation]) -> None:
    """Staff answer from Sent, some with ids and some by a new message to the customer with the subject."""
    for talk in random.sample(talks, 3):
        answers = random.choice([talk.ids[-1:], []])
        subject = f"Re: {talk.topic}" if random.random() < 0.5 else f"Re: {talk.topic} [{talk.reference}]"
        message_id = f"staff.{random.random()}@harbour.example"
        office.sends(
            mail("We are on it.", sender=MAILBOX, to=talk.customer, subject=subject, message_id=message_id, answers=answers)
        )
        talk.ids.append(message_id)


def test_people_copied_in_are_in_the_conversation(tmp_path: Path) -> None:
    """A councillor in copy answers all; a contractor whom staff asked answers: both are in the customer's case."""
    with council(sqlite_with_tables(tmp_path / "mailbot.db")) as office:
        office.arrives(mail("It is out.", message_id="first@example.org", Cc="Cora Councillor <cora@example.org>"))
        office.arrives(mail("See to it.", sender="cora@example.org", subject="Re: The lamp", answers=["first@example.org"]))
        reference = office.cases()[0].line.reference
        office.sends(mail("Can you mend it?", sender=MAILBOX, to="con@tractor.example", subject=f"Lamp [{reference}]"))
        office.arrives(mail("On Friday.", sender="con@tractor.example", subject=f"Re: Lamp [{reference}]"))
        (case,) = office.cases()
        assert [each.sender for each in case.messages] == [
            "ada@example.org",
            "cora@example.org",
            MAILBOX,
            "con@tractor.example",
        ]
        assert "response" in {one.name for one in case.clocks if one.stopped_at is None}


def test_new_messages_about_the_same_are_new_matters(tmp_path: Path) -> None:
    """Somebody who writes "Bins" every week without answering us has a case for each."""
    with council(sqlite_with_tables(tmp_path / "mailbot.db")) as office:
        for number in range(3):
            office.later(days=7)
            office.arrives(mail(f"Not emptied, number {number}.", subject="Bins"))
        assert len(office.cases()) == 3
