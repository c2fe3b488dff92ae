"""``mailbot check``: would it work? Files first, then the servers."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

    from mailbot.adapters.imap import ImapMailbox
    from mailbot.adapters.oauth import Claims
    from mailbot.adapters.rule_files import Remark
    from mailbot.app import Protocol, SignIns
    from mailbot.config import Config, Mailbox, Server


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what is wrong with it, if anything. A warning fails nothing."""

    what: str
    trouble: str | None = None
    warning: str | None = None


def register(app: typer.Typer) -> None:
    app.command()(check)


def check(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", envvar="MAILBOT_CONFIG", help="The configuration file.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Only files, rules and letters; no server.")] = False,
    probe: Annotated[
        str | None,
        typer.Option("--probe-sent", metavar="MAILBOX", help="Only wait for the copy of a message that you send as a mailbox."),
    ] = None,
    seconds: Annotated[int, typer.Option(min=1, help="How long --probe-sent waits.")] = 120,
) -> None:
    """Check the configuration, rules, packs, calendars and letters, then sign-in, folders and sending.

    With --offline and no --config the shipped rules and letters are checked. Sends nothing and changes nothing.
    With --probe-sent MAILBOX it proves that copies of staff's answers arrive: it asks you for a message and looks for it.
    Exit code 0: all well; 78: something in the files is wrong; 69: a server is not ready.
    """
    from mailbot.adapters.clock import SystemClock
    from mailbot.app import SignIns
    from mailbot.cli.options import DEFAULT_CONFIG, load_config
    from mailbot.config import sample_config

    settings = sample_config() if offline and config is None else load_config(config or DEFAULT_CONFIG)
    sign_ins = SignIns(SystemClock())
    if probe is not None:
        _probe(settings, probe, seconds, sign_ins)
        return
    failed = report(_files(settings, sign_ins))
    if failed:
        raise typer.Exit(os.EX_CONFIG)
    if not offline and report(_servers(settings, sign_ins)):
        raise typer.Exit(os.EX_UNAVAILABLE)


def _probe(settings: "Config", name: str, seconds: int, sign_ins: "SignIns") -> None:
    from mailbot.cli.sent_probe import probe_sent

    if trouble := probe_sent(settings, name, seconds, sign_ins):
        report([Finding(f"{name}: copies of staff's answers", trouble)])
        raise typer.Exit(os.EX_UNAVAILABLE)


def report(findings: Iterable[Finding]) -> int:
    """Print each finding; returns how many went wrong."""
    failed = 0
    for finding in findings:
        mark = "FAIL" if finding.trouble else "warn" if finding.warning else "ok  "
        typer.echo(": ".join(filter(None, (f"{mark}  {finding.what}", finding.trouble or finding.warning))))
        failed += finding.trouble is not None
    return failed


def _files(settings: "Config", sign_ins: "SignIns") -> Iterator[Finding]:
    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.rule_files import check_pack
    from mailbot.adapters.rule_files.corpus import corpus_troubles, load_corpus
    from mailbot.app import PROTOCOLS, load_policies, why_database_unusable
    from mailbot.cli.letter_check import letters_findings, wording_finding
    from mailbot.config import sample_config
    from mailbot.pipeline.rule_examples import failing_examples, failing_flag_examples, failing_screening_examples
    from mailbot.reading import spacy_reader

    policies, today = load_policies(settings), SystemClock().now().date()
    corpus = load_corpus(settings.paths.rules_folder, {rule.class_ for rule in policies.reading.classes.rules})
    yield Finding(f"{len(policies.letters.specs)} letters, {len(policies.reading.classes.rules)} classes, screening rules")
    wrong = "\n      ".join(failing_screening_examples(policies.screening)) or None
    yield Finding(f"{len(policies.screening.examples)} examples of the screening rules, by their words alone", wrong)
    yield wording_finding(settings.paths.rules_folder)
    yield _standards(settings.paths.rules_folder)
    yield from letters_findings(settings.paths, policies.letters)
    packs = {policy.pack.name: policy.pack for policy in policies.mailboxes.values()}
    phrases = spacy_reader(replace(policies.reading, learning=None))  # examples are of the rules alone
    wrong = "\n      ".join(failing_flag_examples(policies.reading.flags, phrases)) or None
    yield Finding(f"examples of {len(policies.reading.flags.names)} flags", wrong)
    for pack in packs.values():
        failures = list(failing_examples(policies.reading.classes, phrases, pack))
        wrong = "\n      ".join(failures) or None
        yield Finding(f"examples of the class rules, with the thresholds of pack {pack.name}", wrong)
        remarks = check_pack(settings.paths.rules_folder, pack.name, policies.letters.specs, today, settings.organisation.name)
        yield from pack_findings(pack.name, remarks)
    wrong = "\n      ".join(corpus_troubles(corpus)) or None
    yield Finding(f"{len(corpus.examples)} examples that the classifier learns from", wrong)
    if settings != sample_config():
        yield border_finding(settings)
        yield from internal_findings(settings)
        yield Finding(f"database {settings.storage.database}", why_database_unusable(settings))
    for mailbox in settings.mailbox:
        for protocol in PROTOCOLS:
            if _server(mailbox, protocol).user is not None:
                yield from _secrets(mailbox, protocol, sign_ins, today)


