"""Text from outside is safe to store and to show."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.text import clean_line, clean_text, shown_text


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\u2028", "\u2029"])
def test_every_kind_of_line_end_becomes_a_line_feed(end: str) -> None:
    """A text from any system has its lines where its writer had them."""
    assert clean_text(f"first{end}second") == "first\nsecond"


def test_what_a_database_cannot_hold_is_replaced() -> None:
    """NUL, a lone half of a surrogate pair and an escape character show as a replacement mark."""
    assert clean_text("a\x00b\ud800c\x1bd") == "a\ufffdb\ufffdc\ufffdd"


def test_tabs_and_ordinary_letters_stay() -> None:
    """Nothing is lost of a text that is in order, in whatever script."""
    text = "Name:\tŁucja\n\nこんにちは — grüße 👩‍👩‍👧"
    assert clean_text(text) == text


def test_windows_characters_sold_as_latin_1_are_put_right() -> None:
    """Curly quotes, a dash, an ellipsis and the euro sign come out as they were typed."""
    assert clean_text("\x93yes\x94 \x96 \x80 5\x85") == "“yes” – € 5…"


def test_a_character_windows_does_not_have_is_replaced() -> None:
    """The five unused places of the Windows set show as a replacement mark."""
    assert clean_text("\x81") == "\ufffd"


@pytest.mark.parametrize(
    "end", ["\r\n", "\r", "\n", "\t", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\u2029"]
)
def test_a_line_stays_one_line(end: str) -> None:
    """No character that some program takes for a line end survives in a subject or a name."""
    assert clean_line(f"Broken lamp{end}Bcc: eve@example.org") == "Broken lamp Bcc: eve@example.org"


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u200f", "\U000e0041", "\x00", "\x1b", "\x7f"])
def test_unseen_characters_are_taken_out_of_a_line(mark: str) -> None:
    """What is not seen but changes what is seen (direction, zero width, tags, control characters) is gone."""
    assert clean_line(f"invoice{mark}gpj.exe") == "invoicegpj.exe"


def test_runs_of_space_become_one_space() -> None:
    """A line does not begin or end with space and has no gaps in it, of whatever kind of space."""
    assert clean_line("  two\u00a0 \u3000words  ") == "two words"


def test_joiners_stay_in_a_line() -> None:
    """A family emoji and a Persian word keep the joiner that makes them what they are."""
    assert clean_line("👩\u200d👧 می\u200cخواهم") == "👩\u200d👧 می\u200cخواهم"


def test_a_lone_surrogate_in_a_line_is_replaced() -> None:
    """A line can always be written as UTF-8."""
    assert clean_line("a\udcffb") == "a\ufffdb"


@settings(deadline=None)
@given(st.text(alphabet=st.characters()))
def test_any_text_can_be_stored_and_shown(text: str) -> None:
    """Whatever the characters: the text can be written as UTF-8, holds no NUL, and a line is one line."""
    for cleaned in (clean_text(text), clean_line(text)):
        assert "\x00" not in cleaned
        assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert len(clean_line(text).splitlines()) <= 1
    assert "".join(clean_text(text).splitlines()) == clean_text(text).replace("\n", "")
    assert clean_line(clean_line(text)) == clean_line(text)


def test_a_text_on_a_terminal_shows_what_it_says() -> None:
    """Lines, tabs and letters of every script stay; commands to the terminal and turned writing direction do not."""
    said = "Name:\tŁucja\r\n\x1b[2Jerased\x9b1m\u202eevil\u2069\u200b\U000e0041\ud800"
    assert shown_text(said) == "Name:\tŁucja\n[2Jerased1mevil\ufffd"
    assert shown_text("one\rtwo\u2028three\x1ffour") == "one\ntwo\nthree\nfour"
