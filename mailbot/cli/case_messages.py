"""What was written in a case, for people to read: the own words of each message, or all of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from mailbot.core.text import clean_line, shown_text

if TYPE_CHECKING:
    from mailbot.adapters.store.views import MessageLine
    from mailbot.config import Config
    from mailbot.core.quoting import QuoteRules
    from mailbot.core.subject import SubjectRules


def print_messages(messages: Sequence["MessageLine"], settings: "Config", *, quoted: bool) -> None:
    """Print each message of a case, the oldest first. ``quoted``: with what it quotes, and the signature."""
    from mailbot.adapters.rule_files import load_quoting, load_subjects
    from mailbot.cli.options import moment

    rules = settings.paths.rules_folder
    subjects, quoting = load_subjects(rules), load_quoting(rules)
    for message in messages:
        when = moment(message.received_at, settings.organisation.time_zone)
        typer.echo(f"\nmessage {message.row} of {when}, {message.direction}, from {clean_line(message.sender)}")
        typer.echo(f"subject: {clean_line(message.subject)}\n")
        typer.echo(_text(message, subjects, quoting, quoted=quoted))


def _text(message: "MessageLine", subjects: "SubjectRules", quoting: "QuoteRules", *, quoted: bool) -> str:
    """What is shown of a message, with a word on what is not."""
    from mailbot.core.quoting import own_text
    from mailbot.core.subject import base_subject

    if message.text is None:
        return "(erased)"
    whole = shown_text(message.text).strip()
    own = shown_text(own_text(message.text, quoting, is_forward=base_subject(message.subject, subjects).is_forward)).strip()
    if quoted or own == whole:
        return whole or "(nothing is written in it)"
    return f"{own}\n(what it quotes, and its signature: --quoted)"
