"""``mailbot clock``: by when something must be done, and how that date comes about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailbot.cli.options import Format, FormatOption, RulesOption, print_json, rules_folder
from mailbot.core.case import Channel
from mailbot.core.clock_rule import ClockEvent, ClockRule, ClockStart, ReceiptRule

if TYPE_CHECKING:
    from mailbot.core.calendar import WorkingCalendar
    from mailbot.core.clock import ComputedClock

app = typer.Typer(help="By when something must be done, and how that date comes about.", no_args_is_help=True)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no moment; write one such as 2026-12-24T10:00, or 2026-12-24") from None


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise typer.BadParameter(f"there is no time zone '{text}'; write one such as Europe/London") from None


ZoneOption = Annotated[
    ZoneInfo | None, typer.Option(parser=_zone, metavar="ZONE", help="The time zone, if not that of the calendar.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The clocks that were asked about, each with its calendar, and those that something later starts."""

    clocks: Sequence[tuple[ClockRule, "WorkingCalendar"]]
    later: Sequence[ClockRule] = ()
    receipt: ReceiptRule = ReceiptRule.ACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened to a clock. Moments without a zone are local ones. ``strictly``: what does not fit it is an error."""

    received: datetime
    clarified: datetime | None
    paused_from: datetime | None
    paused_until: datetime | None
    extended: bool
    strictly: bool


@app.command("list")
def list_(config: RulesOption = None, format_: FormatOption = Format.TEXT) -> None:
    """The clocks of the law: what each is for, how long it runs, and what sets it."""
    from mailbot.adapters.rule_files import load_clocks
    from mailbot.core.counting import span

    rules = load_clocks(rules_folder(config))
    if format_ is Format.JSON:
        print_json({"clocks": [{"name": rule.name, "title": rule.title, "law": rule.law} for rule in rules]})
        return
    for rule in rules:
        starts = rule.starts_on.value.replace("_", " ")
        typer.echo(f"{rule.name}: {rule.title}")
        typer.echo(f"  {span(rule.amount, rule.unit)} from {starts}, calendar {rule.calendar}\n  {rule.law}\n")


@app.command()
def due(  # noqa: PLR0913  # one for each option
    *,
    received: Annotated[
        datetime,
        typer.Option(parser=_moment, metavar="MOMENT", help="When it was received (or what else the clock runs from)."),
    ],
    clock: Annotated[str | None, typer.Option(help="A clock of the law by its name; see 'mailbot clock list'.")] = None,
    pack: Annotated[str | None, typer.Option(help="The clocks of this pack; needs --class.")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="The class of the message, such as enquiry.")] = None,
    channel: Annotated[Channel, typer.Option(help="How it came.")] = Channel.EMAIL,
    clarified: Annotated[
        datetime | None, typer.Option(parser=_moment, metavar="MOMENT", help="When a clarification begins the time anew.")
    ] = None,
    paused_from: Annotated[
        datetime | None, typer.Option(parser=_moment, metavar="MOMENT", help="When the clock stood still: we asked.")
    ] = None,
    paused_until: Annotated[
        datetime | None, typer.Option(parser=_moment, metavar="MOMENT", help="When it went on: the answer came.")
    ] = None,
    extended: Annotated[bool, typer.Option("--extended", help="With the extension that its law or pack allows.")] = False,
    receipt: Annotated[ReceiptRule | None, typer.Option(help="What counts as receipt on a closed day.")] = None,
    zone: ZoneOption = None,
    config: RulesOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Print each date with its derivation: which days were counted, which were not, and why.

    Either --clock NAME, or --pack NAME with --class NAME.
    """
    from mailbot.cli.derivation import as_json, as_text

    if (clock is None) == (pack is None) or (pack is None) != (class_ is None):
        raise typer.BadParameter("give either --clock, or --pack with --class")
    if (paused_from is None) != (paused_until is None):
        raise typer.BadParameter("give --paused-from together with --paused-until")
    rules, zone = rules_folder(config), zone or _organisation_s(config)
    chosen = _of_law(rules, clock, zone) if clock else _of_pack(rules, pack or "", class_ or "", channel, zone)
    happened = Happened(
        received=received,
        clarified=clarified,
        paused_from=paused_from,
        paused_until=paused_until,
        extended=extended,
        strictly=clock is not None,
    )
    clocks = [_computed(rule, calendar, happened, receipt or chosen.receipt) for rule, calendar in chosen.clocks]
    if format_ is Format.JSON:
        print_json({"clocks": [as_json(found) for found in clocks]})
    else:
        typer.echo("\n".join(as_text(clocks, chosen.later)))


