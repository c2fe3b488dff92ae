"""Which words speak for a class: the rules of rules/classes, as values."""

from dataclasses import dataclass

from mailbot.core.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that speak for (positive weight) or against a class. ``in_subject``: they count only in the subject."""

    text: str
    weight: float
    in_subject: bool = False
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """The file of one class or flag, ``class_``, with texts that must and must not be given it.

    ``must_ask``: texts that ask for the class, be it beside another; ``must_not_ask``: texts that do not. ``asks_in_part``: the
    share that the classifier must give a part of a text, taken by itself, for it to ask for the class; None: none will do.
    """

    class_: str
    phrases: tuple[Phrase, ...]
    must_hit: tuple[str, ...]
    must_not_hit: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    must_ask: tuple[str, ...] = ()
    must_not_ask: tuple[str, ...] = ()
    asks_in_part: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRules:
    """The rules of every class, or of every flag, and the version (digest) of their files."""

    version: str
    rules: tuple[ClassRule, ...]
