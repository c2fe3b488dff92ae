"""When a message came, how old it is, and whether it is new mail, history, or something staff sent."""

from dataclasses import replace
from datetime import datetime

from mailbot.core.clock import doubt_receipt
from mailbot.core.message import Located, Message, Origin
from mailbot.core.policy import MailboxPolicy
from mailbot.pipeline.gather import DAY


def identity(located: Located, message: Message) -> Message:
    """A copy in Sent is a message of its own: the same text may also have come in by a copy to the mailbox."""
    return replace(message, digest=f"sent:{message.digest}") if located.folder_role == "sent" else message


def received_at_of(located: Located, now: datetime) -> datetime:
    """The server's date of arrival, within bounds: never in the future, and no wild date from a broken server."""
    return now if doubt_receipt(located.received_at, now) else min(located.received_at, now)


def born_at_of(located: Located, message: Message, received_at: datetime) -> datetime:
    """How old a message is. A renumbered folder may have got new dates of arrival: there the sender's date counts too."""
    return min(received_at, message.sent_at) if located.reindexed and message.sent_at is not None else received_at


def origin_of(located: Located, born_at: datetime, started_at: datetime, policy: MailboxPolicy) -> Origin:
    """Mail from before the start is history. A server's clock may lag, so new arrivals have a day's grace."""
    if located.folder_role == "sent":
        return Origin.SENT
    start_at = policy.start_at or started_at
    is_old = born_at < (start_at if located.reindexed else start_at - DAY)
    return Origin.HISTORY if is_old else Origin.MAILBOX
