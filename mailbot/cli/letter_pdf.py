"""``mailbot letter pdf``: a letter of a case on paper."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.letter_form import file_name
from mailbot.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from mailbot.core.letter import Rendered
    from mailbot.pipeline.letter_trial import Trial


def register(app: typer.Typer) -> None:
    """Add the command to ``mailbot letter``."""
    app.command()(pdf)


def pdf(
    reference: Annotated[str, typer.Argument(help="The case's number.")],
    name: Annotated[str, typer.Argument(help="The letter's name in 'mailbot letter list'.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; REFERENCE-NAME.pdf here if not written.")
    ] = None,
    address: Annotated[
        list[str] | None, typer.Option("--address", help="A line of the customer's address; again for each line.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write a letter of a case as A4 pages with letterhead, to be posted. Nothing is sent, and the case stays as it is.

    In the case's language if the letter is there in it, and signed for and on behalf of the organisation. Refused where nothing
    is known of a name in the letter. A letter that staff write is put on paper as it was issued, and not before.
    """
    from mailbot.adapters.letter_pdf import pdf_of
    from mailbot.cli.commands import letter_commands, letter_trials
    from mailbot.cli.options import write_private
    from mailbot.core.letterhead import Letterhead
    from mailbot.errors import PermanentError

    commands = letter_commands(config)
    trials = letter_trials(commands)
    form = trials.form(name, reference)
    letter = commands.check(commands.in_force(form).source, form)
    trial = trials.with_case(letter, reference)
    words = trials.issued(name, reference) or _without_holes(trial)
    policy = trial.policy
    head = Letterhead(
        organisation=policy.organisation,
        sender=policy.address,
        date=trial.tongue.date(policy.pack.working_calendar.local_date(commands.clock.now())),
        reference=trial.values.reference or reference,
        signatory=policy.signatory,
        on_behalf_of=trial.tongue.words.get(policy.pack.on_behalf_of, policy.pack.on_behalf_of),
        address=tuple(address or ()),
        tongue=trial.tongue,
    )
    file = out or Path(f"{reference}-{file_name(form, 'pdf')}")
    try:
        write_private(file, pdf_of(head.page(words, policy.pack.font)))
    except OSError as error:
        raise PermanentError(f"{file}: {error.strerror}; name a file of yours with --out") from None
    typer.echo(f"Written to {file}.")


def _without_holes(trial: "Trial") -> "Rendered":
    """Invented values are for trying; what is posted says only what is known, and nothing is left to be written."""
    from mailbot.core.draft import PROMPT
    from mailbot.errors import PermanentError

    if trial.invented:
        names = ", ".join(trial.invented)
        raise PermanentError(f"nothing is known of these for this case: {names}; choose another letter, or write it by hand")
    found, name = trial.rendered, trial.letter.spec.name
    if any(line.startswith(PROMPT) for line in found.body.splitlines()):
        raise PermanentError(
            f"{name}: a part of it is for a person to write: 'mailbot case draft', and when it is issued it can be put on paper"
        )
    return found
