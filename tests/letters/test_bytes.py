"""The final bytes of every shipped letter, with every sample, against the letter of the standards: no library's leniency."""

import binascii
import quopri
import re
from datetime import UTC, datetime
from email.header import decode_header
from email.utils import parsedate_to_datetime

import pytest

from mailbot.core.letter import PLAIN_FONT, LetterValues
from mailbot.core.letter_html import document
from mailbot.core.letter_sample import Sample, longest_values, sample_values
from mailbot.core.letter_variant import language_of, letter_of, pack_of
from mailbot.core.mime import Headers
from mailbot.core.tongue import ENGLISH, Manner
from tests.letters.test_golden import SHIPPED, TONGUES

SENT_AT = datetime(2026, 11, 23, 9, 5, 7, tzinfo=UTC)
SAMPLES = (*Sample, "longest")
EVERY = [(letter, sample) for letter in SHIPPED.specs for sample in SAMPLES]
ONCE = {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type"}
FIELD = re.compile(rb"([!-9;-~]+): (\S.*(?:\r\n[ \t]+\S.*)*)\r\n")
ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9-]+)\?([QBqb])\?([!->@-~]+)\?=")
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
)
DOT_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
ID = re.compile(rf"<{DOT_ATOM}@{DOT_ATOM}>")
BOUNDARY = re.compile(r"multipart/alternative; ?\s*boundary=\"([0-9A-Za-z'()+_,./:=?-]{1,70})\"")
QUOTED_PRINTABLE = re.compile(rb"(?:[!-<>-~ \t]|=[0-9A-F]{2})*=?")


def values_of(letter: str, sample: str) -> LetterValues:
    return longest_values() if sample == "longest" else sample_values(SHIPPED.specs[letter], Sample(sample))


def content_of(letter: str, sample: str) -> bytes:
    """The letter as it leaves, in a thread of long ids."""
    headers = Headers(
        from_name="Cyngor Porth y Môr a'r Cylch Customer Services, Environment and Neighbourhoods Directorate",
        from_address="enquiries@harbour.example",
        reply_to="answers@harbour.example",
        recipient="ada.finch@example.org",
        date=SENT_AT,
        in_reply_to="a1@mail.example.org",
        references=tuple(f"{'x' * 90}{number}@mail.example.org" for number in range(30)),
        audience=SHIPPED.specs[letter].audience,
    )
    manner = Manner(pack=pack_of(letter), tongue=TONGUES.get(language_of(letter), ENGLISH))
    return SHIPPED.compose(letter_of(letter), values_of(letter, sample), headers, None, manner).content


def fields_of(block: bytes) -> dict[str, str]:
    """A header block, each field with its folding. Fails where the block is anything but fields (RFC 5322, section 2.2)."""
    found = list(FIELD.finditer(block))
    assert b"".join(field[0] for field in found) == block
    names = [field[1].decode("ascii") for field in found]
    assert len({name.lower() for name in names}) == len(names), "a field stands twice"
    return {name: field[2].decode("ascii") for name, field in zip(names, found, strict=True)}


