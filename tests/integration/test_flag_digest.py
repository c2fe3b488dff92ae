"""What the manager reads in the morning of messages that bear a flag, and of cases whose class a person should say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.core.case_command import CaseAssigned
from mailbot.core.classify import Hit
from mailbot.core.message import Span
from mailbot.pipeline.inbound import Inbound
from mailbot.pipeline.timers import Timers
from mailbot.reading import PlainReader
from mailbot.runner import attempt
from tests.integration.correspondence import Council, council, mail, reading
from tests.invented import shipped_pack


class TwoWords:
    """Finds two words: one insults, the other asks for information."""

    SAYS = (("idiots", "abuse", "abuse: idiots", 1.0), ("how many", "foi_request", "foi_request: how many", 1.5))

    def judge(self, texts: Sequence[str]) -> list[tuple[tuple[Hit, ...], None]]:
        return [(tuple(self._hits(text.lower())), None) for text in texts]

    def _hits(self, text: str) -> Iterator[Hit]:
        for word, name, rule, weight in self.SAYS:
            if word in text:
                yield Hit(class_=name, rule=rule, weight=weight, span=Span(text.index(word), text.index(word) + len(word)))
        if "opening" in text:
            yield Hit(class_="enquiry", rule="enquiry: opening", weight=5.0, span=Span(0, 1))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Council]:
    with council(f"sqlite:///{tmp_path}/mailbot.db") as found:
        found.inbound = _listening(found)
        yield found


def _listening(town: Council) -> Inbound:
    """The flow with a reader that finds two words."""
    listening = PlainReader(TwoWords(), reading())
    return replace(town.inbound, reader=listening, flags=reading().flags, requests=reading().requests)


def digest(town: Council) -> str:
    """The digest of the next morning; empty without one."""
    town.later(days=1, minutes=-30)
    before = len(town.outgoing())
    known = {"enquiries": town.policies["enquiries"]}
    Timers(store=town.store, letters=town.letters, policies=known, clock=town.clock, attempt=attempt).run_jobs()
    return "".join(town.text(line) for line in town.outgoing()[before:] if line.letter == "manager-digest")


def test_the_manager_reads_of_abuse_once_and_its_writer_gets_the_neutral_letter(town: Council) -> None:
    """Each incident stands in the next digest with its case, and in no later one."""
    town.arrives(mail("You idiots! What are the opening hours?"))
    (case,) = town.cases()
    assert [line.letter for line in town.outgoing()] == ["receipt"]
    assert f"For you to know: 1 ({case.line.reference}: a message insults or threatens staff)" in digest(town)
    assert "a message insults" not in digest(town)


def test_a_hidden_request_is_in_the_digest_until_somebody_has_the_case(town: Council) -> None:
    """The case is an enquiry; explain has the command that makes it a request too."""
    town.arrives(mail("What are the opening hours? And how many people came last year?"))
    (case,) = town.cases()
    assert case.line.class_ == "enquiry"
    (proposal,) = [event for event in case.events if event.kind == "proposal"]
    assert (proposal.rule, proposal.detail) == ("hidden-request", "enquiry --also foi_request")
    line = f"For a person to say what they are ('mailbot explain' tells why): 1 ({case.line.reference})"
    assert line in digest(town)
    town.staff.carry_out(case.line.reference, CaseAssigned(name="Bo", address="bo@harbour.example"))
    assert "For a person to say" not in digest(town)


def test_an_unsure_case_is_in_the_digest_until_somebody_says_its_class(town: Council) -> None:
    """Only its class waits; its clocks run."""
    town.arrives(mail("Hello there."))
    (case,) = town.cases()
    assert "For a person to say what they are" in digest(town)
    town.staff.reclassify(case.line.reference, "enquiry", "")
    assert "For a person to say what they are" not in digest(town)


@pytest.mark.parametrize("name", ["generic", "jersey-oic", "norfolk-connect", "northants-fire", "oxfordshire"])
def test_every_shipped_pack_tells_the_manager_of_abuse_formats_languages_and_staff(name: str) -> None:
    """What is abusive has the neutral letter besides."""
    found = shipped_pack(name)
    assert {flag for flag, policy in found.flags.items() if policy.digest} == {
        "abuse",
        "other_format",
        "other_language",
        "personnel",
    }
    assert found.flags["abuse"].receipt == found.letters.neutral_receipt
