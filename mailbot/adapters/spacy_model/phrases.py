"""Finds what the rules of classes and flags ask for, and asks the classifier.

spaCy is imported only when a finder is made. Offsets always point into the text as it was given.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailbot.adapters.spacy_model.classifier import Classifier, Part, Thought
from mailbot.adapters.spacy_model.finder import PhraseFinder
from mailbot.adapters.spacy_model.flags import NEVER
from mailbot.adapters.spacy_model.lean import load_spacy
from mailbot.adapters.spacy_model.words import MAX_CHARACTERS, Text, Vocabulary, plain_of
from mailbot.core.class_rules import ClassRules, Phrase
from mailbot.core.classify import Hit, Opinion
from mailbot.core.message import Span
from mailbot.core.rule import Places, Rule, RuleIndex
from mailbot.patterns import Pattern

AT_ONCE = 50
"""So many texts are searched together: what numpy and spaCy take for each call is divided among them."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule with its phrases as their words are joined here, and its pattern made."""

    class_: str
    name: str
    rule: Rule
    pattern: Pattern | None


class SpacyPhrases:
    """An index over the phrases of all rules given. Not for use by several threads at once."""

    def __init__(self, *rule_sets: ClassRules) -> None:
        load_spacy()
        self._vocabulary = Vocabulary()
        self._classifier: Classifier | None = None
        self._finder = PhraseFinder(self._vocabulary)
        self._phrases = defaultdict[str, list[tuple[str, str, Phrase]]](list)
        rules = list[_Compiled]()
        classes = [found for each in rule_sets for found in each.rules]
        self._asks_in_part = {found.class_: found.asks_in_part for found in classes if found.asks_in_part is not None}
        for found in classes:
            for phrase in found.phrases:
                name = f"{found.class_}: {phrase.text}"
                self._phrases[self._finder.add(phrase.text)].append((found.class_, name, phrase))
            for number, rule in enumerate(found.rules, 1):
                rules.append(self._compiled(found.class_, f"{found.class_}: rule {number}", rule))
        self._rules, self._index = rules, RuleIndex([each.rule for each in rules])
        self._by_pattern = any(not each.rule.lists for each in rules)

    def hits(self, texts: Sequence[str]) -> list[tuple[Hit, ...]]:
        """What speaks in each text (subject, empty line, body): each phrase and rule once, where it first holds, in order."""
        return [found for found, _ in self.judge(texts)]

    def ask(self, classifier: Classifier) -> None:
        """From now on the classifier says what it thinks, too. This may be said while texts are judged."""
        self._vocabulary.learn(classifier.words)
        self._classifier = classifier

    def judge(self, texts: Sequence[str]) -> list[tuple[tuple[Hit, ...], Opinion | None]]:
        """What speaks in each text, as ``hits``, and what the classifier thinks of it (None without one)."""
        classifier = self._classifier  # if it comes meanwhile, these texts lack its words
        parts = (texts[first : first + AT_ONCE] for first in range(0, len(texts), AT_ONCE))
        return [judged for part in parts for judged in self._judge(part, classifier)]

    def _judge(self, texts: Sequence[str], classifier: Classifier | None) -> Iterator[tuple[tuple[Hit, ...], Opinion | None]]:
        split = [self._vocabulary.text(plain_of(text[:MAX_CHARACTERS])) for text in texts]
        learnt = classifier.judge([text.numbers for text in split]) if classifier else [None] * len(split)
        return map(self._judged, split, self._finder.places(split), learnt)

    def _judged(self, text: Text, places: Places, thought: Thought | None) -> tuple[tuple[Hit, ...], Opinion | None]:
        hits = self._hits(text, places)
        if thought is None:
            return hits, None
        return (*thought.raised, *hits, *self._asked_in_part(text, thought.parts)), thought.opinion

    def _asked_in_part(self, text: Text, parts: Sequence[Part]) -> Iterator[Hit]:
        """The classes that a part of the text, taken by itself, asks for."""
        for part in parts:
            if part.share >= self._asks_in_part.get(part.class_, NEVER):
                why = f"{part.class_}: learnt from examples, {part.share:.2f} of a part"
                yield Hit(class_=part.class_, rule=why, weight=0, span=text.span(part.first, part.end), asks=0)

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The summed weights of what speaks for each class or flag, each phrase and rule once."""
        found = list[dict[str, float]]()
        for hits in self.hits(texts):
            found.append({})
            for hit in {(hit.class_, hit.rule): hit for hit in hits}.values():
                found[-1][hit.class_] = found[-1].get(hit.class_, 0.0) + hit.weight
        return found

    def _compiled(self, class_: str, name: str, rule: Rule) -> _Compiled:
        named = replace(
            rule,
            any=frozenset(map(self._finder.add, rule.any)),
            all=frozenset(map(self._finder.add, rule.all)),
            none=frozenset(map(self._finder.add, rule.none)),
            near=tuple(frozenset(map(self._finder.add, phrases)) for phrases in rule.near),
        )
        return _Compiled(class_, name, named, Pattern(rule.pattern) if rule.pattern else None)

    def _hits(self, text: Text, places: Places) -> tuple[Hit, ...]:
        if not places and not self._by_pattern:
            return ()
        subject_end = max(text.plain.find("\n\n"), 0)
        found = [*self._said(text, subject_end, places), *self._holding(text, subject_end, places)]
        return tuple(sorted(found, key=_in_order))

    def _said(self, text: Text, subject_end: int, places: Places) -> Iterator[Hit]:
        """The phrases that speak by themselves."""
        for name in places.keys() & self._phrases.keys():
            span = text.span(*places[name][0])
            for class_, rule, phrase in self._phrases[name]:
                if not phrase.in_subject or span.end <= subject_end:
                    yield Hit(class_=class_, rule=rule, weight=phrase.weight, span=span)

    def _holding(self, text: Text, subject_end: int, places: Places) -> Iterator[Hit]:
        """The rules that hold."""
        encoded = b""
        for number, place in self._index.holding(places, len(text.numbers), text.words_before(subject_end)):
            compiled = self._rules[number]
            if compiled.pattern is None:
                span: Span | None = text.span(*place)
            else:
                encoded = encoded or text.plain.encode(errors="replace")
                span = _matched(compiled.pattern, encoded, subject_end if compiled.rule.in_subject else len(text.plain))
            if span is not None:
                rule = compiled.rule
                yield Hit(class_=compiled.class_, rule=compiled.name, weight=rule.weight, span=span, asks=rule.asks)


def _in_order(hit: Hit) -> tuple[int, str]:
    return hit.span.start, hit.rule


def _matched(pattern: Pattern, encoded: bytes, until: int) -> Span | None:
    """Where a pattern first matches, if that ends within the first ``until`` characters."""
    found = pattern.search(encoded)
    if found is None:
        return None
    start = len(encoded[: found[0]].decode())
    end = start + len(encoded[found[0] : found[1]].decode())
    return Span(start, end) if end <= until else None
