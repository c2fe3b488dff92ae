"""``rules/screening``: which headers, senders and words say what a message is."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from mailbot.adapters.rule_files.checks import STRICT, digest_of, refuse_twice
from mailbot.core.evidence import BuildHint, PhraseGroup, index, words_of
from mailbot.core.screening_rules import HeaderRule, Scoring, ScreeningExample, ScreeningRules, SenderRule
from mailbot.errors import PolicyError
from mailbot.patterns import Sieve
from mailbot.toml_values import convert, read_toml

F = TypeVar("F")


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeadersFile:
    header: tuple[HeaderRule, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _SendersFile:
    sender: tuple[SenderRule, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _EvidenceFile:
    silent_from: float
    automatic_from: float
    group: tuple[PhraseGroup, ...]
    build: tuple[BuildHint, ...]
    header: tuple[HeaderRule, ...]
    sender: tuple[SenderRule, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Example:
    subject: str
    text: str
    comes_out: Literal["auto_reply", "bounce", "list", "other_automatic", "spam", "silent", "human"] = "human"
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _LanguageFile:
    language: str
    source: str
    phrases: dict[str, tuple[str, ...]]
    must_hit: tuple[_Example, ...]
    must_not_hit: tuple[_Example, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    kind: str
    source: str
    domains: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class _SharedFile:
    shared: tuple[_Shared, ...]
    __pydantic_config__ = STRICT


def load_screening(rules: Path) -> ScreeningRules:
    """The screening rules in the order of their files. Raises PolicyError with file and key."""
    folder = rules / "screening"
    headers_file, senders_file, evidence_file = (folder / f"{name}.toml" for name in ("headers", "senders", "evidence"))
    headers = _read(_HeadersFile, headers_file).header
    senders = _read(_SendersFile, senders_file).sender
    evidence = _read(_EvidenceFile, evidence_file)
    languages = {file: _read(_LanguageFile, file) for file in sorted((folder / "phrases").glob("*.toml"))}
    _check_rules(headers_file, (*headers, *senders), weighed=False)
    _check_rules(evidence_file, (*evidence.header, *evidence.sender), weighed=True)
    refuse_twice(_ids(headers, senders, evidence), folder, "id")
    phrases = tuple(_phrases(languages, {group.id for group in evidence.group}))
    return ScreeningRules(
        version=digest_of((headers_file, senders_file, evidence_file, folder / "shared_domains.toml", *languages)),
        headers=headers,
        senders=senders,
        scoring=Scoring(
            silent_from=evidence.silent_from,
            automatic_from=evidence.automatic_from,
            headers=evidence.header,
            senders=evidence.sender,
            build=evidence.build,
            phrases=index(evidence.group, phrases, Sieve(words_of(phrase) for _, _, phrase in phrases).may_hold),
        ),
        shared_domains=frozenset(_shared(folder / "shared_domains.toml")),
        examples=tuple(_examples(languages)),
    )


def _ids(headers: Sequence[HeaderRule], senders: Sequence[SenderRule], evidence: _EvidenceFile) -> Iterator[str]:
    yield from (rule.id for rule in (*headers, *evidence.header))
    yield from (rule.id for rule in (*senders, *evidence.sender))
    yield from (group.id for group in evidence.group)


def _shared(file: Path) -> Iterator[str]:
    for shared in _read(_SharedFile, file).shared:
        refuse_twice(shared.domains, file, "domain")
        for domain in shared.domains:
            if domain != domain.lower().strip() or "." not in domain or "@" in domain:
                raise PolicyError(f"{file}: {shared.kind}: '{domain}': write a domain in lower case, such as example.org")
            yield domain


def _read(kind: type[F], file: Path) -> F:
    return convert(kind, read_toml(file, PolicyError), file, PolicyError)


def _phrases(languages: Mapping[Path, _LanguageFile], groups: Container[str]) -> Iterator[tuple[str, str, str]]:
    for file, language in languages.items():
        for group, phrases in language.phrases.items():
            if group not in groups:
                raise PolicyError(f"{file}: phrases.{group}: no [[group]] of evidence.toml has this id")
            refuse_twice(phrases, file, f"phrase under {group}")
            for phrase in phrases:
                if not _is_comparable(phrase) or not words_of(phrase):
                    raise PolicyError(f"{file}: phrases.{group}: '{phrase}': write words in lower case, and not empty")
                yield group, file.stem, phrase


def _examples(languages: Mapping[Path, _LanguageFile]) -> Iterator[ScreeningExample]:
    for file, language in languages.items():
        for one in (*language.must_hit, *language.must_not_hit):
            yield ScreeningExample(file=file.name, subject=one.subject, text=one.text, comes_out=one.comes_out)


def _check_rules(file: Path, rules: Iterable[HeaderRule | SenderRule], *, weighed: bool) -> None:
    for rule in rules:
        if (rule.weight is not None) is not weighed:
            raise PolicyError(f"{file}: '{rule.id}': a weight stands in evidence.toml with each row, and nowhere else")
        if isinstance(rule, HeaderRule):
            _check_header(file, rule)
        else:
            _check_sender(file, rule)


def _check_sender(file: Path, sender: SenderRule) -> None:
    words = (*sender.local_part, *sender.prefix, *sender.suffix, *sender.domain_label)
    if not words or not all(_is_comparable(word) for word in words):
        raise PolicyError(
            f"{file}: sender '{sender.id}': write local_part, prefix, suffix or domain_label, each word in lower case"
        )


def _check_header(file: Path, rule: HeaderRule) -> None:
    words = (rule.token_in, rule.token_not_in, rule.contains, rule.starts_with)
    if sum(map(bool, (rule.present, *words))) != 1:
        tests = "present, token_in, token_not_in, contains, starts_with"
        raise PolicyError(f"{file}: header '{rule.id}': write exactly one of {tests}")
    if rule.header != rule.header.lower():
        raise PolicyError(f"{file}: header '{rule.id}': write the field name in lower case")
    if not all(_is_comparable(word) for found in (*words, rule.lacks) for word in found):
        raise PolicyError(f"{file}: header '{rule.id}': write every word in lower case, and no empty one")


def _is_comparable(word: str) -> bool:
    """Whether a word of a rule can ever hold, and does not hold always: values are compared in lower case."""
    return bool(word.strip()) and word == word.lower()
