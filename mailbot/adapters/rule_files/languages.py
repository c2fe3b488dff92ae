"""``rules/languages/<code>.toml``: languages besides English that letters can be written in."""

from dataclasses import dataclass, field
from pathlib import Path

from mailbot.adapters.rule_files.checks import STRICT, names_in
from mailbot.core.letter import Content
from mailbot.core.tongue import Tongue
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

_WEEK, _YEAR = 7, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _LanguageFile:
    name: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    reference: str
    on_behalf_of: str
    not_applicable: str
    must_contain: dict[Content, tuple[str, ...]] = field(default_factory=dict)
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRules:
    """A language, what people call it, and by which words it is known that a letter in it says what it must."""

    name: str
    tongue: Tongue
    must_contain: dict[Content, tuple[str, ...]]


def language_names(rules: Path) -> tuple[str, ...]:
    """The codes of the languages there are, besides English."""
    return names_in(rules / "languages")


def load_language(rules: Path, code: str) -> LanguageRules:
    """One language by its code (ISO 639-1). Raises PolicyError if it is not there, or a day or month of it is missing."""
    file, known = rules / "languages" / f"{code}.toml", language_names(rules)
    if code not in known:
        raise PolicyError(f"{file}: there is no language '{code}'; known besides English: {', '.join(known) or 'none'}")
    found = convert(_LanguageFile, read_toml(file, PolicyError), file, PolicyError)
    for key, names, number in (("weekdays", found.weekdays, _WEEK), ("months", found.months, _YEAR)):
        if len(names) != number or not all(name.strip() for name in names):
            raise PolicyError(
                f"{file}: {key}: write {number} names; the first is {'Monday' if number == _WEEK else 'January'}'s"
            )
    tongue = Tongue(
        code=code,
        weekdays=found.weekdays,
        months=found.months,
        reference=found.reference,
        on_behalf_of=found.on_behalf_of,
        not_applicable=found.not_applicable,
    )
    return LanguageRules(name=found.name, tongue=tongue, must_contain=found.must_contain)
