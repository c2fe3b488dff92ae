"""Leases of this process, and a store that writes only while its lease is held.

Two daemons may run on one PostgreSQL. Each job of watching, deciding, sweeping and sending belongs to the holder of its
lease. A holder that was stopped for too long finds its fence passed and cannot write any more; its loops end and start
anew. What it had claimed to send is in doubt, as after a crash.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

from mailbot.errors import TransientError
from mailbot.ports import Clock, Store, Transaction

LENGTH = timedelta(seconds=20)
RENEW_SECONDS = 5


class LeaseLostError(TransientError):
    """Another process does this job now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    """The leases of the process ``holder``."""

    store: Store
    clock: Clock
    holder: str
    _fences: dict[str, int] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def hold(self, name: str) -> bool:
        """Take or renew the lease ``name``; False while another process holds it."""
        now = self.clock.now()
        with self.store.transaction() as transaction:
            fence = transaction.leases.acquire(name, self.holder, now, now + LENGTH)
        with self._lock:
            if fence is None or self._fences.get(name, fence) != fence:
                self._fences.pop(name, None)  # it was somebody else's in between: end what was done under it first
                return False
            self._fences[name] = fence
            return True

    def is_held(self, name: str) -> bool:
        """Whether the lease was ours when it was last renewed."""
        with self._lock:
            return name in self._fences

    def renew(self) -> None:
        """Renew every lease that is held."""
        with self._lock:
            names = list(self._fences)
        for name in names:
            self.hold(name)

    def release(self) -> None:
        """Give every lease back: the process ends."""
        with self._lock:
            self._fences.clear()
        with self.store.transaction() as transaction:
            transaction.leases.release(self.holder, self.clock.now())

    def fence(self, name: str) -> int:
        """The fence of a held lease. Raises LeaseLostError."""
        with self._lock:
            found = self._fences.get(name)
        if found is None:
            raise LeaseLostError(f"another process does this now: {name}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedStore:
    """A store whose every writing transaction checks the lease ``name`` first."""

    store: Store
    leases: Leases
    name: str

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Raises LeaseLostError when the lease has passed to another process."""
        fence = self.leases.fence(self.name)
        with self.store.transaction() as transaction:
            if not transaction.leases.is_held(self.name, self.leases.holder, fence):
                raise LeaseLostError(f"another process does this now: {self.name}")
            yield transaction

    def view(self) -> AbstractContextManager[Transaction]:
        return self.store.view()
