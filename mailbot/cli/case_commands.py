"""``mailbot case note|done|wait|…``: what staff say about a case."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption
from mailbot.core.case import ANSWERED_IN_PART, Channel
from mailbot.core.clock_rule import ClockEvent
from mailbot.core.information_request import ASKED_FOR

if TYPE_CHECKING:
    from mailbot.core.action import Decision
    from mailbot.core.case_command import CaseCommand

Reference = Annotated[str, typer.Argument(help="The case's reference, such as HC-2611-0042-7.")]
Reason = Annotated[str, typer.Option(help="Why, in a few words; it stands in the history.")]
At = Annotated[datetime | None, typer.Option(help="When it happened, local time; without it, now.")]
NOTHING_ELSE = "none"


def register(app: typer.Typer) -> None:
    """Add the commands to ``mailbot case``."""
    for command in (
        open_,
        note,
        done,
        acknowledged,
        surveyed,
        answer,
        wait,
        answered,
        reopen,
        extend,
        quiet,
        assign,
        language,
        reclassify,
    ):
        app.command(command.__name__.rstrip("_"))(command)


def open_(
    number: Annotated[int, typer.Argument(help="The message's number in 'mailbot held list --filed'.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Open a case for a message that was taken for a robot's. Its clocks run from the day on which it came."""
    from mailbot.cli.commands import case_commands

    reference = case_commands(config).open_for(number)
    typer.echo(f"{reference} is its case now; 'mailbot case answer {reference}' sends the receipt.")


