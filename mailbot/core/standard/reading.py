"""A message as the rules of a standard look at it, and what a rule brings."""

from dataclasses import dataclass

from mailbot.core.standard.author import Author
from mailbot.core.standard.contact import has_address, has_phone
from mailbot.core.standard.mail import Line, StaffMail
from mailbot.core.standard.names import full_name, says_name
from mailbot.core.standard.signature import Parts, may_stand_below_quotes, text_of
from mailbot.core.standard.values import Finding, NotJudged, SignatureWords, Standard, StandardRule

SURE, LIKELY, PERHAPS = 0.95, 0.85, 0.6
Outcome = Finding | NotJudged | None
_CARDS = ("text/vcard", "text/x-vcard", "text/directory", "application/vcard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One message in parts, who wrote it, and what it is held against. ``name``: the author's, in words."""

    mail: StaffMail
    author: Author
    name: tuple[str, ...]
    parts: Parts
    standard: Standard
    words: SignatureWords

    @property
    def signs(self) -> bool:
        """Another full name that the signature begins with, such as a short form or a name after marriage."""
        return any(full_name(line.text, self.words) for line in self.parts.signature[:3])

    @property
    def says_author(self) -> bool:
        return says_name(text_of(self.parts.whole), self.name)

    @property
    def elsewhere(self) -> str:
        """Where what is missing may stand: in a picture, in a card beside the text, or at the very end."""
        if any(each.content_type in _CARDS or each.filename.lower().endswith(".vcf") for each in self.mail.message.attachments):
            return "the signature may stand in the card that is attached"
        lines = (*self.parts.signature, *self.parts.below) if self.parts.located else self.parts.body[-4:]
        if has_phone(lines) or has_address(lines):
            return ""
        if any(line.images for line in lines):
            return "the signature is a picture"
        below = may_stand_below_quotes(self.mail.lines, self.name)
        return "the signature may stand below what is quoted" if below else ""

    def said(self, lines: tuple[Line, ...]) -> str:
        """The words of some lines on one line, in lower case."""
        return " ".join(text_of(lines).lower().replace("&", " and ").split())

    def found(self, rule: StandardRule, evidence: str, fix: str, confidence: float) -> Finding:
        return Finding(rule=rule, clause=self.standard.rules[rule], evidence=evidence, fix=fix, confidence=confidence)

    def unjudged(self, rule: StandardRule, why: str) -> NotJudged:
        return NotJudged(rule=rule, clause=self.standard.rules[rule], why=why)

    def missing(self, rule: StandardRule, evidence: str, fix: str, confidence: float = SURE) -> Outcome:
        """What is not there, unless it may stand where it cannot be read."""
        if why := self.elsewhere:
            return self.unjudged(rule, why)
        return self.found(rule, evidence, fix, confidence)
