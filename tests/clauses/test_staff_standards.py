"""What staff send is held against the standard without anybody asking: findings are rows, and whom they concern hears first."""

from email.message import EmailMessage
from itertools import count

import pytest

from tests.clauses.story import ADA_ADDRESS, Story, TellStory
from tests.e2e.installation import ENQUIRIES

pytestmark = pytest.mark.dovecot

PACK = "jersey-oic"
ROBIN = "robin.vale@harbour.example"
PEOPLE = """
[organisation]
name = "Harbour Council"
domains = ["harbour.example"]
contact = "Mara Quill"

[[team]]
name = "Casework"
mailboxes = ["enquiries"]
manager = "Mara Quill"

[[person]]
name = "Mara Quill"
email = "mara.quill@harbour.example"
team = "Casework"

[[person]]
name = "Robin Vale"
email = "robin.vale@harbour.example"
phone = "01632 960002"
role = "caseworker"
team = "Casework"
"""
BODY = "Thank you for your message about the bridge. We will write to you again by Friday 9 January."
NAMED = ("Robin Vale", "Caseworker", "Telephone: 01632 960002", ROBIN)
_numbers = count(1)
VERDANA = "font-family:Verdana,sans-serif;font-size:10pt"


def written(*signature: str, closing: str = "Kind regards", style: str = VERDANA, sender: str = "", body: str = BODY) -> bytes:
    """A colleague's answer to Ada as a page, from the group mailbox or from an address of their own."""
    mail = EmailMessage()
    mail["From"] = sender or f"Harbour Council <{ENQUIRIES}>"
    mail["To"], mail["Subject"] = ADA_ADDRESS, "Re: The bridge"
    mail["Date"], mail["Message-ID"] = "Tue, 23 Dec 2025 10:05:00 +0000", f"<{next(_numbers)}.staff@harbour.example>"
    if sender:
        mail["Cc"] = ENQUIRIES
    signed = "".join(f'<p style="{style}">{line}</p>' for line in signature)
    mail.set_content(f"<p>Dear Ms Finch</p><p>{body}</p><p>{closing}</p>{signed}", subtype="html")
    return mail.as_bytes()


def sends(story: Story, content: bytes, folder: str = "Sent") -> None:
    """A colleague's message is seen and judged."""
    before = len(judged(story))
    story.deliver(content, folder=folder)
    story.wait_until(lambda: len(judged(story)) > before, "the message to be judged")


def judged(story: Story) -> list[tuple[str, str, str]]:
    return story.rows("SELECT outcome, why, team FROM staff_mail WHERE judged_at NOT NULL ORDER BY id")


def found(story: Story) -> dict[str, str]:
    """The rules that something was found for, each with its clause."""
    return dict(story.rows("SELECT rule, clause FROM standard_finding WHERE person = ? ORDER BY id", ROBIN))


def test_nothing_is_looked_at_until_an_organisation_switches_it_on(tell: TellStory) -> None:
    """A pack that names a standard judges nobody; the configuration has to say so, too."""
    story = tell(PACK, people=PEOPLE)
    case = story.customer_writes(subject="The bridge")
    story.officer_writes(case, "It opens at ten.")
    assert story.rows("SELECT * FROM staff_mail") == []


def test_J5_J6_an_answer_that_leaves_by_the_mailbox_is_judged(tell: TellStory) -> None:
    """Without telephone and address, and in another font: three findings about whose name the signature has."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written("Robin Vale", "Caseworker", style="font-family:Arial;font-size:11pt"))
    assert judged(story) == [("judged", "", "Casework")]
    assert found(story) == {"phone": "J5", "email": "J5", "font": "J6"}


def test_what_keeps_to_the_standard_brings_nothing(tell: TellStory) -> None:
    """A message that has all that is asked for leaves a count and no finding."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written(*NAMED))
    assert (judged(story), found(story)) == ([("judged", "", "Casework")], {})


def test_nobody_is_accused_whose_name_is_not_there(tell: TellStory) -> None:
    """A message from the group mailbox that names no colleague is not judged."""
    story = tell(PACK, people=PEOPLE, standards=True)
    sends(story, written("The enquiries team"))
    assert judged(story) == [("not_judged", "its signature names nobody of the directory", "")]


def test_J7_a_copy_to_the_mailbox_is_judged_too(tell: TellStory) -> None:
    """A colleague who answers from an address of their own is its owner; the closing is none of the standard's."""
    story = tell(PACK, people=PEOPLE, standards=True)
    story.customer_writes(subject="The bridge")
    sends(story, written(*NAMED, closing="Cheers", sender=f"Robin Vale <{ROBIN}>"), "INBOX")
    assert found(story) == {"closing": "J7"}
