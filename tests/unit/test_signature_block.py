"""The ready signature that staff are offered: it holds what the standard asks for, in the font that it asks for."""

from dataclasses import replace

import pytest

from mailbot.cli.standards import judged, rules_named
from mailbot.core.directory import Person
from mailbot.core.standard.signature_block import SignatureValues, signature_block, values_of
from tests.invented import RULES

JOIC, GENERIC = rules_named(RULES, "jersey-oic"), rules_named(RULES, "generic")
ADA = Person(name="Ada Finch", address="ada.finch@example.org", phone="01632 960001", team="Casework", role="senior caseworker")
OPENING = "<p>Dear Bo</p><p>Thank you for your message. We will send the form to you by Friday 4 December.</p>"


def answer(opening: str, closing: str, signature: str, kind: str = "html") -> bytes:
    head = "From: Ada Finch <ada.finch@example.org>\nTo: bo@example.org\nSubject: Re: Form\nIn-Reply-To: <a@example.org>\n"
    text = f"{opening}{closing}{signature}"
    return f"{head}MIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n\n{text}".encode()


def test_the_ready_signature_meets_the_standard_it_is_made_for() -> None:
    """J5, J6: whoever copies it below an answer is found nothing wrong."""
    block = signature_block(JOIC.standard, values_of(ADA, "Harbour Office"))
    assert block.text == (
        "Ada Finch\nSenior caseworker\nCasework\nHarbour Office\nTelephone: 01632 960001\nE-mail: ada.finch@example.org"
    )
    page = judged(answer(OPENING, "<p>Kind regards</p>", block.html), JOIC, None, ())
    assert (page.findings, page.not_judged) == ((), ())
    text = "Dear Bo\n\nThank you for your message. You will get the form by Friday 4 December.\n\n"
    assert judged(answer(text, "Kind regards\n\n", block.text, "plain"), JOIC, None, ()).findings == ()


def test_on_a_letter_it_names_the_office_in_full_and_signs_for_it() -> None:
    """J8: with the words of the standard, which everyday messages do without."""
    block = signature_block(JOIC.standard, values_of(ADA, "Our office"), is_formal=True)
    assert "for and on behalf of the Information Commissioner" in block.text
    assert "Jersey Office of the Information Commissioner" in block.text
    assert "Our office" not in block.text
    letter = OPENING.replace("Dear Bo", "Dear Ms Sample")
    assert judged(answer(letter, "<p>Yours sincerely</p>", block.html), JOIC, None, ()).findings == ()


def test_what_nobody_knows_is_asked_of_the_person() -> None:
    """A line that a rule asks for stands there to be filled in; any other is left out."""
    block = signature_block(JOIC.standard, SignatureValues(name="Ada Finch", email="ada.finch@example.org"))
    assert block.text == "Ada Finch\nTelephone: [your telephone number]\nE-mail: ada.finch@example.org"


def test_a_standard_without_a_font_leaves_it_to_the_writer() -> None:
    """And one without a template has no signature to offer."""
    assert "font" not in signature_block(GENERIC.standard, values_of(ADA)).html
    assert signature_block(replace(JOIC.standard, template=()), values_of(ADA)).text == ""


@pytest.mark.parametrize("name", ["Ada <b> Finch", "Ada & Bo Finch", 'Ada "Fin" Finch', "{{ phone }} Finch"])
def test_no_name_becomes_markup_or_a_command(name: str) -> None:
    """What the directory holds is words, in the page as well."""
    block = signature_block(JOIC.standard, replace(values_of(ADA), name=name))
    assert block.text.startswith(f"{name}\n")
    assert "<b>" not in block.html
    assert block.text.count("01632 960001") == 1
