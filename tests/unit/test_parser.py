"""Messages as bytes become messages as values: ordinary mail and the disorder that honest programs make."""

import hashlib
from datetime import UTC, datetime

import pytest

from mailbot.adapters.parser import ParseLimits, parse, why_unreadable
from mailbot.core.message import Address, Attachment

PLAIN = (
    b"Return-Path: <ann@example.org>\r\n"
    b"From: Ann Sample <Ann.Sample@Example.ORG>\r\n"
    b"To: Help Desk <help@council.example>\r\n"
    b'Cc: bo@example.org, "Cole, Di" <di@example.org>\r\n'
    b"Reply-To: ann.home@example.org\r\n"
    b"Subject: The lamp outside\r\n number 4\r\n"
    b"Date: Mon, 5 Jan 2026 10:00:00 +0100\r\n"
    b"Message-ID: <one@example.org>\r\n"
    b"In-Reply-To: <zero@council.example>\r\n"
    b"References: <first@council.example>\r\n <zero@council.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"It is broken.\r\nThank you.\r\n"
)


def with_header(name: bytes, value: bytes, body: bytes = b"Hello") -> bytes:
    """A small message with one header field of interest."""
    return name + b": " + value + b"\r\nX-Sample: yes\r\n\r\n" + body


def multipart(kind: bytes, *parts: bytes) -> bytes:
    """A multipart message of the parts, each given with its own headers."""
    joined = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts)
    return b"From: ann@example.org\r\nContent-Type: multipart/" + kind + b"; boundary=edge\r\n\r\n" + joined + b"--edge--\r\n"


def text_part(text: bytes, kind: bytes = b"plain", extra: bytes = b"") -> bytes:
    """A text part in UTF-8."""
    return b"Content-Type: text/" + kind + b"; charset=utf-8\r\n" + extra + b"\r\n" + text


def test_an_ordinary_message_is_read_in_full() -> None:
    """Sender, recipients, subject, ids, date and text of a plain message all arrive."""
    message = parse(PLAIN)
    assert message.from_ == Address(address="Ann.Sample@example.org", name="Ann Sample")
    assert message.to == (Address(address="help@council.example", name="Help Desk"),)
    assert message.cc == (Address(address="bo@example.org"), Address(address="di@example.org", name="Cole, Di"))
    assert message.reply_to == (Address(address="ann.home@example.org"),)
    assert message.subject == "The lamp outside number 4"
    assert message.sent_at == datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    assert message.message_id == "one@example.org"
    assert message.in_reply_to == ("zero@council.example",)
    assert message.references == ("first@council.example", "zero@council.example")
    assert message.text == "It is broken.\nThank you.\n"
    assert message.content_type == "text/plain"
    assert message.attachments == ()
    assert message.defects == ()
    assert not why_unreadable(message)


def test_headers_are_kept_in_order_with_lower_case_names() -> None:
    """Every header stands on one line, decoded, in the order of the message."""
    message = parse(b"X-B: two\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nx-b: three\r\n\r\n")
    assert message.headers == (("x-b", "two"), ("subject", "café"), ("x-b", "three"))


def test_only_the_top_return_path_counts() -> None:
    """A Return-Path below the one our own server put was written by the sender and is left out."""
    message = parse(b"Return-Path: <>\r\nFrom: ann@example.org\r\nReturn-Path: <eve@example.org>\r\n\r\nHello")
    assert message.header_values("return-path") == ("<>",)


# --- identifiers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"<[abc]@[192.0.2.4]>", "[abc]@[192.0.2.4]"),
        (b"<>", ""),
        (b"", ""),
        (b"bare@example.org", "bare@example.org"),
        (b"20260105-17", "20260105-17"),
        (b"\r\n <" + b"L" * 90 + b"@example.org>", "L" * 90 + "@example.org"),
        (b"<with space@example.org>", "withspace@example.org"),
        (b"<a@example.org> (made by hand)", "a@example.org"),
        (b"<" + b"L" * 2000 + b"@example.org>", ""),
        (b"two words", ""),
    ],
)
def test_the_message_id_is_read_from_the_raw_header(raw: bytes, read: str) -> None:
    """Odd ids are read as they stand; what is no id at all, or longer than a line may be, is none."""
    assert parse(with_header(b"Message-ID", raw)).message_id == read


