"""Letters as folders of text: no hole, no foreign name, no word of a customer's in a header field."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.letters import MAX_TEXT_BYTES, NAMES, JinjaLetters
from mailbot.core.letter import Audience, LetterValues
from mailbot.core.mime import Headers
from mailbot.core.text import clean_line
from mailbot.errors import PolicyError
from tests.invented import CUSTOMER, LETTERS, MAILBOX, shipped_pack
from tests.readable import READABLE

SHIPPED = JinjaLetters(LETTERS, token=lambda: "0" * 32)
SPEC = """\
purpose = "Confirms a message."
audience = "customer"
asks = false
owner = "the manager"
review_due = 2028-11-20
variables = ["reference", "signatory"]

[fallbacks]
signatory = "the team"
"""
HEADERS = Headers(
    from_name="Harbour Council",
    from_address=MAILBOX,
    reply_to=None,
    recipient=CUSTOMER,
    date=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
    in_reply_to="1@example.org",
    references=("1@example.org",),
    audience=Audience.CUSTOMER,
)
FULL = LetterValues(**dict.fromkeys(NAMES, "words"))

hostile = st.none() | st.text(max_size=80) | st.text("\r\n:<>@\x00\u2028{}%#. ABcü=?", max_size=80)


def write(
    folder: Path, spec: str = SPEC, subject: str = "We have it [{{ reference }}]", body: str = "From {{ signatory }}"
) -> Path:
    """A folder with one letter in it."""
    letter = folder / "receipt"
    letter.mkdir()
    (letter / "letter.toml").write_text(spec, encoding="utf-8")
    (letter / "subject.txt.j2").write_text(subject, encoding="utf-8")
    (letter / "body.txt.j2").write_text(body, encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    """What is said about letters that are refused, without their folder."""
    with pytest.raises(PolicyError) as caught:
        JinjaLetters(folder)
    return str(caught.value).replace(f"{folder}/", "")


# What ships ------------------------------------------------------------------------------------------------------------


def test_every_letter_that_the_shipped_pack_names_is_there() -> None:
    """Each class has a receipt, and the manager's letters exist."""
    pack = shipped_pack()
    named = {*asdict(pack.letters).values(), *(class_.receipt for class_ in pack.classes.values())}
    assert named <= set(SHIPPED.specs)


def test_few_letters_of_mailbots_own_ask_the_customer_anything() -> None:
    """A receipt that asks would invite an answer to a robot; what staff send may ask, and what they let go."""
    asking = {name for name, spec in SHIPPED.specs.items() if spec.asks and not spec.serves and "/" not in name}
    assert asking == {"silence-warning", "clarification-information"}


def test_a_letter_that_asks_says_by_when_and_any_other_that_there_is_nothing_to_do() -> None:
    """Nobody is left to guess whether we wait for them (F8)."""
    for name, spec in SHIPPED.specs.items():
        if spec.audience is Audience.CUSTOMER and "/" not in name:
            body = SHIPPED.render(name, replace(FULL, answer_by="Tuesday 5 January 2027")).body
            assert ("Please answer by Tuesday 5 January 2027." in body) is spec.asks, name
            tells_to_call = "call" in spec.variables  # whoever may be in danger is not told to do nothing
            assert ("You need do nothing now." in body) is not (spec.asks or tells_to_call), name


def test_letters_to_customers_say_that_they_were_sent_automatically() -> None:
    """Nobody should think that a person wrote it, and nobody that no person will read the answer."""
    for name, spec in SHIPPED.specs.items():
        if spec.audience is Audience.CUSTOMER and not spec.serves and "/" not in name:
            rendered = SHIPPED.render(name, FULL)
            assert "This letter was sent automatically. A person reads every answer to it." in rendered.body, name
            assert "[words]" in rendered.subject, name


# Values ----------------------------------------------------------------------------------------------------------------


def test_a_value_or_its_fallback_stands_in_the_letter(tmp_path: Path) -> None:
    """Nobody signs as nobody: an absent and an empty name both fall back."""
    letters = JinjaLetters(write(tmp_path))
    signed = LetterValues(reference="HC-2611-0042-7", signatory="Bo Sample")
    assert letters.render("receipt", signed).body == "From Bo Sample"
    assert letters.render("receipt", signed).subject == "We have it [HC-2611-0042-7]"
    for absent in (None, ""):
        assert letters.render("receipt", replace(signed, signatory=absent)).body == "From the team"


def test_a_letter_with_a_hole_is_not_rendered(tmp_path: Path) -> None:
    """A name with neither value nor fallback is named, and nothing goes."""
    letters = JinjaLetters(write(tmp_path))
    with pytest.raises(PolicyError, match="letter 'receipt': no value and no fallback for reference"):
        letters.render("receipt", LetterValues())


