"""Requests for recorded information: what a valid one still lacks, and under which law it probably falls.

A request is in writing, with the name of the requester, an address for the answer and a description of the information
(FOIA 2000 s.8(1), clause J12). One for environmental information needs no name (EIR 2004 reg. 5 has no such condition), and one
for one's own information describes it by that. What is found out here is shown to staff: nothing is refused, and nobody is
asked why they want it (J19). In doubt nothing lacks.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from mailbot.core.message import Message, Span
from mailbot.core.text import lowered

MOST_CHARACTERS = 20_000
LAST_LINES = 8
END_OF_LINE = 120
INFORMATION, OWN_INFORMATION = "foi_request", "subject_access_request"
"""The shipped classes of requests for recorded information; a pack without them has no such requests."""
LACKS, ASKED_FOR, LACKS_STILL = "request-lacks", "clarification-asked", "request-lacks-still"
"""The rules by which a history tells what a request lacks, what the customer was asked for, and what their answer left out."""
NOT_ASKED = "clarification-not-asked"
"""The rule by which it tells that the letter that asks did not reach the customer."""
_TITLE = r"(?:\(?(?:Mrs?|Ms|Miss|Mx|Dr|Rev|Prof|Sir|Cllr)\.?\)? +)?"
_CAPITAL = r"[^\W\d_a-z]"
_FIRST = rf"{_CAPITAL}(?:[\w'’-]*|\.)"
_SMALL = "and|&|de|del|der|di|la|le|van|von|bin|al|ap"
_FULL_NAME = rf"{_TITLE}({_FIRST}(?: +(?:{_FIRST}|{_SMALL})){{0,3}} +{_CAPITAL}[\w'’-]+)"
_NAME = re.compile(_FULL_NAME)
_SIGNED = re.compile(rf"(?:^|[.!?] +)[-– ]*(?:{_FULL_NAME})(?= ?(?:$|[(,]))|, +(?:{_FULL_NAME})(?= ?(?:$|\())")
_INTRODUCED = re.compile(rf"(?i:\b(?:my (?:full )?name is|(?:full )?name:)\s{{1,4}})(?:{_FULL_NAME})")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


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

    ``asks``: words that ask for something recorded; ``requests``: that ask for anything; ``opinion``: for what somebody thinks;
    ``environment``: subjects of environmental information (Environmental Information Regulations 2004 reg. 2(1)); ``own``: what
    is held about the writer. ``says_nothing``: single words of which no description consists; ``no_name``: no name.
    """

    asks: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    opinion: tuple[str, ...] = ()
    says_nothing: frozenset[str] = frozenset()
    no_name: frozenset[str] = frozenset()
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


def information_request(
    message: Message,
    rules: RequestRules,
    *,
    environmental: bool = True,
    about_oneself: bool = False,
    understood: bool = True,
) -> InformationRequest:
    """What a message amounts to if it is a request for recorded information. ``spans`` point into its ``full_text``.

    ``environmental``: a law of its own gives a right to environmental information; ``about_oneself``: it is known that it asks
    for the writer's own; ``understood``: it is in the language of the rules, so that a description would be found.
    """
    text = lowered(message.full_own_text[:MOST_CHARACTERS])
    own = _found(rules.own, text)
    is_own = about_oneself or bool(own)
    environment = _found(rules.environment, text) if environmental and not is_own else ()
    regime = Regime.SUBJECT_ACCESS if is_own else Regime.EIR if environment else Regime.FOI
    lacks = tuple(one for one in _lacks(message, text, rules, regime) if understood or one is not Lack.DESCRIPTION)
    return InformationRequest(regime=regime, spans=own or environment, lacks=lacks)


