"""Judging an automatic reply of a member of staff by a standard (J4, J9, F19)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from mailbot.core.lint import LintRules, wording_findings
from mailbot.core.message import Message
from mailbot.core.standard.absence.contact import ContactRead, with_directory
from mailbot.core.standard.absence.reply import Reply
from mailbot.core.standard.absence.returning import Return, ReturnRead, weekday_after
from mailbot.core.standard.absence.values import (
    AbsenceRule,
    AbsenceStandard,
    Absentee,
    ContactKind,
    Known,
    NoteKind,
    OfferedContact,
)
from mailbot.core.standard.absence.words import AbsenceWords
from mailbot.core.standard.mail import StaffMail
from mailbot.core.standard.values import Finding, Judgement, NotJudged, SignatureWords

_SURE, _LIKELY, _PERHAPS = 0.95, 0.85, 0.6
_F19 = "F19"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRules:
    """What an absence reply is held against: a standard's part about them, and words. Below ``threshold`` nothing is found."""

    standard: AbsenceStandard
    threshold: float
    words: AbsenceWords
    signatures: SignatureWords
    lint: LintRules


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceJudgement:
    """What was found in an automatic reply, and what it says: ``returning`` and ``contact`` are None where it does not.

    ``kind`` is None for a reply that is not in English.
    """

    judgement: Judgement
    kind: NoteKind | None
    returning: Return | None = None
    contact: OfferedContact | None = None

    @property
    def return_on(self) -> date | None:
        """The first day on which they may be back."""
        return self.returning.on if self.returning else None


def own_day(message: Message, zone: ZoneInfo) -> date | None:
    """The day on which a message says that it was written, in the organisation's time zone."""
    return message.sent_at.astimezone(zone).date() if message.sent_at else None


def judge_absence(
    mail: StaffMail, absentee: Absentee, sent_on: date | None, rules: AbsenceRules, known: Known | None = None
) -> AbsenceJudgement:
    """What an automatic reply of ``absentee`` lacks, and what it says.

    Days count from ``sent_on``; None: no day of return is judged. ``known``: what the directory has, if there is one.
    """
    reply = Reply(mail, absentee, rules.words, rules.signatures)
    if why := reply.why_not():
        return AbsenceJudgement(judgement=_nothing(rules.standard, why), kind=None if reply.text else NoteKind.NO_ABSENCE)
    returning = reply.returning(sent_on) if sent_on else ReturnRead(unread=True)
    kind = reply.kind(returning)
    if kind is NoteKind.NO_ABSENCE:
        return AbsenceJudgement(judgement=_nothing(rules.standard, "it does not say that anybody is away"), kind=kind)
    later = sent_on and returning.found and returning.found.by > weekday_after(sent_on)
    if kind is NoteKind.AWAY and reply.is_short() and not later:
        kind = NoteKind.ONE_DAY
    contact = reply.contact()
    judging = _Judging(reply, kind, returning, contact, sent_on, rules)
    outcomes = [each for rule in rules.standard.rules for each in judging.outcomes(rule)]
    offered = with_directory(contact.offered, known) if contact.offered else None
    return AbsenceJudgement(judgement=_judgement(outcomes, rules.threshold), kind=kind, returning=judging.told, contact=offered)


def _nothing(standard: AbsenceStandard, why: str) -> Judgement:
    return Judgement(not_judged=tuple(NotJudged(rule=rule, clause=clause, why=why) for rule, clause in standard.rules.items()))


def _judgement(outcomes: list[Finding | NotJudged], threshold: float) -> Judgement:
    unsure = (
        NotJudged(rule=each.rule, clause=each.clause, why=f"not sure enough ({each.confidence:.2f}): {each.evidence}")
        for each in outcomes
        if isinstance(each, Finding) and each.confidence < threshold
    )
    return Judgement(
        findings=tuple(each for each in outcomes if isinstance(each, Finding) and each.confidence >= threshold),
        not_judged=(*(each for each in outcomes if isinstance(each, NotJudged)), *unsure),
    )


