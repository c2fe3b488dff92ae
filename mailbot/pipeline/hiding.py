"""Gathering for a case whose names are hidden: by what they are known, and what its recorded texts become (F11)."""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.action import Action, ChangeCase, Decision, LearnClass, Note, TakeTurn
from mailbot.core.case import ASSIGNED, RAW_OPENED, Case
from mailbot.core.person_name import NameRules, Sought, blacked, known_in
from mailbot.core.policy import MailboxPolicy
from mailbot.core.redaction import HiddenTexts, without_names_in
from mailbot.ports import Transaction

_WHO_DID_IT = (ASSIGNED, RAW_OPENED)
"""What the history says of these must name whoever it was."""


def sought_in(case: Case | None, policy: MailboxPolicy, rules: NameRules) -> Sought:
    """By what names are known in what is new of a case; None: a case that is to be opened."""
    staff = tuple((one.name, one.address) for one in policy.directory.people)
    marks = frozenset(case.name_marks) if case else frozenset[str]()
    return Sought(rules=rules, staff=staff, marks=marks, secret=policy.tag_secret)


def said_without_names(decision: Decision, case: Case, policy: MailboxPolicy, rules: NameRules) -> Decision:
    """What staff said of a case, as the history has it: without whoever the case is about. Who did what stays."""
    if not case.restricted:
        return decision
    about = tuple(one.name for one in policy.directory.people if one.address in case.named)
    sought = replace(sought_in(case, policy, rules), staff=(), about=about)
    return Decision(tuple(_without_names(action, sought) for action in decision.actions))


def _without_names(action: Action, sought: Sought) -> Action:
    match action:
        case LearnClass():
            return replace(action, why=_black(action.why, sought))
        case Note() | ChangeCase() | TakeTurn() if action.reason.rule not in _WHO_DID_IT:
            return replace(action, reason=replace(action.reason, detail=_black(action.reason.detail, sought)))
        case _:
            return action


def _black(text: str, sought: Sought) -> str:
    return blacked(text, known_in(text, sought))


def hidden_texts(
    transaction: Transaction, case: Case, sought: Sought, *, why: str = "", about: Sequence[str] = (), new: str = ""
) -> HiddenTexts:
    """What the texts of a case become. ``why``: words of staff; ``about``: whom they name; ``new``: what is to be recorded."""
    words = transaction.recorded.of_case(case.id)
    known = replace(sought.sparing(words.customer), about=tuple(about))
    return without_names_in(words.texts, why, known, new)
