"""Requests for recorded information: what a valid one still lacks, and under which law it probably falls.

A request is in writing, with the name of the requester, an address for the answer and a description of the information
(FOIA 2000 s.8(1), clause J12). What is found out here is shown to staff: nothing is refused, and nobody is asked why they
want it (J19).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mailbot.core.message import Message, Span

MOST_CHARACTERS = 20_000
LAST_LINES = 8
FEWEST_WORDS = 4
_TITLE = r"(?:(?:mrs?|ms|miss|mx|dr|rev|prof|sir|cllr)\.? +)?"
_FIRST = r"[^\W\d_](?:[\w'’-]*|\.)"
_NAME = re.compile(rf"{_TITLE}{_FIRST}(?: +{_FIRST}){{0,2}} +[^\W\d_][\w'’-]+", re.IGNORECASE)
_CAPITAL = re.compile(r"(?:^| )[^\W\d_a-z]")


class Regime(StrEnum):
    """The law under which recorded information is asked for."""

    FOI = "freedom of information"
    EIR = "environmental information"
    SUBJECT_ACCESS = "one's own information"


class Lack(StrEnum):
    """What a valid request has and this one has not (J12)."""

    NAME = "the requester's full name"
    ADDRESS = "an address for the answer"
    DESCRIPTION = "a description of the information"
    RECORDED = "recorded information: it asks for an opinion"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRules:
    """Phrases in lower case by which requests are known.

    ``asks``: words that ask for something recorded; ``opinion``: for what somebody thinks; ``environment``: subjects of
    environmental information (Environmental Information Regulations 2004 reg. 2(1)); ``own``: what is held about the writer.
    """

    asks: tuple[str, ...] = ()
    opinion: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


NO_REQUESTS = RequestRules()
"""The rules of whoever knows no requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequest:
    """What is thought of a request: its likely regime with the words that speak for it, and what it lacks."""

    regime: Regime
    spans: tuple[Span, ...] = ()
    lacks: tuple[Lack, ...] = ()


def information_request(message: Message, rules: RequestRules) -> InformationRequest:
    """What a message amounts to if it is a request for recorded information. ``spans`` point into its ``full_text``."""
    text = message.full_own_text[:MOST_CHARACTERS]
    own, environment = _found(rules.own, text), _found(rules.environment, text)
    lacks = tuple(_lacks(message, text, rules))
    if own:
        return InformationRequest(regime=Regime.SUBJECT_ACCESS, spans=own, lacks=lacks)
    regime = Regime.EIR if environment else Regime.FOI
    return InformationRequest(regime=regime, spans=environment, lacks=lacks)


def _lacks(message: Message, text: str, rules: RequestRules) -> Iterator[Lack]:
    asks, wants_an_opinion = _found(rules.asks, text), _found(rules.opinion, text)
    if not _has_name(message):
        yield Lack.NAME
    if message.from_ is None:
        yield Lack.ADDRESS
    if len(text.split()) < FEWEST_WORDS or not (asks or wants_an_opinion or "?" in text):
        yield Lack.DESCRIPTION
    if wants_an_opinion and not asks:
        yield Lack.RECORDED


def _has_name(message: Message) -> bool:
    """Whether a first name or initial and a surname stand beside the address or as a line of their own near the end."""
    shown = message.from_.name if message.from_ else ""
    lines = [line.strip(" \t,.-–") for line in message.own_text[-MOST_CHARACTERS:].splitlines() if line.strip()]
    return any(len(line) <= 60 and _is_name(line) for line in (shown.strip(), *lines[-LAST_LINES:]))


def _is_name(line: str) -> bool:
    return _NAME.fullmatch(line) is not None and len(_CAPITAL.findall(line)) > 1


def _found(phrases: tuple[str, ...], text: str) -> tuple[Span, ...]:
    """Where each phrase that occurs stands first."""
    pattern = _pattern(phrases)
    first = dict[str, Span]()
    for found in pattern.finditer(text) if pattern else ():
        first.setdefault(" ".join(found.group().lower().split()), Span(*found.span()))
    return tuple(first.values())


@lru_cache(maxsize=16)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    words = (r"\s{1,4}".join(map(re.escape, phrase.split())) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) if phrases else None