def test_a_customer_s_template_words_stay_words(tmp_path: Path) -> None:
    """Curly brackets in a subject are shown as they are and mean nothing."""
    letters = JinjaLetters(write(tmp_path))
    written = LetterValues(reference="{{ signatory }}{% raw %}", signatory="{{ 7 * 7 }}")
    assert letters.render("receipt", written).body == "From {{ 7 * 7 }}"
    assert letters.render("receipt", written).subject == "We have it [{{ signatory }}{% raw %}]"


def test_an_unknown_letter_is_refused_with_the_nearest() -> None:
    """A slip in a pack or on the command line."""
    with pytest.raises(PolicyError, match=r"there is no letter 'reciept'; did you mean 'receipt'"):
        SHIPPED.render("reciept", FULL)


# Sentences --------------------------------------------------------------------------------------------------------------

SHUT = (
    SPEC
    + """
[sentences.when_shut]
when = "office_shut"
text = "The office is shut: {{ reference }}."
otherwise = "The office is open."

[sentences.law_holds]
when = "law"
text = '''
A law holds.
It is strict.
'''
"""
)


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ("One.\n\n{{ when_shut }}\n\nTwo.", {"office_shut": "x"}, "One.\n\nThe office is shut: words.\n\nTwo."),
        ("One.\n\n{{ when_shut }}\n\nTwo.", {}, "One.\n\nThe office is open.\n\nTwo."),
        ("One.\n\n{{ law_holds }}\n\nTwo.", {}, "One.\n\nTwo."),
        ("One.\n{{ law_holds }}\nTwo.", {"law": "x"}, "One.\nA law holds.\nIt is strict.\nTwo."),
        ("One. {{ law_holds }} Two.", {}, "One. Two."),
        ("{{ law_holds }} One.", {}, "One."),
        ("One.\n\n{{ law_holds }}", {}, "One."),
    ],
)
def test_a_sentence_stands_in_a_letter_where_its_condition_holds(
    tmp_path: Path, body: str, more: dict[str, str], said: str
) -> None:
    """Whole sentences come and go with their line and its space; nobody writes commands into a letter."""
    values = replace(LetterValues(reference="words", signatory="words"), **more)
    assert JinjaLetters(write(tmp_path, SHUT, body=body)).render("receipt", values).body == said


def test_a_name_of_a_sentence_that_does_not_stand_there_needs_no_value(tmp_path: Path) -> None:
    """A sentence about the owner is for cases that have one; the others get the letter without it."""
    spec = SPEC.replace('["reference"', '["owner", "reference"')
    spec += '[sentences.with_whom]\nwhen = "owner"\ntext = "It is with {{ owner }}."\n'
    letters = JinjaLetters(write(tmp_path, spec, body="Hello. {{ with_whom }}"))
    assert letters.missing("receipt", LetterValues(reference="x")) == ()
    assert letters.render("receipt", LetterValues(reference="x")).body == "Hello."
    assert letters.render("receipt", LetterValues(reference="x", owner="Di")).body == "Hello. It is with Di."


# Bytes -----------------------------------------------------------------------------------------------------------------


def test_a_composed_letter_has_an_id_of_its_own_at_the_mailbox_s_domain() -> None:
    """The id is the token, and the version of the letter's text goes with it."""
    composed = SHIPPED.compose("receipt", FULL, HEADERS)
    assert composed.message_id == f"{'0' * 32}.mailbot@harbour.example"
    assert f"Message-ID: <{composed.message_id}>".encode() in composed.content
    assert composed.letter_version == SHIPPED.compose("receipt", replace(FULL, reference="x"), HEADERS).letter_version


def test_ids_cannot_be_guessed_and_do_not_repeat() -> None:
    """Two letters of the same text have two ids of 128 random bits."""
    letters = JinjaLetters(LETTERS)
    first, second = (letters.compose("receipt", FULL, HEADERS).message_id for _ in range(2))
    assert first != second
    assert len(first.partition(".")[0]) == 32


