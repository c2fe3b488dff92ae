"""Forms of a letter for a language or a pack. Each has a name of its own, which is its folder below the letters:

    receipt              receipt/cy              receipt/harbour              receipt/harbour/cy

so each has its versions, its drafts and its history for itself. A folder of two letters is a language (ISO 639-1).
"""

import re

from mailbot.core.tongue import ENGLISH_CODE

_LANGUAGE = re.compile(r"[a-z]{2}")


def variant_name(letter: str, pack: str = "", language: str = "") -> str:
    """The name of a letter's form for a pack and a language; English is what a letter is in without one."""
    return "/".join(filter(None, (letter, pack, "" if language == ENGLISH_CODE else language)))


def letter_of(name: str) -> str:
    """The letter that this is a form of."""
    return name.partition("/")[0]


def language_of(name: str) -> str:
    """The language that this form is in."""
    last = name.rpartition("/")[2]
    return last if "/" in name and _LANGUAGE.fullmatch(last) else ENGLISH_CODE


def pack_of(name: str) -> str:
    """The pack that this form is for; empty: every pack."""
    parts = [part for part in name.split("/")[1:] if not _LANGUAGE.fullmatch(part)]
    return parts[0] if parts else ""


def choices(letter: str, pack: str, language: str) -> tuple[str, ...]:
    """The forms that may serve, the best first: of pack and language, of the language, of the pack, the letter itself."""
    wanted = ((pack, language), ("", language), (pack, ""), ("", ""))
    return tuple(dict.fromkeys(variant_name(letter, *each) for each in wanted))


def rests_on(name: str) -> tuple[str, ...]:
    """The forms from which this one may take what it does not say itself, the nearest first."""
    return tuple(each for each in choices(letter_of(name), pack_of(name), language_of(name)) if each != name)
