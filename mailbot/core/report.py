"""A report about a delivery (RFC 3464, or a text that says the same), and what it comes to for one letter."""

from dataclasses import dataclass
from enum import StrEnum


class ReportedAction(StrEnum):
    """What was done for a recipient (RFC 3464 section 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRecipient:
    """What a report says of one recipient.

    ``addresses``: final and original recipient, lower case. ``status``: an RFC 3463 code such as ``5.1.1``, or empty.
    ``diagnostic``: the server's own words on one line, or empty.
    """

    addresses: frozenset[str]
    action: ReportedAction
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report, recipient by recipient. ``words``: what it says before what it returns, on one line, in lower case.

    ``status``: the code among those words, or empty. ``named``: the addresses among them, where the report has no known
    form and so no recipients. ``returned_ids``: the ids that the returned message bears, without angle brackets.
    """

    recipients: tuple[ReportedRecipient, ...] = ()
    named: frozenset[str] = frozenset()
    words: str = ""
    status: str = ""
    returned_ids: tuple[str, ...] = ()


class Failure(StrEnum):
    """Why a letter did not arrive. Only the first says that nothing will ever arrive there."""

    NO_SUCH_ADDRESS = "no_such_address"
    MAILBOX_FULL = "mailbox_full"
    REFUSED = "refused"
    TEMPORARY = "temporary"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a letter. ``failure`` is set if it failed; ``detail``: code and words of the server, no addresses.

    ``elsewhere``: it failed at another address, to which the recipient's server had passed it on.
    """

    action: ReportedAction
    failure: Failure | None = None
    detail: str = ""
    elsewhere: bool = False

    @property
    def is_dead_address(self) -> bool:
        return self.failure is Failure.NO_SUCH_ADDRESS and not self.elsewhere
