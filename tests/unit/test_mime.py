"""Final bytes: what leaves is strict, and any program reads back what was meant."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.letter import Audience, Rendered
from mailbot.core.mime import MAX_REFERENCES, Headers, build
from mailbot.core.text import clean_line
from tests.invented import CUSTOMER, MAILBOX
from tests.readable import READABLE

MESSAGE_ID = "0123456789abcdef0123456789abcdef.mailbot@harbour.example"
OUTLOOK_ID = "<" + "AM0PR01MB" + "5" * 60 + "@" + "EURPRD01.PROD.EXAMPLE".ljust(35, "X") + ">"
ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=")

hostile_text = st.text(max_size=300) | st.text("=?utf-8q_AB \r\nBcc:@<>,\"'\\ü€\u2028\x00\u202e", max_size=200)
addresses = st.from_regex(r"[a-z]{1,30}@[a-z]{1,30}\.example", fullmatch=True)
ids = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>"), min_size=1, max_size=120).map(
    lambda text: f"{text}@example.org"
)


def bytes_of(
    subject: str = "We have your message", body: str = "Hello,\n", html: str = "<p>Hello,</p>", **changes: Any
) -> bytes:
    """A letter as it leaves."""
    usual: dict[str, Any] = {
        "from_name": "Harbour Council",
        "from_address": MAILBOX,
        "reply_to": None,
        "recipient": CUSTOMER,
        "date": datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
        "in_reply_to": "",
        "references": (),
        "audience": Audience.CUSTOMER,
    }
    return build(Rendered(subject=subject, body=body, html=html), Headers(**{**usual, **changes}), MESSAGE_ID)


def read(content: bytes) -> EmailMessage:
    """The letter as the standard library reads it."""
    return cast("EmailMessage", message_from_bytes(content, policy=READABLE))


def part_of(content: bytes, kind: str = "plain") -> EmailMessage:
    """The text of a letter, or the same as a page."""
    part = read(content).get_body((kind,))
    assert isinstance(part, EmailMessage)
    return part


def raw_text(content: bytes) -> bytes:
    """The text as it stands in the bytes, up to the line end that belongs to the boundary (RFC 2046 section 5.1.1)."""
    boundary = read(content).get_boundary()
    assert boundary is not None
    _, text, _page, end = content.split(b"--" + boundary.encode())
    assert end == b"--\r\n"
    return text.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


def header_lines(content: bytes) -> list[bytes]:
    """The lines above the body."""
    return content.partition(b"\r\n\r\n")[0].split(b"\r\n")


def assert_strict(content: bytes) -> None:
    """RFC 5322 section 2.1 and 2.2, RFC 2047 section 2: lines, line ends, characters, encoded words."""
    bare = content.replace(b"\r\n", b"")
    assert b"\r" not in bare
    assert b"\n" not in bare
    content.decode("ascii")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    for line in header_lines(content):
        assert line.strip(), "a line of nothing but space ends the header for some programs"
        assert line[:1] in b" \t" or re.match(rb"[A-Za-z-]+: ", line), line
        assert all(len(word) <= 75 for word in ENCODED_WORD.findall(line)), line
        if ENCODED_WORD.search(line):
            assert len(line) <= 78, line


def test_a_letter_to_a_customer_asks_robots_not_to_answer() -> None:
    """RFC 3834 section 3.1.7 and its relatives: automatic, no absence notes, no bulk replies."""
    letter = read(bytes_of())
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["X-Auto-Response-Suppress"] == "All"
    assert letter["Precedence"] == "bulk"


def test_a_letter_to_staff_is_marked_automatic_and_welcomes_absence_notes() -> None:
    """The manager's absence note must come back, or nobody knows that the alert was not read."""
    letter = read(bytes_of(audience=Audience.STAFF))
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "X-Auto-Response-Suppress" not in letter
    assert "Precedence" not in letter


