"""Real bounces of many systems: how much of them can be read."""

from collections.abc import Callable
from csv import DictReader
from pathlib import Path

import pytest

from mailbot.adapters.parser import parse
from mailbot.adapters.rule_files import load_bounces
from mailbot.core.bounce import judge
from mailbot.core.report import Failure
from tests.invented import RULES

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
"""Beside the checkout; nothing of it belongs into it."""
NAMED_AT_LEAST = 0.93
UNDERSTOOD_AT_LEAST = 0.85


def test_most_bounces_say_who_what_and_why(print_at_end: Callable[[str], None]) -> None:
    """Of real bounces, most name the recipient, and say what was done and why. What a person wrote names no failure."""
    index = CORPORA / "screening.tsv"
    if not index.is_file():
        pytest.skip("no corpora beside the checkout")
    rules = load_bounces(RULES)
    with index.open() as file:
        everything = list(DictReader(file, delimiter="\t"))
    rows = [row for row in everything if row["label"] == "bounce"]
    people = [CORPORA / "screening" / row["file"] for row in everything if row["label"] == "human"]
    for written in (parse(path.read_bytes()).report for path in people):
        assert written is None or not written.recipients
    named = understood = 0
    for row in rows:
        found = parse((CORPORA / "screening" / row["file"]).read_bytes()).report
        addresses = [one for told in found.recipients for one in told.addresses] if found else []
        if found is None or not (addresses or found.named):
            continue
        named += 1
        outcome = judge(found, next(iter(addresses), ""), rules)
        understood += outcome is not None and outcome.failure is not Failure.UNCLEAR
    line = f"bounces: of {len(rows)}, {named / len(rows):.0%} name a recipient, {understood / len(rows):.0%} say what and why"
    print_at_end(line)
    assert named / len(rows) >= NAMED_AT_LEAST, line
    assert understood / len(rows) >= UNDERSTOOD_AT_LEAST, line