def note(  # noqa: PLR0913  # one for each option
    reference: Reference,
    outcome: Annotated[str, typer.Argument(help="What came of it, in a sentence.")],
    *,
    channel: Annotated[Channel, typer.Option(help="How you spoke.")] = Channel.PHONE,
    at: At = None,
    no_answer: Annotated[bool, typer.Option("--no-answer", help="It was a contact, and not the answer that is owed.")] = False,
    answers: Annotated[
        list[str] | None, typer.Option(metavar="CLASS", help="Of several things that the customer wants, the one it answers.")
    ] = None,
    callback: Annotated[
        bool, typer.Option("--callback", help="The customer wants to be called back: that gets its own date.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Note an answer by phone or in person: it stops the clock as of then.

    Where a customer wants several things an answer is one to the class of the case, unless --answers names another, such as
    foi_request; it may be given several times.
    """
    from mailbot.core.case_command import ContactNoted

    if no_answer and answers:
        raise typer.BadParameter("write --no-answer or --answers")
    said = ContactNoted(
        channel=channel,
        at=moment_of(at, config),
        outcome=outcome,
        answers=not no_answer,
        of=tuple(answers or ()),
        call_back=callback,
    )
    say(reference, said, config)
    typer.echo(f"It is noted. To take it back: mailbot case undo {reference.upper()}")


def done(
    reference: Reference,
    reason: Annotated[str, typer.Argument(help="How it ended.")] = "",
    first_contact: Annotated[
        bool, typer.Option("--first-contact", help="It was answered when it first came, from what is published.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Close a case: nothing more is owed."""
    from mailbot.core.case_command import CaseDone

    if not reason and not first_contact:
        raise typer.BadParameter("say how it ended, or --first-contact", param_hint="REASON")
    say(reference, CaseDone(at=moment_of(None, config), reason=reason, first_contact=first_contact), config)


def acknowledged(reference: Reference, at: At = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Say that the formal acknowledgement went, by a way that mailbot did not see."""
    from mailbot.core.case_command import CaseAcknowledged

    say(reference, CaseAcknowledged(at=moment_of(at, config)), config)


def surveyed(
    reference: Reference,
    unsent: Annotated[str, typer.Option(help="Why no survey goes (a bereavement, say); without it, one went.")] = "",
    at: At = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say that the survey after a case was sent, or that none will be: the morning digest names it no more."""
    from mailbot.core.case_command import CaseSurveyed

    say(reference, CaseSurveyed(at=moment_of(at, config), unsent=unsent), config)


def answer(
    references: Annotated[list[str], typer.Argument(metavar="REFERENCE...", help="The references of the cases.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Send the receipt after all to somebody who was silenced or capped; 'mailbot held list --silenced' lists them."""
    from mailbot.core.case_command import AnswerAfterAll

    for reference in references:
        say(reference, AnswerAfterAll(), config)


def wait(
    reference: Reference,
    for_: Annotated[ClockEvent, typer.Option("--for", help="What the customer was asked for.")] = ClockEvent.WAITING,
    at: At = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Wait for the customer: clocks stand still where their rule says so."""
    from mailbot.core.case_command import CaseWaits

    say(reference, CaseWaits(event=for_, at=moment_of(at, config)), config)


def answered(reference: Reference, at: At = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """What the customer was asked for has come: clocks go on, or begin anew."""
    from mailbot.core.case_command import CustomerAnswered

    say(reference, CustomerAnswered(at=moment_of(at, config)), config)


def reopen(reference: Reference, reason: Reason, at: At = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Open a closed case again; its answer is owed anew."""
    from mailbot.core.case_command import CaseReopened

    say(reference, CaseReopened(at=moment_of(at, config), reason=reason), config)


def extend(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why; where the customer is told of it, these are the words.")],
    clock: Annotated[str, typer.Option(help="Which clock; without it, the one that binds.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Give more time, as far as the policy or the law allows. Where a notice of delay does it, that goes with your reason."""
    from mailbot.core.case_command import ClockExtended

    say(reference, ClockExtended(clock_name=clock, reason=reason), config)


def quiet(
    reference: Reference,
    reason: Reason,
    until: Annotated[datetime | None, typer.Option(help="Until when, local time.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End the quiet.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Send no automatic letter on this case (bereavement, safeguarding, a court); its clocks go on for staff."""
    from mailbot.core.case_command import CaseQuieted

    if end is (until is not None):
        raise typer.BadParameter("write --until with a moment, or --end")
    say(reference, CaseQuieted(until=None if end else moment_of(until, config), reason=reason), config)


def assign(
    reference: Reference,
    who: Annotated[str, typer.Argument(help="A name or an address among the people, or any address of a colleague.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Give a case to somebody; they are told."""
    from mailbot.core.case_command import CaseAssigned

    name, address = _colleague(who, config)
    say(reference, CaseAssigned(name=name, address=address), config)


def language(
    reference: Reference,
    code: Annotated[str, typer.Argument(metavar="LANGUAGE", help="Two letters, such as cy for Welsh; en: English.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say in which language the customer gets letters from now on. What waits to be sent stays as it is."""
    from mailbot.core.case_command import LanguageSaid

    say(reference, LanguageSaid(language=code.lower()), config)


def reclassify(
    reference: Reference,
    class_: Annotated[str, typer.Argument(metavar="CLASS", help="What it is: a class of the pack, such as complaint.")],
    why: Annotated[str, typer.Option(help="Why, in a few words; it stands in the history.")] = "",
    also: Annotated[
        list[str] | None,
        typer.Option(metavar="CLASS", help="What else the customer wants: its dates count too; 'none': nothing else."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say what a case really is. Dates of its new class count from the receipt; mailbot learns from it.

    This makes a service request a complaint, and gives a case whose class was unsure its class. A complaint that asks for
    recorded information too is: reclassify REF complaint --also foi_request. To take it back, say the old class again: the
    clocks that had stopped run on.
    """
    from mailbot.cli.commands import case_commands

    besides = tuple(one for one in also if one != NOTHING_ELSE) if also else None
    tell(reference, case_commands(config).reclassify(reference, class_, why, besides))


def say(reference: str, command: "CaseCommand", config: Path) -> None:
    """Carry it out and print what it did."""
    from mailbot.cli.commands import case_commands

    tell(reference, case_commands(config).carry_out(reference, command))


def tell(reference: str, decision: "Decision") -> None:
    """Print what was done, one line each."""
    from mailbot.core.action import KeepSilent, Note, QueueLetter
    from mailbot.core.clock_action import RestartClock, StartClock, StopClock

    for action in decision.actions:
        match action:
            case StopClock():
                typer.echo(f"a clock has stopped: {action.outcome}")
            case StartClock():
                typer.echo(f"a clock runs: {action.name}, {action.why}")
            case RestartClock():
                typer.echo(f"a clock runs again: {action.reason.detail}")
            case Note() if action.reason.rule == ASKED_FOR:
                typer.echo(f"asked for: {action.reason.detail}")
            case QueueLetter():
                typer.echo(f"a letter is queued: {action.letter}")
            case KeepSilent():
                typer.echo(f"no letter: {', '.join(reason.rule for reason in action.reasons)}")
            case Note() if action.kind == "letter-needs-a-person" or action.reason.rule == ANSWERED_IN_PART:
                typer.echo(f"left to you: {action.reason.detail}")
    typer.echo(f"{reference.upper()}: noted.")


def moment_of(at: datetime | None, config: Path) -> datetime:
    """A local moment in UTC; now without one."""
    from datetime import UTC
    from zoneinfo import ZoneInfo

    from mailbot.adapters.clock import SystemClock
    from mailbot.cli.options import load_config

    if at is None:
        return SystemClock().now()
    zone = ZoneInfo(load_config(config).organisation.time_zone)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _colleague(who: str, config: Path) -> tuple[str, str]:
    """Name and address of a colleague. Raises PermanentError for somebody unknown."""
    from mailbot.app import people_of
    from mailbot.cli.options import load_config
    from mailbot.core.directory import person
    from mailbot.errors import PermanentError

    try:
        found = person(people_of(load_config(config)), who)
    except ValueError as error:
        if "@" in who:
            return who, who
        raise PermanentError(str(error)) from None
    return found.name, found.address
