"""Catching up after a start: what lies in the mailboxes is known before anybody is told that a date nears.

After an outage the answer that a clock waits for may lie in Sent, or the customer's in the inbox. Until every mailbox has
been looked at since the start, and all that was there is decided about, no deadline is acted on and no morning digest goes;
a mailbox that cannot be read holds the others up for two minutes and no longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.ports import Clock, Store, Transaction

PATIENCE = timedelta(minutes=2)


@dataclass(slots=True, kw_only=True)
class CatchingUp:
    """``since``: the start. Once caught up, always caught up."""

    store: Store
    clock: Clock
    mailboxes: Sequence[str]
    since: datetime
    _done: bool = False

    def done(self) -> bool:
        """Whether deadlines may be acted on, and managers told how things stand."""
        if not self._done:
            waited = self.clock.now() - self.since
            self._done = waited < timedelta(0) or waited > PATIENCE or self._is_known()
        return self._done

    def _is_known(self) -> bool:
        with self.store.view() as transaction:
            known = all(self._has_been_read(transaction, name) for name in self.mailboxes)
            return known and not transaction.messages.waiting(1, 1)

    def _has_been_read(self, transaction: Transaction, name: str) -> bool:
        fresh_at = transaction.mailboxes.get(name).fresh_at
        sent_until = transaction.mailboxes.sent_known_until(name)
        return fresh_at is not None and fresh_at >= self.since and (sent_until is None or sent_until >= self.since)
