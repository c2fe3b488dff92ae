"""``rules/corpus``: written examples of mail, one JSON object a line."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailbot.adapters.rule_files.checks import STRICT, digest_of
from mailbot.core.example import Example, near_duplicates
from mailbot.errors import PolicyError
from mailbot.toml_values import convert


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """The examples and the version (digest) of their files."""

    version: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    id: str
    situation: str
    label: str
    body: str
    subject: str = ""
    register: str = ""
    also: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    __pydantic_config__ = STRICT


def corpus_files(rules: Path) -> list[Path]:
    """The files of the corpus, in their order."""
    return sorted((rules / "corpus").glob("*.jsonl"))


def load_corpus(rules: Path, labels: Collection[str]) -> Corpus:
    """Every example. Raises PolicyError with file and line for one that is malformed or bears an unknown label."""
    files = corpus_files(rules)
    return Corpus(version=digest_of(files), examples=tuple(one for file in files for one in read_examples(file, labels)))


def read_examples(file: Path, labels: Collection[str]) -> Iterator[Example]:
    """The examples of one file. Raises PolicyError with file and line."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{file}:{number}"
        try:
            data = json.loads(line)
        except ValueError:
            raise PolicyError(f"{where}: not a JSON object; write one to a line") from None
        found = convert(_Line, data, where, PolicyError)
        for label in (found.label, *found.also):
            if label not in labels:
                raise PolicyError(f"{where}: label: there is no class '{label}'; known: {', '.join(sorted(labels))}")
        yield Example(
            id=found.id,
            situation=found.situation,
            label=found.label,
            subject=found.subject,
            body=found.body,
            also=found.also,
            flags=found.flags,
            register=found.register,
            where=where,
        )


def corpus_troubles(corpus: Corpus) -> Iterator[str]:
    """A sentence for every text that stands there twice, with both lines."""
    seen: dict[str, str] = {}
    for one in corpus.examples:
        if one.id in seen:
            yield f"{one.where}: the id '{one.id}' stands in {seen[one.id]} too; give it another"
        seen[one.id] = one.where
    for first, second in near_duplicates(corpus.examples):
        yield f"{second.where}: nearly the same words as {first.where}; write it anew or leave it out"
