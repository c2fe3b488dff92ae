"""The door for staff commands from the command line."""

from pathlib import Path
from typing import TYPE_CHECKING

from mailbot.cli.options import load_config

if TYPE_CHECKING:
    from mailbot.pipeline.case_commands import CaseCommands
    from mailbot.pipeline.commands import Commands
    from mailbot.pipeline.contacts import Contacts
    from mailbot.pipeline.draft_commands import DraftCommands
    from mailbot.pipeline.letter_commands import LetterCommands
    from mailbot.pipeline.letter_trial import LetterTrials


def staff_commands(config: Path) -> "Commands":
    """Commands of whoever is signed in to this machine, on the configured database."""
    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.login import signed_in
    from mailbot.app import database_of, open_store
    from mailbot.pipeline.commands import Commands

    clock, settings = SystemClock(), load_config(config)
    store, _ = open_store(settings, database_of(settings, create=False), clock.now())
    return Commands(store=store, clock=clock, actor=signed_in())


def case_commands(config: Path) -> "CaseCommands":
    """Commands about cases, of whoever is signed in to this machine, by the configured policies."""
    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.login import signed_in
    from mailbot.app import database_of, load_policies, open_store
    from mailbot.pipeline.case_commands import CaseCommands

    clock, settings = SystemClock(), load_config(config)
    store, tag_secret = open_store(settings, database_of(settings, create=False), clock.now())
    policies = load_policies(settings, tag_secret)
    return CaseCommands(
        store=store,
        letters=policies.letters,
        policies=policies.mailboxes,
        clock=clock,
        actor=signed_in(),
        originals=policies.originals,
        names=policies.names,
    )


def contacts(config: Path, mailbox: str | None) -> "Contacts":
    """Contacts that whoever is signed in to this machine enters, for a mailbox. Raises ConfigError for an unknown one."""
    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.login import signed_in
    from mailbot.app import database_of, load_policies, open_store
    from mailbot.cli.options import one_mailbox, tell
    from mailbot.pipeline.contacts import Contacts
    from mailbot.reading import whole_judge

    clock, settings = SystemClock(), load_config(config)
    name = one_mailbox(settings, mailbox)
    store, tag_secret = open_store(settings, database_of(settings, create=False), clock.now())
    policies = load_policies(settings, tag_secret)
    return Contacts(
        store=store,
        letters=policies.letters,
        policy=policies.mailboxes[name],
        originals=policies.originals,
        phrases=whole_judge(policies.reading, tell),
        flags=policies.reading.flags,
        requests=policies.reading.requests,
        rules_version=policies.reading.version,
        shared_domains=policies.screening.shared_domains,
        clock=clock,
        actor=signed_in(),
        names=policies.names,
    )


def letter_commands(config: Path) -> "LetterCommands":
    """Commands about letters, of whoever is signed in to this machine, by the configured policies."""
    from mailbot.adapters.clock import SystemClock
    from mailbot.adapters.login import signed_in
    from mailbot.adapters.rule_files import load_wording
    from mailbot.app import database_of, load_policies, open_store
    from mailbot.pipeline.letter_commands import LetterCommands

    clock, settings = SystemClock(), load_config(config)
    store, tag_secret = open_store(settings, database_of(settings, create=False), clock.now())
    policies = load_policies(settings, tag_secret)
    return LetterCommands(
        store=store,
        letters=policies.letters,
        policies=policies.mailboxes,
        clock=clock,
        actor=signed_in(),
        wording=load_wording(settings.paths.rules_folder),
    )


def letter_trials(commands: "LetterCommands") -> "LetterTrials":
    """Trials of letters on the database of these commands, under the same name."""
    from mailbot.pipeline.letter_trial import LetterTrials

    return LetterTrials(
        store=commands.store,
        letters=commands.letters,
        policies=commands.policies,
        clock=commands.clock,
        actor=commands.actor,
    )


def draft_commands(config: Path) -> "DraftCommands":
    """Commands about letters that staff write, of whoever is signed in to this machine."""
    from mailbot.pipeline.draft_commands import DraftCommands

    found = letter_commands(config)
    return DraftCommands(
        store=found.store,
        letters=found.letters,
        policies=found.policies,
        clock=found.clock,
        actor=found.actor,
        wording=found.wording,
    )
