"""An owner's answer keeps its form, paragraphs, lists, bold words and links, and nothing else of its page leaves."""

import re
import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.parser.html import html_text
from mailbot.adapters.parser.page_lines import page_lines
from mailbot.adapters.rule_files import load_quoting
from mailbot.core.letter_sample import FULLEST
from mailbot.core.own_words import TOKEN, own_words
from mailbot.core.page_words import LineKind, PageLine, Run, formed
from tests.invented import RULES, shipped_letters
from tests.mail_pages import COST, LINK, PROGRAMS, Written

QUOTING = load_quoting(RULES)

OURS = "The case is yours.\nReply: https://harbour.example/internal\n"
GMAIL = """<div dir="ltr">Dear Ada,<div><br></div><div>The bridge cost <b>2.1 million</b> pounds:</div><div><ul>
<li>the deck</li><li>the <i>piers</i></li></ul></div><div>More on <a href="https://harbour.example/bridge">our page</a>.</div>
</div><br>
<div class="gmail_quote"><div>On Tue, Harbour wrote:</div><blockquote>The case is yours. The deck</blockquote></div>"""
GMAIL_WORDS = """Dear Ada,

The bridge cost *2.1 million* pounds:

   - the deck
   - the *piers*

More on our page <https://harbour.example/bridge>."""
OUTLOOK = """<html xmlns:o="x"><head><style>p{color:red}</style></head><body><p class="MsoNormal">Dear Ada,<o:p></o:p></p>
<ol start="1" type="1"><li class="MsoListParagraph">the deck<o:p></o:p></li><li class="MsoListParagraph">the piers</li></ol>
<p class="MsoNormal"><span style="font-weight:bold">Robin</span><br>Harbour Council</p>
<div style="border:none;border-top:solid"><p>From: Harbour Council</p></div><p>The case is yours.</p></body></html>"""
OUTLOOK_WORDS = "Dear Ada,\n\n  1.  the deck\n  2.  the piers\n\nRobin\nHarbour Council"


def shown(words: str, page: str, letter: str = OURS) -> str:
    return formed(words, page_lines(page), TOKEN, letter)


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def bare(html: str) -> str:
    """The HTML without the looks of its elements."""
    return re.sub(r' style="[^"]*"', "", html).replace("\n", "")


def test_what_gmail_writes_keeps_its_form() -> None:
    """Paragraphs, a list, bold, slanted and a link; what is quoted below stays behind."""
    assert bare(shown(GMAIL_WORDS, GMAIL)) == (
        "<p>Dear Ada,</p><p>The bridge cost <strong>2.1 million</strong> pounds:</p>"
        "<ul><li>the deck</li><li>the <em>piers</em></li></ul>"
        '<p>More on <a href="https://harbour.example/bridge">our page</a>.</p>'
    )


def test_what_outlook_writes_keeps_its_form() -> None:
    """Its numbered list, whose numbers stand in the plain text alone, and lines of one paragraph."""
    assert bare(shown(OUTLOOK_WORDS, OUTLOOK)) == (
        '<p>Dear Ada,</p><ol start="1"><li>the deck</li><li>the piers</li></ol><p><strong>Robin</strong><br>Harbour Council</p>'
    )


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<p>At ten.</p>",
        "<p>At</p><p>and then</p><p>nine.</p>",
        "<p>At <span style='display:none'>nine.</span></p>",
        "<p>At <span hidden>nine.</span></p>",
        "<style>At nine.</style><script>At nine.</script>",
    ],
)
def test_a_page_with_other_words_lends_no_form(page: str) -> None:
    """Then the words go as they are in the text, which is what was looked at."""
    assert shown("At nine.", page) == ""


