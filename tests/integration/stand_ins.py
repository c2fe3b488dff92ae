"""What stands in for the outside in a year that takes seconds: the clock, the reading of messages, the webhook."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailbot.ports import Alarm, ReadMessage


@dataclass
class Hands:
    """A clock whose hands are moved by hand."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Ready:
    """Reads what was prepared for each content."""

    prepared: dict[bytes, ReadMessage] = field(default_factory=dict)

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:
        return [self.prepared[content] for content in contents]

    def close(self) -> None:
        """Nothing is held."""


class NoWebhook:
    """Nobody is called."""

    def call(self, url: str, alarm: Alarm) -> bool:
        return True
