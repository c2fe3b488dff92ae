"""``rules/standards``: what is asked of the messages of staff, and ``rules/phrases/signatures.toml``, how they are read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from mailbot.adapters.rule_files.absences import AbsenceRow, absence_of, absence_troubles
from mailbot.adapters.rule_files.checks import STRICT, names_in
from mailbot.adapters.rule_files.phrases import load_quoting
from mailbot.adapters.rule_files.wording import load_wording
from mailbot.core.standard.judge import Rules
from mailbot.core.standard.signature_block import NAME_IN_TEMPLATE, SignatureValues
from mailbot.core.standard.values import Closings, Formal, SignatureWords, Standard, StandardFont, StandardRule
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z%]*)")
_POINTS = {"pt": 1.0, "px": 0.75}
_SMALLEST, _LARGEST = 6, 30
_NEEDS = {
    StandardRule.FONT: "font",
    StandardRule.CLOSING: "closings",
    StandardRule.ORGANISATION: "formal",
    StandardRule.ON_BEHALF: "formal",
}
_IN_TEMPLATE = {
    StandardRule.NAME: "name",
    StandardRule.NAMED_CONTACT: "name",
    StandardRule.PHONE: "phone",
    StandardRule.EMAIL: "email",
    StandardRule.JOB_TITLE: "job_title",
    StandardRule.TEAM: "team",
    StandardRule.ORGANISATION: "organisation",
    StandardRule.ON_BEHALF: "on_behalf",
}
_FAMILY = re.compile(r"[A-Za-z][A-Za-z0-9 -]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _FontRow:
    families: tuple[str, ...]
    size: str
    tolerance: str = "0pt"
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClosingsRow:
    named: tuple[str, ...]
    unnamed: tuple[str, ...]
    either: tuple[str, ...] = ()
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _FormalRow:
    organisation: tuple[str, ...]
    on_behalf: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _TemplateRow:
    lines: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _StandardFile:
    title: str
    threshold: float
    rules: dict[StandardRule, str]
    font: _FontRow | None = None
    closings: _ClosingsRow | None = None
    formal: _FormalRow | None = None
    template: _TemplateRow | None = None
    absence: AbsenceRow | None = None
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _WordsFile:
    closings: tuple[str, ...]
    other_closings: tuple[str, ...]
    greetings: tuple[str, ...]
    unnamed: tuple[str, ...]
    offices: tuple[str, ...]
    titles: tuple[str, ...]
    group_addresses: tuple[str, ...]
    not_names: tuple[str, ...]
    job_titles: tuple[str, ...]
    teams: tuple[str, ...]
    disclaimers: tuple[str, ...]
    reachable: tuple[str, ...]
    naming: tuple[str, ...]
    english: tuple[str, ...]
    __pydantic_config__ = STRICT


def standard_names(rules: Path) -> tuple[str, ...]:
    """The names of the standards that there are."""
    return names_in(rules / "standards")


def load_standard(rules: Path, name: str) -> Standard:
    """A standard by its name. Raises PolicyError with file and key for what cannot be used, and with the known names."""
    file = rules / "standards" / f"{name}.toml"
    if name not in standard_names(rules):
        raise PolicyError(f"{file}: there is no such standard; write one of {', '.join(standard_names(rules))}")
    found = convert(_StandardFile, read_toml(file, PolicyError), file, PolicyError)
    if wrong := [f"{file}: {trouble}" for trouble in _troubles(found)]:
        raise PolicyError("\n".join(wrong))
    row, closings, formal = found.font, found.closings, found.formal
    return Standard(
        name=name,
        title=found.title,
        rules=found.rules,
        threshold=found.threshold,
        font=_font(file, row) if row else None,
        closings=Closings(named=closings.named, unnamed=closings.unnamed, either=closings.either) if closings else None,
        formal=Formal(organisation=formal.organisation, on_behalf=formal.on_behalf) if formal else None,
        absence=absence_of(found.absence),
        template=found.template.lines if found.template else (),
    )


def load_standard_rules(rules: Path, name: str) -> Rules:
    """A standard, and the words by which messages are read. Raises PolicyError."""
    return Rules(
        standard=load_standard(rules, name),
        words=load_signature_words(rules),
        lint=load_wording(rules),
        quoting=load_quoting(rules),
    )


def _troubles(found: _StandardFile) -> Iterator[str]:
    if not 0 < found.threshold < 1:
        yield "threshold: write a number between 0 and 1, such as 0.75"
    yield from _rule_troubles(found)
    yield from absence_troubles(found.absence)
    for table in ("font", "closings", "formal", "template"):
        yield from _empty(table, getattr(found, table))
    if found.closings:
        yield from _contradictions(found.closings)
    if found.template:
        yield from _template_troubles(found.template, found.rules)
    if found.font and (wrong := [each for each in found.font.families if not _FAMILY.fullmatch(each)]):
        yield f"font.families: '{wrong[0]}': write the name of one font, such as Verdana"


def _rule_troubles(found: _StandardFile) -> Iterator[str]:
    for rule, clause in found.rules.items():
        if not clause.strip():
            yield f"rules.{rule.value}: name the clause it comes from, or write 'house rule'"
        if (table := _NEEDS.get(rule)) and getattr(found, table) is None:
            yield f"{table}: is missing; the rule '{rule.value}' needs it"
    for table in sorted(set(_NEEDS.values())):
        if getattr(found, table) is not None and not any(_NEEDS.get(rule) == table for rule in found.rules):
            yield f"{table}: no rule uses it; name one under [rules], or leave it out"


def _template_troubles(row: _TemplateRow, rules: Iterable[StandardRule]) -> Iterator[str]:
    """A signature that is offered must meet the standard."""
    named = set(NAME_IN_TEMPLATE.findall("\n".join(row.lines)))
    known = [each.name for each in fields(SignatureValues)]
    for name in sorted(named.difference(known)):
        yield f"template.lines: there is no '{{{{ {name} }}}}'; known names: {', '.join(known)}"
    if any("{" in NAME_IN_TEMPLATE.sub("", line) for line in row.lines):
        yield "template.lines: a curly bracket that opens no name; write names as in '{{ phone }}'"
    for rule in rules:
        if (name := _IN_TEMPLATE.get(rule)) and name not in named:
            yield f"template.lines: '{{{{ {name} }}}}' is missing; the rule '{rule.value}' asks for it"


def _empty(table: str, row: object) -> Iterator[str]:
    for each in fields(row) if row else ():  # type: ignore[arg-type]
        value = getattr(row, each.name)
        if each.name != "either" and (not value or (isinstance(value, tuple) and not all(map(str.strip, value)))):
            yield f"{table}.{each.name}: is empty; write it"


def _contradictions(row: _ClosingsRow) -> Iterator[str]:
    for closing in sorted({*row.named, *row.unnamed, *row.either}):
        places = [each for each in ("named", "unnamed", "either") if closing in getattr(row, each)]
        if len(places) > 1:
            yield f"closings: '{closing}' stands under {' and '.join(places)}; keep one: either suits both salutations"
        if closing != closing.lower():
            yield f"closings.{places[0]}: '{closing}': write it in lower case"


def _font(file: Path, row: _FontRow) -> StandardFont:
    points = _points(file, "size", row.size)
    if not _SMALLEST <= points <= _LARGEST:
        raise PolicyError(f"{file}: font.size: write a size from {_SMALLEST}pt to {_LARGEST}pt")
    return StandardFont(families=row.families, points=points, tolerance=_points(file, "tolerance", row.tolerance))


def _points(file: Path, key: str, size: str) -> float:
    match = _SIZE.fullmatch(size.strip().lower())
    if not match or match[2] not in _POINTS:
        raise PolicyError(f"{file}: font.{key}: '{size}': write a number with the unit pt or px, such as '10pt'")
    return float(match[1]) * _POINTS[match[2]]


def load_signature_words(rules: Path) -> SignatureWords:
    """How people open, close and sign messages. Raises PolicyError for a word that could never be found."""
    file = rules / "phrases" / "signatures.toml"
    found = convert(_WordsFile, read_toml(file, PolicyError), file, PolicyError)
    for each in fields(found):
        for word in getattr(found, each.name):
            if not word.strip() or word != word.lower():
                raise PolicyError(f"{file}: {each.name}: '{word}': write it in lower case, and not empty")
    return SignatureWords(
        closings=found.closings,
        other_closings=frozenset(found.other_closings),
        greetings=found.greetings,
        unnamed=frozenset(found.unnamed),
        offices=frozenset(found.offices),
        titles=frozenset(found.titles),
        group_addresses=frozenset(found.group_addresses),
        not_names=frozenset(found.not_names),
        job_titles=frozenset(found.job_titles),
        teams=frozenset(found.teams),
        disclaimers=found.disclaimers,
        reachable=found.reachable,
        naming=found.naming,
        english=frozenset(found.english),
    )
