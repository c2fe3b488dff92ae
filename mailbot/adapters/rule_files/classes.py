"""``rules/classes`` and ``rules/flags``: the phrases and rules that speak for a class or a flag, with examples."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mailbot.adapters.rule_files.checks import STRICT, digest_of, refuse_twice
from mailbot.core.class_rules import ClassRule, ClassRules, Phrase
from mailbot.core.flag import FlagRules, SenderRule
from mailbot.core.language import LanguageRule
from mailbot.core.rule import Rule
from mailbot.errors import PolicyError
from mailbot.patterns import Pattern
from mailbot.toml_values import convert, read_toml

LEAST_PRECISION = 0.8
"""How large a part of what a classifier raises a flag for must bear it, where the flag's file does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClassFile:
    must_hit: tuple[str, ...]
    must_not_hit: tuple[str, ...]
    phrase: tuple[Phrase, ...] = ()
    rule: tuple[Rule, ...] = ()
    must_ask: tuple[str, ...] = ()
    must_not_ask: tuple[str, ...] = ()
    asks_in_part: float | None = None
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _FlagFile(_ClassFile):
    sender: tuple[SenderRule, ...] = ()
    language: LanguageRule | None = None
    least_precision: float = LEAST_PRECISION
    __pydantic_config__ = STRICT


F = TypeVar("F", bound=_ClassFile)


def load_classes(rules: Path) -> ClassRules:
    """The rules of every class, by file name. Raises PolicyError with file, key and number."""
    files = _files(rules / "classes", "class")
    return ClassRules(version=digest_of(files), rules=tuple(_rules_of(file, "class", _ClassFile)[0] for file in files))


def load_flags(rules: Path) -> FlagRules:
    """The rules of every flag, by file name. Raises PolicyError with file, key and number."""
    files = _files(rules / "flags", "flag")
    found = [_rules_of(file, "flag", _FlagFile) for file in files]
    for file, (_, flag) in zip(files, found, strict=True):
        if flag.asks_in_part is not None or any(rule.asks is not None for rule in flag.rule):
            raise PolicyError(f"{file}: asks: a flag is nothing that is asked for; take it out")
        if not 0 < flag.least_precision <= 1:
            raise PolicyError(f"{file}: least_precision: {flag.least_precision} is no share; write one above 0, at most 1")
    return FlagRules(
        words=ClassRules(version=digest_of(files), rules=tuple(rule for rule, _ in found)),
        senders={rule.class_: file.sender for rule, file in found if file.sender},
        languages={rule.class_: file.language for rule, file in found if file.language},
        least_precision={rule.class_: file.least_precision for rule, file in found if not file.language},
    )


def _files(folder: Path, kind: str) -> Sequence[Path]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise PolicyError(f"{folder}: there is no {kind} file; restore the shipped ones")
    return files


def _rules_of(file: Path, kind: str, form: type[F]) -> tuple[ClassRule, F]:
    data = read_toml(file, PolicyError)
    name = data.pop(kind, None)
    if name != file.stem:
        raise PolicyError(f'{file}: {kind}: write {kind} = "{file.stem}", the name of the file')
    found = convert(form, data, file, PolicyError)
    refuse_twice((f"{phrase.text.lower()}|{phrase.in_subject}" for phrase in found.phrase), file, "phrase")
    if found.asks_in_part is not None and not 0.5 <= found.asks_in_part <= 1:
        raise PolicyError(f"{file}: asks_in_part: {found.asks_in_part:g} is no such share; write one from 0.5 to 1")
    for number, rule in enumerate(found.rule, 1):
        for trouble in _troubles(rule):
            raise PolicyError(f"{file}: rule[{number}].{trouble}")
    rules = ClassRule(
        class_=name,
        phrases=found.phrase,
        must_hit=found.must_hit,
        must_not_hit=found.must_not_hit,
        rules=found.rule,
        must_ask=found.must_ask,
        must_not_ask=found.must_not_ask,
        asks_in_part=found.asks_in_part,
    )
    return rules, found


def _troubles(rule: Rule) -> Iterator[str]:
    """What is wrong with a rule: the key, and what to write instead."""
    if not rule.asked_for and not rule.pattern:
        yield "any: write at least one of any, all, near, pattern"
    for phrase in rule.phrases:
        if phrase != " ".join(phrase.lower().split()) or not phrase:
            yield f"{_key_of(phrase, rule)}: '{phrase}': write it in lower case, with single spaces, and not empty"
    if rule.near and (len(rule.near) == 1 or not all(rule.near)):
        yield 'near: write two or more lists of phrases, such as [["gas", "petrol"], ["smell", "leak"]]'
    if bool(rule.near) is not (rule.within > 0):
        yield "within: write near and within together, within as a number of words above 0"
    if rule.asks is not None and not 0 <= rule.asks <= 1:
        yield f"asks: {rule.asks:g} is no share; write 0 for in any case, or up to 1"
    if rule.pattern:
        yield from _pattern_troubles(rule.pattern)


def _key_of(phrase: str, rule: Rule) -> str:
    lists = {"any": rule.any, "all": rule.all, "none": rule.none}
    return next((key for key, phrases in lists.items() if phrase in phrases), "near")


def _pattern_troubles(text: str) -> Iterator[str]:
    try:
        pattern = Pattern(text)
    except PolicyError as error:
        yield f"pattern: {error}"
        return
    if pattern.matches_nothing():
        yield f"pattern: '{text}' holds for every text; write one that needs at least one character"
