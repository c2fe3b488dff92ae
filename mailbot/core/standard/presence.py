"""What a signature holds: the person, how to reach them, and what they do (J5, G4)."""

import re

from mailbot.core.standard.contact import ADDRESS, addresses, has_address, has_phone, phones
from mailbot.core.standard.names import first_names, full_name, holds_name, in_other_letters, plain
from mailbot.core.standard.reading import LIKELY, SURE, Outcome, Reading
from mailbot.core.standard.signature import text_of
from mailbot.core.standard.values import StandardRule

_REPLY = re.compile(r"\s*(?:re|aw|sv|antw)\s*:", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_WRITER = frozenset({"i", "me", "my"})
_PLACE = re.compile(r"@|www\.|https?:|\w\.(?:org|gov|com|net|uk|je)\b")


def name(reading: Reading) -> Outcome:
    if reading.says_author or reading.signs:
        return None
    if in_other_letters(text_of(reading.parts.whole)):
        return reading.unjudged(StandardRule.NAME, "it is written in other letters")
    lines = reading.parts.signature[:2]
    seen = ", ".join(first_names((line.text for line in lines), reading.words)) or "no name below the text"
    return reading.missing(StandardRule.NAME, seen, f"sign with first name and surname: {reading.author.name}")


def phone(reading: Reading) -> Outcome:
    if has_phone(reading.parts.about_writer) or _invited(reading, has_number=True):
        return None
    if _may_be_own(reading, has_number=True):
        return reading.unjudged(StandardRule.PHONE, "a number in the text may be the writer's")
    fix = "add a line with your telephone number, such as 'Telephone: …'"
    return reading.missing(StandardRule.PHONE, _in_signature(reading, "no telephone number"), fix)


def email(reading: Reading) -> Outcome:
    sender, parts = reading.mail.message.sender, reading.parts
    if has_address(parts.about_writer) or sender in addresses(parts.body) or _invited(reading, has_number=False):
        return None
    if _may_be_own(reading, has_number=False):
        return reading.unjudged(StandardRule.EMAIL, "an address in the text may be the writer's")
    fix = f"add a line with your e-mail address{f': {sender}' if sender else ''}"
    return reading.missing(StandardRule.EMAIL, _in_signature(reading, "no e-mail address"), fix)


def _invited(reading: Reading, *, has_number: bool) -> bool:
    """A sentence of the text says how to reach the writer."""
    texts = _with_way(reading, has_number=has_number)
    return any(each in text.lower() for text in texts for each in reading.words.reachable)


def _may_be_own(reading: Reading, *, has_number: bool) -> bool:
    """A line of the text has a number, or an address, and speaks of its writer."""
    return any(not _WRITER.isdisjoint(_said(text)) for text in _with_way(reading, has_number=has_number))


def _with_way(reading: Reading, *, has_number: bool) -> list[str]:
    lines = reading.parts.body
    return [line.text for line in lines if (any(phones(line.text)) if has_number else bool(addresses([line])))]


def _in_signature(reading: Reading, what: str) -> str:
    return f"{what} in the signature" if reading.parts.located else f"{what}, and no signature"


def job_title(reading: Reading) -> Outcome:
    return _what_they_do(reading, StandardRule.JOB_TITLE, "job title")


def team(reading: Reading) -> Outcome:
    return _what_they_do(reading, StandardRule.TEAM, "team")


def _what_they_do(reading: Reading, rule: StandardRule, what: str) -> Outcome:
    """Job titles and teams may go by any name: only where no line could be one is it sure that there is none."""
    if not reading.parts.located:
        return reading.unjudged(rule, "no signature was found")
    words = reading.words
    known, other = (words.teams, words.job_titles) if rule is StandardRule.TEAM else (words.job_titles, words.teams)
    if any(not known.isdisjoint(_said(line.text)) for line in reading.parts.signature):
        return None
    unknown = [line.text for line in reading.parts.signature if other.isdisjoint(_said(line.text))]
    if any(_may_be_anything(reading, text) for text in unknown):
        return reading.unjudged(rule, f"a line may be the {what}, in words that are not known")
    return reading.missing(rule, f"no {what} in the signature", f"add a line with your {what}")


def _said(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _may_be_anything(reading: Reading, text: str) -> bool:
    """A line of words that is no name, number, address or place of the web."""
    is_name = bool(full_name(text, reading.words)) or set(map(plain, _said(text))) <= set(reading.name)
    return bool(_WORD.search(text)) and not is_name and not any(phones(text)) and not _PLACE.search(text)


def named_contact(reading: Reading) -> Outcome:
    message = reading.mail.message
    is_reply = bool(message.in_reply_to) or bool(_REPLY.match(message.subject))
    if not is_reply or reading.signs or reading.says_author or _signed(reading) or _names_somebody(reading):
        return None
    fix = f"say who deals with it{f': {reading.author.name}' if reading.author.name else ''}"
    evidence = "the answer names nobody who deals with it"
    return reading.missing(StandardRule.NAMED_CONTACT, evidence, fix, LIKELY if reading.parts.located else SURE - 0.1)


def _signed(reading: Reading) -> bool:
    """A name, or a first name, in the signature or where it would stand."""
    parts = reading.parts
    lines = (*(parts.signature[:4] if parts.located else parts.body[-2:]), *parts.below)
    texts = [ADDRESS.sub(" ", line.text) for line in lines]
    initials = "".join(word[0] for word in reading.name)
    own = {*reading.name, initials, initials[:1]} - {""}
    return (
        any(holds_name(text, reading.words) or not own.isdisjoint(map(plain, _said(text))) for text in texts)
        or any(plain(text.replace(".", "")) in own for text in texts)
        or bool(first_names(texts, reading.words))
    )


def _names_somebody(reading: Reading) -> bool:
    """A sentence such as "Ben Marsh is dealing with it"."""
    return any(
        any(each in line.text.lower() for each in reading.words.naming) and holds_name(line.text, reading.words)
        for line in reading.parts.body
    )
