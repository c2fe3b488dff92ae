"""What invented people and machines write to the council, and how a letter of the council is read."""

from collections.abc import Mapping, Sequence
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesParser
from email.policy import SMTP
from itertools import count

from tests.readable import READABLE

ADA = "Ada Finch <ada.finch@example.org>"
BEN = "Ben Marlow <ben.marlow@example.org>"
LIBRARY = "Could you tell me what time the library opens on Saturday?"
BIN = "Our bin was not emptied on Tuesday. Please collect it."
ACT = "I make this request under the Freedom of Information Act. What did the new bridge cost?"
QMAIL = """failure notice

Hi. This is the qmail-send program at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{recipient}>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

"""
EXIM = """Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {recipient}
    all relevant MX records point to non-existent hosts

------ This is a copy of the message, including all the headers. ------

"""

_numbers = count(1)


def message(
    text: str = LIBRARY,
    *,
    sender: str = ADA,
    subject: str = "Opening hours",
    to: str = "enquiries@harbour.example",
    message_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A message as a person's program writes it. Every call makes another one, unless ``message_id`` is given."""
    written = EmailMessage(policy=SMTP)
    written["From"], written["To"], written["Subject"] = sender, to, subject
    written["Date"] = "Tue, 23 Dec 2025 10:05:00 +0000"  # no earlier than any story begins
    written["Message-ID"] = message_id or f"<{next(_numbers)}.story@example.org>"
    for name, value in (headers or {}).items():
        written[name] = value
    written.set_content(f"Hello,\n\n{text}\n\nRegards\n{sender.partition(' <')[0]}\n")
    return written.as_bytes()


def reply(
    letter: EmailMessage,
    text: str,
    *,
    sender: str = ADA,
    to: str = "enquiries@harbour.example",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """An answer to a letter, as a mail program writes it: with the thread and the quoted letter."""
    quoted = "\n".join(f"> {line}" for line in letter.get_content().splitlines())
    references = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
    return message(
        f"{text}\n\nHarbour Council wrote:\n{quoted}",
        sender=sender,
        to=to,
        subject=f"Re: {letter['Subject']}",
        headers={"In-Reply-To": str(letter["Message-ID"]), "References": references, **(headers or {})},
    )


def absence_note(letter: EmailMessage) -> bytes:
    """What a customer's mail program answers on its own."""
    marks = {"Auto-Submitted": "auto-replied", "Return-Path": "<>"}
    return reply(letter, "I am away until Monday.", headers=marks)


def bounce(
    letter: EmailMessage,
    *,
    to: str = "",
    told: Sequence[Mapping[str, str]] = (),
    returns: bool = True,
    text: str = "The mail system could not deliver your message.",
) -> bytes:
    """A report (RFC 3464) that a letter could not be delivered, or ``told`` of each recipient.

    ``to``: the envelope sender it goes to. ``returns``: it brings the letter's headers back.
    """
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "Mail Delivery System <MAILER-DAEMON@relay.example.org>"
    report["To"], report["Subject"] = to or str(letter["From"]), "Undelivered Mail Returned to Sender"
    report["Return-Path"], report["Auto-Submitted"] = "<>", "auto-replied"
    report["Message-ID"] = f"<{next(_numbers)}.report@relay.example.org>"
    report.attach(MIMEText(f"{text}\n"))
    status = MIMEBase("message", "delivery-status")
    blocks = [{"Reporting-MTA": "dns; relay.example.org"}, *(told or [about(letter)])]
    status.set_payload([_fields(block) for block in blocks])
    report.attach(status)
    if returns:
        report["References"] = str(letter["Message-ID"])
        returned = MIMEBase("text", "rfc822-headers")
        returned.set_payload(f"Message-ID: {letter['Message-ID']}\nSubject: {letter['Subject']}\n")
        report.attach(returned)
    return report.as_bytes(policy=SMTP)


def bounce_in_words(words: str, content: bytes, recipient: str, reverse_path: str) -> bytes:
    """A bounce without a report, as ``QMAIL`` or ``EXIM`` has it: a subject and words, and behind them the letter."""
    head = f"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example.org\nTo: {reverse_path}\nSubject: "
    return (head + words.format(recipient=recipient)).replace("\n", "\r\n").encode() + content


def about(letter: EmailMessage, *, action: str = "failed", status: str = "5.1.1", address: str = "") -> dict[str, str]:
    """What a report says of the recipient of a letter, or of another address."""
    return {"Final-Recipient": f"rfc822; {address or letter['To']}", "Action": action, "Status": status}


def list_message() -> bytes:
    """What a mailing list sends to its subscribers."""
    marks = {
        "List-Id": "Quayside news <news.example.org>",
        "List-Unsubscribe": "<mailto:leave@example.org>",
        "Precedence": "list",
    }
    return message("All the news from the quayside.", sender="Quayside News <news@example.org>", headers=marks)


def nested(depth: int) -> bytes:
    """A message whose multiparts are nested far deeper than any person's program would."""
    inner: Message = MIMEText("Deep inside.")
    for _ in range(depth):
        outer = MIMEMultipart()
        outer.attach(inner)
        inner = outer
    inner["From"], inner["To"], inner["Subject"] = "Cora Quill <cora.quill@example.org>", "enquiries@harbour.example", "Boxes"
    inner["Message-ID"] = f"<{next(_numbers)}.nested@example.org>"
    return inner.as_bytes(policy=SMTP)


def read_letter(content: bytes) -> EmailMessage:
    """A letter as a customer's program reads it. Headers and text that are not as they should be are a failure."""
    letter = BytesParser(policy=READABLE).parsebytes(content.replace(b"\r\n", b"\n"))
    assert isinstance(letter, EmailMessage)
    assert not letter.defects, letter.defects
    return letter


def _fields(fields: Mapping[str, str]) -> Message:
    part = Message()
    for name, value in fields.items():
        part[name] = value
    return part
