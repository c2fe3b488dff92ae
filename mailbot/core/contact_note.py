"""What whoever takes a matter over must know of the customer (clauses N3, F21): found in their own words, or not found.

Every finding says where it stands; nothing is guessed, for a wrong phone number is worse than none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from mailbot.core.message import Span
from mailbot.core.text import clean_line

NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRules:
    """The words, in lower case, of ``rules/phrases/contact.toml``, which says what each list is for."""

    my_name: tuple[str, ...]
    sign_off: tuple[str, ...]
    no_name: tuple[str, ...]
    phone_mine: tuple[str, ...]
    phone_theirs: tuple[str, ...]
    not_a_phone: tuple[str, ...]
    my_address: tuple[str, ...]
    not_my_address: tuple[str, ...]
    my_email: tuple[str, ...]
    empty_subjects: tuple[str, ...]
    asks: tuple[str, ...]
    asks_nothing: tuple[str, ...]
    never: tuple[str, ...]
    channel: Mapping[str, tuple[str, ...]]
    format: Mapping[str, tuple[str, ...]]
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, as it is shown, and where: spans of the message's ``full_text``; none for what its head says."""

    value: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNote:
    """The fields of N3 and no others. None, or nothing, is *not found*. ``received_at``: aware, UTC.

    ``phones``: the likeliest first. ``channel`` and ``format``: how they would like to be answered, only where they say so.
    ``asked_for``: the sentences that ask for something, in their order.
    """

    received_at: datetime
    name: Finding | None = None
    phones: tuple[Finding, ...] = ()
    email: Finding | None = None
    post: Finding | None = None
    channel: Finding | None = None
    format: Finding | None = None
    about: Finding | None = None
    asked_for: tuple[Finding, ...] = ()

    def added_to(self, earlier: "ContactNote") -> "ContactNote":
        """An earlier note with what this later one adds: what was not found before, and what is asked for besides."""
        found = {one.name: getattr(earlier, one.name) or getattr(self, one.name) for one in fields(self)}
        asked = {one.value: one for one in (*earlier.asked_for, *self.asked_for)}
        return replace(earlier, **{**found, "asked_for": tuple(asked.values())})

    @property
    def preferred(self) -> str:
        """Channel and format in words, or an empty string."""
        return ", ".join(one.value for one in (self.channel, self.format) if one)

    def lines(self, received: str) -> Iterator[tuple[str, str]]:
        """Each field by its label, in the order in which people read them; ``received``: date and time in words."""
        yield "Name", _shown(self.name)
        yield "Phone", " or ".join(one.value for one in self.phones) or NOT_FOUND
        yield "E-mail", _shown(self.email)
        yield "Post", _shown(self.post)
        yield "Would like an answer by", self.preferred or NOT_FOUND
        yield "About", _shown(self.about)
        yield "Received", received
        yield "Asked for", " ".join(one.value for one in self.asked_for) or NOT_FOUND


def told(value: str) -> Finding | None:
    """What a customer told a member of staff, on one line; None where they did not."""
    line = clean_line(value)
    return Finding(line) if line else None


def _shown(found: Finding | None) -> str:
    return found.value if found else NOT_FOUND
