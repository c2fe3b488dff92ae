"""An owner's reply: the customer gets all of the owner's words and nothing that is internal, or nothing goes at all."""

import re
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailbot.adapters.parser import parse
from mailbot.adapters.rule_files import load_quoting
from mailbot.core.enclosure import File
from mailbot.core.letter import LetterValues
from mailbot.core.letter_sample import FULLEST
from mailbot.core.own_words import Doubt, OwnWords, outgoing, own_words
from tests.invented import RULES, shipped_letters
from tests.mail_programs import SHAPES, Shape, gmail, outlook_desktop, outlook_web, thunderbird, written

QUOTING = load_quoting(RULES)
LETTER = shipped_letters().render("assignment", FULLEST).body
INTERNAL = [line for line in LETTER.splitlines() if line and not line.startswith(">")]
LONG = [line for line in INTERNAL if len(re.sub(r"[\W_]", "", line)) >= 16]
ANSWER = """Dear Ada,

The bridge cost 2.1 million pounds. The contract is in two parts:
- the deck
- the piers

Kind regards
Robin Vale
Harbour Council, 01632 960007"""
SIGNED = "The bridge cost 2.1 million pounds.\n\n-- \nRobin Vale\nLibraries, Harbour Council\nenquiries@harbour.example"


def judged(text: str, footers: tuple[str, ...] = ()) -> OwnWords:
    return own_words(text, LETTER, QUOTING, footers)


def squeezed(text: str) -> str:
    """A text as two programs compare it: without what they do to spaces."""
    return " ".join(text.split())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("own", [ANSWER, SIGNED, "Yes.", "At nine.\n\nMore on https://harbour.example/hours"])
def test_whatever_program_wrote_it_the_owners_words_are_kept_and_ours_are_left_out(shape: Shape, own: str) -> None:
    """Outlook desktop, web and phone, Gmail, Apple Mail, an iPhone, Thunderbird above and below, and no quote at all."""
    found = judged(shape(own, LETTER))
    assert (found.doubt, found.internal) == (None, False)
    kept = squeezed(found.text)
    for phone in (" Sent from my iPhone", " Get Outlook for iOS<https://aka.ms/o0ukef>"):
        kept = kept.removesuffix(phone)
    assert kept == squeezed(own)


@pytest.mark.parametrize("shape", [outlook_desktop, outlook_web])
def test_words_below_a_quote_without_marks_are_never_lost_in_silence(shape: Shape) -> None:
    """Where nothing tells the owner's words from quoted ones, a person looks."""
    assert judged(shape(ANSWER, f"{LETTER}\n\nAnd the piers cost as much again.")).doubt is Doubt.UNKNOWN_QUOTE


def test_words_between_quoted_lines_wait_for_a_person() -> None:
    """Answers to single lines would reach the customer without what they answer."""
    lines = [f"> {line}" for line in LETTER.splitlines()]
    mixed = "\n".join(["Dear Ada,", "", *lines[:4], "", "By Friday.", "", *lines[4:]])
    assert judged(mixed).doubt is Doubt.BETWEEN_QUOTES


def test_a_signature_below_the_quote_goes_along() -> None:
    """Some programs put it there."""
    found = judged(thunderbird("At nine.", LETTER) + "\n-- \nRobin Vale\nLibraries\n")
    assert found == OwnWords("At nine.\n\n\n-- \nRobin Vale\nLibraries")


@pytest.mark.parametrize("line", LONG)
@pytest.mark.parametrize("shape", [gmail, outlook_web])
def test_a_line_of_ours_that_is_left_in_goes_to_nobody(line: str, shape: Shape) -> None:
    """Whichever of them the owner copied into the answer."""
    assert judged(shape(f"At nine.\n{line}\nRobin", LETTER)).doubt is Doubt.INTERNAL_LEFT


def test_the_customers_own_words_may_be_named_again() -> None:
    """They are theirs already."""
    words = "You asked: What did the new bridge cost? Please send me the contract.\nIt cost 2.1 million pounds."
    assert judged(gmail(words, LETTER)) == OwnWords(words)


@pytest.mark.parametrize(
    "text",
    [
        "internal: he has three more cases",
        "Internal: not for Ada",
        "INTERNAL - ring me first",
        "Internal note: see the other case",
        "\n\n  internal :  wait",
    ],
)
def test_a_reply_that_begins_so_is_for_colleagues(text: str) -> None:
    """Whatever follows, and whatever it quotes."""
    assert judged(gmail(text, LETTER)).internal


@pytest.mark.parametrize(
    "text",
    [
        "At nine.\ninternal: she is difficult",
        "At nine. See mailbot case show HC-2611-0042-7",
        "Look at <0123456789abcdef0123456789abcdef0123456789ab.mailbot@harbour.example>",
        "Write to enquiries+0123456789abcdef-0123456789ab@harbour.example",
    ],
)
def test_what_is_internal_anywhere_in_it_stops_it(text: str) -> None:
    """A word for colleagues further below, a command, the id of a letter, a tagged address."""
    assert judged(gmail(text, LETTER)).doubt is Doubt.INTERNAL_LEFT