def test_every_field_stands_once_and_says_what_was_given() -> None:
    """From, To, Subject, Date and both marks by which a copy in Sent is known."""
    letter = read(bytes_of(reply_to="helpdesk@harbour.example"))
    assert letter["From"] == "Harbour Council <enquiries@harbour.example>"
    assert letter["To"] == CUSTOMER
    assert letter["Reply-To"] == "helpdesk@harbour.example"
    assert letter["Subject"] == "We have your message"
    assert letter["Date"].datetime == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert letter["Message-ID"] == letter["X-Mailbot-Letter"] == f"<{MESSAGE_ID}>"
    assert letter["MIME-Version"] == "1.0"
    assert len(letter.keys()) == len(set(letter.keys()))
    assert letter.get_content() == "Hello,\r\n"


def test_without_a_reply_address_or_a_thread_their_fields_are_left_out() -> None:
    """No empty Reply-To, In-Reply-To or References."""
    assert not {"Reply-To", "In-Reply-To", "References"} & set(read(bytes_of()).keys())


# Ids -------------------------------------------------------------------------------------------------------------------


def test_a_long_outlook_id_stays_as_it_is() -> None:
    """An id of 107 characters is neither broken nor encoded, in either field."""
    assert len(OUTLOOK_ID) == 107
    long = OUTLOOK_ID.strip("<>")
    content = bytes_of(in_reply_to=long, references=(long, "2@example.org"))
    lines = header_lines(content)
    assert f"In-Reply-To: {OUTLOOK_ID}".encode() in lines
    assert f"References: {OUTLOOK_ID}".encode() in lines
    assert b" <2@example.org>" in lines
    assert_strict(content)


def test_of_three_thousand_references_the_first_and_the_last_are_kept() -> None:
    """One id a line, none encoded, the beginning of the thread and its newest hundred in their order."""
    references = tuple(f"{number}.{'x' * 60}@mail.example" for number in range(3000))
    content = bytes_of(in_reply_to=references[-1], references=references)
    kept = read(content)["References"].split()
    assert [name.strip("<>") for name in kept] == [references[0], *references[-MAX_REFERENCES:]]
    assert b"=?" not in content
    assert all(line.count(b"<") <= 1 for line in header_lines(content))
    assert_strict(content)


def test_an_id_that_stands_twice_is_written_once() -> None:
    """A thread that names itself twice is not made longer."""
    assert read(bytes_of(references=("1@example.org", "2@example.org", "1@example.org")))["References"] == (
        "<1@example.org> <2@example.org>"
    )


@pytest.mark.parametrize(
    "broken", ["bürger@example.org", "x" * 998, "a b@example.org", "1@example.org\r\nBcc: eve@example.org"]
)
def test_an_id_that_cannot_be_written_is_left_out(broken: str) -> None:
    """A broken program's id costs the thread one id and nobody the letter."""
    content = bytes_of(in_reply_to=broken, references=("1@example.org", broken))
    assert_strict(content)
    letter = read(content)
    assert letter["References"] == "<1@example.org>"
    assert "In-Reply-To" not in letter
    assert "Bcc" not in letter


# Names and subjects ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Harbour Council",
        'The "Harbour", Council (North); & others',
        "Größe",
        "Cyngor Bwrdeistref Sirol Dyffryn yr Wylan a Phorth y Tŷ Gwyn ger y Môr ac Ynysoedd y Gorllewin",
        "港務局議會" * 12,
        "Harbour Council, " * 12,
        pytest.param("Harbour Council and " * 60, id="longer-than-a-line"),
        pytest.param("=?utf-8?q?Harbour?=", id="looks-encoded"),
        "back\\slash",
    ],
)
def test_an_organisation_s_name_is_read_back(name: str) -> None:
    """Quotes, commas, Welsh, Chinese, long or short: the customer sees the name as it is."""
    content = bytes_of(from_name=name)
    assert_strict(content)
    shown, address = parseaddr(" ".join(message_from_bytes(content)["From"].split()))
    assert (str(make_header(decode_header(shown))), address) == (clean_line(name), MAILBOX)
    assert len(read(content)["From"].addresses) == 1


