"""Trying the policy before it is used: the examples of class and screening rules, and every letter that a pack names."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core.case import Case, CaseStatus, ClockKind, RunningClock
from mailbot.core.class_rules import ClassRule, ClassRules
from mailbot.core.classify import Classification, classify
from mailbot.core.decide.clarifying import asking
from mailbot.core.decide.occasion import letter_for
from mailbot.core.decide.wording import case_values, digest_values, mailbox_values, receipt_values
from mailbot.core.flag import FlagRules, flagged
from mailbot.core.letter import Audience, LetterSpec, LetterValues, Purpose
from mailbot.core.letter_variant import letter_of, pack_of, variant_name
from mailbot.core.message import Address, Message
from mailbot.core.policy import UNSURE, MailboxPolicy, Pack
from mailbot.core.screen import screen
from mailbot.core.screening_rules import ScreeningRules
from mailbot.core.strong_evidence import Verdict
from mailbot.ports import CheckedLetter, Phrases

ANY_TIME = datetime(2026, 1, 5, 12, tzinfo=UTC)


def failing_examples(rules: ClassRules, phrases: Phrases, pack: Pack) -> Iterator[str]:
    """A sentence for every example that does not come out as its file says, judged by the pack's thresholds."""
    for rule in rules.rules:
        examples = [*((text, True) for text in rule.must_hit), *((text, False) for text in rule.must_not_hit)]
        found = phrases.judge([f"\n\n{text}" for text, _ in examples])
        for (text, must_hit), (hits, _) in zip(examples, found, strict=True):
            judged = classify(hits, pack.looked_for, rules.version)
            if (judged.class_ == rule.class_) is not must_hit:
                wanted = "must" if must_hit else "must not"
                yield (
                    f'rules/classes/{rule.class_}.toml: {wanted} hit: "{text[:80]}" came out as '
                    f"{judged.class_} ({judged.best} {judged.confidence})"
                )
        yield from _failing_asks(rule, rules, phrases, pack)


def _failing_asks(rule: ClassRule, rules: ClassRules, phrases: Phrases, pack: Pack) -> Iterator[str]:
    examples = [*((text, True) for text in rule.must_ask), *((text, False) for text in rule.must_not_ask)]
    found = phrases.judge([f"\n\n{text}" for text, _ in examples])
    for (text, must_ask), (hits, _) in zip(examples, found, strict=True):
        judged = classify(hits, pack.classes, rules.version)
        if (rule.class_ in {judged.best, *judged.also}) is not must_ask:
            wanted, named = "must" if must_ask else "must not", ", ".join((judged.best, *judged.also))
            yield f'rules/classes/{rule.class_}.toml: {wanted} ask: "{text[:80]}" came out as {named}'


def failing_flag_examples(rules: FlagRules, phrases: Phrases) -> Iterator[str]:
    """A sentence for every example of the flags that does not come out as its file says."""
    nothing = Classification(class_=UNSURE, best=UNSURE, confidence=0.0)
    for rule in rules.words.rules:
        examples = [*((text, True) for text in rule.must_hit), *((text, False) for text in rule.must_not_hit)]
        found = phrases.judge([f"\n\n{text}" for text, _ in examples])
        for (text, must_hit), (hits, _) in zip(examples, found, strict=True):
            judged = flagged(nothing, hits, "", rules)
            if (rule.class_ in judged.flags) is not must_hit:
                wanted = "must" if must_hit else "must not"
                spoke = ", ".join(hit.rule for hit in hits if hit.class_ == rule.class_) or "nothing spoke"
                yield f'rules/flags/{rule.class_}.toml: {wanted} hit: "{text[:80]}" ({spoke})'


