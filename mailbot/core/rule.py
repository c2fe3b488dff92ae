"""A rule about words: several conditions that hold together. Where the phrases stand in a text, an adapter finds out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

Place = tuple[int, int]
"""A phrase in a text, counted in words: its first word, and the word after its last. Marks count as words."""
Places = Mapping[str, Sequence[Place]]
"""Where each phrase stands, in the order of the text. A phrase that does not occur is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Speaks with ``weight`` for (positive) or against a class or flag where all that it asks for holds.

    ``any``: at least one of these phrases occurs; ``all``: each does; ``none``: not one does. ``near``: two or more lists of
    phrases; one of each list occurs, in any order, and their first words are at most ``within`` words apart. ``pattern``: an
    expression of RE2 matches somewhere, capitals or not. ``in_subject``: all of this is asked of the subject alone.
    ``asks``: whoever writes so asks for the class, whatever else they want, where what was learnt gives it at least this
    share (0: in any case); None: the rule says nothing of that.
    """

    weight: float
    any: frozenset[str] = frozenset()
    all: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()
    near: tuple[frozenset[str], ...] = ()
    within: int = 0
    pattern: str = ""
    in_subject: bool = False
    asks: float | None = None
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    @property
    def asked_for(self) -> frozenset[str]:
        """The phrases that may make it hold. Without any, it rests on its pattern alone."""
        return frozenset(chain(self.any, self.all, *self.near))

    @property
    def phrases(self) -> frozenset[str]:
        """Every phrase that it names."""
        return self.asked_for.union(self.none)

    @property
    def lists(self) -> tuple[frozenset[str], ...]:
        """Its phrases so that of each list one must occur."""
        return (*self.near, *(frozenset({phrase}) for phrase in self.all), *((self.any,) if self.any else ()))


class RuleIndex:
    """Rules by their phrases: what a text does not say costs nothing, however many rules there are."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._whole = [(1 << len(rule.lists)) - 1 for rule in rules]
        self._by_phrase = defaultdict[str, list[tuple[int, int]]](list)
        self._always = [number for number, whole in enumerate(self._whole) if not whole]
        for number, rule in enumerate(rules):
            for at, phrases in enumerate(rule.lists):
                for phrase in phrases:
                    self._by_phrase[phrase].append((number, 1 << at))
            for phrase in rule.none:
                self._by_phrase[phrase].append((number, 0))

    def holding(self, places: Places, words: int, subject_words: int) -> Iterator[tuple[int, Place]]:
        """The number of each rule that holds in a text, and where. ``subject_words``: how many of its words are the subject."""
        said, named = [0] * len(self._rules), defaultdict[int, list[str]](list)
        for phrase in places:
            for number, which in self._by_phrase.get(phrase, ()):
                said[number] |= which
                named[number].append(phrase)
        for number in (*self._always, *(at for at, found in enumerate(said) if found and found == self._whole[at])):
            rule, its_own = self._rules[number], {phrase: places[phrase] for phrase in named[number]}
            place = holds(rule, its_own, subject_words if rule.in_subject else words)
            if place is not None:
                yield number, place


def holds(rule: Rule, places: Places, words: int) -> Place | None:
    """Where the words are by which a rule holds, or None. ``words``: how many the text has, or its subject if that counts.

    The place of a rule that rests on its pattern alone is the whole text. The pattern itself is not looked at.
    """
    if rule.none and any(_within(phrase, places, words) for phrase in _said(rule.none, places)):
        return None
    found = [_first(rule.any, places, words)] if rule.any else []
    found += [_first(frozenset({phrase}), places, words) for phrase in rule.all]
    found += [_nearest(rule, places, words)] if rule.near else []
    if None in found:
        return None
    return next((place for place in reversed(found) if place), (0, words))  # ``near`` shows most, then ``all``


def _said(phrases: frozenset[str], places: Places) -> Set[str]:
    """Those of the phrases that occur: most of a long list do not."""
    return places.keys() & phrases


def _within(phrase: str, places: Places, words: int) -> Sequence[Place]:
    """The places of a phrase that count."""
    found = places.get(phrase, ())
    return found if not found or found[-1][1] <= words else [place for place in found if place[1] <= words]


def _first(phrases: frozenset[str], places: Places, words: int) -> Place | None:
    return min((found[0] for phrase in _said(phrases, places) if (found := _within(phrase, places, words))), default=None)


def _nearest(rule: Rule, places: Places, words: int) -> Place | None:
    """The closest phrases of all lists, and of those the first; None if they are too far apart.

    One walk along the places of all lists: of each list, the last one is the nearest to whatever comes next.
    """
    last, closest, apart = dict[int, Place](), None, rule.within + 1
    for place, which in _listed(rule.near, places, words):
        last[which] = place
        if len(last) == len(rule.near):
            begins = min(last.values())[0]
            if place[0] - begins < apart:
                apart = place[0] - begins
                closest = begins, max(end for _, end in last.values())
    return closest


def _listed(lists: Sequence[frozenset[str]], places: Places, words: int) -> list[tuple[Place, int]]:
    """The places of all phrases of all lists, in the order of the text, each with the number of its list."""
    counted = ((phrase, place) for phrase in places for place in _within(phrase, places, words))
    return sorted((place, which) for phrase, place in counted for which, phrases in enumerate(lists) if phrase in phrases)
