"""``rules/phrases/wording.toml``: what letters and drafts should not say, and what to write instead."""

from dataclasses import dataclass, fields
from pathlib import Path

from mailbot.adapters.rule_files.checks import STRICT, refuse_twice
from mailbot.adapters.rule_files.languages import language_names, load_language
from mailbot.core.letter import Content, LetterValues
from mailbot.core.lint import LintRules, Sign
from mailbot.core.wording import ANY_ENDING, KEY, NUMBER, WORD, WORDED, Rule, Wording
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    words: tuple[str, ...]
    instead: str
    must_hit: tuple[str, ...]
    must_not_hit: tuple[str, ...] = ()
    clause: str = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    instead: str
    clause: str
    values: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _WordingFile:
    most_words: int
    oldest: int
    abbreviations: tuple[str, ...]
    numbers: tuple[str, ...]
    irritating: tuple[_Row, ...]
    officialese: tuple[_Row, ...]
    promise: tuple[_Row, ...]
    blame: tuple[_Row, ...]
    no_date: tuple[_Row, ...]
    asks_why: tuple[_Row, ...]
    must_contain: dict[Content, _Sign]
    __pydantic_config__ = STRICT


def load_wording(rules: Path) -> LintRules:
    """By what texts are judged before they leave. Raises PolicyError with the key and the phrase that is wrong."""
    file = rules / "phrases" / "wording.toml"
    found = convert(_WordingFile, read_toml(file, PolicyError), file, PolicyError)
    wordings = tuple(_wording(file, rule, row) for rule in WORDED for row in getattr(found, rule.value))
    refuse_twice((phrase for wording in wordings for phrase in wording.words), file, "phrase")
    for key in ("most_words", "oldest"):
        if getattr(found, key) < 1:
            raise PolicyError(f"{file}: {key}: write a number above 0")
    for word in found.abbreviations:
        if word != word.upper() or not word.isalpha():
            raise PolicyError(f"{file}: abbreviations: '{word}': write capital letters alone")
    return LintRules(
        wordings=wordings,
        abbreviations=frozenset(found.abbreviations),
        numbers=frozenset(found.numbers),
        most_words=found.most_words,
        oldest=found.oldest,
        signs={content: _sign(file, content, found.must_contain.get(content)) for content in Content},
        signs_in={code: load_language(rules, code).must_contain for code in language_names(rules)},
    )


def _sign(file: Path, content: Content, row: _Sign | None) -> Sign:
    if row is None:
        raise PolicyError(f"{file}: must_contain.{content.value}: is missing; write it")
    unknown = set(row.values) - {each.name for each in fields(LetterValues)}
    if unknown:
        raise PolicyError(f"{file}: must_contain.{content.value}.values: there is no value '{min(unknown)}' in letters")
    if not row.values and not row.words:
        raise PolicyError(f"{file}: must_contain.{content.value}: write values or words by which it is known")
    for phrase in row.words:
        if trouble := _trouble(phrase):
            raise PolicyError(f"{file}: must_contain.{content.value}.words: '{phrase}': {trouble}")
    return Sign(instead=row.instead, clause=row.clause, values=row.values, words=row.words)


def _wording(file: Path, rule: Rule, row: _Row) -> Wording:
    for phrase in row.words:
        if trouble := _trouble(phrase):
            raise PolicyError(f"{file}: {rule.value}.words: '{phrase}': {trouble}")
    for key in ("words", "instead", "must_hit"):
        if not getattr(row, key):
            raise PolicyError(f"{file}: {rule.value}.{key}: '{'; '.join(row.words) or row.instead}': is empty; write it")
    return Wording(
        rule=rule,
        words=row.words,
        instead=row.instead,
        clause=row.clause,
        must_hit=row.must_hit,
        must_not_hit=row.must_not_hit,
    )


def _trouble(phrase: str) -> str | None:
    """Why a phrase could never be found, or would be found everywhere."""
    if not phrase or phrase != " ".join(phrase.lower().split()):
        return "write it in lower case, with single spaces, and not empty"
    for word in phrase.split():
        if word == NUMBER:
            continue
        bare = word.removesuffix(ANY_ENDING)
        if WORD.fullmatch(bare) is None or "’" in bare:
            return f"write '{word}' without marks; an apostrophe is ', a hyphen -"
        if bare != word and len(bare) < KEY:
            return f"write at least {KEY} letters before the * of '{word}'"
    return None
