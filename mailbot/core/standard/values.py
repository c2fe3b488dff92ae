"""Values: a standard, what was found, and what could not be judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailbot.core.standard.absence.values import AbsenceRule, AbsenceStandard


class StandardRule(StrEnum):
    """What a standard may ask of a message of staff."""

    NAME = "name"  # the sender's first name and surname
    PHONE = "phone"
    EMAIL = "email"
    JOB_TITLE = "job_title"
    TEAM = "team"
    NAMED_CONTACT = "named_contact"  # an answer names somebody
    FONT = "font"  # of the signature
    CLOSING = "closing"  # one that is allowed and fits the salutation
    ORGANISATION = "organisation"  # formal letters name it in full
    ON_BEHALF = "on_behalf"  # formal letters are signed for it
    WORDING = "wording"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardFont:
    """The font of a signature. Sizes in points; ``tolerance``: what programs that count in whole pixels may be off by."""

    families: tuple[str, ...]
    points: float
    tolerance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Closings:
    """Closings in lower case: after a salutation with a name, after one without, and those that suit either."""

    named: tuple[str, ...]
    unnamed: tuple[str, ...]
    either: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Formal:
    """What a formal letter holds: the organisation's full name in one of these forms, and the words it is signed with."""

    organisation: tuple[str, ...]
    on_behalf: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureWords:
    """How people open, close and sign messages; ``rules/phrases/signatures.toml`` explains the fields. Lower case."""

    closings: tuple[str, ...]
    other_closings: frozenset[str]
    greetings: tuple[str, ...]
    unnamed: frozenset[str]
    offices: frozenset[str]
    titles: frozenset[str]
    group_addresses: frozenset[str]
    not_names: frozenset[str]
    job_titles: frozenset[str]
    teams: frozenset[str]
    disclaimers: tuple[str, ...]
    reachable: tuple[str, ...]
    naming: tuple[str, ...]
    english: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A standard: its rules with the clause each comes from. Findings less sure than ``threshold`` are not judged.

    ``template``: the lines of the signature that people are offered, with names such as ``{{ phone }}``.
    """

    name: str
    title: str
    rules: Mapping[StandardRule, str] = field(hash=False)
    threshold: float
    font: StandardFont | None = None
    closings: Closings | None = None
    formal: Formal | None = None
    absence: AbsenceStandard | None = None
    template: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What does not meet a standard. ``evidence``: what was seen; ``fix``: what would satisfy the rule."""

    rule: StandardRule | AbsenceRule
    clause: str
    evidence: str
    fix: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJudged:
    """A rule that could not be judged, or that is not applicable, and why."""

    rule: StandardRule | AbsenceRule
    clause: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that was found about one message."""

    findings: tuple[Finding, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