def parts_of(content: bytes, boundary: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The parts between the boundaries, and nothing before or behind them (RFC 2046, section 5.1.1)."""
    before, *parts, after = re.split(rb"(?:^|\r\n)--" + re.escape(boundary) + rb"(?:--)?(?=\r\n|\Z)", content)
    assert before.strip() == b""
    assert after.strip() == b""
    assert content.rstrip(b"\r\n").endswith(b"--" + boundary + b"--")
    split = (part.removeprefix(b"\r\n").partition(b"\r\n\r\n") for part in parts)
    return [(fields_of(head + b"\r\n"), body) for head, _, body in split]


def decoded(fields: dict[str, str], body: bytes) -> str:
    """A part's text, by its own transfer encoding (RFC 2045, section 6)."""
    encoding = fields["Content-Transfer-Encoding"]
    if encoding == "7bit":
        assert body.isascii()
        assert max(map(len, body.split(b"\r\n"))) <= 78
        return body.decode("ascii")
    assert encoding == "quoted-printable"
    for line in body.split(b"\r\n"):
        assert len(line) <= 76
        assert QUOTED_PRINTABLE.fullmatch(line)
        assert not line.endswith((b" ", b"\t"))
    return quopri.decodestring(body).decode("utf-8")


def words_of(value: str) -> str:
    """An unstructured field as people read it. Fails where an encoded word breaks a rule of RFC 2047, section 2 or 5."""
    for line in value.split("\r\n"):
        assert "=?" not in line or len(line) <= 76
    for word in value.split():
        if "=?" in word:
            found = ENCODED_WORD.fullmatch(word)
            assert found, f"{word} is no encoded word"
            assert len(word) <= 75
            coded = found[3].encode("ascii")
            whole = binascii.a2b_base64(coded) if found[2] in "Bb" else quopri.decodestring(coded, header=True)
            whole.decode(found[1])  # every word holds whole characters
    unfolded = value.replace("\r\n", "")
    return "".join(
        part.decode(charset or "ascii") if isinstance(part, bytes) else part for part, charset in decode_header(unfolded)
    )


@pytest.mark.parametrize(("letter", "sample"), EVERY)
def test_a_letter_leaves_as_the_standards_have_it(letter: str, sample: str) -> None:
    """Lines end with CRLF, none is longer than 998; the text reads back as it was written, in both its forms."""
    content = content_of(letter, sample)
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", content)
    assert max(map(len, content.split(b"\r\n"))) <= 998
    head, _, body = content.partition(b"\r\n\r\n")
    fields = fields_of(head + b"\r\n")
    boundary = BOUNDARY.fullmatch(fields["Content-Type"].replace("\r\n", ""))
    assert boundary
    (plain_fields, plain), (page_fields, page) = parts_of(body, boundary[1].encode("ascii"))
    assert plain_fields["Content-Type"] == "text/plain; charset=utf-8"
    assert page_fields["Content-Type"] == "text/html; charset=utf-8"
    written = SHIPPED.render(letter, values_of(letter, sample), TONGUES.get(language_of(letter), ENGLISH))
    assert decoded(plain_fields, plain).replace("\r\n", "\n") == written.body.rstrip("\n") + "\n"
    whole = document(written.html, written.subject, font=PLAIN_FONT, language=written.language)
    assert decoded(page_fields, page).replace("\r\n", "\n") == whole
    assert words_of(fields["Subject"]) == written.subject


@pytest.mark.parametrize(("letter", "sample"), EVERY)
def test_the_header_of_a_letter_is_strict(letter: str, sample: str) -> None:
    """Fields once each, in lines of at most 78 but for a long id; date, ids and addresses of the shape that they must have."""
    head = content_of(letter, sample).partition(b"\r\n\r\n")[0]
    fields = fields_of(head + b"\r\n")
    assert set(fields) >= ONCE
    assert [line for line in head.split(b"\r\n") if len(line) > 78 and not line.endswith(b"@mail.example.org>")] == []
    assert DATE.fullmatch(fields["Date"])
    assert parsedate_to_datetime(fields["Date"]) == SENT_AT
    assert ID.fullmatch(fields["Message-ID"])
    assert fields["Message-ID"].endswith("@harbour.example>")
    assert ID.fullmatch(fields["In-Reply-To"])
    assert all(map(ID.fullmatch, fields["References"].split()))
    assert fields["To"] == "ada.finch@example.org"
    assert fields["Reply-To"] == "answers@harbour.example"
    name, _, address = fields["From"].rpartition(" ")
    assert address == "<enquiries@harbour.example>"
    assert words_of(name.rstrip()).startswith("Cyngor Porth y Môr a'r Cylch Customer Services, Environment")
    assert fields["MIME-Version"] == "1.0"
    assert fields["Auto-Submitted"] in ("auto-replied", "auto-generated")