@pytest.mark.parametrize(
    ("link", "text", "kept"),
    [
        ("https://harbour.example/hours", "hours", True),
        ("mailto:library@harbour.example", "write to us", True),
        ("tel:+441632960007", "01632 960007", True),
        ("https://harbour.example/hours", "www.harbour.example/hours", True),
        ("https://elsewhere.example/", "https://harbour.example/hours", False),
        ("https://harbour.example/internal", "the case", False),
        ("mailto:enquiries+0123456789abcdef-0123456789ab@harbour.example", "reply", False),
        ("mailto:library@harbour.example?bcc=x@elsewhere.example", "write", False),
        ("javascript:alert(1)", "hours", False),
        ("data:text/html,x", "hours", False),
        ("cid:image001", "hours", False),
        ('https://harbour.example/"onclick="x', "hours", False),
        ("https://harbour.example@elsewhere.example/", "harbour.example/x", True),
    ],
)
def test_only_the_owners_own_plain_links_are_links(link: str, text: str, kept: bool) -> None:
    """Ours, unusual ones, and those that show another address than they lead to are words alone."""
    page = (PageLine((Run(text, link=link),), 1),)
    html = formed(text, page, TOKEN, OURS)
    assert letters(html_text(html)) == letters(text)
    assert ("<a " in html) is kept


def test_what_stands_before_and_behind_in_the_same_line_stays_behind() -> None:
    """Only the piece that was found to be the owner's is shown."""
    page = (PageLine((Run("internal note: "), Run("At nine", bold=True), Run(". The case is yours.")), 1),)
    assert bare(formed("At nine.", page, TOKEN, OURS)) == "<p><strong>At nine</strong>.</p>"


RUNS = st.builds(Run, st.text(max_size=12), st.booleans(), st.booleans(), st.sampled_from(["", "https://x.example/", "bad"]))
LINES = st.builds(
    PageLine, st.lists(RUNS, max_size=3).map(tuple), st.integers(1, 4), st.sampled_from(LineKind), st.integers(0, 12)
)


@given(st.lists(LINES, max_size=5), st.data())
def test_the_form_never_adds_or_loses_a_letter(page: list[PageLine], data: st.DataObject) -> None:
    """Whatever page, whatever piece of it: either no form, or one with exactly these letters and no other element."""
    whole = "\n".join(line.text for line in page)
    start = data.draw(st.integers(0, len(whole)))
    words = whole[start : data.draw(st.integers(start, len(whole)))]
    html = formed(words, page, TOKEN, OURS)
    said = re.sub(r"<[^<>]*>", " ", html)
    if html:
        assert letters(unescape(said)) == letters(re.sub(r"<[^<>\s]*(?:://|mailto:|@)[^<>\s]*>", " ", words))
    assert set(re.findall(r"</?([a-z]+)", html)) <= {"p", "br", "ul", "ol", "li", "strong", "em", "a"}


@given(st.text(alphabet=st.sampled_from("<>/=\"' abdilopruv&;#!-"), max_size=200))
def test_no_page_is_too_strange(page: str) -> None:
    """Made-up markup gives lines or none, and never an error."""
    assert all(isinstance(line, PageLine) for line in page_lines(page))


def test_a_page_that_is_nested_without_end_is_read_or_left() -> None:
    """A hundred thousand open elements, and one with as many attributes."""
    page_lines("<div><b>" * 50_000 + "At nine.")
    assert page_lines("<p " + "a " * 5_000 + ">At nine.</p>") == ()


LETTER = shipped_letters().render("assignment", FULLEST).body
LONG = [line for line in LETTER.splitlines() if not line.startswith(">") and len(letters(line)) >= 16]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.shape.__name__)
def test_what_each_program_writes_keeps_its_form_and_nothing_of_ours_leaves(program: Written) -> None:
    """Outlook desktop, web and phone, Gmail in a browser and on a phone, Apple Mail, an iPhone, Thunderbird."""
    found = own_words(program.shape(program.own, LETTER), LETTER, QUOTING)
    assert found.doubt is None
    html = formed(found.text, page_lines(program.page(LETTER)), TOKEN, LETTER)
    assert f"The bridge cost <strong>{COST}</strong> pounds." in html
    assert LINK in html
    assert (bare(html).count("<li>"), bare(html).count("<ul>")) == ((2, 1) if program.bullets else (0, 0))
    said = letters(html_text(html))
    assert said == letters(re.sub(r"<https[^>]*>", "", found.text))
    assert not [line for line in LONG if letters(line) in said]
