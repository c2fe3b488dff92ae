"""No bytes make the parser fail, hang or pass a trap on. All samples are made here."""

from email.parser import BytesParser
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mailparser.utils import get_addresses

from mailbot.adapters.parser import ParseLimits, fields, parse, source, why_unreadable
from mailbot.adapters.parser.bodies import tree
from mailbot.core.message import Message

HEAD = b"From: Ann <ann@example.org>\r\nTo: help@council.example\r\nSubject: Lamp\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=edge\r\n\r\n"


def with_type(value: bytes, body: bytes = b"Hello") -> bytes:
    """A message of one part with the given Content-Type."""
    return HEAD + b"Content-Type: " + value + b"\r\n\r\n" + body


def nested(levels: int) -> bytes:
    """Multiparts within multiparts, with one text in the innermost."""
    openings = (b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(levels))
    return HEAD + b"".join(openings) + b"Content-Type: text/plain\r\n\r\nInnermost"


# --- beyond a limit --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "cap"),
    [
        pytest.param(nested(3_000), "depth", id="3,000 nested multiparts"),
        pytest.param(MIXED + b"--edge\r\n\r\nx\r\n" * 20_000 + b"--edge--", "parts", id="20,000 parts"),
        pytest.param(HEAD + b"X-Filler: y\r\n" * 20_000 + b"\r\nHello", "header-lines", id="20,000 headers"),
        pytest.param(MIXED + b"--edge\r\n" + b"X: y\r\n" * 20_000, "header-lines", id="20,000 headers in a part"),
        pytest.param(HEAD + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\nHello", "header-length", id="1 MB header"),
        pytest.param(
            HEAD + b"Cc: " + b", ".join(b"a%d@example.org" % n for n in range(20_000)) + b"\r\n\r\nHello",
            "header-length",
            id="20,000 addresses",
        ),
        pytest.param(HEAD + b"X-W: " + b" =?utf-8?q?a?=" * 20_000 + b"\r\n\r\n", "header-length", id="20,000 encoded words"),
        pytest.param(HEAD + b"\r\n" + b"\n" * 1_100_000, "lines", id="a million empty lines"),
        pytest.param(HEAD + b"\r\n" + b"x" * 75_000_000, "size", id="more than 75 MB"),
    ],
)
def test_a_message_beyond_a_limit_is_read_by_its_headers_only(content: bytes, cap: str) -> None:
    """A message that would take long to read is set before a person, who sees sender and subject."""
    message = parse(content)
    assert f"over-cap: {cap}" in message.defects
    assert why_unreadable(message)
    assert (message.sender, message.subject) == ("ann@example.org", "Lamp")
    assert (message.text, message.attachments) == ("", ())


def test_a_subject_of_a_megabyte_is_shortened() -> None:
    """A person can look at a message whose subject alone is beyond the limit."""
    message = parse(b"Subject: " + b"s" * 1_000_000 + b"\r\nFrom: ann@example.org\r\n\r\nHello")
    assert "over-cap: header-length" in message.defects
    assert 90_000 < len(message.subject) <= 100_000


def test_a_message_at_the_limit_is_read() -> None:
    """Thirty multiparts and a thousand parts are unusual and allowed."""
    assert parse(nested(30)).text == "Innermost"
    assert not why_unreadable(parse(MIXED + b"--edge\r\n\r\nx\r\n" * 1_000 + b"--edge--"))


def test_every_limit_can_be_set() -> None:
    """An installation may read less than the standard limits allow."""
    content = MIXED + b"--edge\r\n\r\nOne\r\n--edge\r\n\r\nTwo\r\n--edge--"
    for limits in (
        ParseLimits(max_bytes=50),
        ParseLimits(max_lines=3),
        ParseLimits(max_depth=0),
        ParseLimits(max_parts=1),
        ParseLimits(max_header_lines=2),
        ParseLimits(max_head=50),
    ):
        assert why_unreadable(parse(content, limits)), limits
    assert parse(content).text == "One\nTwo"


