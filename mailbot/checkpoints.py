"""Named places around every durable step, where a test may cut the process off.

In production nothing is installed and ``reached`` does nothing. A test process installs a hook before the daemon
starts, and the hook kills the process at the step under test.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

STEPS = ("store", "move", "record", "claim", "dot", "reply", "settle")
"""What is promised about."""

WIRES = ("commit", "imap", "smtp")
"""Every commit of the database, every conversation with the IMAP server, every verb said to the relay."""

_hook: Callable[[str], None] | None = None


def install(hook: Callable[[str], None] | None) -> None:
    """Call ``hook`` with ``"<step>.before"`` or ``"<step>.after"`` whenever such a place is reached."""
    global _hook  # noqa: PLW0603  # one process, one hook: the whole point is that it needs no wiring
    _hook = hook


def reached(place: str) -> None:
    """Say that the process stands at ``place``."""
    if _hook is not None:
        _hook(place)


@contextmanager
def around(step: str) -> Iterator[None]:
    """Reach ``<step>.before`` now, and ``<step>.after`` if the block ends well."""
    reached(f"{step}.before")
    yield
    reached(f"{step}.after")