def _standards(rules: Path) -> Finding:
    """Whether what is asked of the messages of staff can be used."""
    from mailbot.adapters.rule_files import load_absence_words, load_signature_words, load_standard, standard_names

    names = standard_names(rules)
    for name in names:
        load_standard(rules, name)
    load_signature_words(rules)
    load_absence_words(rules)
    return Finding(f"{len(names)} standards for what staff write")


def pack_findings(name: str, remarks: "Iterable[Remark]") -> Iterator[Finding]:
    """What was remarked about a pack; one finding that says it is in order if nothing was."""
    found = [Finding(f"pack {name}", *((None, each.text) if each.warning else (each.text, None))) for each in remarks]
    yield from found or [Finding(f"pack {name}: its clauses, letters, clocks and calendars")]


def border_finding(settings: "Config") -> Finding:
    """Whether forged senders are found: without our border's id nobody's word on them is believed."""
    name = settings.border.authserv_id
    if settings.border.unnamed_results:
        warning = (
            "the one Authentication-Results field without a name is believed; make sure that your own server writes it and"
            " takes every other off mail from outside, as Exchange Online does for the mailboxes that lie there"
        )
        return Finding("border", warning=warning)
    if name:
        return Finding(f"border {name}, whose word on forged senders is believed")
    warning = (
        "whoever writes in the name of a colleague or of a customer is believed; write [border] authserv_id ="
        ' "mx.harbour.example", or whatever word your own server puts first into Authentication-Results'
    )
    return Finding("border", warning=warning)


def internal_findings(settings: "Config") -> Iterator[Finding]:
    """What a mailbox believes of mail from within: nobody but its own server can keep outsiders from writing that."""
    for mailbox in settings.mailbox:
        if mailbox.internal_marks:
            fields = " and ".join(mailbox.internal_marks)
            warning = (
                f"mail with {fields} counts as your own people's; make sure that your server takes them off mail from outside"
            )
            yield Finding(f"{mailbox.name}: internal_marks", warning=warning)


def _secrets(mailbox: "Mailbox", protocol: "Protocol", sign_ins: "SignIns", today: "date") -> Iterator[Finding]:
    """Whether a server's secrets are in place, and for how long."""
    from mailbot.adapters.oauth import expiry_warning, password_warning

    oauth = _server(mailbox, protocol).oauth
    what = f"{mailbox.name}: {protocol}"
    yield Finding(f"{what} {'oauth' if oauth else 'password'}", _trouble(partial(sign_ins.ready, mailbox, protocol)))
    if oauth and (warning := expiry_warning(oauth.secret_expires_on, today)):
        yield Finding(f"{what} {'secret' if oauth.secret else 'certificate'}", warning=warning)
    if not oauth and (warning := password_warning(protocol, _server(mailbox, protocol).host)):
        yield Finding(f"{what} password", warning=warning)


def _servers(settings: "Config", sign_ins: "SignIns") -> Iterator[Finding]:
    for mailbox in settings.mailbox:
        yield from _imap(settings, mailbox, sign_ins)
        yield from _smtp(mailbox, sign_ins)


def _imap(settings: "Config", mailbox: "Mailbox", sign_ins: "SignIns") -> Iterator[Finding]:
    from mailbot.app import imap_mailbox
    from mailbot.errors import MailbotError

    token = Token.of(mailbox, "imap", sign_ins)
    yield from token.findings()
    if token.trouble:
        return
    what = f"{mailbox.name}: sign in to {mailbox.imap.host}:{mailbox.imap.port} (IMAP)"
    try:
        server = imap_mailbox(settings, mailbox, sign_ins)
    except MailbotError as error:
        yield Finding(what, token.explained(str(error)))
        return
    yield Finding(what)
    with closing(server):
        for finding in _folders(server, mailbox):
            yield Finding(finding.what, token.explained(finding.trouble) if finding.trouble else None)