def test_a_thousand_nested_messages_are_one_attachment() -> None:
    """An attached message is never taken apart, so however many lie within it."""
    message = parse(HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"Innermost")
    assert [file.content_type for file in message.attachments] == ["message/rfc822"]
    assert message.text == ""


def test_a_long_text_is_shortened_and_says_so() -> None:
    """A megabyte of text is read as far as the limit, in plain text and in HTML."""
    for kind in (b"text/plain", b"text/plain; charset=utf-16", b"text/html"):
        message = parse(with_type(kind, b"word " * 1_000_000))
        assert "text-shortened" in message.defects
        assert 100_000 < len(message.text) <= 400_000
        assert not why_unreadable(message)


def test_a_text_is_not_shortened_within_a_character() -> None:
    """Where a long text is cut, the rest is still read in its own charset."""
    message = parse(with_type(b"text/plain", b"x" + "€ü".encode() * 500_000), ParseLimits(max_text=1_000))
    assert message.text == "x" + "€ü" * 499 + "€"


def test_thirty_content_types_are_one_message() -> None:
    """A header repeated beyond the limit stops neither the reading nor the reading of the headers alone."""
    message = parse(b"Content-Type: multipart/mixed; boundary=e\r\n" * 40 + HEAD + b"\r\nHello")
    assert "over-cap: depth" in message.defects
    assert message.subject == "Lamp"


# --- work that grows faster than the message -------------------------------------------------------------------------


@pytest.mark.parametrize("name", [b"From", b"To", b"Cc", b"Reply-To", b"Date", b"References", b"Message-ID", b"Subject"])
@pytest.mark.parametrize(
    "unit",
    [b"(", b'"', b"<", b",", b";", b"\\", b"=", b"a.", b"<a ", b"=?a?q?", b"=?utf-8?b?a?= ", b"a@b,", b"\xff", b" \t"],
)
def test_a_header_of_repeated_marks_is_read_in_time(name: bytes, unit: bytes) -> None:
    """No header, filled to its limit with what confuses parsers, stops the parser."""
    message = parse(name + b": " + unit * (20_000 // len(unit)) + b"\r\n\r\nHello")
    assert message.text == "Hello"


def test_two_thousand_brackets_name_nobody() -> None:
    """Nested comments, closed or not, neither overflow the stack nor make an address."""
    for comment in (b"(" * 2_000, b"(" * 2_000 + b")" * 2_000):
        message = parse(b"From: " + comment + b"\r\nTo: ann@example.org " + comment + b"\r\n\r\nHello")
        assert message.from_ is None
        assert message.text == "Hello"


def test_a_content_type_of_semicolons_is_shortened() -> None:
    """Reading parameters takes time by the square of their number, so there is a limit to it."""
    message = parse(with_type(b"text/plain; charset=utf-8" + b" ;" * 7_000, "é".encode()))
    assert message.text == "é"
    assert "shortened-field: content" in message.defects


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(b"<p style='margin-left:99999em'>x</p>" * 3_000, id="margins"),
        pytest.param(b"<table><tr><td>" + b"x" * 50_000 + b"</td></tr>" + b"<tr><td>y</td></tr>" * 5_000, id="wide table"),
        pytest.param(b"<table><tr><td>" * 20_000 + b"x", id="nested tables"),
        pytest.param(b"<div>" * 100_000 + b"x", id="nested boxes"),
        pytest.param(b"<ul><li>" * 200 + b"<li>y" * 20_000, id="nested lists"),
        pytest.param(b"<p style='" + b"style:" * 20_000 + b"'>x</p>", id="style in style"),
        pytest.param(b"<!--" * 50_000 + b"x", id="unclosed comments"),
        pytest.param(b"<" * 200_000, id="brackets"),
        pytest.param(b"<style" * 20_000 + b"<div>" * 3_000 + b"x", id="unclosed styles"),
        pytest.param(b"&#x" * 50_000 + b"&amp" * 50_000, id="entities"),
        pytest.param(b"<p>" + b" " * 300_000 + b"x", id="spaces"),
        pytest.param(b"<ol><li value='" + b"9" * 6_000 + b"'>x</ol>", id="number of 6,000 digits"),
    ],
)
def test_html_cannot_ask_for_more_than_it_is(html: bytes) -> None:
    """No markup makes a text much longer than itself."""
    assert len(parse(with_type(b"text/html", html)).text) <= 2 * len(html)


