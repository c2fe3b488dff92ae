"""Everything that absence replies are held against, from the files of a standard and of words."""

from pathlib import Path

from mailbot.adapters.rule_files.absences import load_absence_words
from mailbot.adapters.rule_files.standards import load_signature_words, load_standard
from mailbot.adapters.rule_files.wording import load_wording
from mailbot.core.standard.absence.judge import AbsenceRules
from mailbot.errors import PolicyError


def load_absence_rules(rules: Path, standard: str) -> AbsenceRules:
    """A standard's part about absence replies, and the words by which they are read. Raises PolicyError, also for none."""
    found = load_standard(rules, standard)
    if found.absence is None:
        raise PolicyError(f"{rules / 'standards' / standard}.toml: absence: is missing; write what absence replies are to say")
    return AbsenceRules(
        standard=found.absence,
        threshold=found.threshold,
        words=load_absence_words(rules),
        signatures=load_signature_words(rules),
        lint=load_wording(rules),
    )