def test_a_changed_text_is_another_version(tmp_path: Path) -> None:
    """Which words a customer got can be found out later."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (JinjaLetters(write(tmp_path / name, body=f"{name}: {{{{ signatory }}}}")) for name in ("one", "two"))
    versions = {letters.compose("receipt", FULL, HEADERS).letter_version for letters in (one, two)}
    assert len(versions) == 2


@given(st.sampled_from(sorted(SHIPPED.specs)), st.dictionaries(st.sampled_from(sorted(NAMES)), hostile))
def test_no_value_changes_a_header_field(letter: str, values: dict[str, str | None]) -> None:
    """Whatever a customer writes, the fields of the letter are the same and its subject is one line."""
    usual = message_from_bytes(SHIPPED.compose(letter, FULL, HEADERS).content, policy=READABLE)
    hostile_values = replace(FULL, **{name: value for name, value in values.items() if value and clean_line(value)})
    composed = SHIPPED.compose(letter, hostile_values, HEADERS)
    found = message_from_bytes(composed.content, policy=READABLE)
    without = {"Subject"}
    assert found.keys() == usual.keys()
    assert [(k, str(v)) for k, v in found.items() if k not in without] == [
        (k, str(v)) for k, v in usual.items() if k not in without
    ]
    assert "\n" not in found["Subject"]
    assert found.get_content_type() == "multipart/alternative"


# Mistakes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"body": "Hello\nYour {{ referense }}"},
            "receipt/body.txt.j2: line 2, column 6: there is no name 'referense'; did you mean 'reference'?",
        ),
        (
            {"subject": "{{ owner }}"},
            "receipt/subject.txt.j2: line 1, column 1: 'owner' does not stand under variables in letter.toml; add it there",
        ),
        (
            {"body": "Hello\n{{ reference"},
            "receipt/body.txt.j2: line 2, column 1: '{{' is not closed; write }} behind the name",
        ),
        ({"body": "x reference }}"}, "receipt/body.txt.j2: line 1, column 13: '}}' closes nothing; write {{ before the name"),
        ({"body": "{% if reference %}x"}, "line 1, column 1: a letter has no commands; write the sentence under [sentences]"),
        ({"body": "{# later #}"}, "line 1, column 1: a letter has no comments; write them into letter.toml"),
        (
            {"body": "{{ reference|shout }}"},
            "line 1, column 1: 'reference|shout' is more than a name; write a name alone, such as {{ reference }}",
        ),
        ({"body": "{{ reference.__class__.__mro__ }}"}, "'reference.__class__.__mro__' is more than a name"),
        (
            {"spec": SPEC + '[sentences.shut]\nwhen = "ofice_shut"\ntext = "We are shut."\n'},
            "receipt/letter.toml: sentences.shut.when: there is no value 'ofice_shut'; did you mean 'office_shut'?",
        ),
        (
            {"spec": SPEC + '[sentences.shut]\nwhen = "office_shut"\ntext = "We are\\nshut: {{ shut }}"\n'},
            "receipt/letter.toml: sentences.shut: line 2, column 7: there is no name 'shut'",
        ),
        (
            {"spec": SPEC + '[sentences.owner]\nwhen = "owner"\ntext = "x"\n'},
            "receipt/letter.toml: sentences.owner: is the name of a value; give the sentence another name",
        ),
        ({"body": "x" * (MAX_TEXT_BYTES + 1)}, "receipt/body.txt.j2: is larger than 100000 bytes; shorten it"),
        (
            {"spec": SPEC.replace('"reference"', '"referense"')},
            "receipt/letter.toml: variables: there is no value 'referense'; did you mean 'reference'?",
        ),
        (
            {"spec": SPEC + 'sender = "x"\n'},
            "receipt/letter.toml: fallbacks: there is no value 'sender'; known names: access_contact",
        ),
        ({"spec": SPEC.replace("purpose", "porpoise")}, "receipt/letter.toml: purpose: is missing; write it"),
        ({"spec": SPEC.replace('"customer"', '"everybody"')}, "letter.toml: audience: write one of 'customer' or 'staff'"),
        ({"spec": SPEC.replace("review_due = 2028-11-20\n", "")}, "receipt/letter.toml: review_due: is missing; write it"),
        ({"spec": SPEC.replace("asks = false", "asks = 7")}, "receipt/letter.toml: asks: write true or false"),
        (
            {"spec": SPEC.replace("asks = false", "asks = false\nmust_contain = ['whom']")},
            "letter.toml: must_contain[1]: write one of 'who', 'by_when'",
        ),
        ({"spec": "purpose ="}, "receipt/letter.toml: is not valid TOML"),
    ],
)
def test_a_mistake_is_refused_when_letters_are_read(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    """At the start and not when the first customer writes: file, key or line, and what to write."""
    assert said in refusal(write(tmp_path, **changes))


@pytest.mark.parametrize("part", ["subject", "body"])
def test_a_missing_text_is_refused(tmp_path: Path, part: str) -> None:
    """A letter is three files."""
    (write(tmp_path) / "receipt" / f"{part}.txt.j2").unlink()
    assert refusal(tmp_path) == f"receipt/{part}.txt.j2: is missing; write it"


def test_a_folder_without_letters_is_refused(tmp_path: Path) -> None:
    """And it says what a letter consists of."""
    assert "there is no letter; write <name>/letter.toml, subject.txt.j2 and body.txt.j2" in refusal(tmp_path)