# --- traps in what a message names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "charset",
    [
        b"utf-7",
        b"unicode_escape",
        b"raw_unicode_escape",
        b"punycode",
        b"idna",
        b"zlib",
        b"base64",
        b"undefined",
        b'"utf-8\x00"',
        b"../../etc",
    ],
)
def test_a_charset_not_on_the_list_is_not_decoded(charset: bytes) -> None:
    """A sender cannot have harmless bytes turned into markup by naming a rare charset."""
    written = b"+ADw-script+AD4- \\x3cscript\\x3e"
    message = parse(with_type(b"text/plain; charset=" + charset, written))
    assert message.text == written.decode()
    assert "unknown-charset" in message.defects
    word = b"=?" + charset.strip(b'"') + b"?q?+ADw-script+AD4-?="
    subject = parse(b"Subject: " + word + b"\r\nFrom: " + word + b" <ann@example.org>\r\n\r\n")
    assert subject.subject == "+ADw-script+AD4-"
    assert subject.from_ is not None
    assert subject.from_.name == "+ADw-script+AD4-"


def test_a_charset_in_two_parts_is_harmless() -> None:
    """RFC 2231 lets a charset have a charset, which may be anything."""
    assert parse(with_type(b"text/plain; charset*=unicode_escape''utf%2D8", "Hello é".encode())).text == "Hello é"
    assert parse(with_type(b"text/plain; charset*=a%00b''utf-8", b"Hello \xff")).text.startswith("Hello")


def test_a_boundary_in_a_charset_that_fails_is_set_before_a_person() -> None:
    """What the standard library cannot take apart is not lost: its headers are read and a person looks."""
    message = parse(with_type(b"multipart/mixed; boundary*=idna''%FF%00"))
    assert "unparsable: UnicodeError" in message.defects
    assert why_unreadable(message)
    assert message.subject == "Lamp"


@pytest.mark.parametrize("separator", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_line_end_within_an_encoded_word_ends_nothing(separator: str) -> None:
    """Subject, name and file name stay on one line, whatever an encoded word holds."""
    word = b"=?utf-8?q?" + b"".join(b"=%02X" % byte for byte in f"a{separator}Bcc: b".encode()) + b"?="
    part = b'--edge\r\nContent-Type: application/x; name="' + word + b'"\r\n\r\nx\r\n--edge--'
    message = parse(
        b"Subject: " + word + b"\r\nFrom: " + word + b" <ann@example.org>\r\n" + MIXED.partition(b"Lamp\r\n")[2] + part
    )
    assert message.from_ is not None
    for line in (message.subject, message.from_.name, message.attachments[0].filename, message.header("subject") or ""):
        assert len(line.splitlines()) == 1
        assert line.startswith("a")


# --- containers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\r\n", b"\n\n\n", b"\xef\xbb\xbf", b"From nobody Mon Jan  5 10:00:00 2026\n"])
def test_nothing_is_set_before_a_person(content: bytes) -> None:
    """A message without headers and without text cannot be decided about."""
    message = parse(content)
    assert "nothing-readable" in message.defects
    assert why_unreadable(message)


def test_headers_alone_are_a_message() -> None:
    """People write their question into the subject and send no text."""
    for ending in (b"", b"\r\n"):
        message = parse(HEAD + ending)
        assert (message.subject, message.text) == ("Lamp", "")
        assert not why_unreadable(message)


def test_a_body_alone_is_a_message() -> None:
    """Text without any header is read as text."""
    message = parse(b"The lamp is broken.\nPlease come.\n")
    assert message.text == "The lamp is broken.\nPlease come.\n"
    assert message.headers == ()
    assert not why_unreadable(message)


@pytest.mark.parametrize(
    "prefix",
    [
        b"From ann@example.org Mon Jan  5 10:00:00 2026\r\n",
        b">From ann@example.org Mon Jan  5 2026\r\n",
        b"\xef\xbb\xbf",
        b"\r\n\r\n",
    ],
)
def test_what_stands_before_the_headers_is_passed_over(prefix: bytes) -> None:
    """A mailbox file's separator, a byte order mark or empty lines do not turn headers into text."""
    message = parse(prefix + HEAD + b"\r\nHello")
    assert (message.subject, message.text) == ("Lamp", "Hello")


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b"\r\r\n"])
def test_any_line_ends_are_read(end: bytes) -> None:
    """Line ends of any system, and those a broken gateway doubled, are line ends."""
    message = parse((HEAD + b"\r\nHello").replace(b"\r\n", end))
    assert (message.sender, message.subject, message.text.strip()) == ("ann@example.org", "Lamp", "Hello")