@pytest.mark.parametrize(
    "subject",
    [
        "Wir haben Ihre Nachricht über die Straßenlaterne vor dem Haus Nummer vier [HC-2611-0042-7] erhalten",
        "ご連絡ありがとうございます " * 8,
        "We have your message, and a very long one it is: " * 6,
        "👩‍👩‍👧 " * 20,
        "=?utf-8?q?x?= [HC-2611-0042-7]",
        "a; b, c: d <e@example.org>",
        "x" * 1200,
        "",
    ],
)
def test_a_subject_is_read_back(subject: str) -> None:
    """Long, in any script, or written to look like an encoded word: what is read is what was written."""
    content = bytes_of(subject=clean_line(subject))
    assert_strict(content)
    assert read(content)["Subject"] == clean_line(subject)


@given(hostile_text, hostile_text, addresses)
def test_no_subject_or_name_breaks_out_of_its_field(subject: str, name: str, recipient: str) -> None:
    """Whatever words are used, the letter is strict, has no further field, and reads back as it was meant."""
    line = clean_line(subject)
    content = bytes_of(subject=line, from_name=name, recipient=recipient)
    assert_strict(content)
    letter = read(content)
    assert set(letter.keys()) == set(read(bytes_of()).keys())
    assert letter["To"] == recipient
    assert letter["Subject"] == line
    (author,) = letter["From"].addresses
    assert author.addr_spec == MAILBOX


@given(st.lists(ids, max_size=150))
def test_references_are_read_back(references: list[str]) -> None:
    """Every id that is kept is read back whole and in its order."""
    content = bytes_of(references=tuple(references))
    assert_strict(content)
    kept = [name.strip("<>") for name in (read(content)["References"] or "").split()]
    expected = list(dict.fromkeys((*references[:1], *references[-MAX_REFERENCES:])))
    assert kept == expected


# Bodies ----------------------------------------------------------------------------------------------------------------


def test_a_plain_body_stays_plain() -> None:
    """Short lines of ASCII need no encoding."""
    content = bytes_of(body="Hello,\n\nwe have it.\n")
    assert raw_text(content) == b"Hello,\r\n\r\nwe have it.\r\n"
    assert part_of(content)["Content-Transfer-Encoding"] == "7bit"


@pytest.mark.parametrize(
    "body",
    [
        "Grüße aus dem Rathaus: 5 €\n",
        "y" * 3000 + "\n",
        "a line of exactly seventy-eight characters, which is as long as it may be ........\n",
        "trailing space \nand\ttab\t\n",
        ".\n..\nFrom here on\n",
        "=3D is not an equals sign\n",
        "über\n.\n" + "z" * 100 + "\n",
    ],
)
def test_a_body_is_read_back(body: str) -> None:
    """Any script, any length, dots, and "From" at the beginning of a line."""
    content = bytes_of(body=body)
    assert_strict(content)
    assert read(content).get_content().replace("\r\n", "\n") == body
    assert max(map(len, content.split(b"\r\n"))) <= 107


@pytest.mark.parametrize("body", ["one\r\ntwo", "one\rtwo", "one\ntwo\n\n\n"])
def test_line_ends_of_every_kind_become_the_mail_s_own(body: str) -> None:
    """A template from any system leaves with CRLF and one line end at its end."""
    assert raw_text(bytes_of(body=body)) == b"one\r\ntwo\r\n"


@given(st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"]), max_size=400))
def test_every_body_is_strict_and_read_back(body: str) -> None:
    """Whatever a letter says arrives as it was said, but for line ends at its very end."""
    content = bytes_of(body=body)
    assert_strict(content)
    found = part_of(content).get_payload(decode=True)
    assert isinstance(found, bytes)
    assert found.decode().replace("\r\n", "\n") == body.rstrip("\n") + "\n"
