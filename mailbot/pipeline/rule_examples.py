"""The examples in the class rules: texts that must and must not be given a class."""

from collections.abc import Iterator

from mailbot.core.classify import classify
from mailbot.core.policy import ClassRules, Pack
from mailbot.ports import Phrases


def failing_examples(rules: ClassRules, phrases: Phrases, pack: Pack) -> Iterator[str]:
    """A sentence for every example that does not come out as its file says, judged by the pack's thresholds."""
    thresholds = {name: class_.threshold for name, class_ in pack.classes.items()}
    for rule in rules.rules:
        examples = [*((text, True) for text in rule.must_hit), *((text, False) for text in rule.must_not_hit)]
        found = phrases.hits([f"\n\n{text}" for text, _ in examples])
        for (text, must_hit), hits in zip(examples, found, strict=True):
            judged = classify(hits, thresholds, rules.version)
            if (judged.class_ == rule.class_) is not must_hit:
                wanted = "must" if must_hit else "must not"
                yield (
                    f'rules/classes/{rule.class_}.toml: {wanted} hit: "{text[:80]}" came out as '
                    f"{judged.class_} ({judged.best} {judged.confidence})"
                )