def test_broken_base64_is_read_as_far_as_it_goes() -> None:
    """Alien characters and missing padding are passed over and reported."""
    message = parse(HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nSGVs*bG8\r\n")
    assert message.text == "Hello"
    assert any(defect.startswith("invalid-base64") for defect in message.defects)


@pytest.mark.parametrize("encoding", [b"base64 ", b"BASE64", b'"base64"', b"base64; x=y", b"base64 (by hand)"])
def test_an_encoding_with_trimmings_is_understood(encoding: bytes) -> None:
    """Space, quotes or a comment after the name of an encoding do not leave the text encoded."""
    assert parse(HEAD + b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\nSGVsbG8=\r\n").text == "Hello"


def test_a_missing_end_boundary_loses_nothing() -> None:
    """A message cut short is read to where it was cut."""
    message = parse(MIXED + b"--edge\r\n\r\nOne\r\n--edge\r\n\r\nTwo")
    assert message.text == "One\nTwo"
    assert "close-boundary-not-found" in message.defects


@pytest.mark.parametrize(
    "value",
    [
        b"multipart/mixed; boundary=other",
        b"multipart/mixed",
        b'multipart/mixed; boundary=""',
        b"multipart/alternative; boundary=" + b"e" * 200,
    ],
)
def test_a_multipart_without_parts_is_read_as_text(value: bytes) -> None:
    """Where the boundary is missing or wrong, the words are still there."""
    assert "Hello" in parse(with_type(value)).text


def test_a_boundary_may_begin_another_and_hold_any_characters() -> None:
    """A boundary that is the beginning of another one, or reads like a pattern, parts as declared."""
    inner = b"Content-Type: multipart/mixed; boundary=edge.*2\r\n\r\n--edge.*2\r\n\r\nInner\r\n--edge.*2--"
    assert parse(MIXED + b"--edge\r\n" + inner + b"\r\n--edge\r\n\r\nOuter\r\n--edge--").text == "Inner\nOuter"


def test_raw_bytes_anywhere_are_read() -> None:
    """8-bit bytes in a parameter, a name or an id neither fail nor stay half decoded."""
    message = parse(b"Message-ID: <\xe9@example.org>\r\nX-\xff: y\r\nContent-Type: text/plain; name=\xff\r\n\r\nHello")
    assert message.message_id == "é@example.org"


# --- whatever the bytes ----------------------------------------------------------------------------------------------

FRAGMENTS = (
    *(
        b"From: ann@example.org",
        b"From: <",
        b"To: a@example.org, (",
        b"Subject: =?utf-8?b?w4k?=",
        b"Subject: =?x?q?",
        b"Date: Mon, 5 Jan",
    ),
    *(
        b"Date: Mon, 5 Jan 2026 10:00:00 +9999",
        b"Message-ID: <>",
        b"References: <a@b> <",
        b"Return-Path: <>",
        b" folded",
        b"From x",
    ),
    *(
        b"Content-Type: multipart/alternative; boundary=e",
        b"Content-Type: multipart/mixed; boundary=f",
        b"Content-Type: text/html",
    ),
    *(
        b"Content-Type: message/rfc822",
        b"Content-Type: text/plain; charset=utf-7",
        b"Content-Type: multipart/digest; boundary=e",
    ),
    *(b"Content-Type: text/plain; charset*0*=idna''%FF%00", b"Content-Type: multipart/mixed; boundary*=punycode''%FF"),
    *(b"Content-Disposition: attachment; filename*0=a; filename*2*=b''%", b"Content-Transfer-Encoding: base64"),
    *(
        b"Content-Transfer-Encoding: x-uuencode",
        b"begin 644 a",
        b"Content-Transfer-Encoding: quoted-printable",
        b"=C3=",
        b"--e",
    ),
    *(
        b"--f",
        b"--e--",
        b"--f--",
        b"",
        b"<p hidden>a<table><td>",
        b"<?xml version='1.0' encoding='x'?>",
        b"SGVsbG8",
        b"\x00\xff\x80",
    ),
    *(b":", b"\r", b"\xed\xa0\x80", b"end"),
)


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=20))).map(b"\r\n".join),
    )
)
def test_no_bytes_make_the_parser_fail(content: bytes) -> None:
    """Whatever arrives becomes a message whose every text can be stored, the same one each time."""
    message = parse(content)
    assert message == parse(content)
    for text in every_text(message):
        assert "\x00" not in text
        assert text.encode("utf-8")
    for line in every_line(message):
        assert len(line.splitlines()) <= 1
    assert message.sent_at is None or message.sent_at.tzinfo is not None
    assert all("@" in address.address for address in (*message.to, *message.cc, *message.reply_to))


