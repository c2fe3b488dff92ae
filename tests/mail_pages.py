"""What mail programs make of somebody's reply as a page, written for these tests; its text is in ``tests.mail_programs``."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from tests.mail_programs import (
    MAILBOX,
    Shape,
    apple_mail,
    gmail,
    gmail_phone,
    iphone,
    outlook_desktop,
    outlook_phone,
    outlook_web,
    thunderbird,
)

PLAIN = """Dear Ada,

The bridge cost 2.1 million pounds. The contract is in two parts:
- the deck
- the piers

More is on our page<https://harbour.example/bridge>.

Kind regards
Robin Vale"""
"""The same answer as text; each program writes its own bullets."""
LINK = '<a href="https://harbour.example/bridge">our page</a>'
COST = "2.1 million"

Page = Callable[[str], str]
"""The quoted mail, as text, to the page of a reply with that answer above it."""


@dataclass(frozen=True, slots=True)
class Written:
    """A program: the text that it writes, and the page beside it. ``bullets``: it writes a list as one."""

    shape: Shape
    page: Page
    own: str = PLAIN
    bullets: bool = True


def _lines(text: str, begins: str = "<div>", ends: str = "</div>") -> str:
    return "".join(f"{begins}{escape(line) or '<br>'}{ends}" for line in text.split("\n"))


def _outlook_desktop(quoted: str) -> str:
    """Word's markup: bullets are characters, empty elements of Office, a rule above the head."""
    bullet = (
        "<p class=MsoListParagraph style='margin-left:0cm;mso-list:l0 level1 lfo1'><![if !supportLists]>"
        "<span style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt Arial'>&nbsp;&nbsp; </span></span>"
        "<![endif]>{}<o:p></o:p></p>"
    )
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0cm} --></style></head>'
        "<body lang=EN-GB><div class=WordSection1><p class=MsoNormal>Dear Ada,<o:p></o:p></p>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p>"
        f"<p class=MsoNormal>The bridge cost <b>{COST}</b> pounds. The contract is in two parts:<o:p></o:p></p>"
        f"{bullet.format('the deck')}{bullet.format('the piers')}"
        f"<p class=MsoNormal>More is on {LINK}.<o:p></o:p></p><p class=MsoNormal>Kind regards<br>Robin Vale<o:p></o:p></p>"
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>From:</b> Harbour Council "
        f"&lt;{MAILBOX}&gt;<br><b>Sent:</b> 23 December 2025 10:02</p></div>{_lines(quoted, '<p class=MsoNormal>', '</p>')}"
        "</div></body></html>"
    )


def _outlook_web(quoted: str) -> str:
    """A browser's: styles on every element, the rule and head in elements of their own."""
    style = 'style="font-family: Aptos; font-size: 12pt; color: rgb(0, 0, 0);"'
    return (
        f'<html><head></head><body dir="ltr"><div class="elementToProof" {style}>Dear Ada,</div><div {style}><br></div>'
        f'<div {style}>The bridge cost <span style="font-weight: 700">{COST}</span> pounds. The contract is in two parts:</div>'
        f'<ul data-editing-info="{{}}"><li {style}><div role="presentation">the deck</div></li>'
        f'<li {style}><div role="presentation">the piers</div></li></ul>'
        f"<div {style}>More is on {LINK}.</div><div {style}><br></div>"
        f"<div {style}>Kind regards</div><div {style}>Robin Vale</div>"
        f'<hr tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> Harbour Council</div>{_lines(quoted)}</body></html>'
    )


def _gmail(quoted: str) -> str:
    return (
        f'<div dir="ltr"><div>Dear Ada,</div><div><br></div><div>The bridge cost <b>{COST}</b> pounds. The contract is in two '
        "parts:</div><div><ul><li>the deck</li><li>the piers</li></ul></div>"
        f"<div>More is on {LINK}.</div><div><br></div><div>Kind regards</div><div>Robin Vale</div></div><br>"
        '<div class="gmail_quote"><div class="gmail_attr">On Tue, 23 Dec 2025 at 10:02, Harbour Council wrote:<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0">{_lines(quoted)}</blockquote></div>'
    )


def _apple(quoted: str) -> str:
    return (
        '<html><head></head><body style="overflow-wrap: break-word;"><div>Dear Ada,</div><div><br></div>'
        f"<div>The bridge cost <b>{COST}</b> pounds. The contract is in two parts:</div>"
        '<ul class="MailOutline"><li>the deck</li><li>the piers</li></ul>'
        f"<div>More is on {LINK}.</div><div><br></div><div>Kind regards</div><div>Robin Vale</div>"
        f'<div><br><blockquote type="cite"><div>On 23 Dec 2025, at 10:02, Harbour Council wrote:</div>{_lines(quoted)}'
        "</blockquote></div></body></html>"
    )


def _iphone(quoted: str) -> str:
    return _apple(quoted).replace(
        "<div>Robin Vale</div>", '<div>Robin Vale</div><br><div dir="ltr">Sent from my iPhone</div>', 1
    )


def _thunderbird(quoted: str) -> str:
    return (
        "<!DOCTYPE html><html><body><p>Dear Ada,</p>"
        f"<p>The bridge cost <b>{COST}</b> pounds. The contract is in two parts:<br></p>"
        f"<ul><li>the deck</li><li>the piers</li></ul><p>More is on {LINK}.</p><p>Kind regards<br>Robin Vale</p>"
        '<div class="moz-cite-prefix">On 23/12/2025 10:02, Harbour Council wrote:<br></div>'
        f'<blockquote type="cite">{_lines(quoted)}</blockquote></body></html>'
    )


def _phone_outlook(quoted: str) -> str:
    advert = '<div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div>'
    return _outlook_web(quoted).replace("<hr tabindex", f"{advert}<hr tabindex", 1)


PROGRAMS = (
    Written(outlook_desktop, _outlook_desktop, PLAIN.replace("\n- ", "\n  *   "), bullets=False),
    Written(outlook_web, _outlook_web, PLAIN.replace("\n- ", "\n  *\nthe ").replace("the the", "the")),
    Written(outlook_phone, _phone_outlook),
    Written(gmail, _gmail, PLAIN.replace("2.1 million", "*2.1 million*").replace("\n- ", "\n\n   - ")),
    Written(gmail_phone, _gmail),
    Written(apple_mail, _apple, PLAIN.replace("\n- ", "\n• ")),
    Written(iphone, _iphone),
    Written(thunderbird, _thunderbird, PLAIN.replace("2.1 million", "*2.1 million*").replace("\n- ", "\n\n  * ")),
)
