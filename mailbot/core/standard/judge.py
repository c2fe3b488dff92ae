"""Judging a message of a member of staff by a standard (J5 to J8, G4, F19)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.lint import LintRules, wording_findings
from mailbot.core.message import Message
from mailbot.core.quoting import QuoteRules
from mailbot.core.standard.author import Author
from mailbot.core.standard.contact import addresses, has_phone, phones
from mailbot.core.standard.font import font_seen
from mailbot.core.standard.mail import StaffMail
from mailbot.core.standard.names import first_names, full_name, says_name, words_of
from mailbot.core.standard.signature import is_named, parts_of
from mailbot.core.standard.values import Finding, Judgement, NotJudged, SignatureWords, Standard, StandardRule

_F19 = "F19"
_SURE, _LIKELY, _PERHAPS = 0.95, 0.85, 0.6
_PERSONAL = frozenset({StandardRule.NAME, StandardRule.PHONE, StandardRule.EMAIL, StandardRule.FONT})
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw)\s*:", re.IGNORECASE)
_AUTOMATIC = re.compile(r"\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office)\b", re.IGNORECASE)
_SMALL_SHARE = 0.1
_ENGLISH_SHARE = 0.12
_FEW_WORDS = 8
_VCARD = ("text/vcard", "text/x-vcard", "text/directory")

Outcome = Finding | NotJudged | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A standard, and the words by which messages are read."""

    standard: Standard
    words: SignatureWords
    lint: LintRules
    quoting: QuoteRules


def judge(mail: StaffMail, author: Author, rules: Rules) -> Judgement:
    """What in a message does not meet the standard, and what could not be judged."""
    judging = _Judging(mail, author, rules)
    outcomes = [each for rule in rules.standard.rules for each in judging.outcomes(rule)]
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


def is_automatic(message: Message) -> bool:
    """RFC 3834 section 5, and the subjects and fields of mail programs that do not keep to it."""
    marked = (message.header("auto-submitted") or "no").partition(";")[0].strip().lower() != "no"
    return marked or bool(message.header("x-autoreply")) or bool(_AUTOMATIC.match(message.subject))