def test_a_word_that_only_looks_so_does_not() -> None:
    """International visitors and internal walls are a customer's business."""
    for words in ("International visitors need no card.", "Internal walls were measured, too."):
        assert judged(gmail(words, LETTER)) == OwnWords(words)


def test_other_mail_that_is_quoted_waits_for_a_person() -> None:
    """It may be a colleague's."""
    other = "On Mon, 22 Dec 2025 at 09:00, Mo Reed <mo@harbour.example> wrote:\n> Tell her nothing about the contract."
    assert judged(f"At nine.\n\n{other}\n").doubt is Doubt.UNKNOWN_QUOTE


def test_the_place_of_a_picture_is_no_word() -> None:
    """Outlook writes it into the text; the picture goes along as a file."""
    assert judged(outlook_desktop("At nine.\n\n[cid:image001.png@01DC2A3B.4C5D6E70]", LETTER)) == OwnWords("At nine.")


def test_a_reply_without_words_waits_for_a_person() -> None:
    """Nothing but the quote: perhaps only a file was to go."""
    assert judged(gmail("", LETTER)).doubt is Doubt.NO_WORDS


@pytest.mark.parametrize("shape", SHAPES)
def test_the_note_that_our_server_puts_below_is_left_out(shape: Shape) -> None:
    """It stands below the quote, and is put below the letter to the customer anew; without its first words it is a doubt."""
    note = "This e-mail and any files with it are confidential.\nPlease tell us if it reached you by mistake."
    text = f"{shape('At nine.', LETTER)}\n{note}\n"
    assert judged(text, ("this e-mail and any files",)).doubt is None
    assert "confidential" not in judged(text, ("this e-mail and any files",)).text


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=300)
PIECES = st.sampled_from(
    [*INTERNAL, "> quoted", "On 3 May 2026 at 10:00, Ada wrote:", "From: x\nSent: y\nTo: z\nSubject: a", "-- "]
)
REPLIES = st.lists(WORDS | PIECES, max_size=6).map("\n".join)


@given(REPLIES, st.sampled_from(SHAPES))
@example("-- ", outlook_web)
def test_whatever_the_owner_writes_no_line_of_ours_leaves(own: str, shape: Shape) -> None:
    """However it is mixed with what we wrote, and in every program's shape: it is kept back, or none of our lines is in it."""
    found = judged(shape(own, LETTER))
    if found.doubt is None and not found.internal:
        told = _bare(found.text)
        assert not any(_bare(line) in told for line in LONG)
        assert "mailbot case" not in found.text


@given(WORDS.filter(lambda text: bool(text.strip())), st.sampled_from(SHAPES))
def test_whatever_the_owner_writes_no_word_of_theirs_is_lost(own: str, shape: Shape) -> None:
    """It is kept back, or every letter of it is there."""
    found = judged(shape(own, LETTER))
    if found.doubt is None:
        assert _bare(own) in _bare(found.text)


def test_any_customer_can_write_anything_without_our_lines_leaving() -> None:
    """Words of a customer that look like a head or a mark of ours do not move what is cut."""
    words = "\n".join(f"> {line}" for line in ("internal: x", "On 3 May Ada wrote:", "From: a", "-----Original Message-----"))
    values = LetterValues(**{name: getattr(FULLEST, name) for name in FULLEST.__slots__} | {"message_lines": words})
    letter = shipped_letters().render("assignment", values).body
    for shape in SHAPES:
        assert own_words(shape(ANSWER, letter), letter, QUOTING).doubt is None


def test_files_of_the_owner_go_along_but_no_mail_does() -> None:
    """Plans and pictures do, a signature over the old message does not, and a mail within the mail may hold anything."""
    plan = File(filename="plan.pdf", content_type="application/pdf", content=b"%PDF")
    seal = File(filename="smime.p7s", content_type="application/pkcs7-signature", content=b"x")
    assert outgoing((plan, seal)) == ((plan,), None)
    for kind, name in (
        ("message/rfc822", ""),
        ("application/vnd.ms-outlook", "a.msg"),
        ("application/octet-stream", "Case.EML"),
        ("application/ms-tnef", "winmail.dat"),
    ):
        assert outgoing((plan, File(filename=name, content_type=kind, content=b"")))[1] is Doubt.ENCLOSES_MAIL
    told = File(filename="a.txt", content_type="text/plain", content=b"x <" + b"0a" * 22 + b".mailbot@harbour.example>")
    assert outgoing((told,))[1] is Doubt.ENCLOSES_MAIL


def test_a_page_alone_is_read_like_a_text() -> None:
    """Some programs send no plain text: what they quote is left out as well."""
    letter = EmailMessage()
    letter["Message-ID"], letter["Subject"] = "<1@harbour.example>", "Re: Opening hours"
    content = written(letter, outlook_web("At nine.", LETTER), sender="robin.vale@harbour.example", html_alone=True)
    assert judged(parse(content).text) == OwnWords("At nine.")


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())
