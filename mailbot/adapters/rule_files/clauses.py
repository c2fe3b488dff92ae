"""``rules/packs/<pack>/clauses.toml``: every sentence of a policy that asks something, and the settings that keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from mailbot.adapters.rule_files.blanks import filled
from mailbot.adapters.rule_files.checks import STRICT, refuse_twice
from mailbot.adapters.rule_files.clocks import clock_names, load_clock
from mailbot.adapters.rule_files.packs import pack_path
from mailbot.adapters.rule_files.settings import clock_in_words, settings_of
from mailbot.core.clause import Clause
from mailbot.core.policy import Pack
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

_LAW = "law:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClauseFile:
    clause: tuple[Clause, ...]
    __pydantic_config__ = STRICT


def clauses_path(rules: Path, pack: str) -> Path:
    """The file of a pack's clauses. Raises PolicyError if there is no such pack."""
    return pack_path(rules, pack).with_name("clauses.toml")


def load_clauses(rules: Path, pack: Pack, organisation: str | None = None) -> tuple[Clause, ...]:
    """The clauses of a pack, in order. A setting or a law that does not exist is refused. Raises PolicyError."""
    file = clauses_path(rules, pack.name)
    found = convert(_ClauseFile, filled(read_toml(file, PolicyError), organisation), file, PolicyError).clause
    refuse_twice((clause.id for clause in found), file, "clause")
    settings, laws = settings_of(pack), clock_names(rules)
    for clause in found:
        trouble = _trouble(clause, settings, laws)
        if trouble:
            raise PolicyError(f"{file}: clause {clause.id}: {trouble}")
    return found


def _trouble(clause: Clause, settings: Mapping[str, tuple[str, ...]], laws: tuple[str, ...]) -> str | None:
    if not clause.asks.strip():
        return "asks: write in a sentence or two what it asks"
    if clause.lacks and not clause.kept_by:
        return "lacks: nothing keeps it yet; leave lacks out, or name under kept_by what does the rest"
    for path in clause.kept_by:
        if path not in settings:
            return f"kept_by: this pack has no '{path}'; write {_instead(path, settings)}, or [] while nothing keeps it"
    for each in clause.beside:
        if each.startswith(_LAW) and each.removeprefix(_LAW) not in laws:
            return f"beside: there is no clock '{each.removeprefix(_LAW)}' in rules/clocks; write one of {', '.join(laws)}"
    return None


def _instead(path: str, settings: Mapping[str, tuple[str, ...]]) -> str:
    """What may have been meant: the nearest name, or the names of the same family."""
    near = get_close_matches(path, settings, n=1, cutoff=0.8)
    family = [name for name in settings if name.partition(":")[0] == path.partition(":")[0]]
    families = sorted({name.partition(":")[0] for name in settings})
    return f"'{near[0]}'" if near else f"one of {', '.join(family or families)}"


def beside_in_words(rules: Path, clause: Clause) -> tuple[str, ...]:
    """The statutes and codes beside a clause; a clock of the law with its figures."""
    return tuple(_law(rules, each.removeprefix(_LAW)) if each.startswith(_LAW) else each for each in clause.beside)


def _law(rules: Path, name: str) -> str:
    return f"{name}: {clock_in_words(load_clock(rules, name))}"