def failing_screening_examples(rules: ScreeningRules) -> Iterator[str]:
    """A sentence for every example of the screening rules that does not come out as its file says: words alone, no header."""
    for example in rules.examples:
        somebody = Address(address="somebody@example.org")
        message = Message(
            digest="", subject=example.subject, text=example.text, from_=somebody, to=(Address(address="us@example.org"),)
        )
        screening = screen(message, rules)
        silent = "silent" if screening.verdict is Verdict.HUMAN and not screening.may_answer else screening.verdict.value
        if silent != example.comes_out:
            why = ", ".join(reason.rule for reason in (*screening.reasons, *screening.silences))
            yield (
                f'rules/screening/phrases/{example.file}: "{example.subject[:60]}" must come out as {example.comes_out} '
                f"and came out as {silent} ({why or 'nothing spoke'})"
            )


def unwritable_letters(
    policy: MailboxPolicy, known: Container[str], missing: Callable[[str, LetterValues], tuple[str, ...]]
) -> Iterator[str]:
    """A sentence for every letter that could not be written for the emptiest message: no subject, no signatory."""
    for what, letter, values in _emptiest(policy):
        if letter not in known:
            yield f"{what}: there is no letter '{letter}'"
            continue
        yield from (_hole(what, letter, name) for name in missing(letter, values))


def untold(policy: MailboxPolicy, known: Mapping[str, LetterSpec]) -> Iterator[str]:
    """A sentence for every letter to customers that is not there in a language in which the pack answers."""
    sent = dict.fromkeys(letter for _, letter, _ in _letters(policy))
    for code in policy.pack.tongues:
        for letter in (each for each in sent if each in known and known[each].audience is Audience.CUSTOMER):
            forms = (variant_name(letter, policy.pack.name, code), variant_name(letter, "", code))
            if not any(form in known for form in forms):
                yield (
                    f"languages: the pack answers in '{code}', and letter '{letter}' is not there in it; translate "
                    f"{letter}/body.txt.j2 into {forms[-1]}/body.txt.j2, and its subject, or take '{code}' out"
                )


def holes(letter: CheckedLetter, policies: Iterable[MailboxPolicy]) -> Iterator[str]:
    """A sentence for every occasion on which a pack sends this letter and a name in it may have no value."""
    for policy in policies:
        for what, name, values in _emptiest(policy):
            if name == letter_of(letter.spec.name) and pack_of(letter.spec.name) in ("", policy.pack.name):
                yield from (_hole(what, name, missing) for missing in letter.missing(values))


def _hole(what: str, letter: str, name: str) -> str:
    return f"{what}: letter '{letter}': {name} may lack a value; write a line for it under [fallbacks] in letter.toml"


def _emptiest(policy: MailboxPolicy) -> Iterator[tuple[str, str, LetterValues]]:
    """Each occasion, its letter and the values of the emptiest message."""
    for what, letter, values in _letters(replace(policy, signatory="")):
        yield what, letter, replace(values, reference="reference")


def _letters(policy: MailboxPolicy) -> Iterator[tuple[str, str, LetterValues]]:
    """Every letter of the pack with the least that it can count on."""
    pack = policy.pack
    yield "letters.neutral_receipt", pack.letters.neutral_receipt, receipt_values(policy, None, "", ANY_TIME, None)
    for name, class_ in pack.classes.items():
        promised = ANY_TIME.date() if any(rule.promised for rule in pack.clocks_for(name)) else None
        yield f"classes.{name}.receipt", class_.receipt, receipt_values(policy, class_, "", ANY_TIME, promised)
    for name, flag in pack.flags.items():
        if flag.receipt:
            values = replace(receipt_values(policy, None, "", ANY_TIME, None), call=flag.call or None)
            yield f"flags.{name}.receipt", flag.receipt, values
    for purpose, more in _GIVEN.items():
        name = letter_for(pack.letters, purpose)
        yield f"letters.{purpose.value}", name, replace(case_values(policy, _CASE, _CLOCK), **more)
    for event in ("handover", "handover_organisation", "handover_details", "handover_answer", "contact_taken"):
        given = {"owner": "name", "owner_contact": "address", "note_lines": "- line"}
        yield f"letters.{event}", getattr(pack.letters, event), replace(case_values(policy, _CASE, None), **given)
    if (clarification := pack.intents.clarification) is not None:
        values = asking(case_values(policy, _CASE, None), (), ANY_TIME.date())
        yield "intents.clarification.letter", clarification.letter, values
    for number, way in enumerate(pack.handover.route if pack.handover else (), 1):
        given = {"owner": "name", "owner_contact": "address", "note_lines": "- line"}
        yield f"handover.route[{number}].letter", way.letter, replace(case_values(policy, _CASE, None), **given)
    back = {"letter_words": "letter", "failed_address": "address", "failure": "why"}
    yield "letters.undelivered", pack.letters.undelivered, replace(case_values(policy, _CASE, None), **back)
    yield "letters.staff_undelivered", pack.letters.staff_undelivered, replace(mailbox_values(policy), **back)
    change = replace(mailbox_values(policy), summary_lines="- line")
    yield "letters.directory_change", pack.letters.directory_change, change
    yield "letters.standards_note", pack.letters.standards_note, change
    yield "letters.standards_month", pack.letters.standards_month, replace(change, month="month")
    month = replace(mailbox_values(policy), partner="name", month="month", summary_lines="- line")
    yield "letters.contact_log", pack.letters.contact_log, month
    yield "letters.digest", pack.letters.digest, digest_values(policy, ("- line",))


