"""The errors that cross module borders. Edges translate a library's exceptions into these once."""


class MailbotError(Exception):
    """The root: its text is a sentence for the person who runs mailbot and holds no personal data."""


class TransientError(MailbotError):
    """It may work later: back off and try again. ``retry_after`` is the server's own wish in seconds, if it named one."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(MailbotError):
    """It will not work until somebody changes something."""


class ConfigError(MailbotError):
    """The configuration is wrong: names the file, the key, and what to write instead (exit 78)."""


class PolicyError(MailbotError):
    """A rule, pack, calendar or letter is wrong: names the file, the key, and what to write instead (exit 78)."""


class StorageError(TransientError):
    """The database cannot be written (disk full, locked, unreachable): intake stops and nothing is sent."""
