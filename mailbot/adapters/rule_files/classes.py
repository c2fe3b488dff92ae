"""``rules/classes``: the phrases that speak for a class, with examples."""

from dataclasses import dataclass
from pathlib import Path

from mailbot.adapters.rule_files.checks import STRICT, digest_of, refuse_twice
from mailbot.core.policy import ClassRule, ClassRules, Phrase
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClassFile:
    phrase: tuple[Phrase, ...]
    must_hit: tuple[str, ...]
    must_not_hit: tuple[str, ...]
    __pydantic_config__ = STRICT


def load_classes(rules: Path) -> ClassRules:
    """The phrase rules of every class, by file name."""
    files = sorted((rules / "classes").glob("*.toml"))
    if not files:
        raise PolicyError(f"{rules / 'classes'}: there is no class file; restore the shipped ones")
    return ClassRules(version=digest_of(files), rules=tuple(_class(file) for file in files))


def _class(file: Path) -> ClassRule:
    data = read_toml(file, PolicyError)
    class_ = data.pop("class", None)
    if class_ != file.stem:
        raise PolicyError(f'{file}: class: write class = "{file.stem}", the name of the file')
    found = convert(_ClassFile, data, file, PolicyError)
    refuse_twice((f"{phrase.text.lower()}|{phrase.in_subject}" for phrase in found.phrase), file, "phrase")
    return ClassRule(class_=class_, phrases=found.phrase, must_hit=found.must_hit, must_not_hit=found.must_not_hit)
