"""Mistakes that were once accepted, or stopped more than themselves."""

import shutil
from pathlib import Path
from queue import Queue

import pytest

from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.rule_files import load_pack, load_screening
from mailbot.core.decide.wording import safe_value
from mailbot.core.message import Address
from mailbot.core.screen import screen
from mailbot.core.strong_evidence import OwnMarks
from mailbot.errors import PolicyError, TransientError
from mailbot.runner import Runner
from tests.invented import LONDON, RULES, at, message, shipped_screening
from tests.unit.test_letters import SPEC, write

PACK = "packs/generic/pack.toml"


def edited(folder: Path, file: str, right: str, wrong: str) -> Path:
    """A copy of the shipped rules with one thing changed."""
    rules = folder / "rules"
    shutil.copytree(RULES, rules)
    text = (rules / file).read_text()
    assert right in text
    (rules / file).write_text(text.replace(right, wrong, 1))
    return rules


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("warn_before = 2", "warn_before = -1"),
        ("threshold = 0.6\n", "threshold = 60\n"),
        ('monday = "09:00-17:00"', 'monday = "09:00+01:00-17:00"'),
        ('name = "generic"', 'name = "other"'),
        ("clocks = false", "clocks = false\nconfirm_reclassified = true"),
    ],
)
def test_a_pack_with_an_impossible_value_is_refused(tmp_path: Path, right: str, wrong: str) -> None:
    """A negative warning, a threshold above one, a time with a zone, a name that is not the folder's, a letter to nobody."""
    with pytest.raises(PolicyError):
        load_pack(edited(tmp_path, PACK, right, wrong), "generic", LONDON)


def test_a_weekday_without_hours_is_closed(tmp_path: Path) -> None:
    """An office that does not open on Fridays sends no scheduled letter on one."""
    pack = load_pack(edited(tmp_path, PACK, 'friday = "09:00-17:00"\n', ""), "generic", LONDON)
    assert pack.working_calendar.next_opening(at("2026-11-27 10:00")) == at("2026-11-30 09:00")


@pytest.mark.parametrize(
    "content",
    [b"\xff", b"{% include 'x' %}", b"{{ 1 // 0 }}", b"{% for x in range(10**9) %}{% endfor %}", b"{{ reference() }}"],
)
def test_a_letter_that_can_never_render_is_refused_when_it_is_read(tmp_path: Path, content: bytes) -> None:
    """Not when the first customer should get it."""
    (write(tmp_path) / "receipt/body.txt.j2").write_bytes(content)
    with pytest.raises(PolicyError):
        JinjaLetters(tmp_path)


def test_a_letter_is_named_by_its_folder_alone(tmp_path: Path) -> None:
    """A second name in the file could only disagree."""
    with pytest.raises(PolicyError):
        JinjaLetters(write(tmp_path, spec='name = "other"\n' + SPEC))


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("headers", 'token_in = ["auto-replied"]', 'token_in = ["Auto-Replied"]'),
        ("headers", 'contains = ["mailbox rules agent"]', 'contains = [""]'),
        ("senders", "[[sender]]", '[[sender]]\nid = "x"\nverdict = "list"\nsource = "y"\n\n[[sender]]'),
    ],
)
def test_a_screening_rule_that_never_or_always_holds_is_refused(tmp_path: Path, file: str, right: str, wrong: str) -> None:
    """A word in capitals never holds, an empty one always does, and a rule without any word says nothing."""
    with pytest.raises(PolicyError):
        load_screening(edited(tmp_path, f"screening/{file}.toml", right, wrong))


def test_an_address_that_only_ends_like_ours_is_not_ours() -> None:
    """Mail delivered to old-foi@ was not addressed to foi@."""
    own = OwnMarks(answerable=frozenset({"foi@harbour.example"}))
    stray = message(("delivered-to", "<old-foi@harbour.example>"), to=(Address(address="x@example.org"),))
    assert not screen(stray, shipped_screening(), own).may_answer


def test_a_link_in_brackets_is_taken_out_of_a_customer_s_words() -> None:
    """What a customer wrote into the subject never becomes a link in our letter."""
    assert "trap" not in safe_value("see (www.trap.example) now")


def test_trouble_that_cannot_be_told_stops_no_loop() -> None:
    """A loop goes on although noting its trouble fails in an unforeseen way."""
    runs = Queue[int]()

    def body() -> None:
        runs.put(1)
        raise TransientError("later", retry_after=0.01)

    def tell(_error: str, _delay: float) -> None:
        raise KeyError("mailbox")

    runner = Runner(lambda: None)
    runner.start("loop", body, tell)
    for _ in range(3):
        runs.get(timeout=5)
    assert runner.stop()
