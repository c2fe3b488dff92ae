"""Quoted history and signatures: what the writer of a message wrote is found, and none of it is lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import load_quoting
from mailbot.core.quoting import own_spans
from mailbot.errors import PolicyError
from tests.invented import RULES, message

SHIPPED = load_quoting(RULES)
OWN = "The lamp is still out.\nWhen will you come?"
QUOTED = "We have your message.\nYour lamp is number 4."
MARKED = "".join(f"> {line}\n" for line in QUOTED.splitlines())


def own(text: str, *, is_forward: bool = False) -> str:
    """What the writer wrote, without empty lines around it."""
    return message(text=text, own=own_spans(text, SHIPPED, is_forward=is_forward)).own_text.strip()


@pytest.mark.parametrize(
    "above",
    [
        "On Mon, 23 Nov 2026 at 10:02, Harbour Council <enquiries@harbour.example> wrote:",
        "On Mon, 23 Nov 2026 at 10:02, Harbour Council\n<enquiries@harbour.example> wrote:",
        "On 23 Nov 2026, at 10:02, Harbour Council wrote:",
        "Am 23.11.2026 um 10:02 schrieb Harbour Council:",
        "Le lun. 23 nov. 2026 à 10:02, Harbour Council <enquiries@harbour.example> a\nécrit :",
        "El lun, 23 nov 2026 a las 10:02, Harbour Council (<enquiries@harbour.example>) escribió:",
        "Em seg., 23 de nov. de 2026 às 10:02, Harbour Council <enquiries@harbour.example> escreveu:",
        "Op ma 23 nov 2026 om 10:02 schreef Harbour Council <enquiries@harbour.example>:",
        "pon., 23 lis 2026 o 10:02 Harbour Council <enquiries@harbour.example> napisał(a):",
        "2026年11月23日 10:02 Harbour Council <enquiries@harbour.example> 写道：",
        "Ar Llun, 23 Tach 2026 am 10:02 ysgrifennodd Harbour Council <enquiries@harbour.example>:",
        "-----Original Message-----\nFrom: Harbour Council\nSent: 23 November 2026 10:02\nTo: Ada Sample\nSubject: The lamp\n",
        "____________________\nFrom: Harbour Council\nSent: 23 November 2026 10:02\nTo: Ada Sample\nSubject: The lamp\n",
        "From: Harbour Council <enquiries@harbour.example>\nDate: 23 November 2026\nTo: Ada Sample\nSubject: The lamp\n",
        "*Von:* Harbour Council\n*Gesendet:* Montag, 23. November 2026 10:02\n*An:* Ada Sample\n*Betreff:* Die Lampe\n",
        "De : Harbour Council\nEnvoyé : lundi 23 novembre 2026 10:02\nÀ : Ada Sample\nObjet : La lampe\n",
    ],
)
def test_what_programs_quote_is_left_out(above: str) -> None:
    """With quote marks or without, in the languages of the customers."""
    assert own(f"{OWN}\n\n{above}\n{MARKED}") == OWN
    assert own(f"{OWN}\n\n{above}\n\n{QUOTED}\n") == OWN


def test_answers_between_the_lines_are_kept() -> None:
    """Somebody who answers point by point, below each quoted line, has written all of it."""
    found = own("On 23 Nov 2026, at 10:02, Harbour Council wrote:\n> Which lamp?\nNumber 4.\n\n> Since when?\nMonday.\n")
    assert [line for line in found.splitlines() if line] == ["Number 4.", "Monday."]


@pytest.mark.parametrize(
    "below", ["-- \nAda Sample\n4 Quay Street", "--\nAda", "Sent from my iPhone", "Get Outlook for Android"]
)
def test_signatures_are_left_out(below: str) -> None:
    """They say nothing about what is wanted."""
    assert own(f"{OWN}\n\n{below}\n") == OWN


@pytest.mark.parametrize(
    "text",
    [
        "On 12 March your officer wrote:\nYour claim is refused.\nThat is wrong, and I want it looked at again.",
        "I went on Monday.\nFrom: the station\nTo: the harbour\nDate: 3 May\nThe bus never came.",
        "Dear council:\nthe lamp is out.\n\nAda",
        "Two points:\n--\n" + "\n".join(f"point {number}" for number in range(20)),
        "He wrote:\nnothing at all.",
        "From: Ada\nthe lamp is out.",
        "I am writing about this:",
        "",
    ],
)
def test_what_only_looks_like_a_quote_is_the_writers_own(text: str) -> None:
    """In doubt it is theirs: no word of a customer may be lost."""
    assert own(text) == text.strip()


def test_a_message_of_quotes_alone_is_read_as_a_whole() -> None:
    """Somebody who sends our letter back without a word has said something by it."""
    assert own(MARKED) == MARKED.strip()


@pytest.mark.parametrize(
    "mark",
    ["---------- Forwarded message ---------", "Begin forwarded message:", "-------- Weitergeleitete Nachricht --------"],
)
def test_what_is_passed_on_is_read(mark: str) -> None:
    """Of a forward only the head is left out: what it says is the matter."""
    head = "From: Ada Sample <ada@example.org>\nDate: Mon, 23 Nov 2026 10:02\nSubject: The lamp\nTo: Bo <bo@harbour.example>"
    assert own(f"For you.\n\n{mark}\n{head}\n\n{QUOTED}\n") == f"For you.\n{QUOTED}"


def test_a_forward_without_a_mark_is_known_by_its_subject() -> None:
    """Outlook puts the same head above what it answers and what it passes on."""
    head = "From: Ada Sample <ada@example.org>\nSent: Monday, 23 November 2026 10:02\nTo: Bo\nSubject: The lamp"
    assert own(f"For you.\n\n{head}\n\n{QUOTED}\n", is_forward=True) == f"For you.\n{QUOTED}"
    assert own(f"For you.\n\n{head}\n\n{QUOTED}\n") == "For you."


def test_offsets_hold_in_the_text_in_which_quotes_are_blank() -> None:
    """Evidence points into the stored text, whatever was left out where it was looked for."""
    text = f"> old words\nnew words\n> {QUOTED}"
    found = message(text=text, own=own_spans(text, SHIPPED))
    assert len(found.full_own_text) == len(found.full_text)
    at = found.full_own_text.index("new words")
    assert found.full_text[at : at + 9] == "new words"
    assert "old" not in found.full_own_text


LINES = st.sampled_from(
    [
        "> a",
        "On 23 Nov 2026, at 10:02, Ada wrote:",
        "",
        "words",
        "--",
        "From: a@b",
        "Sent: 1",
        "To: c",
        "Subject: d",
        "_____",
        "<a@b>:",
    ]
)


@given(st.one_of(st.text(), st.lists(LINES).map("\n".join)))
def test_any_text_is_cut_into_parts_in_order(text: str) -> None:
    """Parts lie within the text, one after the other, and something is always left."""
    spans = own_spans(text, SHIPPED)
    assert bool(spans) == bool(text)
    ends = [0, *(span.end for span in spans)]
    assert all(before <= span.start < span.end <= len(text) for before, span in zip(ends, spans, strict=False))


@pytest.mark.parametrize("line", ["> ", "On 1:00 <a@b ", "From: a\nSubject: b\n", "a:\n", "-----\n", "--\n"])
def test_towers_of_quotes_take_no_time(line: str) -> None:
    """A text of 200,000 characters is cut within a second, whatever it is made of."""
    own_spans(line * (200_000 // len(line)), SHIPPED)


def test_a_word_that_could_never_be_found_is_refused(tmp_path: Path) -> None:
    """The file is refused with the word and what to write."""
    (tmp_path / "phrases").mkdir()
    text = (RULES / "phrases" / "quoting.toml").read_text(encoding="utf-8").replace('"wrote", "writes"', '"Wrote"')
    (tmp_path / "phrases" / "quoting.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"quoting\.toml: wrote: 'Wrote': write it in lower case"):
        load_quoting(tmp_path)
