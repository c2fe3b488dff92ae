"""``mailbot check``: would it work? Files first, then the servers."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mailbot.adapters.imap import ImapMailbox
    from mailbot.config import Config, Mailbox

CALENDAR_DAYS_AHEAD = 200


def register(app: typer.Typer) -> None:
    app.command()(check)


def check(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", envvar="MAILBOT_CONFIG", help="The configuration file.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Only files, rules and letters; no server.")] = False,
) -> None:
    """Check the configuration, rules, packs, calendars and letters, then sign-in, folders and sending.

    With --offline and no --config the shipped rules and letters are checked. Sends nothing and changes nothing.
    Exit code 0: all well; 78: something in the files is wrong; 69: a server is not ready.
    """
    from mailbot.cli.options import DEFAULT_CONFIG, load_config
    from mailbot.config import sample_config

    settings = sample_config() if offline and config is None else load_config(config or DEFAULT_CONFIG)
    failed = _report(_files(settings))
    if failed:
        raise typer.Exit(os.EX_CONFIG)
    if not offline and _report(_servers(settings)):
        raise typer.Exit(os.EX_UNAVAILABLE)


def _report(findings: Iterator[tuple[str, str | None]]) -> int:
    """Print each finding; returns how many went wrong."""
    failed = 0
    for what, trouble in findings:
        typer.echo(f"{'ok  ' if trouble is None else 'FAIL'}  {what}{': ' + trouble if trouble else ''}")
        failed += trouble is not None
    return failed


def _files(settings: "Config") -> Iterator[tuple[str, str | None]]:
    from datetime import timedelta

    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.spacy_model import SpacyPhrases
    from mailbot.app import load_policies, secret_reader, why_database_unusable
    from mailbot.config import sample_config
    from mailbot.pipeline.rule_examples import failing_examples

    policies = load_policies(settings)
    yield f"{len(policies.letters.specs)} letters, {len(policies.classes.rules)} classes, screening rules", None
    packs = {policy.pack.name: policy.pack for policy in policies.mailboxes.values()}
    phrases = SpacyPhrases(policies.classes)
    for pack in packs.values():
        failures = list(failing_examples(policies.classes, phrases, pack))
        yield f"examples of the class rules, with the thresholds of pack {pack.name}", "\n      ".join(failures) or None
        horizon = SystemClock().now().date() + timedelta(days=CALENDAR_DAYS_AHEAD)
        for calendar in pack.calendars.values():
            late = f"ends on {calendar.covers_until}; add later years" if calendar.covers_until < horizon else None
            yield f"calendar {calendar.name}", late
    if settings != sample_config():
        yield f"database {settings.storage.database}", why_database_unusable(settings)
    for mailbox in settings.mailbox:
        for protocol, server in (("imap", mailbox.imap), ("smtp", mailbox.smtp)):
            if server.password is not None:
                reader = secret_reader(f"mailbox.{mailbox.name}.{protocol}.password", server.password)
                yield f"{mailbox.name}: {protocol} password", _trouble(reader)


def _servers(settings: "Config") -> Iterator[tuple[str, str | None]]:
    for mailbox in settings.mailbox:
        yield from _imap(settings, mailbox)
        yield f"{mailbox.name}: hand in a letter at {mailbox.smtp.host}:{mailbox.smtp.port} (SMTP)", _smtp(mailbox)


def _imap(settings: "Config", mailbox: "Mailbox") -> Iterator[tuple[str, str | None]]:
    from mailbot.app import imap_mailbox
    from mailbot.errors import MailbotError

    what = f"{mailbox.name}: sign in to {mailbox.imap.host}:{mailbox.imap.port} (IMAP)"
    try:
        server = imap_mailbox(settings, mailbox)
    except MailbotError as error:
        yield what, str(error)
        return
    yield what, None
    with closing(server):
        yield from _folders(server, mailbox)


def _folders(server: "ImapMailbox", mailbox: "Mailbox") -> Iterator[tuple[str, str | None]]:
    from mailbot.config import AfterIntake

    folders = [mailbox.folders.inbox, *mailbox.folders.also]
    folders += [mailbox.folders.handled] if mailbox.after_intake is AfterIntake.MOVE else []
    for folder in folders:
        yield f"{mailbox.name}: folder {folder}", _trouble(partial(server.select, folder))
    if mailbox.after_intake is not AfterIntake.LEAVE:
        why_not = server.why_not_finish(mailbox.folders.inbox)
        yield f"{mailbox.name}: {mailbox.after_intake.value} messages once they are stored", why_not
    sent = mailbox.folders.sent or server.sent_folder()
    if sent is None:
        yield f"{mailbox.name}: Sent folder", "none was found, so staff's own answers cannot stop clocks; write folders.sent"
    else:
        yield (
            f"{mailbox.name}: Sent folder {sent}, where staff's own answers stop clocks",
            _trouble(partial(server.select, sent)),
        )


def _smtp(mailbox: "Mailbox") -> str | None:
    import asyncio

    from mailbot.app import smtp_transport
    from mailbot.core.letter import Envelope

    envelope = Envelope(reverse_path=mailbox.address, recipient=mailbox.manager or mailbox.address)
    reply = asyncio.run(smtp_transport(mailbox).rehearse(envelope))
    return None if reply.code == 250 else f"{reply.code or ''} {reply.text}".strip()


def _trouble(work: Callable[[], object]) -> str | None:
    from mailbot.errors import MailbotError

    try:
        work()
    except MailbotError as error:
        return str(error)
    return None
