"""Real messages, many of them malformed, are read without failing and as another parser reads them.

The messages are other people's and are not part of the project; without them these tests are skipped.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.parser import parse, why_unreadable

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
MALFORMED = CORPORA / "stalwart-mail-parser"
SCREENING = CORPORA / "screening"

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="needs the mail corpora in ../shared/corpora")


def samples() -> Iterator[Path]:
    """Every message of the two corpora."""
    yield from sorted(path for path in MALFORMED.rglob("*") if path.suffix == ".eml")
    yield from sorted(path for path in SCREENING.iterdir() if path.is_file())


def expected(path: Path) -> dict[str, Any]:
    """The first value of each top header as the other parser read it."""
    found: dict[str, Any] = {}
    for header in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["parts"][0]["headers"]:
        if isinstance(header["name"], str) and isinstance(header["value"], dict):
            found.setdefault(header["name"], header["value"])
    return found


def first_address(value: dict[str, Any]) -> str:
    """The address of a From field with a plain list of them, or an empty string."""
    people = value.get("Address", {}).get("List") or [{}]
    return people[0].get("address") or ""


def pairs(name: str) -> list[tuple[str, str, str]]:
    """File, the other parser's reading and ours, of one header field, where the other parser has a clear one."""
    found = []
    for path in samples():
        theirs = expected(path).get(name) if path.with_suffix(".json").is_file() else None
        if theirs is None:
            continue
        message = parse(path.read_bytes())
        if name == "from":
            clear = first_address(theirs)
            found += [(path.name, clear.lower(), message.sender)] if "@" in clear else []
        else:
            ours = {"subject": message.subject, "message_id": message.message_id}[name]
            clear = " ".join(theirs.get("Text", "").split())
            found += [(path.name, clear, ours)] if "\ufffd" not in clear else []
    return found


def test_every_message_can_be_read() -> None:
    """Not one of some three hundred real messages fails or is set before a person as unreadable."""
    unreadable = [path.name for path in samples() if why_unreadable(parse(path.read_bytes()))]
    assert unreadable == []


@pytest.mark.parametrize(("name", "least"), [("subject", 30), ("message_id", 25), ("from", 30)])
def test_the_headers_agree_with_another_parser(name: str, least: int) -> None:
    """Subject, sender and Message-ID are read as a second, independent parser reads them."""
    compared = pairs(name)
    assert len(compared) >= least
    assert [difference for difference in compared if difference[1] != difference[2]] == []