def test_several_ids_in_in_reply_to_are_all_kept() -> None:
    """A reply that names two messages is known as a reply to both."""
    message = parse(with_header(b"In-Reply-To", b"Your message of Monday <a@example.org> <b@example.org>"))
    assert message.in_reply_to == ("a@example.org", "b@example.org")


def test_an_id_wrapped_in_encoded_words_is_unwrapped() -> None:
    """Some programs encode a long In-Reply-To, which breaks the thread for those who do not undo it."""
    message = parse(with_header(b"In-Reply-To", b"=?utf-8?q?=3Clong=2Eid=40?=\r\n =?utf-8?q?example=2Eorg=3E?="))
    assert message.in_reply_to == ("long.id@example.org",)


def test_references_keep_the_last_hundred_without_repeats() -> None:
    """A very long thread keeps the nearest hundred messages, each once."""
    ids = [b"<%d@example.org>" % number for number in range(150)]
    message = parse(with_header(b"References", b"\r\n ".join([*ids, ids[-1]])))
    assert len(message.references) == 100
    assert message.references[0] == "50@example.org"
    assert message.references[-1] == "149@example.org"


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "address", "name"),
    [
        (b'"support@council.example" <eve@example.org>', "eve@example.org", "support@council.example"),
        (b"ann@example.org (Ann)", "ann@example.org", "Ann"),
        (b'"=?utf-8?Q?Jos=C3=A9?=" <jose@example.org>', "jose@example.org", "José"),
        (b"=?utf-8?q?Sample=2C_Ann?= <ann@example.org>", "ann@example.org", "Sample, Ann"),
        (b"Sample, Ann <ann@example.org>", "ann@example.org", "Ann"),
        ("Zoë Sample <zoe@example.org>".encode(), "zoe@example.org", "Zoë Sample"),
        ("Zoë Sample <zoe@example.org>".encode("latin-1"), "zoe@example.org", "Zoë Sample"),
        (b'"Unclosed <ann@example.org>', "ann@example.org", ""),
        (b"=?utf-8?q?Ann_=3Cann=40example=2Eorg=3E?=", "ann@example.org", ""),
        (b'"ann b"@example.org', '"ann b"@example.org', ""),
        (b"ann@[192.0.2.4]", "ann@[192.0.2.4]", ""),
        (b"ann@example.org <ann@example.org>", "ann@example.org", ""),
        (b"not-an-address, Ann <ann@example.org>", "ann@example.org", "Ann"),
    ],
)
def test_the_sender_is_read_out_of_odd_from_fields(raw: bytes, address: str, name: str) -> None:
    """The first usable address is the sender, with its name decoded and cleaned."""
    assert parse(with_header(b"From", raw)).from_ == Address(address=address, name=name)


@pytest.mark.parametrize(
    "raw",
    [
        b"<>",
        b"Mail System <MAILER-DAEMON>",
        b'"ann@example.org" <>',
        b"unlisted-recipients:; (no To-header on input)",
        b"undisclosed-recipients:;",
        b"one@example.org two@example.org",
        b"a@b@example.org",
        b"ann\x00@example.org x",
    ],
)
def test_a_from_field_without_a_usable_address_names_nobody(raw: bytes) -> None:
    """Nothing is guessed: a name, an empty address or two at once are not a sender."""
    message = parse(with_header(b"From", raw))
    assert message.from_ is None
    assert "no-usable-address: from" in message.defects


def test_recipients_parted_by_semicolons_are_all_read() -> None:
    """Outlook's separator is understood; the members of a group are read too."""
    assert [to.address for to in parse(with_header(b"To", b"a@example.org; b@example.org")).to] == [
        "a@example.org",
        "b@example.org",
    ]
    assert len(parse(with_header(b"To", b"Team: a@example.org, b@example.org;")).to) == 2


