"""``mailbot directory``: services and partners, what they lack, and what is brought in from tables and calendars."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import directory_import
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from mailbot.core.text import listed

if TYPE_CHECKING:
    from mailbot.core.directory import Directory
    from mailbot.core.service import Organisation, Service

app = typer.Typer(help="Services and partners: who answers for what, and what their pages lack.", no_args_is_help=True)
directory_import.register(app)


@app.command()
def show(
    words: Annotated[str, typer.Argument(metavar="SERVICE", help="A service, by name, synonym or a part of it.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = Format.TEXT,
) -> None:
    """List the services of each organisation, or show one service with its contact, words, hours and pages."""
    from mailbot.cli.options import print_json
    from mailbot.core.service import find_service
    from mailbot.errors import PermanentError

    _, directory = directory_import.directory_of(config)
    if words:
        try:
            found = find_service(directory.services, words)
        except ValueError as error:
            raise PermanentError(str(error)) from None
        print_json(found) if format_ is Format.JSON else _print("\n".join(_service(directory, found)))
        return
    if format_ is Format.JSON:
        print_json({"organisations": directory.organisations, "services": directory.services})
        return
    for organisation in directory.organisations:
        _print("\n".join(_organisation(directory, organisation)) + "\n")


@app.command()
def check(config: ConfigOption = DEFAULT_CONFIG, format_: FormatOption = Format.TEXT) -> None:
    """Say what each organisation's services lack: contacts, pages of the seven kinds, a category, a deputy."""
    from mailbot.cli.options import print_json
    from mailbot.core.directory_gaps import gaps_of

    file, directory = directory_import.directory_of(config)
    found = [(organisation, tuple(gaps_of(directory, organisation))) for organisation in directory.organisations]
    if format_ is Format.JSON:
        print_json({organisation.name: gaps for organisation, gaps in found})
        return
    services, organisations = len(directory.services), len(directory.organisations)
    _print(f"ok    {services} services of {organisations} organisations in {file}")
    for organisation, gaps in found:
        _print(f"\n{organisation.name}: {'lacks nothing' if not gaps else ''}".rstrip())
        for gap in gaps:
            _print(f"  {gap.about or 'the organisation'}: lacks {listed(gap.lacks)}")


def _organisation(directory: "Directory", organisation: "Organisation") -> Iterator[str]:
    kind = " (another organisation)" if organisation.another else ""
    yield f"{organisation.name}{kind}: contact {_name(directory, organisation.contact)}"
    for service in directory.services:
        if service.organisation == organisation.name:
            yield f"  {service.name}: {_name(directory, service.contact)}" + (f", {service.url}" if service.url else "")


def _service(directory: "Directory", service: "Service") -> Iterator[str]:
    from mailbot.core.directory_change import hours_in_words

    yield f"{service.name}, {service.organisation}"
    rows = [
        ("contact", _name(directory, service.contact)),
        ("deputy", _name(directory, service.deputy or "")),
        ("team", service.team),
        ("category", f"{service.category.number} {service.category.name}" if service.category else ""),
        ("hours", hours_in_words(service)),
        ("known by", ", ".join(service.synonyms)),
        ("web page", service.url),
    ]
    rows += [(page.kind.value.replace("_", " "), f"{page.name} {page.url}") for page in service.pages]
    yield from (f"  {what}: {words}" for what, words in rows if words and words != "nobody")
    if service.lacks:
        yield f"  lacks pages: {listed(kind.value.replace('_', ' ') for kind in service.lacks)}"


def _name(directory: "Directory", address: str) -> str:
    from mailbot.core.directory import person_at

    found = person_at(directory, address) if address else None
    return f"{found.name} <{found.address}>" if found else "nobody"


def _print(words: str) -> None:
    typer.echo(words)