def _folders(server: "ImapMailbox", mailbox: "Mailbox") -> Iterator[Finding]:
    from mailbot.config import AfterIntake

    folders = [mailbox.folders.inbox, *mailbox.folders.also, *([mailbox.folders.junk] if mailbox.folders.junk else [])]
    folders += [mailbox.folders.handled] if mailbox.after_intake is AfterIntake.MOVE else []
    for folder in folders:
        yield Finding(f"{mailbox.name}: folder {folder}", _trouble(partial(server.select, folder)))
    if mailbox.after_intake is not AfterIntake.LEAVE:
        why_not = server.why_not_finish(mailbox.folders.inbox)
        yield Finding(f"{mailbox.name}: {mailbox.after_intake.value} messages once they are stored", why_not)
    yield from _sent(server, mailbox)


def _sent(server: "ImapMailbox", mailbox: "Mailbox") -> Iterator[Finding]:
    from mailbot.cli.sent_probe import WITHOUT_SENT, copies_advice

    sent = mailbox.folders.sent or server.sent_folder()
    if sent is None:
        yield Finding(f"{mailbox.name}: Sent folder", f"none was found; write folders.sent. Until then {WITHOUT_SENT}")
    else:
        what = f"{mailbox.name}: Sent folder {sent}, where staff's own answers stop clocks"
        yield Finding(what, _trouble(partial(server.select, sent)))
    if advice := copies_advice(mailbox):
        prove = f"\n      then 'mailbot check --probe-sent {mailbox.name}' proves it"
        yield Finding(f"{mailbox.name}: copies of staff's answers", warning=advice + prove)


def _smtp(mailbox: "Mailbox", sign_ins: "SignIns") -> Iterator[Finding]:
    import asyncio

    from mailbot.app import smtp_transport
    from mailbot.core.letter import Envelope

    token = Token.of(mailbox, "smtp", sign_ins)
    yield from token.findings()
    if token.trouble:
        return
    envelope = Envelope(reverse_path=mailbox.address, recipient=mailbox.manager or mailbox.address)
    reply = asyncio.run(smtp_transport(mailbox, sign_ins).rehearse(envelope))
    refused = None if reply.code == 250 else token.explained(f"{reply.code or ''} {reply.text}".strip())
    yield Finding(f"{mailbox.name}: hand in a letter at {mailbox.smtp.host}:{mailbox.smtp.port} (SMTP)", refused)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of the token for a server; of a server with a password, or with none, nothing."""

    mailbox: "Mailbox"
    protocol: "Protocol"
    claims: "Claims | None"
    trouble: str | None

    @classmethod
    def of(cls, mailbox: "Mailbox", protocol: "Protocol", sign_ins: "SignIns") -> "Token":
        """Ask for a token where the server wants one."""
        from mailbot.adapters.oauth import read_claims
        from mailbot.errors import MailbotError

        credentials = sign_ins.to(mailbox, protocol)
        if credentials is None or _server(mailbox, protocol).oauth is None:
            return cls(mailbox, protocol, None, None)
        try:
            return cls(mailbox, protocol, read_claims(credentials.sign_in().secret), None)
        except MailbotError as error:
            return cls(mailbox, protocol, None, str(error))

    def findings(self) -> Iterator[Finding]:
        """The token's claims, and never the token."""
        oauth = _server(self.mailbox, self.protocol).oauth
        if oauth is not None:
            what = f"{self.mailbox.name}: token for {self.protocol.upper()} from {oauth.provider.capitalize()}"
            yield Finding(f"{what} ({self.claims})" if self.claims else what, self.trouble)

    def explained(self, said: str) -> str:
        """The server's words, and what they most likely mean."""
        from mailbot.adapters.oauth import explain_sign_in

        server = _server(self.mailbox, self.protocol)
        provider = server.oauth.provider if server.oauth else None
        meaning = explain_sign_in(self.protocol, provider, said, self.claims, user=server.user or self.mailbox.address)
        return f"{said}\n      {meaning}" if meaning else said


def _server(mailbox: "Mailbox", protocol: "Protocol") -> "Server":
    return mailbox.imap if protocol == "imap" else mailbox.smtp


def _trouble(work: Callable[[], object]) -> str | None:
    from mailbot.errors import MailbotError

    try:
        work()
    except MailbotError as error:
        return str(error)
    return None
