"""Judging a message of a member of staff by a standard (J5 to J8, G4, F19)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mailbot.core.lint import LintRules
from mailbot.core.message import Message
from mailbot.core.quoting import QuoteRules
from mailbot.core.standard import letter_form, presence
from mailbot.core.standard.author import Author
from mailbot.core.standard.font import font
from mailbot.core.standard.mail import StaffMail
from mailbot.core.standard.names import words_of
from mailbot.core.standard.reading import Outcome, Reading
from mailbot.core.standard.signature import parts_of, text_of
from mailbot.core.standard.values import Finding, Judgement, NotJudged, SignatureWords, Standard, StandardRule

_PERSONAL = frozenset({
    StandardRule.NAME, StandardRule.PHONE, StandardRule.EMAIL, StandardRule.JOB_TITLE, StandardRule.TEAM, StandardRule.FONT,
})  # fmt: skip
_OF_LANGUAGE = frozenset({StandardRule.CLOSING, StandardRule.WORDING, StandardRule.ORGANISATION, StandardRule.ON_BEHALF})
_RULES: Mapping[StandardRule, Callable[[Reading], Outcome]] = {
    StandardRule.NAME: presence.name,
    StandardRule.PHONE: presence.phone,
    StandardRule.EMAIL: presence.email,
    StandardRule.JOB_TITLE: presence.job_title,
    StandardRule.TEAM: presence.team,
    StandardRule.NAMED_CONTACT: presence.named_contact,
    StandardRule.FONT: font,
    StandardRule.CLOSING: letter_form.closing,
    StandardRule.ORGANISATION: letter_form.organisation,
    StandardRule.ON_BEHALF: letter_form.on_behalf,
}
_AUTOMATIC = re.compile(
    r"\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|undeliverable|delivery status|recall:"
    r"|message recall|read:|not read:)",
    re.IGNORECASE,
)
_INVITED = re.compile(r"\s*(?:accepted|declined|tentative|canceled|cancelled|invitation):", re.IGNORECASE)
_SEALED = (
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
    "application/pgp-encrypted",
    "application/x-microsoft-rpmsg-message",
)
_PGP = "-----begin pgp message"
_ENGLISH_SHARE = 0.12
_FEW_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A standard, and the words by which messages are read."""

    standard: Standard
    words: SignatureWords
    lint: LintRules
    quoting: QuoteRules


def judge(mail: StaffMail, author: Author, rules: Rules) -> Judgement:
    """What in a message does not meet the standard, and what could not be judged."""
    name = tuple(word for word in words_of(author.name) if word not in rules.words.titles)
    parts = parts_of(mail.lines, rules.words, name)
    reading = Reading(mail=mail, author=author, name=name, parts=parts, standard=rules.standard, words=rules.words)
    outcomes = [each for rule in rules.standard.rules for each in _outcomes(reading, rule, rules.lint)]
    found = [each for each in outcomes if isinstance(each, Finding)]
    unsure = [
        NotJudged(rule=each.rule, clause=each.clause, why=f"not sure enough ({each.confidence:.2f}): {each.evidence}")
        for each in found
        if each.confidence < rules.standard.threshold
    ]
    return Judgement(
        findings=tuple(each for each in found if each.confidence >= rules.standard.threshold),
        not_judged=(*(each for each in outcomes if isinstance(each, NotJudged)), *unsure),
    )


def _outcomes(reading: Reading, rule: StandardRule, lint: LintRules) -> Iterator[Finding | NotJudged]:
    """What one rule brings: as a rule nothing."""
    if why := _why_not(reading, rule):
        yield reading.unjudged(rule, why)
    elif rule is StandardRule.WORDING:
        yield from letter_form.wording(reading, lint)
    elif (outcome := _RULES[rule](reading)) is not None:
        yield outcome


def _why_not(reading: Reading, rule: StandardRule) -> str:
    if why := reading.mail.why_not or _not_a_letter(reading.mail.message):
        return why
    if not any(line.text for line in reading.parts.whole):
        return "it holds no words but those that it quotes"
    if rule in _PERSONAL and reading.author.why_not:
        return reading.author.why_not
    return "it is not in English" if rule in _OF_LANGUAGE and not _is_english(reading) else ""


def is_automatic(message: Message) -> bool:
    """RFC 3834 section 5, and the subjects and fields of mail programs that do not keep to it."""
    marked = (message.header("auto-submitted") or "no").partition(";")[0].strip().lower() != "no"
    reported = message.content_type == "multipart/report"
    return marked or reported or bool(message.header("x-autoreply")) or bool(_AUTOMATIC.match(message.subject))


def _not_a_letter(message: Message) -> str:
    """What programs write, and what only its recipient can open."""
    if is_automatic(message):
        return "it is an automatic reply, which nobody signs"
    types = {each.content_type for each in message.attachments} | {message.content_type}
    bare = {each.content_type for each in message.attachments if not each.filename} | {message.content_type}
    if "text/calendar" in bare or ("text/calendar" in types and _INVITED.match(message.subject)):
        return "it is an invitation, or the answer to one, which a program writes"
    sealed = not types.isdisjoint(_SEALED) or message.text.lstrip()[: len(_PGP)].lower() == _PGP
    return "it is encrypted" if sealed else ""


def _is_english(reading: Reading) -> bool:
    said = re.findall(r"[^\W\d_]+", text_of(reading.parts.body).lower())
    if len(said) < _FEW_WORDS:
        return True
    return sum(word in reading.words.english for word in said) / len(said) >= _ENGLISH_SHARE