def _organisation_s(config: Path | None) -> ZoneInfo | None:
    from mailbot.cli.options import load_config

    return ZoneInfo(load_config(config).organisation.time_zone) if config else None


def _of_law(rules: Path, name: str, zone: ZoneInfo | None) -> Chosen:
    from mailbot.adapters.rule_files import clock_names, load_calendar, load_clock
    from mailbot.errors import PermanentError

    if name not in (known := clock_names(rules)):
        raise PermanentError(f"there is no clock '{name}'; known: {', '.join(known)}")
    rule = load_clock(rules, name)
    return Chosen(clocks=[(rule, load_calendar(rules, rule.calendar, zone))])


def _of_pack(rules: Path, name: str, class_: str, channel: Channel, zone: ZoneInfo | None) -> Chosen:
    from mailbot.adapters.rule_files import load_pack
    from mailbot.core.policy import UNSURE
    from mailbot.errors import PermanentError

    pack = load_pack(rules, name, zone)
    if class_ not in (*pack.classes, UNSURE):
        raise PermanentError(f"there is no class '{class_}' in pack {name}; known: {', '.join(pack.classes)}, {UNSURE}")
    later = [
        rule for event in ClockStart if event is not ClockStart.RECEIPT for rule in pack.clocks_for(class_, channel, event)
    ]
    clocks = [(rule, pack.calendars[rule.calendar]) for rule in pack.clocks_for(class_, channel)]
    return Chosen(clocks=clocks, later=later, receipt=pack.receipt)


def _computed(rule: ClockRule, calendar: "WorkingCalendar", happened: Happened, receipt: ReceiptRule) -> "ComputedClock":
    """The clock after everything that happened to it. Raises PermanentError for what cannot be, or cannot be known."""
    from mailbot.core.clock import EARLIEST_YEAR, compute
    from mailbot.errors import PermanentError

    received_at = _local(happened.received, calendar)
    if received_at.year < EARLIEST_YEAR:
        raise PermanentError(f"received {received_at:%Y-%m-%d}: nothing is received before {EARLIEST_YEAR}")
    try:
        clock = _changed(compute(rule, calendar, received_at, receipt), happened)
    except ValueError as reason:
        raise PermanentError(str(reason)) from None
    if not clock.is_known:
        years = f"{calendar.covers_from} to {calendar.covers_until}"
        raise PermanentError(
            f"the calendar {calendar.name} knows the closed days of {years} only; {clock.due_on} would be a guess"
        )
    return clock


def _changed(clock: "ComputedClock", happened: Happened) -> "ComputedClock":
    from mailbot.core.clock import extend, pause, reset, resume

    rule, strictly = clock.rule, happened.strictly
    if happened.paused_from and happened.paused_until:
        if rule.pauses_on:
            clock = pause(clock, _local(happened.paused_from, clock.calendar))
            clock = resume(clock, _local(happened.paused_until, clock.calendar))
        elif strictly:
            raise ValueError(f"nothing makes the clock '{rule.name}' stand still")
    if happened.clarified:
        if ClockEvent.CLARIFICATION in rule.resets_on:
            clock = reset(clock, _local(happened.clarified, clock.calendar))
        elif strictly:
            raise ValueError(f"no clarification begins the clock '{rule.name}' anew; is it --paused-from and --paused-until?")
    return extend(clock) if happened.extended and (rule.extension or strictly) else clock


def _local(at: datetime, calendar: "WorkingCalendar") -> datetime:
    """A moment as it was given, in the time zone of the calendar unless it names its own."""
    return at if at.tzinfo else at.replace(tzinfo=calendar.zone)
