"""The mail server's side of a mailbox: what has come, and what is done with it there."""

from mailbot.adapters.imap.connection import ImapAccount
from mailbot.adapters.imap.mailbox import Finishing, ImapMailbox

__all__ = ["Finishing", "ImapAccount", "ImapMailbox"]
