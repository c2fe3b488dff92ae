"""``mailbot policy``: what a policy asks, which setting keeps it, and whether a pack can be used."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.options import Format, FormatOption, RulesOption, load_config, print_json

if TYPE_CHECKING:
    from mailbot.adapters.rule_files import Remark
    from mailbot.config import Config
    from mailbot.core.clause import Clause
    from mailbot.core.policy import Pack

app = typer.Typer(help="What a policy asks, and which setting keeps it.", no_args_is_help=True)
WIDTH, INDENT, LABEL = 110, 5, 10


@dataclass(frozen=True, slots=True)
class Source:
    """Where packs come from. ``organisation``: the name of the one who asks; None if no configuration was named."""

    settings: "Config"
    organisation: str | None

    @classmethod
    def of(cls, config: Path | None) -> "Source":
        from mailbot.config import sample_config

        if config is None:
            return cls(sample_config(), None)
        settings = load_config(config)
        return cls(settings, settings.organisation.name)

    @property
    def rules(self) -> Path:
        return self.settings.paths.rules_folder

    def pack(self, name: str) -> "Pack":
        from zoneinfo import ZoneInfo

        from mailbot.adapters.rule_files import load_pack

        zone = ZoneInfo(self.settings.organisation.time_zone) if self.organisation else None
        return load_pack(self.rules, name, zone, self.organisation)

    def clauses(self, pack: "Pack") -> "tuple[Clause, ...]":
        from mailbot.adapters.rule_files import load_clauses

        return load_clauses(self.rules, pack, self.organisation)


@app.command("list")
def list_(config: RulesOption = None, format_: FormatOption = Format.TEXT) -> None:
    """List the packs, with how many of their clauses are kept."""
    from mailbot.adapters.rule_files import pack_names

    source = Source.of(config)
    packs = [source.pack(name) for name in pack_names(source.rules)]
    figures = [_figures(source.clauses(pack)) for pack in packs]
    if format_ is Format.JSON:
        keys = ("title", "review_due", "calendar")
        rows = [{"pack": pack.name, **{key: getattr(pack, key) for key in keys}} for pack in packs]
        print_json({"packs": [{**row, "figures": counted} for row, counted in zip(rows, figures, strict=True)]})
        return
    for pack, counted in zip(packs, figures, strict=True):
        typer.echo(f"{pack.name}: {pack.title}")
        typer.echo(f"  {_in_words(counted)}; review due {pack.review_due:%d %B %Y}\n")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="PACK", help="The pack; see 'mailbot policy list'.")],
    config: RulesOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show every clause of a policy with the setting that keeps it, or "not yet kept", and the law beside it."""
    source = Source.of(config)
    pack = source.pack(name)
    clauses = source.clauses(pack)
    rows, figures = [_row(source.rules, pack, clause) for clause in clauses], _figures(clauses)
    if format_ is Format.JSON:
        head = {"pack": pack.name, **{key: getattr(pack, key) for key in ("title", "version", "review_due", "calendar")}}
        print_json({**head, "clauses": rows, "figures": figures})
        return
    typer.echo(f"{pack.title}")
    typer.echo(f"pack {pack.name}, version {pack.version}, calendar {pack.calendar}, review due {pack.review_due:%d %B %Y}\n")
    for row in rows:
        typer.echo("\n".join(_lines(row)) + "\n")
    typer.echo(_in_words(figures))


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="PACK", help="The packs; all of them if none is named.")] = None,
    config: RulesOption = None,
) -> None:
    """Check packs: blanks, letters, calendars, contradictions, review dates, and overrides laxer than their pack.

    Exit code 0: all well, perhaps with warnings; 78: something is wrong.
    """
    from mailbot.adapters.rule_files import pack_names
    from mailbot.cli.check import pack_findings, report

    source = Source.of(config)
    failed = sum(report(pack_findings(name, _remarks(source, name))) for name in names or pack_names(source.rules))
    if failed:
        raise typer.Exit(os.EX_CONFIG)


def _remarks(source: Source, name: str) -> "list[Remark]":
    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.rule_files import check_pack

    letters = {file.parent.name for file in source.settings.paths.letters_folder.glob("*/letter.toml")}
    remarks = list(check_pack(source.rules, name, letters, SystemClock().now().date(), source.organisation))
    sound = all(remark.warning for remark in remarks)
    return [*remarks, *(_overrides(source, name) if sound and source.organisation else ())]


def _overrides(source: Source, name: str) -> "Iterator[Remark]":
    """What the file of services does to this pack, for each mailbox that uses it (O7)."""
    from mailbot.adapters.rule_files import Remark, load_directory, own_pack
    from mailbot.errors import PolicyError

    settings, file = source.settings, source.settings.paths.services
    if file is None:
        return
    try:
        directory = load_directory(file, settings.served, settings.organisation.time_zone)
        for mailbox in (mailbox for mailbox in settings.mailbox if mailbox.pack == name):
            own_pack(file, directory, mailbox.name, source.pack(name))
    except PolicyError as error:
        yield Remark(text=str(error))


def _figures(clauses: "Iterable[Clause]") -> dict[str, int]:
    """How many clauses there are, and how many in each state."""
    from mailbot.core.clause import ClauseState

    states = [clause.state for clause in clauses]
    return {"clauses": len(states), **{state.value.replace(" ", "_"): states.count(state) for state in ClauseState}}


def _in_words(figures: dict[str, int]) -> str:
    total, *parts = (f"{count} {key.replace('_', ' ')}" for key, count in figures.items())
    return f"{total}: {', '.join(parts)}"


def _row(rules: Path, pack: "Pack", clause: "Clause") -> dict[str, Any]:
    """A clause as programs read it: its settings and laws in words."""
    from mailbot.adapters.rule_files import beside_in_words, settings_of

    settings = settings_of(pack)
    return {
        "id": clause.id,
        "asks": clause.asks,
        "state": clause.state,
        "kept_by": [{"setting": name, "value": value} for name in clause.kept_by for value in settings[name]],
        "lacks": clause.lacks,
        "beside": beside_in_words(rules, clause),
        "note": clause.note,
    }


def _lines(row: dict[str, Any]) -> Iterator[str]:
    """A clause as people read it: what it asks, what keeps it, the law beside it."""
    yield _wrapped(row["id"], row["asks"], INDENT)
    if not row["kept_by"]:
        yield " " * INDENT + row["state"]
    labelled = [("kept by", f"{kept['value']} [{kept['setting']}]") for kept in row["kept_by"]]
    labelled += [("lacks", row["lacks"]), *(("beside", law) for law in row["beside"]), ("note", row["note"])]
    yield from (_wrapped(" " * INDENT + label, text, INDENT + LABEL) for label, text in labelled if text)


def _wrapped(label: str, text: str, indent: int) -> str:
    return fill(text, WIDTH, initial_indent=label.ljust(indent), subsequent_indent=" " * indent, break_on_hyphens=False)
