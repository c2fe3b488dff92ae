"""The language of a case: found in the message or said by a person, and that of every letter to its customer."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.adapters.rule_files import load_wording
from mailbot.core.case_command import ClockExtended, LanguageSaid
from mailbot.errors import PermanentError, PolicyError
from mailbot.pipeline.draft_commands import DraftCommands
from tests.integration.correspondence import Council, council, mail, reading
from tests.invented import RULES

IN_WELSH = (
    "Helo, hoffwn wybod pryd bydd y ganolfan ailgylchu ar agor dros y penwythnos. "
    "Rwyf wedi chwilio ar eich gwefan ond nid oes amserau yno. Diolch yn fawr iawn am eich help."
)
IN_POLISH = "Dzień dobry, od dwóch tygodni nikt nie odbiera śmieci spod naszego domu. Proszę o pomoc i o odpowiedź."
IN_ENGLISH = "Hello, when is the recycling centre open at the weekend? I have looked for the times on your pages."


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Council]:
    with council(f"sqlite:///{tmp_path}/mailbot.db") as found:
        found.inbound = replace(found.inbound, flags=reading().flags)
        yield found


def to_customer(town: Council) -> list[str]:
    """The letters to customers as they leave, the oldest first: language of the page, subject and text."""
    found = []
    for line in (each for each in town.outgoing() if each.recipient.endswith("@example.org")):
        page = town.letter(line).get_body(("html",)).get_content()
        text = town.letter(line).get_body(("plain",)).get_content()
        found.append(f"{page.split('lang=')[1][:4]} {town.letter(line)['Subject']}\n{text}")
    return found


def test_who_writes_in_welsh_gets_a_welsh_receipt_and_later_a_welsh_notice(town: Council) -> None:
    """With Welsh dates; a case in English of the same pack stays English."""
    town.arrives(mail(IN_WELSH, subject="Ailgylchu"), mail(IN_ENGLISH, sender="Bo <bo@example.org>", subject="Recycling"))
    welsh, english = town.cases()
    assert (welsh.line.language, english.line.language) == ("cy", None)
    assert any("language cy, confidence" in flag.rule for message in welsh.messages for flag in message.flags)
    for case in (welsh, english):
        town.staff.reclassify(case.line.reference, "enquiry", "it asks for times")
        town.staff.carry_out(
            case.line.reference, ClockExtended(clock_name="", reason="the times of the summer are not fixed yet")
        )
    letters = to_customer(town)
    assert sorted(letter.split(" [")[0] for letter in letters) == [
        '"cy" Mae angen mwy o amser ar ein hateb',
        '"cy" Mae eich neges wedi cyrraedd',
        '"cy" Mae eich ymholiad wedi cyrraedd',
        '"en" Our answer needs more time',
        '"en" We have your enquiry',
        '"en" We have your message',
    ]
    receipts, notices = letters[:2], [letter for letter in letters if "amser ar ein" in letter or "more time" in letter]
    assert "dydd Llun 23 Tachwedd 2026" in receipts[0]
    assert "Monday 23 November 2026" in receipts[1]
    assert "cewch ein hateb erbyn dydd " in notices[0]
    assert "you will have our answer by " in notices[1]


def test_a_person_says_the_language_and_one_that_the_pack_does_not_answer_in_is_refused(town: Council) -> None:
    """Letters from then on are in it; who writes in Polish is answered in English."""
    town.arrives(mail(IN_POLISH))
    (case,) = town.cases()
    assert case.line.language == "pl"
    assert to_customer(town)[-1].startswith('"en" We have your message')
    with pytest.raises(PermanentError, match="answers in en, cy; write one of these"):
        town.staff.carry_out(case.line.reference, LanguageSaid(language="fr"))
    town.staff.carry_out(case.line.reference, LanguageSaid(language="cy"))
    town.staff.reclassify(case.line.reference, "complaint", "nobody came")
    assert to_customer(town)[-1].startswith('"cy" Mae eich cwyn wedi cyrraedd')
    assert "language-said" in town.events(case.line.reference)


def test_staff_write_to_a_welsh_case_from_the_welsh_letter(town: Council) -> None:
    """With Welsh dates, which are checked; a part that does not apply says why in Welsh; the page says its language."""
    town.arrives(mail(IN_WELSH, subject="Ailgylchu"))
    reference = town.cases()[0].line.reference
    town.staff.reclassify(reference, "complaint", "nobody came")
    officer, checker = (drafts(town, actor) for actor in ("robin", "di"))
    began = officer.blank(reference, "conclusion")
    assert officer.blank(reference, "sl039") == began, "by its code, too"
    assert began.text.subject == f"Beth a ganfuom am eich cwyn [{reference}]"
    assert "Dyddiad ei derbyn: dydd Llun 23 Tachwedd 2026" in began.text.body
    with pytest.raises(PolicyError, match=r"write your text in its place, or: Ddim yn berthnasol, oherwydd \.\.\."):
        officer.submit(began, "file")
    filled = re.sub(r"^>> .*$", "Aeth y lori heibio.", began.text.body, flags=re.MULTILINE)
    for wrong, said in (
        ("Ddim yn berthnasol, oherwydd", "say why it does not apply"),
        ("Ar dydd Mawrth 23 Tachwedd 2026.", "write dydd Llun 23 Tachwedd 2026"),
    ):
        body = filled.replace("Aeth y lori heibio.", wrong, 1)
        with pytest.raises(PolicyError, match=said):
            officer.submit(replace(began, text=replace(began.text, body=body)), "file")
    officer.submit(replace(began, text=replace(began.text, body=filled)), "file")
    checker.issue(reference, "conclusion")
    assert to_customer(town)[-1].startswith('"cy" Beth a ganfuom am eich cwyn')


def drafts(town: Council, actor: str) -> DraftCommands:
    return DraftCommands(
        store=town.store,
        letters=town.letters,
        policies=town.policies,
        clock=town.clock,
        actor=actor,
        wording=load_wording(RULES),
    )
