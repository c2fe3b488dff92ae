"""``mailbot replay``: messages judged alone, as the daemon would judge them, and what other rules would change."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailbot.cli.main import app
from mailbot.core.classify import Hit, Opinion
from mailbot.core.flag import NO_FLAGS
from mailbot.core.information_request import NO_REQUESTS
from mailbot.core.message import Message, Span
from mailbot.core.policy import UNSURE
from mailbot.pipeline.replay import Judgement, Replay
from tests.invented import MONDAY, RULES, message, policy, shipped_screening
from tests.unit.test_classify_command import CONFIG
from tests.unit.test_relay import BORDER, FORM, FROM_HERE, form

LAMP = b"From: ada@example.org\nTo: enquiries@harbour.example\nSubject: Lamp\n\nThe bowling green was locked. I bowl there.\n"
BIN = b"From: bo@example.org\nTo: enquiries@harbour.example\nSubject: Bin\n\nI wish to make a formal complaint.\n"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation without a classifier, two messages, and rules that know one phrase more."""
    (tmp_path / "mailbot.toml").write_text(f"{CONFIG}\n[processing]\nclassifier = false\n", encoding="utf-8")
    (tmp_path / "mail").mkdir()
    for name, content in (("1.eml", LAMP), ("2.eml", BIN)):
        (tmp_path / "mail" / name).write_bytes(content)
    shutil.copytree(RULES, tmp_path / "rules")
    file = tmp_path / "rules" / "classes" / "suggestion.toml"
    shipped = file.read_text(encoding="utf-8")
    assert "phrase = [\n" in shipped
    file.write_text(
        shipped.replace("phrase = [\n", 'phrase = [\n  { text = "bowling green", weight = 9.0 },\n'), encoding="utf-8"
    )
    return tmp_path


def compared(folder: Path, old: str, new: str, *more: str) -> Result:
    return run("replay", str(folder / "mail"), "--config", str(folder / "mailbot.toml"), "--compare", old, new, *more)


def test_a_message_that_other_rules_would_change_is_printed_with_what_changes(folder: Path) -> None:
    """The class and the letter; what stays as it is is only counted."""
    said = compared(folder, "now", str(folder / "rules"))
    assert said.exit_code == 0, said.output
    first, last = said.output.splitlines()[-2:]
    assert first.endswith("1.eml: class unsure -> suggestion; letter receipt -> receipt-suggestion")
    assert last == "2 messages, 1 would change"


def test_programs_read_one_object_for_each_change(folder: Path) -> None:
    """With both outcomes whole."""
    (line,) = compared(folder, "now", str(folder / "rules"), "--format", "jsonl").output.splitlines()
    found = json.loads(line)
    assert found["old"] == {"class": "unsure", "flags": [], "letter": "receipt"}
    assert found["new"] == {"class": "suggestion", "flags": [], "letter": "receipt-suggestion"}


def test_the_same_rules_change_nothing(folder: Path) -> None:
    """Where the classifier is off, what is in use is the rules alone."""
    assert compared(folder, "now", "rules").output.splitlines()[-1] == "2 messages, 0 would change"


def test_what_is_no_rules_and_no_classifier_is_refused(folder: Path) -> None:
    """A name that is nothing, and a file that keeps no classifier."""
    assert "--compare: there is no 'tomorrow'" in str(compared(folder, "now", "tomorrow").exception)
    assert "its file is damaged" in str(compared(folder, str(folder / "mailbot.toml"), "now").exception)


# A form of ours ------------------------------------------------------------------------------------------------------------


class Certain:
    """Finds a phrase in the label of a form, and is sure that every text complains."""

    def judge(self, texts: Sequence[str]) -> list[tuple[tuple[Hit, ...], Opinion | None]]:
        opinion = Opinion(version="1", rule_weight=1.0, scores=(("complaint", 9.0), ("enquiry", 0.0)))
        return [((self._label(text),), opinion) for text in texts]

    def _label(self, text: str) -> Hit:
        at = text.find("E-mail")
        return Hit(class_="complaint", rule="complaint: e - mail", weight=9.0, span=Span(max(at, 0), max(at, 0) + 6))


def judged(content: Message) -> Judgement:
    """What replay makes of one message, with the web form among the trusted senders."""
    trusting = replace(policy(), relays=(FORM,), authserv_id=BORDER)
    replay = Replay(
        parse=lambda _: content,
        why_unreadable=lambda _: "",
        phrases=Certain(),
        flags=NO_FLAGS,
        requests=NO_REQUESTS,
        screening=shipped_screening(),
        rules_version="1",
        policy=trusting,
        own_addresses=frozenset(),
        answerable_addresses=frozenset(),
        by_age=False,
    )
    (found,) = replay.judge([b""], MONDAY)
    return found


def test_the_labels_of_a_trusted_form_say_nothing_as_in_the_daemon() -> None:
    """Neither phrases in them nor the classifier's opinion of the whole text; of an ordinary message both count."""
    assert judged(form(FROM_HERE)).classification.class_ == UNSURE
    assert judged(message(text="E-mail me.")).classification.class_ == "complaint"
