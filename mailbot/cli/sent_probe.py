"""``mailbot check --probe-sent``: the proof that copies of staff's own answers arrive where mailbot looks."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mailbot.adapters.imap import ImapMailbox
    from mailbot.app import SignIns
    from mailbot.config import Config, Mailbox

WITHOUT_SENT = (
    "staff's own answers cannot stop clocks by themselves: each needs a copy to the mailbox, or 'mailbot case note' or"
    " 'mailbot case done'"
)
_OWN_SENT = (
    "Exchange files what a delegate sends in the delegate's own Sent Items by default, where mailbot cannot see it;"
    " in Exchange Online PowerShell, once:\n"
    "      Set-Mailbox -Identity {address} -MessageCopyForSentAsEnabled $true\n"
    "      Set-Mailbox -Identity {address} -MessageCopyForSendOnBehalfEnabled $true"
)


def copies_advice(mailbox: "Mailbox") -> str | None:
    """What an admin of Microsoft 365 must set so that copies of staff's answers arrive; None for other servers."""
    from mailbot.adapters.oauth import is_microsoft

    microsoft = is_microsoft(mailbox.imap.host) or (mailbox.imap.oauth and mailbox.imap.oauth.provider == "microsoft")
    return _OWN_SENT.format(address=mailbox.address) if microsoft else None


def probe_sent(settings: "Config", name: str, seconds: int, sign_ins: "SignIns") -> str | None:
    """Ask for a message with a probe word and wait for its copy. Says what is wrong, or None when the copy came.

    Raises TransientError, PermanentError when the mailbox cannot be looked into, ConfigError for an unknown one.
    """
    from mailbot.app import imap_mailbox
    from mailbot.errors import ConfigError

    mailbox = next((each for each in settings.mailbox if each.name == name), None)
    if mailbox is None:
        known = ", ".join(each.name for each in settings.mailbox)
        raise ConfigError(f"there is no mailbox '{name}'; known: {known}")
    with closing(imap_mailbox(settings, mailbox, sign_ins)) as server:
        sent = mailbox.folders.sent or server.sent_folder()
        folders = (*((sent,) if sent else ()), mailbox.folders.inbox, *mailbox.folders.also)
        found = _wait(server, mailbox, folders, seconds)
    if found is not None and found == sent:
        typer.echo(f"ok    {name}: the copy lies in {found}: staff's own answers stop clocks")
        return None
    if found is not None:
        typer.echo(f"ok    {name}: the copy lies in {found}: answers that are copied to the mailbox stop clocks")
        return None
    return "\n      ".join(_not_found(mailbox, folders, seconds, has_sent=sent is not None))


def _wait(server: "ImapMailbox", mailbox: "Mailbox", folders: tuple[str, ...], seconds: int) -> str | None:
    from threading import Event

    from mailbot.adapters.parser import parse
    from mailbot.pipeline.sent_probe import SentProbe

    word = f"probe-{secrets.token_hex(4)}"
    probe = SentProbe(server=server, folders=folders, word=word, subject_of=lambda content: parse(content).subject)
    probe.begin()
    typer.echo(f"Send a message from your own mail program, as {mailbox.address}, to an address of your own.")
    typer.echo(f"Its subject: mailbot {word}")
    typer.echo(f"Looking for its copy in {', '.join(folders)} for {seconds} seconds ...")
    return probe.wait(seconds, Event().wait)


def _not_found(mailbox: "Mailbox", folders: tuple[str, ...], seconds: int, *, has_sent: bool) -> Iterator[str]:
    yield f"no copy came within {seconds} seconds into {', '.join(folders)}; {WITHOUT_SENT}"
    if not has_sent:
        yield "no Sent folder is watched: none was found on the server; write folders.sent"
    if advice := copies_advice(mailbox):
        yield advice
