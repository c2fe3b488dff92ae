"""What is kept of a judgement: never the words, only where they stand."""

from mailbot.core.directory import Person
from mailbot.core.message import Message, Span
from mailbot.core.staff_finding import StaffFinding
from mailbot.core.standard.absence.values import AbsenceRule
from mailbot.core.standard.values import Finding, Judgement, StandardRule

NO_REASON = "leave the reason out: it is enough to say that you are away"
"""What puts every reason right. What stands in the rules would tell of which kind it was, and nothing about health is kept."""


def kept(judgement: Judgement, person: Person, message: Message, month: str) -> tuple[StaffFinding, ...]:
    """The findings about a person's message as they are stored."""
    return tuple(
        StaffFinding(
            person=person.address,
            team=person.team,
            rule=each.rule.value,
            clause=each.clause,
            confidence=each.confidence,
            fix=NO_REASON if each.rule is AbsenceRule.REASON else each.fix,
            month=month,
            spans=_spans(each, message),
        )
        for each in judgement.findings
    )


def _spans(finding: Finding, message: Message) -> tuple[Span, ...]:
    """Where a wording stands that could be better; what is missing stands nowhere."""
    words = finding.evidence.strip('"')
    at = message.full_text.find(words) if finding.rule is StandardRule.WORDING and words else -1
    return (Span(at, at + len(words)),) if at >= 0 else ()