def test_a_name_stays_on_one_line() -> None:
    """Line ends and direction marks within an encoded name are gone before anybody shows or reuses it."""
    message = parse(with_header(b"From", b"=?utf-8?q?Ann=0D=0ABcc=3A_eve_=E2=80=AE?= <ann@example.org>"))
    assert message.from_ == Address(address="ann@example.org", name="Ann Bcc: eve")


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "hour", "defect"),
    [
        (b"Mon, 6 Jul 2026 10:00:00 +0100", 9, None),
        (b"Mon, 6 Jul 2026 10:00:00 BST", 9, None),
        (b"Mon, 6 Jul 2026 10:00:00 GMT", 10, None),
        (b"Mon, 6 Jul 2026 10:00:00 -0500 (EST)", 15, None),
        (b"6 Jul 2026 10:00 +0000", 10, None),
        (b"Mon, 6 Jul 2026 10:00:00", 10, "odd-date"),
        (b"Mon, 6 Jul 2026 10:00", 10, "odd-date"),
        (b"Tue, 6 Jul 2026 10:00:00 +0000", 10, "odd-date"),
    ],
)
def test_the_date_is_read_as_utc(raw: bytes, hour: int, defect: str | None) -> None:
    """British Summer Time is an hour ahead; a time without a zone is taken as UTC and reported as odd."""
    message = parse(with_header(b"Date", raw))
    assert message.sent_at == datetime(2026, 7, 6, hour, 0, tzinfo=UTC)
    assert [word for word in message.defects if "date" in word] == ([defect] if defect else [])


@pytest.mark.parametrize(
    "raw",
    [
        b"Mon, 5 Jan 20260000000000000000 10:00:00 +0000",
        b"Mon, 5 Jan 2026 10:00:00 +9999",
        b"Fri, 31 Dec 9999 23:59:00 -2359",
        b"Mon, 32 Foo 2026 10:00:00 +0000",
        b"Mon, 5 Jan 2026 30:00:00 +0000",
        b"yesterday",
        b"1 Jan 0100 00:00:00 +0000",
    ],
)
def test_a_date_that_cannot_be_right_is_no_date(raw: bytes) -> None:
    """An impossible date is left out and reported; it does not stop the message."""
    message = parse(with_header(b"Date", raw))
    assert message.sent_at is None
    assert "unreadable-date" in message.defects


# --- subject and headers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("Lampe für Straße".encode(), "Lampe für Straße"),
        ("Café fermé".encode("latin-1"), "Café fermé"),
        (b"=?iso-8859-1?q?=93Caf=E9=94_=96_=80_5?=", "“Café” – € 5"),
        (b"=?gb2312?b?" + b"zNi08qHy" + b"?=", "特打◎"),
        (b"=?utf-8?b?w4k=?= =?utf-8?b?w4k=?=", "ÉÉ"),
        (b"=?utf-8?q?=C3?= =?utf-8?q?=89?=", "É"),
        (b"=?utf-8?b?w4k?= no padding", "É no padding"),
        (b'Re: "=?utf-8?q?=C3=89?="', 'Re: "É"'),
        (b"=?utf-8*en?q?hello?=", "hello"),
        (b"=?x-nothing?q?hello?=", "hello"),
        (b"=?utf-8?x?broken?=", "=?utf-8?x?broken?="),
        (b"=?utf-8?q??=", ""),
        ("für =?utf-8?q?=C3=89?=".encode(), "für É"),
        (b"=?utf-8?q?hi=0D=0ABcc=3A_eve=40example=2Eorg?=", "hi Bcc: eve@example.org"),
        (b"=?utf-8?q?hi=00there?=", "hi\ufffdthere"),
    ],
)
def test_a_subject_is_read_as_it_was_meant(raw: bytes, read: str) -> None:
    """Encoded words, raw 8-bit text and Windows characters are decoded, and the subject is one line."""
    assert parse(with_header(b"Subject", raw)).subject == read


def test_the_first_of_two_subjects_counts() -> None:
    """A second subject is reported and kept among the headers only."""
    message = parse(b"Subject: first\r\nSubject: second\r\n\r\n")
    assert message.subject == "first"
    assert message.header_values("subject") == ("first", "second")
    assert "repeated-field: subject" in message.defects


