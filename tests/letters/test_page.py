"""A letter as a page: the same words in the house layout, whatever a customer wrote."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.letters import NAMES
from mailbot.core.letter import Font
from mailbot.core.letter_html import document, html_of, plain
from mailbot.core.letter_sample import FULLEST, Sample, sample_values
from mailbot.core.text import clean_line
from mailbot.errors import PolicyError
from mailbot.toml_values import convert
from tests.invented import shipped_letters
from tests.readable import READABLE
from tests.unit.test_letters import HEADERS

SHIPPED = shipped_letters()
LETTERS = sorted(SHIPPED.specs)
ONE_LINE = sorted(NAMES - {"summary_lines", "pages", "policy_link", "note_lines", "answer_text"})
MARK = "wordsofacustomer"
CHANGING = {
    "Subject",
    "Message-ID",
    "X-Mailbot-Letter",
    "Content-Type",
}
"""The subject holds the value; the others come from the id, which each letter has of its own."""

hostile = st.one_of(
    st.text(min_size=1, max_size=80),
    st.sampled_from(
        [
            "{{ reference }}{% raw %}",
            "</p><h2>Pay now</h2><img src=x onerror=alert(1)>",
            "<a href='https://trap.example'>here</a> https://trap.example",
            "# Heading\r\n- bullet\r\n\r\nBcc: eve@example.org",
            "\u202etxet desrever\u202c \u2066x\u2069 \u200b",
            "\x00\x1b[31m\u2028\u2029\x85",
            "--=_boundary--\r\nContent-Type: text/html",
            "&lt;b&gt; &amp; \"quoted\" 'single'",
            "n" * 10_240,
        ]
    ),
)


class Page(HTMLParser):
    """The tags of a page with their attributes, in order, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags = list[tuple[str, tuple[tuple[str, str | None], ...]]]()
        self.words = list[str]()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def parts(letter: str, **values: str) -> tuple[EmailMessage, str, str]:
    """A letter as it leaves, its text and its page."""
    content = SHIPPED.compose(letter, replace(FULLEST, **values), HEADERS).content
    message = cast("EmailMessage", message_from_bytes(content, policy=READABLE))
    text, page = message.iter_parts()
    assert not message.defects
    return message, text.get_content(), EmailMessage.get_content(page)


# The layout ------------------------------------------------------------------------------------------------------------


def test_headings_bullets_and_paragraphs_are_all_there_is() -> None:
    """Nothing is bold, nothing is a table, and what looks like markup is words."""
    text = "Hello,\n\n# What next\n\nOne.\nTwo <b>.\n\nWe need:\n- a name\n- a *date* & {{ due_on }}"
    tags = [tag for tag, _ in Page(html_of(text)).tags]
    assert tags == ["p", "/p", "h2", "/h2", "p", "br", "/p", "p", "/p", "ul", "li", "/li", "li", "/li", "/ul"]
    assert " ".join(Page(html_of(text)).words) == ("Hello, What next One. Two <b>. We need: a name a *date* & {{ due_on }}")
    assert plain(text) == text.replace("# ", "")


@pytest.mark.parametrize("sample", Sample)
@pytest.mark.parametrize("letter", LETTERS)
def test_the_page_says_what_the_text_says(letter: str, sample: Sample) -> None:
    """Word for word and in the same order, so that nobody gets less than somebody else."""
    found = SHIPPED.render(letter, sample_values(SHIPPED.specs[letter], sample))
    html, text = ([word for word in words if word != "-"] for words in (Page(found.html).words, found.body.split()))
    assert html == text  # a bullet is a mark, not a word


def test_a_page_leaves_colours_and_width_to_its_reader() -> None:
    """It is readable on a dark screen, on a telephone and aloud: no picture, no colour, no script, nothing from elsewhere."""
    page = document(html_of("Hello,\n\n# What next\n\n- one"), "A <title>", Font(family="Verdana", points=10))
    tags = {tag for tag, _ in Page(page).tags if tag[0] != "/"}
    assert tags == {"html", "head", "meta", "title", "body", "div", "p", "h2", "ul", "li"}
    assert '<html lang="en">' in page
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "font-family:'Verdana',sans-serif;font-size:10pt" in page
    assert "<title>A &lt;title&gt;</title>" in page
    for foreign in ("color:", "background", "http", "src=", "<style", "<script", "px"):
        assert foreign not in page


def test_the_only_link_is_our_own_policy() -> None:
    """An address in a customer's words is no link."""
    _, _, page = parts("receipt-foi", customer_subject="https://trap.example", policy_link="https://harbour.example/a?b&c")
    assert [dict(attrs)["href"] for tag, attrs in Page(page).tags if tag == "a"] == ["https://harbour.example/a?b&c"]


@pytest.mark.parametrize(
    ("font", "said"),
    [
        ({"family": "Arial; color: red"}, "write the name of one font, such as Verdana"),
        ({"points": 4}, "write a size from 9 to 30"),
        ({"size": 4}, "there is no such key"),
    ],
)
def test_a_font_that_cannot_be_one_is_refused(font: dict[str, object], said: str) -> None:
    """When the pack is read, with what to write."""
    with pytest.raises(PolicyError, match=said):
        convert(Font, font, "pack.toml", PolicyError)


# Hostile words ---------------------------------------------------------------------------------------------------------


@given(st.sampled_from(LETTERS), st.sampled_from(ONE_LINE), hostile)
def test_no_value_changes_header_structure_or_other_values(letter: str, name: str, words: str) -> None:
    """Template words, line ends, writing direction, markup, links, ten thousand letters: they are words in their one place."""
    if not clean_line(words):
        return
    usual, text, page = parts(letter, **{name: MARK})
    message, hostile_text, hostile_page = parts(letter, **{name: words})
    assert [(key, str(value)) for key, value in message.items() if key not in CHANGING] == [
        (key, str(value)) for key, value in usual.items() if key not in CHANGING
    ]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert Page(hostile_page).tags == Page(page).tags
    lines, hostile_lines = text.splitlines(), hostile_text.splitlines()
    assert len(hostile_lines) == len(lines)
    assert [now for now, before in zip(hostile_lines, lines, strict=True) if MARK not in before] == [
        before for before in lines if MARK not in before
    ]
