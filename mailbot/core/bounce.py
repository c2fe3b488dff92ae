"""Bounces: what a mail server's report means for the one letter it is about.

Follows RFC 3463 (status codes) and RFC 3464 (reports). What a code or a phrase means is data (``rules/bounces``).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.core.report import Failure, Outcome, Report, ReportedAction, ReportedRecipient

MOST_WORDS = 200
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceRules:
    """What status codes mean, then what phrases mean (in order), and the phrases of a server that goes on trying."""

    statuses: Mapping[str, Failure] = field(default_factory=dict)
    phrases: tuple[tuple[Failure, tuple[str, ...]], ...] = ()
    delays: tuple[str, ...] = ()


def judge(report: Report, recipient: str, rules: BounceRules) -> Outcome | None:
    """What a report says of the letter that went to ``recipient`` alone; None if it says nothing of a delivery.

    Where it names that address, only what it says of it counts: another's failure is not this one's.
    """
    mine = [one for one in report.recipients if recipient.lower() in one.addresses]
    told = min(mine or report.recipients, key=_gravity, default=None) or _told_by_words(report, rules)
    if told is None:
        return None
    detail = f"{told.status} {_ADDRESS.sub('…', told.diagnostic or report.words)}".strip()[:MOST_WORDS]
    if told.action is not ReportedAction.FAILED:
        return Outcome(action=told.action, detail=detail)
    failure = _failure(told.status, (told.diagnostic.lower(), report.words), rules)
    others = bool(report.recipients) or (bool(report.named) and recipient.lower() not in report.named)
    return Outcome(action=told.action, failure=failure, detail=detail, elsewhere=others and not mine)


def whose_failure(report: Report, recipient: str, copies: Sequence[str]) -> str:
    """Of a letter to several, whose copy a report is about: the first that it names, or else the recipient's."""
    named = {address for one in report.recipients for address in one.addresses}
    return next((one for one in (recipient, *copies) if one.lower() in named), recipient)


def _gravity(told: ReportedRecipient) -> int:
    """Of several things said of one address the worst counts: a failure ends what a delay only announced."""
    return list(ReportedAction).index(told.action)


def _told_by_words(report: Report, rules: BounceRules) -> ReportedRecipient | None:
    """A report of no known form: its words must speak of a failure or a delay, or it may be anything, such as an absence."""
    if any(phrase in report.words for phrase in rules.delays):
        return ReportedRecipient(addresses=frozenset(), action=ReportedAction.DELAYED, status=report.status)
    if report.status or _meant(report.words, rules):
        return ReportedRecipient(addresses=frozenset(), action=ReportedAction.FAILED, status=report.status)
    return None


def _failure(status: str, said: tuple[str, ...], rules: BounceRules) -> Failure:
    """By the code; where that says little, by the server's words. A code of class 4 never means a dead address."""
    if status in rules.statuses:
        return rules.statuses[status]
    found = next(filter(None, (_meant(text, rules) for text in said)), Failure.UNCLEAR)
    if status.startswith("4"):
        return found if found is Failure.MAILBOX_FULL else Failure.TEMPORARY
    return found


def _meant(text: str, rules: BounceRules) -> Failure | None:
    return next((means for means, phrases in rules.phrases if any(phrase in text for phrase in phrases)), None)