_GAP = {"gap_what": "what", "gap_number": "1", "gap_reporter": "name", "partner": "name"}
# What each letter of a date is given beyond the case itself.
_GIVEN: dict[Purpose, dict[str, str]] = {
    Purpose.DELAY_NOTICE: {"revised_on": "date"},
    Purpose.PROGRESS_NOTICE: {"next_on": "date"},
    Purpose.STATUS_NOTICE: {"next_on": "date"},
    Purpose.SILENCE_WARNING: {"answer_by": "date"},
    Purpose.SILENCE_CLOSING: {},
    Purpose.HEADS_UP: {"letter_words": "letter", "goes_on": "date"},
    Purpose.DUE_SOON: {"days_left": "1"},
    Purpose.DUE_TODAY: {},
    Purpose.OVERDUE_ALERT: {"days_late": "1"},
    Purpose.NO_OWNER: {},
    Purpose.UNREAD: {},
    Purpose.FLAG_NOTICE: {"alarm_what": "what"},
    Purpose.ALARM: {"alarm_what": "what", "alarm_number": "1"},
    Purpose.ASSIGNMENT: {"owner": "name", "owner_contact": "address"},
    Purpose.WITHDRAWAL: {},
    Purpose.ALSO_ARRIVED: {},
    Purpose.NOT_TAKEN: {"failure": "why"},
    Purpose.WROTE_AGAIN: {"owner": "name", "message_lines": "> words"},
    Purpose.CONTACT_FOR_YOU: {"owner": "name", "note_lines": "- line"},
    Purpose.GAP: _GAP,
    Purpose.GAP_REMINDER: _GAP,
    Purpose.GAP_UNANSWERED: {**_GAP, "gap_since": "Monday 3 November 2025", "gap_contact": "Ada Finch", "gap_asked": "3"},
    Purpose.GAP_HELD: _GAP,
    Purpose.GAP_CLOSED: {**_GAP, "gap_outcome": "added", "gap_url": "address"},
    Purpose.ANSWER_WAITS: {"goes_at": "time", "own_lines": "> words"},
    Purpose.ANSWERED_FIRST: {"reply_waits": "1"},
    Purpose.ABOUT_REPLY: {"failure": "why"},
}
_CLOCK = RunningClock(
    id=1,
    name="clock",
    kind=ClockKind.RESPONSE,
    law="",
    started_by="receipt",
    started_at=ANY_TIME,
    counts_from=ANY_TIME,
    due_at=ANY_TIME,
    original_due_at=ANY_TIME,
    why="",
    stopped_by=(),
)
_CASE = Case(
    id=1,
    reference="reference",
    mailbox="",
    pack="",
    class_=UNSURE,
    status=CaseStatus.OPEN,
    customer="",
    subject="",
    opened_at=ANY_TIME,
    version=1,
    observed=False,
)
