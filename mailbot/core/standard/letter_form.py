"""How a message closes, what formal letters hold, and its words (J7, J8, F19)."""

import re
from collections.abc import Iterator

from mailbot.core.lint import LintRules, wording_findings
from mailbot.core.standard.closing import is_named
from mailbot.core.standard.reading import LIKELY, PERHAPS, SURE, Outcome, Reading
from mailbot.core.standard.signature import text_of
from mailbot.core.standard.values import Closings, Finding, StandardRule

_F19 = "F19"
# What others said, and what no reader takes for words.
_NOT_OWN = re.compile(
    r"“[^”]{1,400}”|\"[^\"\n]{1,400}\"|‘[^’\n]{1,400}’(?!\w)|(?:https?://|www\.)\S+|\S+@\S+|\S+\.(?:pdf|docx?|xlsx?|jpe?g|png|html?)\b"
)


def closing(reading: Reading) -> Outcome:
    closings, parts = reading.standard.closings, reading.parts
    if closings is None:
        return None
    fix = f"close with {' or '.join(repr(each.capitalize()) for each in _fitting(reading, closings)[:3])}"
    if parts.closings:
        return _of_said(reading, closings, fix)
    if not parts.salutation or not parts.located:
        return reading.unjudged(StandardRule.CLOSING, "no closing was found")
    return reading.found(StandardRule.CLOSING, "no closing", fix, LIKELY)


def _of_said(reading: Reading, closings: Closings, fix: str) -> Outcome:
    said, named = reading.parts.closings, is_named(reading.parts.salutation, reading.words)
    if not set(said).isdisjoint(closings.either):
        return None
    if not reading.words.other_closings.isdisjoint(said):
        return reading.unjudged(StandardRule.CLOSING, "the closing is in another language")
    known = [each for each in said if each in (*closings.named, *closings.unnamed)]
    if not known:
        return reading.found(StandardRule.CLOSING, f"'{said[-1].capitalize()}' is no closing of the standard", fix, SURE)
    if named is None or known[-1] in _fitting(reading, closings):
        return None
    why = "a salutation with a name" if named else "a salutation without a name"
    return reading.found(StandardRule.CLOSING, f"'{known[-1].capitalize()}' after {why}", fix, SURE)


def _fitting(reading: Reading, closings: Closings) -> tuple[str, ...]:
    named = is_named(reading.parts.salutation, reading.words)
    return (*(closings.named if named else closings.unnamed if named is False else ()), *closings.either)


def _is_formal(reading: Reading) -> bool:
    """A salutation by title, or without a name, and a closing of letters: everyday messages have others."""
    closings, parts = reading.standard.closings, reading.parts
    if closings is None or not {*closings.named, *closings.unnamed}.intersection(parts.closings):
        return False
    said = re.findall(r"[^\W\d_]+", parts.salutation.lower())
    titled = not (reading.words.titles | reading.words.offices).isdisjoint(said)
    return said[:1] == ["dear"] and (titled or is_named(parts.salutation, reading.words) is False)


def organisation(reading: Reading) -> Outcome:
    formal = reading.standard.formal
    if formal is None or not _is_formal(reading):
        return None
    said = reading.said((*reading.parts.head, *reading.parts.whole))
    if any(each.lower() in said for each in formal.organisation):
        return None
    if any(line.images for line in (*reading.parts.head, *reading.parts.whole)):
        return reading.unjudged(StandardRule.ORGANISATION, "a picture may hold the organisation's name")
    fix = f"name the organisation in full: {formal.organisation[0]}"
    return reading.missing(StandardRule.ORGANISATION, "a formal letter without the organisation's full name", fix)


def on_behalf(reading: Reading) -> Outcome:
    formal = reading.standard.formal
    if formal is None or not _is_formal(reading):
        return None
    said = reading.said((*reading.parts.signature, *reading.parts.below))
    if any(each.lower() in said for each in formal.on_behalf):
        return None
    fix = f"add below the closing: '{formal.on_behalf[0]}'"
    sure = PERHAPS if "behalf of" in said else SURE
    return reading.missing(StandardRule.ON_BEHALF, "a formal letter that does not say for whom it is signed", fix, sure)


def wording(reading: Reading, lint: LintRules) -> Iterator[Finding]:
    """The irritating words of the writer's own sentences, each with a better one, and each of those once."""
    told = set[str]()
    text = _NOT_OWN.sub(lambda match: " " * len(match[0]), text_of(reading.parts.body))
    for one in wording_findings(text, lint):
        if one.clause == _F19 and one.instead not in told:
            told.add(one.instead)
            yield reading.found(StandardRule.WORDING, f'"{one.words}"', one.instead, SURE)