def lacks_still(asked: Iterable[Lack], message: Message, rules: RequestRules) -> tuple[Lack, ...]:
    """What of the things that were asked for this answer does not give. Any words with a meaning of their own describe.

    Its subject is that of our letter, and says nothing.
    """
    text, names = lowered(message.own_text[:MOST_CHARACTERS]), tuple(_names(message, rules))
    describes = _says_something(text, names, rules)
    given = {
        Lack.NAME: _has_name(names),
        Lack.ADDRESS: message.from_ is not None,
        Lack.DESCRIPTION: describes,
        Lack.RECORDED: describes and (_says(rules.asks, text) or not _says(rules.opinion, text)),
    }
    return tuple(lack for lack in Lack if lack in set(asked) and not given[lack])


def _lacks(message: Message, text: str, rules: RequestRules, regime: Regime) -> Iterator[Lack]:
    names = tuple(_names(message, rules))
    if regime is not Regime.EIR and not _has_name(names):
        yield Lack.NAME
    if message.from_ is None:
        yield Lack.ADDRESS
    if regime is Regime.SUBJECT_ACCESS:
        return
    asks = _says(rules.asks, text)
    wants_an_opinion = not asks and _says(rules.opinion, text)
    requests = asks or wants_an_opinion or "?" in text or _says(rules.requests, text)
    if not requests or not _says_something(text, names, rules):
        yield Lack.DESCRIPTION
    if wants_an_opinion:
        yield Lack.RECORDED


def _says_something(text: str, names: Iterable[str], rules: RequestRules) -> bool:
    """Whether words are left in a text beside its writer's names, courtesies and the mere wish for information."""
    nothing = {*rules.says_nothing, *_words(" ".join(names))}
    return any(word not in nothing for word in _words(text))


def _words(text: str) -> Iterator[str]:
    return (found[0].lower().replace("’", "'") for found in _WORD.finditer(text))


def _has_name(names: Iterable[str]) -> bool:
    """Whether a first name or initial, or a title, and a surname are given anywhere that people give them."""
    return any(_NAME.fullmatch(name) for name in names)


def _names(message: Message, rules: RequestRules) -> Iterator[str]:
    """Names beside the address, after "my name is", and where people sign: at the ends of the last lines."""
    if message.from_ and message.from_.name:
        yield message.from_.name.strip()
    text = message.own_text
    lines = [line.strip(" \t,.-–") for line in text[-MOST_CHARACTERS:].splitlines() if line.strip()]
    beginning = text[:MOST_CHARACTERS]
    found = [*_INTRODUCED.finditer(beginning)] if "name" in beginning.lower() else []
    found += [one for line in lines[-LAST_LINES:] for one in _SIGNED.finditer(line[-END_OF_LINE:])]
    for one in found:
        name = next(filter(None, one.groups()))
        if rules.no_name.isdisjoint(_words(name)):
            yield name


def _found(phrases: tuple[str, ...], text: str) -> tuple[Span, ...]:
    """Where each phrase that occurs in a text (in lower case) stands first."""
    pattern = _pattern(phrases)
    first = dict[str, Span]()
    for found in pattern.finditer(text) if pattern else ():
        first.setdefault(" ".join(found.group().split()), Span(*found.span()))
    return tuple(first.values())


def _says(phrases: tuple[str, ...], text: str) -> bool:
    """Whether any of the phrases occurs in a text (in lower case)."""
    pattern = _pattern(phrases)
    return bool(pattern and pattern.search(text))


@lru_cache(maxsize=16)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    """One branch for each first letter, which stands before everything else: so no phrase is tried where none begins."""
    plain = (" ".join(lowered(phrase).split()) for phrase in phrases)
    longest_first = sorted(plain, key=lambda phrase: (phrase[0], -len(phrase)))
    by_letter = groupby(longest_first, key=lambda phrase: re.escape(phrase[0]))
    branches = [rf"{letter}(?<!\w{letter})(?:{'|'.join(map(_rest, those))})" for letter, those in by_letter]
    return re.compile(rf"(?:{'|'.join(branches)})\b") if phrases else None


def _rest(phrase: str) -> str:
    """What follows the first letter of a phrase, with any white space between its words."""
    return r"\s{1,4}".join(map(re.escape, phrase[1:].split(" ")))
