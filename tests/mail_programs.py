"""What mail programs make of somebody's reply: the shapes in which they quote, written for these tests."""

from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from itertools import count
from textwrap import wrap

MAILBOX = "enquiries@harbour.example"
_numbers = count(1)

Shape = Callable[[str, str], str]
"""What the writer wrote, and the plain text of the mail they reply to, to the plain text of the reply."""


def outlook_desktop(own: str, quoted: str) -> str:
    """Outlook for Windows: a head between the two, no marks before lines, bullets of its own, addresses as links."""
    head = f"From: Harbour Council <{MAILBOX}>\nSent: 23 December 2025 10:02\nTo: Robin Vale <robin.vale@harbour.example>"
    shown = quoted.replace("\n- ", "\n  *   ").replace(MAILBOX, f"{MAILBOX}<mailto:{MAILBOX}>")
    return f"{own}\n\n{head}\nSubject: Re: Opening hours [HC-2512-0001-0]\n\n{shown}\n"


def outlook_web(own: str, quoted: str) -> str:
    """Outlook in a browser: a line of underscores above the head, and blank lines doubled."""
    head = f"From: Harbour Council <{MAILBOX}>\nSent: Tuesday, December 23, 2025 10:02 AM\nTo: Robin Vale"
    return f"{own}\n\n________________________________\n{head}\nSubject: Re: Opening hours [HC-2512-0001-0]\n\n\n{quoted}\n"


def outlook_phone(own: str, quoted: str) -> str:
    """Outlook on a telephone: its own line of advertisement, then as in a browser."""
    return outlook_web(f"{own}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>", quoted)


def gmail(own: str, quoted: str) -> str:
    """Gmail in a browser: an introduction over two lines, marks, and lines cut at some seventy characters."""
    lines = [piece for line in quoted.splitlines() for piece in wrap(line, 70) or [""]]
    marked = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"{own}\n\nOn Tue, 23 Dec 2025 at 10:02, Harbour Council <{MAILBOX}>\nwrote:\n\n{marked}\n>\n"


def gmail_phone(own: str, quoted: str) -> str:
    """Gmail on a telephone."""
    marked = "\n".join(f"> {line}" for line in quoted.splitlines())
    return f"{own}\n\nOn Tue, 23 Dec 2025, 10:02 Harbour Council, <{MAILBOX}> wrote:\n\n{marked}\n"


def apple_mail(own: str, quoted: str) -> str:
    """Apple Mail: the introduction is marked like the quote."""
    marked = "\n".join(f"> {line}" for line in quoted.splitlines())
    return f"{own}\n\n> On 23 Dec 2025, at 10:02\u202fAM, Harbour Council <{MAILBOX}> wrote:\n> \n{marked}\n"


def iphone(own: str, quoted: str) -> str:
    """Mail on an iPhone."""
    return apple_mail(f"{own}\n\nSent from my iPhone", quoted)


def thunderbird(own: str, quoted: str) -> str:
    """Thunderbird, the reply above the quote."""
    marked = "\n".join(f"> {line}" for line in quoted.splitlines())
    return f"{own}\n\nOn 23/12/2025 10:02, Harbour Council wrote:\n{marked}\n"


def thunderbird_below(own: str, quoted: str) -> str:
    """Thunderbird as it comes: the reply below the quote."""
    marked = "\n".join(f"> {line}" for line in quoted.splitlines())
    return f"On 23/12/2025 10:02, Harbour Council wrote:\n{marked}\n\n{own}\n"


def nothing_quoted(own: str, quoted: str) -> str:  # the form of the others
    """A program that quotes nothing, or a writer who takes it out."""
    return f"{own}\n"


SHAPES: tuple[Shape, ...] = (
    outlook_desktop,
    outlook_web,
    outlook_phone,
    gmail,
    gmail_phone,
    apple_mail,
    iphone,
    thunderbird,
    thunderbird_below,
    nothing_quoted,
)


def written(
    letter: EmailMessage,
    text: str,
    *,
    sender: str,
    to: Sequence[str] = (MAILBOX,),
    subject: str = "",
    files: Sequence[tuple[str, str, bytes]] = (),
    headers: dict[str, str] | None = None,
    html_alone: bool = False,
    page: str = "",
    pictures: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """A message with this text in the thread of a letter, with its page beside it. ``files``: name, media type and content.

    ``pictures``: name and content of those that are pasted into the page.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, ", ".join(to)
    mail["Subject"] = subject or f"Re: {letter['Subject']}"
    mail["Date"], mail["Message-ID"] = "Tue, 23 Dec 2025 10:09:00 +0000", f"<{next(_numbers)}.reply@harbour.example>"
    mail["In-Reply-To"] = str(letter["Message-ID"])
    mail["References"] = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
    for name, value in (headers or {}).items():
        del mail[name]
        mail[name] = value
    blocks = (escape(block).replace("\n", "<br>\n") for block in text.split("\n\n"))
    page = page or "<html><body>" + "".join(f"<p>{block}</p>\n" for block in blocks) + "</body></html>"
    if html_alone:
        mail.set_content(page, subtype="html")
    else:
        mail.set_content(text)
        mail.add_alternative(page, subtype="html")
    for name, content in pictures:
        shown = mail.get_payload()[-1]  # type: ignore[index]
        named = {"filename": name} if name else {}
        shown.add_related(content, "image", "png", disposition="inline", cid=f"<{name or next(_numbers)}@x>", **named)  # type: ignore[union-attr]
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()
