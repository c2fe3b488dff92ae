"""What commands judge texts and messages by: an installation's policy or the generic pack, its rules and its classifier."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.app import Policies
    from mailbot.core.policy import MailboxPolicy
    from mailbot.pipeline.replay import Replay
    from mailbot.ports import Phrases
    from mailbot.reading import ReadingRules

NOW, RULES_ALONE = "now", "rules"


def replay_by(config: Path | None, mailbox: str | None, version: str = NOW, *, on_their_day: bool = False) -> "Replay":
    """What judges messages alone, by the policy of a mailbox or by the generic pack.

    ``version``: ``now`` is what is in use, ``rules`` its rules without the classifier; otherwise a folder of rules, which has
    its own packs and classifier, or the file of a classifier. ``on_their_day``: no message is too old for a letter. Raises
    ConfigError, PolicyError.
    """
    from functools import partial

    from mailbot.adapters.parser import why_unreadable
    from mailbot.errors import ConfigError
    from mailbot.pipeline.replay import Replay
    from mailbot.reading import read_message

    path = None if version in (NOW, RULES_ALONE) else Path(version)
    if path is not None and not path.exists():
        instead = "write now, rules, a folder of rules or the file of a classifier"
        raise ConfigError(f"--compare: there is no '{version}'; {instead}")
    policies, policy = policies_of(config, mailbox, path if path is not None and path.is_dir() else None)
    return Replay(
        parse=partial(read_message, rules=policies.reading),
        why_unreadable=why_unreadable,
        phrases=_phrases(policies.reading, version),
        flags=policies.reading.flags,
        requests=policies.reading.requests,
        screening=policies.screening,
        rules_version=policies.reading.version,
        policy=policy,
        own_addresses=policy.own_addresses if config else frozenset(),
        answerable_addresses=policy.answerable_addresses if config else frozenset(),
        by_age=config is not None and not on_their_day,
    )


def _phrases(reading: "ReadingRules", version: str) -> "Phrases":
    from dataclasses import replace

    from mailbot.cli.options import tell
    from mailbot.reading import judge_with, whole_judge

    if version == RULES_ALONE:
        return whole_judge(replace(reading, learning=None), tell)
    return judge_with(reading, Path(version)) if version != NOW and Path(version).is_file() else whole_judge(reading, tell)


def policies_of(config: Path | None, mailbox: str | None, rules: Path | None = None) -> "tuple[Policies, MailboxPolicy]":
    """All that was decided about, and the policy of a mailbox, the first by default; without a configuration the generic pack.

    ``rules``: another folder of rules than the configuration's. Raises ConfigError, PolicyError.
    """
    from dataclasses import replace

    from mailbot.app import load_policies
    from mailbot.cli.options import load_config
    from mailbot.config import sample_config
    from mailbot.errors import ConfigError

    if mailbox and not config:
        raise ConfigError("--mailbox names a mailbox of a configuration: give --config too")
    settings = load_config(config) if config else sample_config()
    if rules is not None:
        settings = replace(settings, paths=replace(settings.paths, rules=rules))
    policies = load_policies(settings)
    name = mailbox or settings.mailbox[0].name
    if name not in policies.mailboxes:
        raise ConfigError(f"there is no mailbox '{name}'; known: {', '.join(policies.mailboxes)}")
    return policies, policies.mailboxes[name]
