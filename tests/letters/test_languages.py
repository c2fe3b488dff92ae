"""Letters in another language than English: what they say, how they are chosen, and what is refused."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email import policy as mail_policy
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.rule_files import load_pack, load_wording
from mailbot.core.letter import Audience, Content, LetterValues
from mailbot.core.letter_lint import bound_to_say, lint_letter
from mailbot.core.letter_sample import FULLEST
from mailbot.core.letter_variant import language_of
from mailbot.core.mime import Headers
from mailbot.core.tongue import Manner, letter_date
from mailbot.errors import PolicyError
from mailbot.pipeline.rule_examples import untold
from tests.invented import LETTERS, RULES, policy, shipped_letters, shipped_pack

SHIPPED, GENERIC = shipped_letters(), shipped_pack("generic")
WELSH = GENERIC.tongues["cy"]
IN_WELSH = [name for name in SHIPPED.names if language_of(name) == "cy"]
ENGLISH_WORDS = ("your", "the ", "Hello", "Monday", "December", "We ")


def headers() -> Headers:
    """Of a letter to a customer."""
    return Headers(
        from_name="Harbour",
        from_address="enquiries@harbour.example",
        reply_to=None,
        recipient="ada@example.org",
        date=datetime(2026, 11, 23, 12, tzinfo=UTC),
        in_reply_to="",
        references=(),
        audience=Audience.CUSTOMER,
    )


def written(letters: JinjaLetters, letter: str, manner: Manner) -> tuple[str, str, str]:
    """Subject, text and page of a letter as they leave."""
    sent = message_from_bytes(letters.compose(letter, FULLEST, headers(), None, manner).content, policy=mail_policy.default)
    plain, page = sent.get_body(("plain",)), sent.get_body(("html",))
    assert plain is not None
    assert page is not None
    return str(sent["Subject"]), plain.get_content(), page.get_content()


def folder(tmp_path: Path) -> Path:
    """A copy of the shipped letters."""
    return copytree(LETTERS, tmp_path / "letters")


def test_every_letter_to_a_customer_of_a_pack_that_answers_in_welsh_is_there_in_welsh() -> None:
    """Nothing is missing, and a letter that is taken away is named with its language and what to translate."""
    ours = policy(pack=GENERIC)
    assert list(untold(ours, SHIPPED.specs)) == []
    without = {name: spec for name, spec in SHIPPED.specs.items() if name != "delay-notice/cy"}
    (said,) = untold(ours, without)
    assert "'cy'" in said
    assert "'delay-notice'" in said
    assert "delay-notice/body.txt.j2" in said


@pytest.mark.parametrize("name", IN_WELSH)
def test_a_welsh_letter_has_no_english_words_of_ours(name: str) -> None:
    """Dates, what the pack calls things, and whatever stands there without a value."""
    values = replace(
        LetterValues(**{each.name: "x" for each in fields(LetterValues)}),
        received_on=letter_date(date(2026, 12, 7)),
        due_on=letter_date(date(2026, 12, 7)),
        class_words="your complaint",
        privacy_notice=GENERIC.privacy_notice,
        customer_subject=None,
        signatory=None,
        owner=None,
        owner_contact=None,
        policy_link=None,
        delay_reason=None,
    )
    found = SHIPPED.render(name, values, WELSH)
    assert "dydd Llun 7 Rhagfyr 2026" in found.body
    assert "ddelio â'ch neges" in found.body
    assert [word for word in ENGLISH_WORDS if word in f"{found.subject}\n{found.body}"] == []
    assert found.language == "cy"


def test_a_letter_goes_in_the_language_of_its_reader_and_in_english_where_it_is_not_there_in_it() -> None:
    """Text, page and dates are of one language; a mail to staff stays English."""
    subject, text, page = written(SHIPPED, "receipt-enquiry", GENERIC.manner("cy"))
    assert subject == "Mae eich ymholiad wedi cyrraedd [HC-2611-0042-7]"
    assert "erbyn dydd Gwener 11 Rhagfyr 2026" in text
    assert '<html lang="cy">' in page
    for letter, language in (("receipt-enquiry", "en"), ("receipt-enquiry", "pl"), ("due-soon", "cy")):
        _, text, page = written(SHIPPED, letter, GENERIC.manner(language))
        assert "Friday 11 December 2026" in text
        assert '<html lang="en">' in page


def test_the_form_of_pack_and_language_goes_before_the_language_and_that_before_the_pack(tmp_path: Path) -> None:
    """Each holds only what differs: a text that it has not is the one of the form that it rests on."""
    letters = folder(tmp_path)
    for name, subject in (("generic", "Pack"), ("generic/cy", "Both")):
        (letters / "receipt" / name).mkdir()
        (letters / "receipt" / name / "subject.txt.j2").write_text(f"{subject} [{{{{ reference }}}}]")
    (letters / "receipt" / "generic" / "letter.toml").write_text('[fallbacks]\nsignatory = "the harbour office"\n')
    found = JinjaLetters(letters)
    said = {
        (pack, code): written(found, "receipt", Manner(pack=pack, tongue=replace(WELSH, code=code)))
        for pack in ("generic", "other")
        for code in ("cy", "en")
    }
    assert [subject.split(" [")[0] for subject, _, _ in said.values()] == [
        "Both",
        "Pack",
        "Mae eich neges wedi cyrraedd",
        "We have your message",
    ]
    assert "Helo," in said["generic", "cy"][1]
    assert "Hello," in said["generic", "en"][1]
    spec = found.specs["receipt/generic"]
    assert spec.fallbacks["signatory"] == "the harbour office"
    assert spec.fallbacks["customer_subject"] == "your message"


@pytest.mark.parametrize(
    ("place", "file", "text", "said"),
    [
        ("receipt/cy", "body.txt.j2", "Helo {{ due_onn }}", "did you mean 'due_on'?"),
        ("receipt/cy", "letter.toml", 'purpose = "x', "is not valid TOML"),
        ("receipt/cy", "text.txt", "x", "is no file of a letter"),
        ("receipt/cy/generic", "body.txt.j2", "x", "write <letter>/<language>"),
        ("nothing/cy", "body.txt.j2", "x", "is no letter; write its letter.toml first"),
    ],
)
def test_a_form_with_a_mistake_is_refused_with_its_file(tmp_path: Path, place: str, file: str, text: str, said: str) -> None:
    """As any other letter is."""
    letters = folder(tmp_path)
    (letters / place).mkdir(parents=True, exist_ok=True)
    (letters / place / file).write_text(text)
    with pytest.raises(PolicyError) as refused:
        JinjaLetters(letters)
    assert said in str(refused.value)
    assert place in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"your complaint" = "eich cwyn"', "", "words.cy: write what 'your complaint' is in that language"),
        ('languages = ["en", "cy"]', 'languages = ["cy"]', 'languages: write "en" too'),
        ('languages = ["en", "cy"]', 'languages = ["en"]', "words.cy: write 'cy' under languages too"),
        ('languages = ["en", "cy"]', 'languages = ["en", "cy", "fr"]', "there is no language 'fr'; known besides English: cy"),
    ],
)
def test_a_pack_whose_languages_are_not_whole_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    """With file and key."""
    rules = copytree(RULES, tmp_path / "rules")
    file = rules / "packs" / "generic" / "pack.toml"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(PolicyError) as refused:
        load_pack(rules, "generic")
    assert said in str(refused.value)


def test_a_welsh_letter_is_held_to_what_it_must_say_and_to_short_sentences_and_to_no_english_wording() -> None:
    """The words by which that is known are data of the language."""
    name, wording = "receipt/cy", load_wording(RULES)
    source, spec = SHIPPED.shipped(name), SHIPPED.specs[name]
    assert Content.FORMATS in bound_to_say(spec)
    body = source.body.replace("mewn fformat arall", "") + "\n\nproblem " + "gair " * 26 + "."
    letter = SHIPPED.check(replace(source, body=body), name)
    found = lint_letter(letter.spec, letter.source, letter.render, wording)
    assert sorted(one.rule.value for one in found) == ["long_sentence", "missing"]


HOSTILE = st.text(max_size=300) | st.sampled_from(
    ["{{ reference }}", "{% for x in y %}", "<b>x</b>", "a\r\nBcc: x@y", "\u202egnp.exe", "x" * 10_000]
)


@given(name=st.sampled_from(IN_WELSH), subject=HOSTILE, reason=HOSTILE)
def test_no_value_changes_a_welsh_letter_beyond_its_own_place(name: str, subject: str, reason: str) -> None:
    """Template marks, line ends, markup and marks that turn the writing round stay words in their place."""
    plain = SHIPPED.render(name, FULLEST, WELSH)
    found = SHIPPED.render(name, replace(FULLEST, customer_subject=subject, delay_reason=reason), WELSH)
    assert found.subject == plain.subject
    assert found.body.count("\n") == plain.body.count("\n")
    assert found.html.count("<") == plain.html.count("<")
    assert "\u202e" not in found.body
