"""What speaks against answering a message by itself: the rules of rules/screening, as values."""

from dataclasses import dataclass, field
from typing import Literal

from mailbot.core.evidence import BuildHint, PhraseIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRule:
    """A header field that says what a message is, or a reason not to answer it, with the standard it follows.

    ``token`` compares the first token only (comments and parameters are allowed behind it, RFC 3834 section 5);
    ``contains`` and ``starts_with`` compare the whole value; a value with a word of ``lacks`` does not count. ``silence``
    adds a reason for silence and leaves the verdict alone. With a ``weight`` it is evidence and decides nothing by itself.
    """

    id: str
    header: str
    source: str
    verdict: Literal["auto_reply", "bounce", "list", "other_automatic", "spam", "silence"]
    present: bool = False
    token_in: tuple[str, ...] = ()
    token_not_in: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    weight: float | None = None
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRule:
    """Local parts of sender addresses that are machines: whole, as a beginning, or as an end; or a label of their domain.

    With a ``weight`` it is evidence and decides nothing by itself.
    """

    id: str
    source: str
    verdict: Literal["auto_reply", "bounce", "list", "other_automatic", "spam"]
    local_part: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    domain_label: tuple[str, ...] = ()
    weight: float | None = None
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """Weak evidence and what its sum means: from ``silent_from`` no letter goes, from ``automatic_from`` it is the verdict."""

    silent_from: float
    automatic_from: float
    headers: tuple[HeaderRule, ...] = ()
    senders: tuple[SenderRule, ...] = ()
    build: tuple[BuildHint, ...] = ()
    phrases: PhraseIndex = field(default_factory=PhraseIndex, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningExample:
    """A text of a rule file, and what must come of it: a verdict, ``silent`` (a case and no letter) or ``human``."""

    file: str
    subject: str
    text: str
    comes_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRules:
    """Every screening rule in its order, and the version (digest) of the files they came from."""

    version: str
    headers: tuple[HeaderRule, ...]
    senders: tuple[SenderRule, ...]
    scoring: Scoring
    shared_domains: frozenset[str] = frozenset()
    examples: tuple[ScreeningExample, ...] = field(default=(), repr=False)
