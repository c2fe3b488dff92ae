"""``mailbot evaluate routes``: how often is the service found that a message is about?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.options import Format, FormatOption, RulesOption, print_json, rules_folder
from mailbot.core.text import clean_line

if TYPE_CHECKING:
    from mailbot.core.directory import Directory
    from mailbot.core.route import Candidate, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A text with the service that it is about, and what came out: the best three, and whether the first is sure."""

    text: str
    service: str
    found: "Route"

    @property
    def rank(self) -> int:
        """1 for the service as the best, 0 where it is not among the three."""
        names = [candidate.service for candidate in self.found.ranked]
        return names.index(self.service) + 1 if self.service in names else 0


def register(app: typer.Typer) -> None:
    app.command()(routes)


def routes(
    file: Annotated[
        Path, typer.Argument(metavar="JSONL", help='Lines of {"text": "subject, empty line, body", "service": "…"}.')
    ],
    services: Annotated[Path | None, typer.Option(help="The file of services; without it the configuration's.")] = None,
    config: RulesOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Look for the service of each text, and print how often it comes out first, and among the first three."""
    from mailbot.errors import PermanentError

    found = list(_routed(file, services, config))
    first, three = sum(one.rank == 1 for one in found), sum(one.rank > 0 for one in found)
    sure = [one for one in found if one.found.sure]
    wrong = sum(one.rank != 1 for one in sure)
    if format_ is Format.JSON:
        print_json({"texts": len(found), "first": first, "first_three": three, "sure": len(sure), "sure_and_wrong": wrong})
        return
    if not (number := len(found)):
        raise PermanentError(f"{file}: holds no text")
    typer.echo(f"{number} texts: {first / number:.1%} first, {three / number:.1%} among the first three")
    typer.echo(f"sure of {len(sure)} ({len(sure) / number:.1%}), {wrong} of them wrong")
    for one in (one for one in found if one.rank != 1):
        typer.echo(f"{'second or third' if one.rank else 'not found'}: {one.service}: {_shown(one.text)}")
        for candidate in one.found.ranked:
            typer.echo(f"    {candidate.service} {candidate.score:.1f}: {_words(candidate, one.text)}")


def _routed(file: Path, services: Path | None, config: Path | None) -> Iterator[Routed]:
    from mailbot.adapters.rule_files import load_directory, load_routing_words
    from mailbot.adapters.spacy_model import SpacyPhrases
    from mailbot.cli.judges import policies_of
    from mailbot.core.route import directory_words, route

    _, policy = policies_of(config, None)
    directory = load_directory(services) if services else policy.directory
    rows = list(_rows(file, directory))
    phrases = SpacyPhrases(directory_words(directory, load_routing_words(rules_folder(config))))
    for (text, service), hits in zip(rows, phrases.hits([text for text, _ in rows]), strict=True):
        found = route(hits, max(text.find("\n\n"), 0), policy.pack.routes)
        yield Routed(text=text, service=service, found=found)


def _rows(file: Path, directory: "Directory") -> Iterator[tuple[str, str]]:
    """The texts with their services. Raises PermanentError with file and line."""
    from mailbot.errors import PermanentError

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as reason:
        raise PermanentError(f"{file}: cannot be read: {reason.strerror}") from None
    for number, line in enumerate(lines, 1):
        row = _row(line)
        service = directory.service(str(row.get("service", "")))
        if service is None or not isinstance(row.get("text"), str):
            raise PermanentError(
                f'{file}: line {number}: write {{"text": "…", "service": "…"}} with a service of the directory'
            )
        yield row["text"], service.name


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _shown(text: str) -> str:
    return clean_line(text)[:90]


def _words(candidate: "Candidate", text: str) -> str:
    return ", ".join(f'"{clean_line(text[hit.span.start : hit.span.end])}"' for hit in candidate.hits)
