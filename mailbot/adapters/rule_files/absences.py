"""``[absence]`` of a standard: what is asked of absence replies; and ``rules/phrases/absence.toml``, how they are read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo

from mailbot.adapters.rule_files.checks import STRICT
from mailbot.core.standard.absence.values import AbsenceRule, AbsenceStandard
from mailbot.core.standard.absence.words import AbsenceWords, Reason, failing_reasons
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

_SPAN = re.compile(r"(\d+)\s*([a-z]+?)s?")
_DAYS = {"day": 1, "week": 7}
_MOST = 3660


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRow:
    rules: dict[AbsenceRule, str]
    longest: str
    time_zone: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReasonRow(Reason):
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _WordsFile(AbsenceWords):
    reason: tuple[_ReasonRow, ...]
    __pydantic_config__ = STRICT


def absence_troubles(row: AbsenceRow | None) -> Iterator[str]:
    """What is wrong with a standard's table, by key."""
    if row is None:
        return
    if not row.rules:
        yield "absence.rules: is empty; name a rule, or leave [absence] out"
    for rule, clause in row.rules.items():
        if not clause.strip():
            yield f"absence.rules.{rule.value}: name the clause it comes from, or write 'house rule'"
    if not 0 < _days(row.longest) <= _MOST:
        yield f"absence.longest: '{row.longest}': write a number with the unit days or weeks, such as '400 days'"
    if not _is_zone(row.time_zone):
        yield f"absence.time_zone: there is no zone '{row.time_zone}'; write one such as Europe/London"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def absence_of(row: AbsenceRow | None) -> AbsenceStandard | None:
    """What a standard asks of absence replies."""
    return AbsenceStandard(rules=row.rules, longest=_days(row.longest), time_zone=row.time_zone) if row else None


def _days(span: str) -> int:
    """The days of "400 days"; 0 for what cannot be read."""
    match = _SPAN.fullmatch(span.strip().lower())
    return int(match[1]) * _DAYS.get(match[2], 0) if match else 0


def load_absence_words(rules: Path) -> AbsenceWords:
    """How staff say that they are away. Raises PolicyError for words that could never be found, and failing examples."""
    file = rules / "phrases" / "absence.toml"
    found = convert(_WordsFile, read_toml(file, PolicyError), file, PolicyError)
    wrong = [f"{file}: {trouble}" for trouble in (*_word_troubles(found), *failing_reasons(found.reason))]
    if wrong:
        raise PolicyError("\n".join(wrong))
    return found


def _word_troubles(found: AbsenceWords) -> Iterator[str]:
    lists = {each.name: getattr(found, each.name) for each in fields(found) if each.name != "reason"}
    lists |= {f"reason '{each.name}'": (*each.words, *each.likely, *each.beside, *each.unless) for each in found.reason}
    for key, words in lists.items():
        if not words:
            yield f"{key}: is empty; write the words"
        for word in words:
            if not word.strip() or word != word.lower():
                yield f"{key}: '{word}': write it in lower case, and not empty"
