"""Trying the policy before it is used: the examples of the class rules, and every letter that a pack names."""

from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core.classify import classify
from mailbot.core.decide.wording import digest_values, overdue_values, receipt_values
from mailbot.core.letter import LetterValues
from mailbot.core.policy import ClassRules, MailboxPolicy, Pack
from mailbot.ports import Phrases

ANY_TIME = datetime(2026, 1, 5, 12, tzinfo=UTC)


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


def unwritable_letters(
    policy: MailboxPolicy, known: Container[str], missing: Callable[[str, LetterValues], tuple[str, ...]]
) -> Iterator[str]:
    """A sentence for every letter that could not be written for the emptiest message: no subject, no signatory."""
    emptiest = replace(policy, signatory="")
    for what, letter, values in _letters(emptiest):
        if letter not in known:
            yield f"{what}: there is no letter '{letter}'"
            continue
        for name in missing(letter, replace(values, reference="reference")):
            yield f"{what}: letter '{letter}': {name} may lack a value; write a line for it under [fallbacks] in letter.toml"


def _letters(policy: MailboxPolicy) -> Iterator[tuple[str, str, LetterValues]]:
    """Every letter of the pack with the least that it can count on."""
    pack = policy.pack
    yield "neutral_receipt", pack.neutral_receipt, receipt_values(policy, None, "", ANY_TIME, None)
    for name, class_ in pack.classes.items():
        promised = ANY_TIME.date() if any(rule.promised for rule in pack.clocks_for(name)) else None
        yield f"classes.{name}.receipt", class_.receipt, receipt_values(policy, class_, "", ANY_TIME, promised)
    yield "overdue_alert", pack.overdue_alert, overdue_values(policy, "clock", ANY_TIME.date(), ANY_TIME.date(), 0, None)
    yield "digest", pack.digest, digest_values(policy, ("- line",))
