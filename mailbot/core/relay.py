"""Trusted senders: our web form, scanner, voicemail or fax gateway writes, and a person stands behind it.

Such a message looks like a robot's: it comes from an address of ours or one that nobody reads, and the person stands in
Reply-To or in the text. It is believed only if our own border says that it is genuine (RFC 8601), or if it was handed in
from a network of ours; then the person is the customer, and is answered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_address

from mailbot.core.case import Channel
from mailbot.core.message import Address, Message, Span

_COMMENT = re.compile(r"\([^()]*\)")
_PROPERTY = re.compile(
    r"(dkim|spf|dmarc|header\.d|header\.i|header\.from|smtp\.mailfrom|smtp\.from)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE
)
_HANDED_IN = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]+)\]")
_ADDRESS = re.compile(r"[^\s<>,;:()\"\[\]]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
_ANGLED = re.compile(r"<([^<>]*@[^<>]*)>")
_LINE = r"^[ \t>*]*{label}[ \t]*[:\uff1a][ \t]*(.*)$"
HEADER, LINE = "header:", "line:"
UNNAMED = "(no id)"
"""In place of our border's id: it writes none. No id looks so (RFC 8601 section 2.5: a value of RFC 2045)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A trusted sender, and where it writes what. A place is ``header:Name`` or ``line:Label``; empty: nowhere.

    ``networks``: it hands in from one of these. ``authenticated``: our border found DMARC to pass, or DKIM or SPF for the
    domain of its address. ``person_text``: the line after which the person's own words begin.
    """

    name: str
    address: str
    channel: Channel
    authenticated: bool = False
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    person_address: str = ""
    person_name: str = ""
    person_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """A message with the person as its author, who relayed it, and where in the text the person's words stand."""

    message: Message
    relay: Relay
    own: Span

    def holds(self, span: Span) -> bool:
        """Whether a span of the full text lies in the subject or in the person's words: labels of a form say nothing."""
        body_at = len(self.message.subject) + 2
        return span.end <= body_at or (body_at + self.own.start <= span.start and span.end <= body_at + self.own.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What our border found out about the sender. ``dmarc`` is its result in lower case, empty where it said nothing.

    ``author``: the domain that it took for the author's, where it says so.
    """

    dmarc: str = ""
    passed: frozenset[str] = field(default_factory=frozenset)
    author: str = ""

    def proves(self, domain: str) -> bool:
        """Whether the author's domain is genuine: by DMARC, or by a DKIM signature or SPF of it or of one above it."""
        if self.author not in ("", domain):
            return False
        return self.dmarc == "pass" or any(domain == one or domain.endswith(f".{one}") for one in self.passed)


def authentication(message: Message, authserv_id: str) -> Authentication:
    """The first Authentication-Results field that bears our border's id (RFC 8601 section 5); any other may be forged.

    With ``UNNAMED`` the one field that there is, if it begins with a result and not with an id, as Exchange Online writes it.
    """
    fields = [_without_comments(value) for value in message.header_values("authentication-results")] if authserv_id else []
    if authserv_id == UNNAMED:
        return _read(fields[0]) if len(fields) == 1 and "=" in fields[0].partition(";")[0] else Authentication()
    for plain in fields:
        server, _, results = plain.partition(";")
        if server.split()[:1] and server.split()[0].lower() == authserv_id.lower():
            return _read(results)
    return Authentication()


def _without_comments(value: str) -> str:
    for _ in range(3):  # comments may stand in comments
        value = _COMMENT.sub(" ", value)
    return value


def _read(results: str) -> Authentication:
    dmarc, passed, author = "", set[str](), ""
    for result in results.split(";"):
        found = {key.lower(): value.lower() for key, value in reversed(_PROPERTY.findall(result))}
        dmarc = dmarc or found.get("dmarc", "")
        author = author or found.get("header.from", "").rpartition("@")[2]
        domain = found.get("header.d") or found.get("header.i") or found.get("smtp.mailfrom") or found.get("smtp.from") or ""
        if "pass" in (found.get("dkim"), found.get("spf")):
            passed.add(domain.rpartition("@")[2])
    return Authentication(dmarc=dmarc, passed=frozenset(passed - {""}), author=author)


def is_proven(message: Message, authserv_id: str) -> bool:
    """Whether our border vouches for the author, and nobody can be in doubt who that is (RFC 7489 section 6.6.1)."""
    return _is_clear(message) and authentication(message, authserv_id).proves(message.sender.rpartition("@")[2])


def is_internal(message: Message, marks: Sequence[tuple[str, str]], authserv_id: str) -> bool:
    """Whether our own server marks the message as one from within, for which no border writes a result.

    ``marks``: names of fields and their values, in lower case; all must be there, each once; ``*`` before a value stands for
    anything. They prove as much as the server that takes such fields off all mail from outside.
    """
    refused = authentication(message, authserv_id).dmarc not in ("", "pass", "none")
    return bool(marks) and _is_clear(message) and not refused and all(_bears(message, name, value) for name, value in marks)


def _bears(message: Message, name: str, value: str) -> bool:
    found = [one.strip().lower() for one in message.header_values(name)]
    return len(found) == 1 and (found[0].endswith(value[1:]) if value.startswith("*") else found[0] == value)


def _is_clear(message: Message) -> bool:
    unclear = {"repeated-field: from", "unclear-addresses: from"} & {*message.defects}
    return bool(message.sender.rpartition("@")[2]) and not unclear


def relayed(message: Message, relays: Sequence[Relay], authserv_id: str, *, vouched: bool = False) -> Relayed | None:
    """The message as the person wrote it through a trusted sender; None where none sent it.

    ``vouched``: a person has looked at it, and says that it is genuine.
    """
    for relay in relays:
        if message.sender == relay.address and (vouched or _is_genuine(message, relay, authserv_id)):
            return _unwrapped(message, relay)
    return None


def named_by(message: Message, relays: Sequence[Relay]) -> str:
    """The name of the trusted sender whose address a message bears, genuine or not; empty: it bears none's."""
    return next((relay.name for relay in relays if message.sender == relay.address), "")


def _is_genuine(message: Message, relay: Relay, authserv_id: str) -> bool:
    if relay.authenticated and not authentication(message, authserv_id).proves(relay.address.rpartition("@")[2]):
        return False
    return not relay.networks or _handed_in_from(message, relay.networks)


def _handed_in_from(message: Message, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Whether the top Received field, our own server's, names an address of these networks."""
    for value in message.header_values("received")[:1]:
        for text in _HANDED_IN.findall(value)[:1]:
            try:
                address = ip_address(text)
            except ValueError:
                return False
            return any(address in network for network in networks)
    return False


def _unwrapped(message: Message, relay: Relay) -> Relayed:
    address = _ADDRESS.search(_without_name(_found(message, relay.person_address)))
    name = _found(message, relay.person_name).strip()[:200]
    person = Address(address=_lowered(address[0]), name=name) if address else None
    customer = replace(message, from_=person, reply_to=())
    return Relayed(message=customer, relay=relay, own=_own(message, relay))


def _without_name(said: str) -> str:
    """What stands last between angle brackets, if anything does: the name before them may show another address."""
    return next(reversed(_ANGLED.findall(said)), said)


def _lowered(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _found(message: Message, place: str) -> str:
    """What stands at a place, or an empty string."""
    if place.startswith(HEADER):
        name = place.removeprefix(HEADER).lower()
        return message.header(name) or ""
    if place.startswith(LINE):
        line = _line(place.removeprefix(LINE)).search(message.text)
        return line[1] if line else ""
    return ""


def _own(message: Message, relay: Relay) -> Span:
    """The person's words: from behind their label to the next line with a label of this sender, or to the end."""
    whole = Span(0, len(message.text))
    if not relay.person_text.startswith(LINE):
        return whole
    begins = _line(relay.person_text.removeprefix(LINE)).search(message.text)
    if begins is None:
        return whole
    labels = [place.removeprefix(LINE) for place in (relay.person_address, relay.person_name) if place.startswith(LINE)]
    ends = [found.start() for label in labels if (found := _line(label).search(message.text, begins.end()))]
    return Span(begins.start(1), min(ends, default=len(message.text)))


def _line(label: str) -> re.Pattern[str]:
    return re.compile(_LINE.format(label=re.escape(label)), re.MULTILINE | re.IGNORECASE)
