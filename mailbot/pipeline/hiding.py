"""Gathering for a case whose names are hidden: by what they are known, and what its recorded texts become (F11)."""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.case import Case
from mailbot.core.person_name import NameRules, Sought
from mailbot.core.policy import MailboxPolicy
from mailbot.core.redaction import HiddenTexts, without_names_in
from mailbot.ports import Transaction


def sought_in(case: Case | None, policy: MailboxPolicy, rules: NameRules) -> Sought:
    """By what names are known in what is new of a case; None: a case that is to be opened."""
    staff = tuple((one.name, one.address) for one in policy.directory.people)
    marks = frozenset(case.name_marks) if case else frozenset[str]()
    return Sought(rules=rules, staff=staff, marks=marks, secret=policy.tag_secret)


def hidden_texts(
    transaction: Transaction, case: Case, sought: Sought, *, why: str = "", about: Sequence[str] = (), new: str = ""
) -> HiddenTexts:
    """What the texts of a case become. ``why``: words of staff; ``about``: whom they name; ``new``: what is to be recorded."""
    words = transaction.recorded.of_case(case.id)
    known = replace(sought.sparing(words.customer), about=tuple(about))
    return without_names_in(words.texts, why, known, new)
