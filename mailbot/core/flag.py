"""Flags: what else a message is, whatever its class, such as an emergency. A flag acts only as the pack says.

A flag is raised where the weights of what speaks for it reach 1: one rule of weight 1, or several lighter ones. What
the classifier has learnt of a flag speaks with weight 1 where it is sure enough, and never against a rule.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from mailbot.core.class_rules import ClassRules
from mailbot.core.classify import Classification, Hit
from mailbot.core.language import LanguageRule
from mailbot.core.message import Span

RAISED_FROM = 1.0
_ROUNDING = 1e-9
_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRule:
    """Addresses whose messages bear a flag: in one of ``domains`` or below it, and beginning with one of ``beginnings`` if any.

    All are written in lower case.
    """

    domains: tuple[str, ...]
    beginnings: tuple[str, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRules:
    """How flags are found: by words, as classes are; by the sender's address; by the language.

    Flags of ``least_precision`` are learnt from examples, too: the classifier raises one where it is so sure that at least this
    part of the texts that it raises the flag for bear it.
    """

    words: ClassRules
    senders: Mapping[str, Sequence[SenderRule]] = field(default_factory=dict)
    languages: Mapping[str, LanguageRule] = field(default_factory=dict)
    least_precision: Mapping[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every flag there is."""
        return tuple(rule.class_ for rule in self.words.rules)


NO_FLAGS = FlagRules(words=ClassRules(version="", rules=()))
"""The rules of whoever knows no flag."""


def flagged(classification: Classification, hits: Sequence[Hit], sender: str, rules: FlagRules) -> Classification:
    """The classification with the flags that the hits of a message and its sender (lower case) raise, and why."""
    raised, spoken = list[Hit](), defaultdict[str, list[Hit]](list)
    for hit in chain(hits, _of_sender(sender, rules)):
        spoken[hit.class_].append(hit)
    for name in rules.names:
        found = spoken.get(name)
        if found and sum(hit.weight for hit in found) >= RAISED_FROM - _ROUNDING:
            raised += found
    names = tuple(dict.fromkeys(hit.class_ for hit in raised))
    return replace(classification, flags=names, flag_evidence=tuple(raised))


def _of_sender(sender: str, rules: FlagRules) -> Iterator[Hit]:
    local_part, _, domain = sender.rpartition("@")
    for name, rows in rules.senders.items():
        domains = chain.from_iterable(row.domains for row in rows if local_part.startswith(row.beginnings or ""))
        for one in domains:
            if domain == one or domain.endswith(f".{one}"):
                yield Hit(class_=name, rule=f"{name}: sender at {one}", weight=RAISED_FROM, span=_NOWHERE)