def test_a_bare_carriage_return_does_not_start_another_header() -> None:
    """A sender cannot smuggle a header in behind a subject."""
    message = parse(b"Subject: lamp\rBcc: eve@example.org\r\nFrom: ann@example.org\r\n\r\nHello")
    assert message.subject == "lamp Bcc: eve@example.org"
    assert message.header("bcc") is None
    assert message.sender == "ann@example.org"


def test_the_report_type_is_part_of_the_content_type() -> None:
    """A delivery report can be told from its content type."""
    message = parse(multipart(b'report; Report-Type="Delivery-Status"', text_part(b"It failed.")))
    assert message.content_type == "multipart/report; report-type=delivery-status"


@pytest.mark.parametrize("raw", [b"", b"text", b"a/b/c", b";;;", b"\xff\xfe"])
def test_a_broken_content_type_is_plain_text(raw: bytes) -> None:
    """RFC 2045 section 5.2: what cannot be understood is read as plain text."""
    message = parse(with_header(b"Content-Type", raw))
    assert (message.content_type, message.text) == ("text/plain", "Hello")


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charset", "body", "text", "defect"),
    [
        (b"x-unknown", "Grüße".encode(), "Grüße", "unknown-charset"),
        (b"DEFAULT", "Grüße".encode("latin-1"), "Grüße", "unknown-charset"),
        (b"gb2312", "镕基".encode("gb18030"), "镕基", None),
        (b"iso-8859-1", b"\x93yes\x94 \x80 5", "“yes” € 5", None),
        (b"us-ascii", "Grüße".encode(), "Grüße", None),
        (b"iso-8859-1", "Grüße".encode(), "Grüße", None),
        (b"utf-8", b"\xef\xbb\xbfGr\xc3\xbc\xdfe", "Grü\ufffde", "undecodable-bytes"),
        (b"windows-1251", "Привет".encode("cp1251"), "Привет", None),
        (b"shift_jis", "こんにちは".encode("shift_jis"), "こんにちは", None),
        (b"iso-2022-jp", "こんにちは".encode("iso-2022-jp"), "こんにちは", None),
        (b'"utf-8"', "Grüße".encode(), "Grüße", None),
    ],
)
def test_text_is_read_in_spite_of_its_charset(charset: bytes, body: bytes, text: str, defect: str | None) -> None:
    """Unknown and wrong charset labels do not lose the text; what could not be read is reported."""
    message = parse(with_header(b"Content-Type", b"text/plain; charset=" + charset, body))
    assert message.text == text
    assert [word for word in message.defects if word in ("unknown-charset", "undecodable-bytes")] == (
        [defect] if defect else []
    )


def test_plain_text_is_preferred_to_html() -> None:
    """Of two forms of one text the plain one is the body, and the other is no attachment."""
    message = parse(multipart(b"alternative", text_part(b"<p>Rich</p>", b"html"), text_part(b"Plain")))
    assert message.text == "Plain"
    assert message.attachments == ()


def test_html_is_read_where_the_plain_text_is_empty() -> None:
    """An empty text part does not hide what the HTML part says."""
    message = parse(multipart(b"alternative", text_part(b" \r\n"), text_part(b"<p>Only <b>here</b></p>", b"html")))
    assert message.text == "Only here"


def test_hidden_html_is_not_read() -> None:
    """What a reader does not see is not taken for the sender's words."""
    html = (
        b"<html><head><title>T</title><style>p {}</style></head><body><script>s()</script>"
        b"<p>Seen.</p><p style='DISPLAY : none'>a</p><div hidden>b</div><span style=visibility:hidden>c</span>"
        b"<i style='color:red;opacity:0'>d</i><!-- e --></body></html>"
    )
    assert parse(with_header(b"Content-Type", b"text/html", html)).text == "Seen."


def test_html_wholly_hidden_is_empty() -> None:
    """A part of which nothing is shown has no text."""
    assert parse(with_header(b"Content-Type", b"text/html", b"<div style='display:none'>secret</div>")).text == ""
    assert parse(with_header(b"Content-Type", b"text/html", b"<!-- nothing -->")).text == ""


