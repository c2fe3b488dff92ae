"""Quoted history in real mail, where the corpora lie beside the checkout."""

import pytest

from mailbot.adapters.rule_files import load_quoting
from mailbot.core.quoting import own_spans
from tests.invented import ROOT, RULES

CORPUS = ROOT.parent / "shared" / "corpora" / "email_reply_trimmer" / "test"
AT_LEAST_EQUAL = 0.8


def _words(text: str) -> list[str]:
    """What stands on lines without a quote mark: whether those of others in between are shown is a matter of taste."""
    return " ".join(line for line in text.splitlines() if not line.startswith(">")).split()


def test_what_people_wrote_is_found_and_none_of_it_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """Of real replies in many languages most are cut as a person would, and no word of a writer is missing from any."""
    if not CORPUS.is_dir():
        pytest.skip(f"{CORPUS} is not there")
    rules, equal, lost = load_quoting(RULES), 0, list[str]()
    files = sorted((CORPUS / "emails").glob("*.txt"))
    for file in files:
        text = file.read_text(encoding="utf-8")
        found = _words("".join(text[span.start : span.end] for span in own_spans(text, rules)))
        wanted = _words((CORPUS / "trimmed" / file.name).read_text(encoding="utf-8"))
        equal += found == wanted
        lost += [file.name] if set(wanted) - set(found) else []
    with capsys.disabled():
        print(f"\nquoted history: {equal} of {len(files)} as expected, own words lost in {len(lost)}")
    assert lost == []
    assert equal >= AT_LEAST_EQUAL * len(files)
