"""``mailbot explain``: why mailbot did what it did."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from mailbot.core.case import PROPOSAL
from mailbot.core.text import clean_line

if TYPE_CHECKING:
    from mailbot.adapters.store.views import ClockLine, EventLine, MessageLine
    from mailbot.core.message import Span


def register(app: typer.Typer) -> None:
    app.command()(explain)


def explain(reference: str, config: ConfigOption = DEFAULT_CONFIG, format_: FormatOption = Format.TEXT) -> None:
    """Print the chain of a case: each judgement with its rule and its words, each date with its days, each event."""
    from mailbot.adapters.store.queries import Queries
    from mailbot.app import database_of
    from mailbot.cli.options import began_anew, last_day, load_config, moment, print_json
    from mailbot.errors import PermanentError

    settings = load_config(config)
    view = Queries(database_of(settings, create=False)).case(reference.upper())
    if view is None:
        raise PermanentError(f"there is no case {reference}")
    if format_ is Format.JSON:
        print_json(
            {
                "reference": view.line.reference,
                "corrections": view.corrections,
                "messages": view.messages,
                "clocks": view.clocks,
                "events": view.events,
            }
        )
        return
    zone = settings.organisation.time_zone
    typer.echo(f"{view.line.reference}: {view.line.what}, {view.line.status}")
    for said in view.corrections:
        why = f": {said.why}" if said.why else ""
        typer.echo(f"class {said.new_class} instead of {said.old_class}, said {said.actor} on {moment(said.at, zone)}{why}")
    for message in view.messages:
        typer.echo(f"\nmessage of {moment(message.received_at, zone)}, {message.direction}: judged {message.verdict}")
        for line in _judgement(message):
            typer.echo(line)
    for clock in view.clocks:
        due, anew = last_day(clock.due_at, zone), began_anew(clock, zone)
        typer.echo(f"\nclock {clock.name}: due {due}, started by {clock.started_by}{anew}")
        typer.echo(f"  {clock.why}")
        for line in _standing(clock, zone):
            typer.echo(line)
    typer.echo("\nhistory")
    texts = {message.row: message.full_text for message in view.messages}
    for event in view.events:
        struck = "  (taken back)" if event.taken_back else ""
        typer.echo(f"  {moment(event.at, zone)}  {event.actor}  {event.kind}: {event.rule}  {event.detail}".rstrip() + struck)
        for line in _event(event, texts.get(event.message_row or 0), view.line.reference):
            typer.echo(f"      {line}")


def _standing(clock: "ClockLine", zone: str) -> Iterator[str]:
    """That a clock has stopped, or stands still."""
    from mailbot.cli.options import moment

    if clock.stopped_at:
        yield f"  stopped {moment(clock.stopped_at, zone)}: {clock.outcome}"
    elif clock.paused_on:
        yield f"  stands still since {clock.paused_on:%a %d %b %Y}"


def _event(event: "EventLine", text: str | None, reference: str) -> Iterator[str]:
    """The words that an event rests on, and the command that does what it proposes."""
    for span in (each for each in event.spans if each.end > each.start):
        yield f'"{clean_line(text[span.start : span.end])}"' if text else "(erased)"
    if event.kind == PROPOSAL:
        yield f"to take it: mailbot case reclassify {reference} {event.detail}"


def _judgement(message: "MessageLine") -> Iterator[str]:
    """The class and the flags of a message, each with the words that spoke for it and their rule."""
    from mailbot.core.classify import BY_MODEL

    judged = f"best {message.best_class}, confidence {message.confidence:.2f}; rules {message.rules_version}"
    yield f"  class {message.class_} ({judged})"
    if message.also:
        yield f"  also asked for: {', '.join(message.also)}"
    for hit in message.evidence:
        by = "by what it has learnt" if hit.rule == BY_MODEL else f'"{_words(message, hit.span)}"  by rule {hit.rule}'
        yield f"  {hit.weight:+.1f}  {by}"
    for raised in message.flags:
        where = f'"{_words(message, raised.span)}"  ' if raised.span.end > raised.span.start else ""
        yield f"  flag {raised.flag}  {where}by rule {raised.rule}"


def _words(message: "MessageLine", span: "Span") -> str:
    return clean_line(message.full_text[span.start : span.end]) if message.full_text else "(erased)"
