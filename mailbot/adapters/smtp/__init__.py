"""The relay's side of a mailbox: handing letters in."""

from mailbot.adapters.smtp.transport import SmtpAccount, SmtpTransport

__all__ = ["SmtpAccount", "SmtpTransport"]
