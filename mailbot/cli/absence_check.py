"""``mailbot standards check`` of the automatic reply of somebody who is away."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from mailbot.cli.options import Format, load_config, print_json

if TYPE_CHECKING:
    from mailbot.core.standard.absence.judge import AbsenceJudgement


class JudgedAs(StrEnum):
    """What a message is judged as."""

    OUT_OF_OFFICE = "out-of-office"
    MAIL = "mail"


def is_absence_reply(content: bytes, rules: Path, standard: str, as_: JudgedAs | None) -> bool:
    """Whether a message is judged as an absence reply: it is said so, or screening takes it for an automatic reply.

    That is by RFC 3834, Exchange's fields, subjects and words; a subject such as "Out of office" is enough here.
    A standard that asks nothing of them leaves it a message.
    """
    from mailbot.adapters.parser import parse
    from mailbot.adapters.rule_files import load_screening, load_standard
    from mailbot.core.screen import screen
    from mailbot.core.standard.judge import is_automatic
    from mailbot.core.strong_evidence import Verdict

    if as_ is not None:
        return as_ is JudgedAs.OUT_OF_OFFICE
    if load_standard(rules, standard).absence is None:
        return False
    message = parse(content)
    return is_automatic(message) or screen(message, load_screening(rules)).verdict is Verdict.AUTO_REPLY


def absence_judged(
    content: bytes, rules: Path, standard: str, person: str | None, config: Path | None, on: date | None, *, bare: bool
) -> "AbsenceJudgement":
    """What an automatic reply lacks, and what it says.

    ``on``: the day to count from, instead of the message's own. ``bare``: it is a text without the fields of a message.
    """
    from mailbot.adapters.rule_files import load_absence_rules, load_quoting
    from mailbot.app import people_of
    from mailbot.core.message import Message
    from mailbot.core.standard.absence.judge import judge_absence, own_day
    from mailbot.core.standard.absence.known import absentee_of, known_in
    from mailbot.core.text import clean_text
    from mailbot.staff_mail import read_staff_mail, staff_text

    held_against, settings = load_absence_rules(rules, standard), load_config(config) if config else None
    text = clean_text(content.decode(errors="replace")) if bare else ""
    mail = staff_text(Message(digest="", text=text)) if bare else read_staff_mail(content, load_quoting(rules))
    directory = people_of(settings) if settings else None
    zone = ZoneInfo(settings.organisation.time_zone if settings else held_against.standard.time_zone)
    known = known_in(directory) if directory else None
    return judge_absence(
        mail, absentee_of(mail.message, directory, person), on or own_day(mail.message, zone), held_against, known
    )


def tell_absence(found: "AbsenceJudgement", format_: Format) -> None:
    """Print what was found, the day of return and the contact. Raises typer.Exit with 1 where something was found."""
    from mailbot.cli.standards import in_words

    judgement, back, contact = found.judgement, found.returning, found.contact
    if format_ is Format.JSON:
        told = {"findings": judgement.findings, "not_judged": judgement.not_judged}
        print_json(told | {"return_on": found.return_on, "contact": contact})
    else:
        known = {True: ", in the directory", False: ", not in the directory", None: ""}[contact.known] if contact else ""
        typer.echo("\n".join(in_words(judgement)))
        typer.echo(f"back on: {back.on.isoformat()} ({back.words})" if back else "back on: not said")
        typer.echo(f"contact: {contact.value}{known}" if contact else "contact: none")
    if judgement.findings:
        raise typer.Exit(1)