def test_html_tables_and_lists_become_lines() -> None:
    """Cells are parted by space, rows and items by lines."""
    rows = b"<tr><td>Name</td><td>Ann</td></tr><tr><td>Street</td><td>Mill Lane</td></tr>"
    html = b"<table>" + rows + b"</table><ul><li>one<li>two</ul>"
    assert parse(with_header(b"Content-Type", b"text/html", html)).text.split("\n") == [
        "Name Ann",
        "Street Mill Lane",
        "* one",
        "* two",
    ]


def test_html_of_unclosed_tags_is_read_to_the_end() -> None:
    """Newsletters forget to close their tags; their last sentence is read all the same."""
    for levels in (400, 3000):
        html = b"<div>" * levels + b"<p>The end"
        assert parse(with_header(b"Content-Type", b"text/html", html)).text.strip() == "The end"


def test_html_with_an_xml_declaration_is_read() -> None:
    """XHTML says its own encoding in a first line, which is no obstacle."""
    html = b'<?xml version="1.0" encoding="utf-8"?><p>Hello</p>'
    assert parse(with_header(b"Content-Type", b"text/html", html)).text == "Hello"


def test_several_texts_are_joined() -> None:
    """Text above and below a picture, as telephones send it, is one body."""
    image = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0="
    message = parse(multipart(b"mixed", text_part(b"Above"), image, text_part(b"Below")))
    assert message.text == "Above\nBelow"
    assert [attachment.part for attachment in message.attachments] == ["2"]


# --- attachments -----------------------------------------------------------------------------------------------------


def test_attachments_are_listed_with_number_size_and_digest() -> None:
    """Every file has its part number, cleaned name, type, decoded size and digest."""
    inner = b"Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n" + text_part(b"Hi") + b"\r\n--in--\r\n"
    pdf = (
        b'Content-Type: application/pdf; name="old.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="=?utf-8?q?pl=C3=A4n.pdf?="\r\n\r\naGVsbG8='
    )
    message = parse(
        multipart(
            b"mixed",
            inner,
            pdf,
            text_part(b"x,y", b"csv"),
            text_part(b"n", extra=b"Content-Disposition: attachment\r\n"),
        )
    )
    assert message.text == "Hi"
    assert message.attachments[0] == Attachment(
        part="2",
        filename="plän.pdf",
        content_type="application/pdf",
        size=5,
        sha256=hashlib.sha256(b"hello").hexdigest(),
    )
    assert [(file.part, file.content_type) for file in message.attachments[1:]] == [
        ("3", "text/csv"),
        ("4", "text/plain"),
    ]


def test_parts_of_parts_are_numbered_as_imap_numbers_them() -> None:
    """The second part of the first part is 1.2."""
    image = b"Content-Type: image/png\r\n\r\nx"
    inner = (
        b"Content-Type: multipart/related; boundary=in\r\n\r\n--in\r\n"
        + text_part(b"Hi")
        + b"\r\n--in\r\n"
        + image
        + b"\r\n--in--"
    )
    assert [file.part for file in parse(multipart(b"mixed", inner, image)).attachments] == ["1.2", "2"]


def test_a_picture_within_the_text_is_told_from_one_that_is_attached() -> None:
    """A signature's logo belongs to the page it is shown in; a photograph in a mail, inline or not, is a file of its own."""
    image = b"Content-Type: image/png\r\nContent-Disposition: inline; filename=x.png\r\n\r\nx"
    attached = image.replace(b"inline", b"attachment")
    shown = parse(multipart(b"related", text_part(b"<p>Hi</p>", b"html"), image, attached))
    mixed = parse(multipart(b"mixed", text_part(b"Hi"), image, attached))
    assert [file.in_place for file in shown.attachments] == [True, False]
    assert [file.in_place for file in mixed.attachments] == [False, False]


