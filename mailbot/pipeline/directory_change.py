"""The flow of a changed directory: what it says is kept, and what changed is announced, once."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from mailbot.core.decide import decide
from mailbot.core.directory_change import Fact, changes, facts_of
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import SentBefore
from mailbot.core.trigger import DirectoryChanged
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import unreachable_staff
from mailbot.ports import Clock, DirectoryVersion, Letters, Store, Transaction

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryChange:
    """Compares the directory of these policies with what it said when it was last looked at."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock

    def announce(self) -> tuple[str, ...]:
        """Announce what changed to the contacts; returns it, a line each. The first directory there is announces nothing."""
        policy = next(iter(self.policies.values()))
        facts = facts_of(policy.directory)
        with self.store.view() as transaction:
            if self._is_known(transaction, facts):
                return ()
        with self.store.transaction() as transaction:
            return self._changed(transaction, policy, facts)

    def _is_known(self, transaction: Transaction, facts: tuple[Fact, ...]) -> bool:
        newest = transaction.directory.newest()
        return newest.facts == facts if newest else not facts

    def _changed(self, transaction: Transaction, policy: MailboxPolicy, facts: tuple[Fact, ...]) -> tuple[str, ...]:
        if self._is_known(transaction, facts):  # another process was quicker
            return ()
        before, now = transaction.directory.newest(), self.clock.now()
        lines = changes(before.facts, facts) if before else ()
        version = DirectoryVersion(at=now, facts=facts, changes=lines)
        transaction.directory.add(version)
        if lines:
            live = transaction.mailboxes.get(policy.name).live_since is not None
            sent = SentBefore(unreachable=unreachable_staff(transaction, policy))
            trigger = DirectoryChanged(digest=f"{version.digest}:{now:%Y-%m-%dT%H:%M:%S}", changes=lines, live=live)
            record(transaction, self.letters, decide(trigger, None, None, policy, now, sent), Recording(policy=policy, now=now))
            log.info("directory_changed", changes=len(lines))
        return lines