def every_line(message: Message) -> list[str]:
    """The texts of a message that must stand on one line."""
    people = [person for person in (message.from_, *message.to, *message.cc, *message.reply_to) if person]
    ids = [message.message_id, *message.in_reply_to, *message.references]
    names = [name for person in people for name in (person.name, person.address)]
    files = [text for file in message.attachments for text in (file.filename, file.content_type)]
    headers = [text for header in message.headers for text in header]
    return [message.subject, message.content_type, *ids, *names, *files, *headers, *message.defects]


def every_text(message: Message) -> list[str]:
    """Every text of a message, without the empty ones."""
    return [text for text in (message.text, *every_line(message)) if text]


LINES = (
    *(
        b"",
        b"-- ",
        b"--edge",
        b"--edge--",
        b"--inner",
        b"--inner--",
        b"text",
        b"bG9uZyBydW4=",
        b"From here",
        b" folded",
        b"\xff",
    ),
    *(b"Content-Type: multipart/mixed; boundary=edge", b"Content-Type: multipart/alternative; boundary=inner"),
    *(b"Content-Transfer-Encoding: base64", b"Content-Type: text/plain", b"\xee\x80\x800"),
)
line_ends = st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\n", b"\r"])
bodies = st.lists(st.tuples(st.sampled_from(LINES), line_ends), max_size=40).map(lambda lines: b"".join(map(b"".join, lines)))


@given(bodies)
@example(b"--edge\n\n" + b"bG9uZyBydW4=\r\n" * 40 + b"--edge--\n")
@example(b"--edge\n\ntext\r--edge\n\ntext\n--edge--\n")
def test_the_lines_that_the_library_does_not_see_come_out_as_it_would_have_read_them(body: bytes) -> None:
    """Most lines of a body are kept from the standard library's slow parser: every part holds what it would have held."""
    content = b"From: ann@example.org\nContent-Type: multipart/mixed; boundary=edge\n\n" + body
    part = partial(source.Part, tally=source._Tally(limits=ParseLimits()), stretches=source._Stretches())
    line_by_line = BytesParser(part).parsebytes(content)
    read = source.read(content, ParseLimits())
    assert read.whole
    assert tree(read.root) == tree(line_by_line)


@given(st.from_regex(fields._PLAIN, fullmatch=True))
def test_the_plainest_addresses_are_read_as_the_library_reads_them(value: str) -> None:
    """One address, with a simple name or without, does not need the library, which would say the same without a doubt."""
    doubts: list[object] = []
    assert fields._pairs(value) == (get_addresses(value, defects=doubts), True)
    assert not doubts