def test_an_attached_message_is_not_part_of_the_body() -> None:
    """The words and headers of a forwarded message are not taken for the sender's own."""
    attached = b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nFrom: bo@example.org\r\n\r\nInner text"
    message = parse(multipart(b"mixed", text_part(b"Outer text"), attached))
    assert message.text == "Outer text"
    assert message.sender == "ann@example.org"
    assert [(file.part, file.content_type) for file in message.attachments] == [("2", "message/rfc822")]
    inner = attached.partition(b"\r\n\r\n")[2]
    assert message.attachments[0].size == len(inner)
    assert message.attachments[0].sha256 == hashlib.sha256(inner).hexdigest()


def test_the_parts_of_a_digest_are_attached_messages() -> None:
    """In a multipart/digest a part without a type is a message (RFC 2046 section 5.1.5)."""
    message = parse(multipart(b"digest", b"\r\nSubject: inner\r\n\r\nInner text"))
    assert message.text == ""
    assert message.attachments[0].content_type == "message/rfc822"


def test_an_invitation_is_an_attachment() -> None:
    """A calendar part offered as an alternative is not read as text and is not lost."""
    calendar = b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR"
    message = parse(multipart(b"alternative", text_part(b"Please come"), calendar))
    assert message.text == "Please come"
    assert [file.content_type for file in message.attachments] == ["text/calendar"]


def test_a_body_that_bears_a_name_is_still_the_body() -> None:
    """A single text with a file name is what the sender has to say."""
    assert parse(with_header(b"Content-Type", b"text/plain; name=body.txt")).text == "Hello"


@pytest.mark.parametrize(
    ("parameter", "filename"),
    [
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="C:\\\\docs\\\\plan.pdf"', "plan.pdf"),
        (b"filename*=utf-8''%E2%80%AEgpj.exe", "gpj.exe"),
        (b"filename*0*=utf-8''pl%C3%A4; filename*1=n.pdf", "plän.pdf"),
        (b'filename="a%00b"', "a%00b"),
        (b'filename=".."', ""),
        (b"filename*=punycode''abc-def", "abc-def"),
        (b'filename="' + b"n" * 300 + b'.pdf"', "n" * 196 + ".pdf"),
        ("filename=plän.pdf".encode(), "plän.pdf"),
        (b"filename*" + b"9" * 5000 + b"*=x", ""),
    ],
)
def test_a_file_name_is_only_a_name(parameter: bytes, filename: str) -> None:
    """Paths, direction marks and control characters are cut off; a long name keeps its ending."""
    message = parse(
        multipart(b"mixed", b"Content-Type: application/x\r\nContent-Disposition: attachment; " + parameter + b"\r\n\r\nx")
    )
    assert [file.filename for file in message.attachments] == [filename]


# --- identity --------------------------------------------------------------------------------------------------------


def test_a_message_seen_in_two_mailboxes_is_one_message() -> None:
    """Trace headers and line ends differ between mailboxes; the digest does not."""
    trace = b"Received: from a by b; Mon, 5 Jan 2026 09:00:01 +0000\r\nDelivered-To: bo@council.example\r\nX-Spam: no\r\n"
    assert parse(trace + PLAIN.removeprefix(b"Return-Path: <ann@example.org>\r\n")).digest == parse(PLAIN).digest
    assert parse(PLAIN.replace(b"\r\n", b"\n")).digest == parse(PLAIN).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"It is broken", b"It is mended"),
        (b"one@example.org", b"two@example.org"),
        (b"The lamp", b"A lamp"),
        (b"Ann Sample", b"Eve Sample"),
        (b"10:00:00", b"10:00:01"),
    ],
)
def test_other_content_is_another_message(old: bytes, new: bytes) -> None:
    """The same Message-ID does not make another message the same."""
    assert parse(PLAIN.replace(old, new)).digest != parse(PLAIN).digest


def test_a_message_beyond_a_limit_has_an_identity_too() -> None:
    """Two large messages with the same headers and other bodies are told apart."""
    limits = ParseLimits(max_bytes=100)
    first, second = parse(PLAIN, limits), parse(PLAIN + b"x", limits)
    assert first.digest != second.digest
    assert first.digest == parse(b"X-Trace: yes\r\n" + PLAIN, limits).digest