class _Judging:
    """One reply, for each rule in turn."""

    def __init__(
        self,
        reply: Reply,
        kind: NoteKind,
        returning: ReturnRead,
        contact: ContactRead,
        sent_on: date | None,
        rules: AbsenceRules,
    ) -> None:
        self._reply, self._kind, self._returning, self._contact = reply, kind, returning, contact
        self._sent_on, self._rules = sent_on, rules

    @property
    def told(self) -> Return | None:
        """The return, if it is sure enough for others to use, and somebody returns."""
        found = self._returning.found
        sure = found is not None and found.confidence >= self._rules.threshold
        return found if sure and self._kind is not NoteKind.LEFT else None

    def outcomes(self, rule: AbsenceRule) -> Iterator[Finding | NotJudged]:
        """What one rule brings: as a rule nothing."""
        if rule is AbsenceRule.REASON:
            yield from self._reasons()
        elif rule is AbsenceRule.ABSENCE_WORDING:
            yield from self._wording()
        else:
            outcome = self._contact_rule() if rule is AbsenceRule.CONTACT else self._return_rule()
            if outcome is not None:
                yield outcome

    # Somebody to turn to (J4) --------------------------------------------------------------------------------------

    def _contact_rule(self) -> Finding | NotJudged | None:
        rule, offered = AbsenceRule.CONTACT, self._contact.offered
        fix = "add whom to turn to, such as: 'Until then please contact (name) on (telephone) or at (address).'"
        if offered is not None and offered.kind is not ContactKind.NAME:
            return None
        if why := self._no_contact_needed():
            return self._unjudged(rule, why)
        if offered is not None:
            return self._found(rule, "it names somebody without an address or a telephone number", fix, _PERHAPS)
        if self._contact.own:
            return self._found(rule, "it offers only the absent person's own address or number", fix, _LIKELY)
        return self._found(rule, "it offers nobody else to turn to", fix, _SURE)

    def _no_contact_needed(self) -> str:
        if why := {
            NoteKind.ONE_DAY: "it is away for one day at most",
            NoteKind.PATTERN: "it tells the days on which somebody works",
            NoteKind.UNMONITORED: "it is an address that nobody reads",
            NoteKind.CLOSED: "a whole office is shut",
        }.get(self._kind):
            return why
        if self._reply.is_shared:
            return "several people use the address"
        if self._contact.watched:
            return "somebody else sees to what arrives"
        if self._reply.is_bilingual:
            return "a part of it is in another language, or was not read"
        return self._contact.unsure or ("it may be away for one working day only" if self._may_be_short() else "")

    def _may_be_short(self) -> bool:
        """Back on the next working day: whether it was away before is not known."""
        found = self._returning.found
        return bool(found and self._sent_on and self._sent_on <= found.by <= weekday_after(self._sent_on))

    # The day of return (J4) ----------------------------------------------------------------------------------------

    def _return_rule(self) -> Finding | NotJudged | None:
        rule, found = AbsenceRule.RETURN_DATE, self._returning.found
        if why := self._nobody_returns():
            return self._unjudged(rule, why)
        if found is None or self._sent_on is None:
            return self._unreturned()
        if not found.fits:
            return self._unjudged(rule, f"its weekday is not that day's; look at the calendar: {found.words}")
        if found.by < self._sent_on:
            fix = "turn the automatic reply off, or write the new day of return into it"
            return self._found(rule, f"the day of return is over: {found.words}", fix, found.confidence)
        if (found.on - self._sent_on).days > self._rules.standard.longest:
            fix = "look at the year of the day of return"
            return self._found(rule, f"the day of return is very far away: {found.words}", fix, _LIKELY)
        return None

    def _nobody_returns(self) -> str:
        if self._kind is NoteKind.LEFT:
            return "nobody comes back to the address"
        if self._returning.found is not None:
            return ""
        return {
            NoteKind.PATTERN: "it tells the days on which somebody works",
            NoteKind.UNMONITORED: "it is an address that nobody reads",
            NoteKind.ONE_DAY: "it is away for one day at most",
            NoteKind.CLOSED: "it may tell when an office is open as a rule",
        }.get(self._kind, "")

    def _unreturned(self) -> Finding | NotJudged:
        rule, words = AbsenceRule.RETURN_DATE, self._rules.words
        if self._sent_on is None:
            return self._unjudged(rule, "the message does not say on which day it was written")
        if self._reply.is_shared:
            return self._unjudged(rule, "several people use the address")
        if self._reply.is_bilingual:
            return self._unjudged(rule, "a part of it is in another language, or was not read")
        if self._reply.says(words.long) or self._reply.says(words.open_ended):
            return self._unjudged(rule, "the end of this absence may not be known")
        if self._returning.unread:
            return self._unjudged(rule, "what it says about days does not tell the day of return")
        fix = "add the day of return, such as: 'I will be back on (weekday, day and month).'"
        return self._found(rule, "it does not say when its writer is back", fix, _SURE)

    # The words (J9, F19) -------------------------------------------------------------------------------------------

    def _reasons(self) -> Iterator[Finding]:
        for reason, words in self._reply.reasons():
            evidence = f"it gives a reason of {reason.name}" if reason.private else f'"{words}"'
            yield self._found(AbsenceRule.REASON, evidence, reason.instead, _SURE)

    def _wording(self) -> Iterator[Finding]:
        told = set[str]()
        for one in wording_findings(self._reply.text, self._rules.lint):
            if one.clause == _F19 and one.instead not in told:
                told.add(one.instead)
                yield self._found(AbsenceRule.ABSENCE_WORDING, f'"{one.words}"', one.instead, _SURE)

    def _found(self, rule: AbsenceRule, evidence: str, fix: str, confidence: float) -> Finding:
        return Finding(rule=rule, clause=self._rules.standard.rules[rule], evidence=evidence, fix=fix, confidence=confidence)

    def _unjudged(self, rule: AbsenceRule, why: str) -> NotJudged:
        return NotJudged(rule=rule, clause=self._rules.standard.rules[rule], why=why)
