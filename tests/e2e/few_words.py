"""A reader for daemons that are killed: it knows a few words, and is there at once in whatever process it is made."""

from collections.abc import Sequence

from mailbot.core.class_rules import ClassRules
from mailbot.core.classify import Hit
from mailbot.core.message import Span
from mailbot.reading import PlainReader, ReadingRules

WORDS = {"lamp": "service_request", "records": "foi_request", "unacceptable": "complaint"}
SURE = 4.0


class FewWords:
    """Knows a class by one word each."""

    def __init__(self, rules: ClassRules) -> None:
        self._known = {rule.class_ for rule in rules.rules}

    def judge(self, texts: Sequence[str]) -> list[tuple[tuple[Hit, ...], None]]:
        """The known words in each text, first occurrences only."""
        return [(tuple(self._hits(text)), None) for text in texts]

    def _hits(self, text: str) -> list[Hit]:
        found = [(text.lower().find(word), word, class_) for word, class_ in WORDS.items() if class_ in self._known]
        return [
            Hit(class_=class_, rule=f"{class_}: {word}", weight=SURE, span=Span(start, start + len(word)))
            for start, word, class_ in found
            if start >= 0
        ]


def few_words_reader(rules: ReadingRules) -> PlainReader:
    return PlainReader(FewWords(rules.classes), rules)
