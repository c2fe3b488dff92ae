"""A probe: does a message that staff send as the mailbox leave a copy where mailbot looks? Sends nothing itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mailbot.ports import MailFolder

LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentProbe:
    """Looks for one word in the subjects of messages that are new in these folders. ``subject_of`` reads a message's bytes."""

    server: MailFolder
    folders: tuple[str, ...]
    word: str
    subject_of: Callable[[bytes], str]
    _known: dict[str, int] = field(default_factory=dict, repr=False)

    def begin(self) -> None:
        """What lies there now is not meant. Raises PermanentError for a folder that is not there."""
        for folder in self.folders:
            self._known[folder] = self.server.select(folder).uidnext - 1

    def wait(self, seconds: float, pause: Callable[[float], object]) -> str | None:
        """The folder in which the copy arrives within so many seconds, or None. ``pause`` waits between two looks."""
        until = time.monotonic() + seconds
        while True:
            found = next((folder for folder in self.folders if self._is_in(folder)), None)
            left = until - time.monotonic()
            if found or left <= 0:
                return found
            pause(min(LOOK_SECONDS, left))

    def _is_in(self, folder: str) -> bool:
        self.server.select(folder)
        new = self.server.uids_after(self._known[folder])
        subjects = [self.subject_of(one.content) for batch in self.server.fetch(new) for one in batch]
        self._known[folder] = max(new, default=self._known[folder])
        return any(self.word in subject for subject in subjects)
