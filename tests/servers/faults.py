"""What an SMTP server of a test does wrong, and when: faults wait in a queue until a command meets them."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from tests.servers.letters import Accepted

Place = Literal["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT"]
How = Literal["refuse", "stall", "drop", "accept_then_drop", "accept_then_stall", "accept_then_call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong once. See ``SmtpServer.fail`` for the words."""

    at: Place
    how: How
    reply: str
    recipient: str | None = None
    call: Callable[[Accepted], object] | None = None

    def __post_init__(self) -> None:
        if self.accepts and self.at != "DOT":
            raise ValueError(f"a letter is accepted at the dot, not at {self.at}")
        if (self.how == "accept_then_call") != (self.call is not None):
            raise ValueError("accept_then_call, and nothing else, takes a call")
        if self.recipient is not None and self.at != "RCPT":
            raise ValueError(f"one recipient is refused at RCPT, not at {self.at}")

    @property
    def accepts(self) -> bool:
        """Whether the letter counts as accepted when this happens."""
        return self.how.startswith("accept_then_")

    def meets(self, place: Place, argument: str) -> bool:
        """Whether a command is the one this fault waits for. ``argument`` is what follows the command's name."""
        return self.at == place and (self.recipient is None or f"<{self.recipient}>".lower() in argument.lower())


class Faults:
    """The faults still to come. A test adds to them from its own thread."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault, times: int) -> None:
        """Let a fault happen to the next ``times`` commands that meet it."""
        with self._lock:
            self._waiting.extend([fault] * times)

    def take(self, place: Place, argument: str = "") -> Fault | None:
        """The first fault that a command meets, which is thereby used up."""
        with self._lock:
            fault = next((waiting for waiting in self._waiting if waiting.meets(place, argument)), None)
            if fault is not None:
                self._waiting.remove(fault)
            return fault

    def clear(self) -> None:
        """Forget every fault that no command has met yet."""
        with self._lock:
            self._waiting.clear()