class _Judging:
    """One message, for each rule in turn."""

    def __init__(self, mail: StaffMail, author: Author, rules: Rules) -> None:
        self._mail, self._author, self._standard, self._rules = mail, author, rules.standard, rules
        self._name = words_of(author.name)
        self._parts = parts_of(mail.lines, rules.words, self._name)

    def outcomes(self, rule: StandardRule) -> Iterator[Finding | NotJudged]:
        """What one rule brings: as a rule nothing."""
        if why := self._why_not(rule):
            yield self._unjudged(rule, why)
            return
        if rule is StandardRule.WORDING:
            yield from self._wording()
            return
        outcome = {
            StandardRule.NAME: self._names,
            StandardRule.PHONE: self._phone,
            StandardRule.EMAIL: self._email,
            StandardRule.NAMED_CONTACT: self._named_contact,
            StandardRule.FONT: self._font,
            StandardRule.CLOSING: self._closing,
            StandardRule.ORGANISATION: self._organisation,
            StandardRule.ON_BEHALF: self._on_behalf,
        }[rule]()
        if outcome is not None:
            yield outcome

    def _why_not(self, rule: StandardRule) -> str:
        if self._mail.why_not:
            return self._mail.why_not
        if is_automatic(self._mail.message):
            return "it is an automatic reply, which nobody signs"
        if not any(line.text for line in (*self._parts.body, *self._parts.signature)):
            return "it holds no words but those that it quotes"
        if rule in _PERSONAL and self._author.why_not:
            return self._author.why_not
        of_language = rule in (StandardRule.CLOSING, StandardRule.WORDING, StandardRule.ORGANISATION, StandardRule.ON_BEHALF)
        return "it is not in English" if of_language and not self._is_english() else ""

    def _is_english(self) -> bool:
        said = re.findall(r"[^\W\d_]+", "\n".join(line.text for line in self._parts.body).lower())
        if len(said) < _FEW_WORDS:
            return True
        return sum(word in self._rules.words.english for word in said) / len(said) >= _ENGLISH_SHARE

    # The person (J5, G4) -------------------------------------------------------------------------------------------

    def _names(self) -> Outcome:
        if says_name(self._parts.whole, self._name) or self._signs():
            return None
        if why := self._elsewhere():
            return self._unjudged(StandardRule.NAME, why)
        seen = ", ".join(first_names(line.text for line in self._parts.signature[:2])) or "no name below the text"
        return self._found(StandardRule.NAME, seen, f"sign with first name and surname: {self._author.name}", _SURE)

    def _signs(self) -> bool:
        """Another full name that the signature begins with, such as a short form or a name after marriage."""
        return any(full_name(line.text, self._rules.words) for line in self._parts.signature[:2])

    def _phone(self) -> Outcome:
        if has_phone(self._parts.signature) or self._invited(has_number=True):
            return None
        if why := self._elsewhere():
            return self._unjudged(StandardRule.PHONE, why)
        fix = "add a line with your telephone number, such as 'Telephone: …'"
        return self._found(StandardRule.PHONE, self._in_signature("no telephone number"), fix, _SURE)

    def _email(self) -> Outcome:
        sender = self._mail.message.sender
        if addresses(self._parts.signature) or sender in addresses(self._parts.body) or self._invited(has_number=False):
            return None
        if why := self._elsewhere():
            return self._unjudged(StandardRule.EMAIL, why)
        fix = f"add a line with your e-mail address{f': {sender}' if sender else ''}"
        return self._found(StandardRule.EMAIL, self._in_signature("no e-mail address"), fix, _SURE)

    def _invited(self, *, has_number: bool) -> bool:
        """A sentence of the text says how to reach the writer."""
        for line in self._parts.body:
            lowered = line.text.lower()
            there = any(phones(line.text)) if has_number else bool(addresses([line]))
            if there and any(each in lowered for each in self._rules.words.reachable):
                return True
        return False

    def _elsewhere(self) -> str:
        """Where what is missing may stand: in a picture, or in a card beside the text."""
        if any(each.content_type in _VCARD for each in self._mail.message.attachments):
            return "the signature may stand in the card that is attached"
        lines = self._parts.signature if self._parts.located else self._parts.body[-3:]
        bare = " ".join(line.text for line in lines)
        if any(line.images for line in lines) and not has_phone(lines) and not addresses(lines) and len(bare.split()) <= 3:
            return "the signature is a picture"
        return ""

    def _in_signature(self, what: str) -> str:
        return f"{what} in the signature" if self._parts.located else f"{what}, and no signature"

    def _named_contact(self) -> Outcome:
        is_reply = bool(self._mail.message.in_reply_to) or bool(_REPLY.match(self._mail.message.subject))
        lines = self._parts.signature[:4]
        if not is_reply or self._signs() or says_name(self._parts.whole, self._name):
            return None
        if any(full_name(line.text, self._rules.words) for line in lines) or first_names(line.text for line in lines):
            return None
        if why := self._elsewhere():
            return self._unjudged(StandardRule.NAMED_CONTACT, why)
        fix = f"say who deals with it{f': {self._author.name}' if self._author.name else ''}"
        return self._found(StandardRule.NAMED_CONTACT, "the answer names nobody who deals with it", fix, _LIKELY)

    # The looks (J6) ------------------------------------------------------------------------------------------------

    def _font(self) -> Outcome:
        wanted = self._standard.font
        if wanted is None:
            return None
        if not self._mail.styled:
            return self._unjudged(StandardRule.FONT, "not applicable: plain text has no font")
        seen = font_seen(self._parts.signature, wanted) if self._parts.located else None
        if seen is None:
            return self._unjudged(StandardRule.FONT, "no signature was found")
        if seen.unknown:
            return self._unjudged(StandardRule.FONT, "its size depends on the reader's window")
        if not seen.share:
            return None
        fix = f"set the signature in {wanted.families[0]} {wanted.points:g} pt"
        sure = _SURE if seen.share > 0.5 else _LIKELY if seen.share > _SMALL_SHARE else _PERHAPS
        return self._found(StandardRule.FONT, f"{seen.words} ({seen.share:.0%} of the signature)", fix, sure)

    # The letter (J7, J8) -------------------------------------------------------------------------------------------

    def _closing(self) -> Outcome:
        closings, said, named = self._standard.closings, self._parts.closing, self._named
        if closings is None:
            return None
        fitting = (*(closings.named if named else closings.unnamed if named is False else ()), *closings.either)
        fix = f"close with {' or '.join(repr(each.capitalize()) for each in fitting[:3])}"
        if not said:
            if not self._parts.salutation or not self._parts.located:
                return self._unjudged(StandardRule.CLOSING, "no closing was found")
            return self._found(StandardRule.CLOSING, "no closing", fix, _LIKELY)
        allowed = (*closings.named, *closings.unnamed, *closings.either)
        if said not in allowed:
            return self._found(StandardRule.CLOSING, f"'{said.capitalize()}' is no closing of the standard", fix, _SURE)
        if said in closings.either or named is None or said in fitting:
            return None
        why = "a salutation with a name" if named else "a salutation without a name"
        return self._found(StandardRule.CLOSING, f"'{said.capitalize()}' after {why}", fix, _SURE)

    @property
    def _named(self) -> bool | None:
        return is_named(self._parts.salutation, self._rules.words)

    def _is_formal(self) -> bool:
        """A salutation by title, or without a name, and a closing of letters: everyday messages have others."""
        closings = self._standard.closings
        if closings is None or self._parts.closing not in (*closings.named, *closings.unnamed):
            return False
        said = re.findall(r"[^\W\d_]+", self._parts.salutation.lower())
        return said[:1] == ["dear"] and (self._named is False or not self._rules.words.titles.isdisjoint(said))

    def _organisation(self) -> Outcome:
        formal = self._standard.formal
        if formal is None or not self._is_formal():
            return None
        said = " ".join(self._parts.whole.lower().split())
        if any(each.lower() in said for each in formal.organisation):
            return None
        fix = f"name the organisation in full: {formal.organisation[0]}"
        return self._found(StandardRule.ORGANISATION, "a formal letter without the organisation's full name", fix, _SURE)

    def _on_behalf(self) -> Outcome:
        formal = self._standard.formal
        if formal is None or not self._is_formal():
            return None
        said = " ".join(self._parts.text.lower().split())
        if any(each.lower() in said for each in formal.on_behalf):
            return None
        fix = f"add below the closing: '{formal.on_behalf[0]}'"
        return self._found(StandardRule.ON_BEHALF, "a formal letter that does not say for whom it is signed", fix, _SURE)

    # The words (F19) -----------------------------------------------------------------------------------------------

    def _wording(self) -> Iterator[Finding]:
        text, told = "\n".join(line.text for line in self._parts.body), set[str]()
        for one in wording_findings(text, self._rules.lint):
            if one.clause == _F19 and one.instead not in told:
                told.add(one.instead)
                yield self._found(StandardRule.WORDING, f'"{one.words}"', one.instead, _SURE)

    def _found(self, rule: StandardRule, evidence: str, fix: str, confidence: float) -> Finding:
        return Finding(rule=rule, clause=self._standard.rules[rule], evidence=evidence, fix=fix, confidence=confidence)

    def _unjudged(self, rule: StandardRule, why: str) -> NotJudged:
        return NotJudged(rule=rule, clause=self._standard.rules[rule], why=why)
