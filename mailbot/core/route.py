"""Routing: which services is a message about, and which of our people does it name?

The words of the directory are looked for together with those of classes and flags. A service's names and synonyms speak for
it, the more the longer and rarer they are; single words of them, and of its category and pages, speak a little. What stands
in the subject counts more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log

from mailbot.core.class_rules import ClassRule, ClassRules, Phrase
from mailbot.core.classify import Hit
from mailbot.core.directory import Directory, Person
from mailbot.core.route_rule import RoutePolicy
from mailbot.core.service import Service
from mailbot.core.text import key

SERVICE, PERSON = "service ", "person "
"""How the class of a hit begins that speaks for a service, or names a person of the directory."""
MOST_SHOWN = 3
_SUBJECT = 1.5
_WHOLE, _LONGER = 2.0, 0.5
_LEAST_LETTERS = 3
_MOST_SERVICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingWords:
    """``common``: words that tell no service from another. ``titles``: what stands before a surname: ``mr``, ``councillor``."""

    common: frozenset[str] = frozenset()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A service with what speaks for it, the strongest first."""

    service: str
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The best three services, and whether the first is sure. ``named``: addresses of people of ours whom the text names."""

    ranked: tuple[Candidate, ...] = ()
    sure: bool = False
    named: tuple[Hit, ...] = ()

    @property
    def service(self) -> str | None:
        """The service that it is about, if that is sure."""
        return self.ranked[0].service if self.sure else None


NOWHERE = Route()


def route(hits: Iterable[Hit], subject_length: int, policy: RoutePolicy) -> Route:
    """Rank the services that the hits in a message speak for. ``subject_length``: how many characters are its subject."""
    spoken = defaultdict[str, list[Hit]](list)
    named = list[Hit]()
    for hit in hits:
        if hit.class_.startswith(SERVICE):
            spoken[hit.class_].append(hit)
        elif hit.class_.startswith(PERSON):
            named.append(hit)
    if not spoken and not named:
        return NOWHERE
    ranked = _ranked(spoken, subject_length)
    return Route(ranked=tuple(ranked), sure=_is_sure(ranked, policy), named=tuple(named))


def _ranked(spoken: Mapping[str, Sequence[Hit]], subject_length: int) -> list[Candidate]:
    """The best, in order. Services that could not come among them, had all been said in the subject, are not weighed."""
    most = {class_: _SUBJECT * sum(hit.weight for hit in hits) for class_, hits in spoken.items()}
    ranked = list[Candidate]()
    for class_ in sorted(most, key=lambda one: -most[one]):
        if len(ranked) == MOST_SHOWN and most[class_] < ranked[-1].score:
            break
        ranked.append(_candidate(class_, spoken[class_], subject_length))
        ranked = sorted(ranked, key=lambda one: (-one.score, one.service))[:MOST_SHOWN]
    return ranked


def _is_sure(ranked: Sequence[Candidate], policy: RoutePolicy) -> bool:
    if not ranked or not policy.sure_from or ranked[0].score < policy.sure_from:
        return False
    return len(ranked) == 1 or ranked[0].score >= policy.lead * ranked[1].score


def _candidate(class_: str, hits: Iterable[Hit], subject_length: int) -> Candidate:
    """What speaks for a service; a word within a phrase that counts already does not count again."""
    counted = list[Hit]()
    score = 0.0
    for hit in sorted(hits, key=lambda one: (-one.weight, one.span.start)):
        if any(one.span.start <= hit.span.start and hit.span.end <= one.span.end for one in counted):
            continue
        counted.append(hit)
        score += hit.weight * (_SUBJECT if hit.span.end <= subject_length else 1.0)
    return Candidate(service=class_.removeprefix(SERVICE), score=round(score, 2), hits=tuple(counted))


# The words of the directory ---------------------------------------------------------------------------------------------


def directory_words(directory: Directory, words: RoutingWords) -> ClassRules:
    """What is looked for in messages so that ``route`` can judge: the words of services, and the names of our people."""
    services = _service_rules(directory.services, words.common)
    people = (_named(each, words.titles) for each in directory.people)
    return ClassRules(version=directory.version, rules=(*services, *people))


def _service_rules(services: Sequence[Service], common: frozenset[str]) -> Iterator[ClassRule]:
    phrases = {each.name: tuple(dict.fromkeys(map(key, each.words))) for each in services}
    loose = _telling({each.name: _loose(each, common) - {*phrases[each.name]} for each in services})
    shared = _how_many(chain(phrases.values(), loose.values()))
    known = frozenset(shared)
    for name, own in phrases.items():
        weights = {form: _WHOLE * _worth(text, shared, len(services)) for text in own for form in _forms(text, known)}
        weights |= {
            form: _worth(word, shared, len(services))
            for word in sorted(loose[name])
            for form in _forms(word, known)
            if form not in weights
        }
        spoken = tuple(Phrase(text=text, weight=round(weight, 2)) for text, weight in weights.items())
        yield ClassRule(class_=f"{SERVICE}{name}", phrases=spoken, must_hit=(), must_not_hit=())


def _loose(service: Service, common: frozenset[str]) -> set[str]:
    """The single words of a service's names, category and pages that may tell it from others."""
    texts = [*service.words, *(page.name for page in service.pages)]
    texts += [service.category.name] if service.category else []
    words = (word.strip(".,:;()'?!") for text in texts for word in key(text).replace("'s ", " ").split())
    return {word for word in words if len(word) >= _LEAST_LETTERS and word not in common}


def _telling(loose: Mapping[str, set[str]]) -> Mapping[str, set[str]]:
    """Without the words of so many services that they tell little."""
    counted = _how_many(loose.values())
    return {name: {word for word in words if counted[word] <= _MOST_SERVICES} for name, words in loose.items()}


def _how_many(texts: Iterable[Iterable[str]]) -> Mapping[str, int]:
    counted = defaultdict[str, int](int)
    for text in chain.from_iterable(texts):
        counted[text] += 1
    return counted


def _worth(text: str, shared: Mapping[str, int], services: int) -> float:
    """1 for a word of one service, less the more services share it; more for each word of a phrase."""
    rare = log(1 + services / shared[text]) / log(1 + services)
    return rare * (1 + _LONGER * text.count(" "))


def _forms(text: str, known: frozenset[str]) -> Iterator[str]:
    """The text as it is, and in the other number, unless the directory has that as a word of its own."""
    yield text
    for ending, other in (("ies", "y"), ("s", ""), ("y", "ies"), ("", "s")):
        if text.endswith(ending) and not (ending == "s" and text.endswith("ss")):
            form = text.removesuffix(ending) + other
            if form not in known:
                yield form
            return


def _named(person: Person, titles: Sequence[str]) -> ClassRule:
    """A person by full name, either way round, by surname after a title, and by address; never by a single word."""
    names = key(person.name).split()
    surname = names[-1] if len(names) > 1 else ""
    texts = [person.address, *([key(person.name), f"{surname} {names[0]}", f"{surname}, {names[0]}"] if surname else [])]
    texts += [f"{title}{dot} {surname}" for title in titles for dot in ("", ".")] if surname else []
    phrases = tuple(Phrase(text=text, weight=1.0) for text in texts)
    return ClassRule(class_=f"{PERSON}{person.address}", phrases=phrases, must_hit=(), must_not_hit=())
