"""mailbot watches group service mailboxes: every message becomes a case and is answered by its date."""

__version__ = "0.1.0"
