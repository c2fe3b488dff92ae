"""A letter on paper: A4 pages with the organisation's full name, the customer's address, date, reference and signature.

The same words as the mail of it, for those who want post (F21), and signed for and on behalf of the organisation (J1, J8). A
mail's own signature ends with the mailbox's address: on paper the organisation's stands for it, and what follows it is about
the mail ("sent automatically") and is left out.
"""

from dataclasses import dataclass
from html import escape

from mailbot.core.letter import Font, Rendered
from mailbot.core.letter_html import html_value
from mailbot.core.text import clean_line
from mailbot.core.tongue import ENGLISH, Tongue

MOST_LINES, LONGEST_LINE = 8, 100
"""Of an address: more would push the letter off its first page."""

_STYLE = """
@page { size: A4; margin: 18mm 20mm; @bottom-center { content: counter(page) " / " counter(pages); font: 9pt sans-serif } }
body { line-height: 1.3; overflow-wrap: anywhere; color: #000; background: #fff }
header { border-bottom: 1pt solid #000; margin-bottom: 8mm }
header p { margin: 0 0 1mm }
header .name { font-size: 1.4em }
address { font-style: normal; min-height: 25mm; margin-bottom: 5mm }
.facts p { margin: 0 }
.facts { margin-bottom: 6mm }
h1 { font-size: 1.2em; margin: 0 0 5mm }
h2 { break-after: avoid }
p, li { orphans: 2; widows: 2 }
footer { break-inside: avoid; margin-top: 6mm }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What a page says around the letter's own words. ``date`` has its weekday; ``address``: the customer's, in lines.

    ``organisation`` is the full name; ``sender``: the mailbox's address, where an answer goes. ``tongue``: the letter's.
    ``on_behalf_of``: for whom it is signed; empty: for the organisation (J8).
    """

    organisation: str
    sender: str
    date: str
    reference: str
    signatory: str = ""
    on_behalf_of: str = ""
    address: tuple[str, ...] = ()
    tongue: Tongue = ENGLISH

    def page(self, letter: Rendered, font: Font) -> str:
        """The whole page as HTML, which names nothing outside itself."""
        title = letter.subject.removesuffix(f"[{self.reference}]").strip()
        return f"""<!DOCTYPE html>
<html lang="{escape(letter.language)}">
<head>
<meta charset="utf-8">
<title>{escape(letter.subject)}</title>
<style>body {{ font-family: '{font.family}', sans-serif; font-size: {font.points}pt }}{_STYLE}</style>
</head>
<body>
<header><p class="name">{_line(self.organisation)}</p><p>{_line(self.sender)}</p></header>
<address>{"<br>".join(_line(line) for line in self.address[:MOST_LINES])}</address>
<div class="facts"><p>{_line(self.date)}</p><p>{self.tongue.reference}: {_line(self.reference)}</p></div>
<main>
<h1>{escape(title)}</h1>
{self._words(letter.html)}
</main>
<footer>{self._signature()}</footer>
</body>
</html>
"""

    def _words(self, content: str) -> str:
        """The letter without the signature of its mail, and what stands below it."""
        signature = f"<br>\n{_line(self.sender)}</p>"
        above, found, _ = content.partition(signature)
        return above[: above.rindex("<p ")].rstrip() if found else content

    def _signature(self) -> str:
        """J8: who signs, and in whose name."""
        signed = f"<p>{_line(self.signatory)}</p>" if self.signatory else ""
        full_name = f"<p>{_line(self.organisation)}</p>" if self.on_behalf_of else ""
        return f"{signed}<p>{self.tongue.on_behalf_of} {_line(self.on_behalf_of or self.organisation)}</p>{full_name}"


def _line(text: str) -> str:
    return html_value(clean_line(text)[:LONGEST_LINE])
