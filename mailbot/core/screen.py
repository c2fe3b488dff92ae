"""Screening: what is this message, and may it be answered? The only place that permits an automatic letter.

Follows RFC 3834 (when not to answer), RFC 5230 section 4 (lists, system addresses), RFC 3464 and RFC 6522 (reports).
Rules are data (``rules/screening``); they may add reasons for silence and never remove one. When in doubt the case is
opened and nothing is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mailbot.core.action import Permission, Reason
from mailbot.core.case import Case
from mailbot.core.evidence import Evidence
from mailbot.core.field_match import (
    came_by_group_of,
    first_token,
    has_null_return_path,
    header_evidence,
    rules_about,
    sender_matches,
)
from mailbot.core.message import Message
from mailbot.core.policy import Caps, MailboxPolicy, Scoring, ScreeningRules
from mailbot.core.weak_evidence import weak_evidence

ROUNDING = 1e-9

LOOKS_AUTOMATIC = "looks-automatic"
TRUSTED_SENDER = "trusted-sender"
DMARC_FAIL = "dmarc-fail"


class Verdict(StrEnum):
    """What kind of message this is."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OTHER_AUTOMATIC = "other_automatic"
    OWN = "own"
    SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """The verdict with its reasons, and the reasons for silence on top of it."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    silences: tuple[Reason, ...] = ()

    @property
    def may_answer(self) -> bool:
        return self.verdict is Verdict.HUMAN and not self.silences

    @property
    def is_relayed(self) -> bool:
        """Whether a trusted sender wrote it for a person: all its messages have one subject."""
        return any(reason.rule == TRUSTED_SENDER for reason in self.reasons)

    @property
    def is_forged(self) -> bool:
        """Whether our border found that its author may be somebody else."""
        return any(reason.rule == DMARC_FAIL for reason in self.silences)

    @property
    def looks_automatic(self) -> bool:
        """Whether it may be a person's and may be a robot's."""
        return any(reason.rule == LOOKS_AUTOMATIC for reason in self.silences)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was already sent to this sender: for this case, and today; and the receipts of the last hour.

    ``of_mailbox``, ``to_domain``, ``of_shape``: by this mailbox, to the sender's domain (none where people share it), on
    subjects of the same shape. ``in_all``: by the installation. ``unreachable``: a report said nothing arrives there.
    """

    receipts_for_case: int = 0
    answers_today: int = 0
    of_mailbox: int = 0
    to_domain: int = 0
    of_shape: int = 0
    in_all: int = 0
    unreachable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMarks:
    """What is ours: watched addresses, those that are answered for, and whether the Message-ID is one that we gave out.

    ``relay``: the trusted sender that wrote for a person. ``dmarc``: what our own border says of the author's domain.
    ``spam_fields``: the fields by which it marks spam; empty: it is not known, and every field that marks spam counts.
    """

    addresses: frozenset[str] = frozenset()
    answerable: frozenset[str] = frozenset()
    is_our_message_id: bool = False
    relay: str = ""
    dmarc: str = ""
    spam_fields: frozenset[str] = frozenset()


def screen(
    message: Message, rules: ScreeningRules, own: OwnMarks | None = None, weak: Sequence[Evidence] | None = None
) -> Screening:
    """Judge one message: the first verdict that something speaks for holds. ``weak``: its weak evidence, if it is known."""
    own = own or OwnMarks()
    if own.relay and not own.is_our_message_id:
        return Screening(verdict=Verdict.HUMAN, reasons=(Reason(TRUSTED_SENDER, own.relay),))
    verdicts = _verdicts(message, rules, own)
    first = next(verdicts, None)
    if first is not None and (first[0] is not Verdict.OWN or own.is_our_message_id):
        verdict, reason = first
        reasons = [reason, *(other for kind, other in verdicts if kind is verdict)]
        return Screening(verdict=verdict, reasons=tuple(reasons))
    found = weak_evidence(message, rules.scoring) if weak is None else weak
    if first is not None:
        return _in_our_name(found, rules.scoring, first[1])
    return _weighed(found, rules.scoring, tuple(_silences(message, rules, own)))


def _in_our_name(found: Sequence[Evidence], scoring: Scoring, reason: Reason) -> Screening:
    """It bears our address and is no letter of ours: a colleague's, unless its words are those of an absence note."""
    notes = [one for one in found if one.verdict in (Verdict.AUTO_REPLY, Verdict.HUMAN)]
    weighed = _weighed(notes, scoring, ())
    if weighed.verdict is Verdict.AUTO_REPLY:
        return weighed
    return Screening(verdict=Verdict.OWN, reasons=(reason,), silences=weighed.silences)


def _weighed(found: Sequence[Evidence], scoring: Scoring, silences: tuple[Reason, ...]) -> Screening:
    """Where nothing decides alone: the weights of what speaks for one verdict, less those of what speaks for a person."""
    person = sum(one.weight for one in found if one.verdict == "human")
    scores = dict.fromkeys(sorted({one.verdict for one in found} - {"human"}), -person)
    for one in found:
        if one.verdict in scores:
            scores[one.verdict] += one.weight
    if not scores or max(scores.values()) < scoring.silent_from - ROUNDING:
        return Screening(verdict=Verdict.HUMAN, silences=silences)
    best = max(scores, key=lambda kind: scores[kind])
    score = round(scores[best], 2)
    reasons = tuple(
        Reason(one.id, f"{_signed(one)} {one.detail}".strip(), one.spans) for one in found if one.verdict in (best, "human")
    )
    if score < scoring.automatic_from:
        return Screening(verdict=Verdict.HUMAN, silences=(*silences, Reason(LOOKS_AUTOMATIC, f"{best} {score}"), *reasons))
    return Screening(verdict=Verdict(best), reasons=(Reason("weighed", f"{best} {score}"), *reasons))


def _signed(one: Evidence) -> str:
    return f"{-one.weight if one.verdict == 'human' else one.weight:+.1f}"


def permit_answer(screening: Screening, recipient: str, history: History, caps: Caps) -> Permission | tuple[Reason, ...]:
    """Leave to answer a message automatically, or every reason against it."""
    against = list(screening.silences)
    if screening.verdict is not Verdict.HUMAN:
        against.extend(screening.reasons or (Reason("verdict", screening.verdict.value),))
    if not recipient or not recipient.isascii():
        against.append(Reason("no-usable-address", "it needs SMTPUTF8 (RFC 6531)" if recipient else ""))
    if history.receipts_for_case:
        against.append(Reason("one-receipt-per-sender-and-case"))
    if history.answers_today >= caps.answers_per_sender_per_day:
        against.append(Reason("cap-per-sender-and-day", f"{history.answers_today} already sent"))
    against.extend(_flooded(history, caps))
    return tuple(against) or Permission(recipient, Reason("screened-human"))


BREAKER = "breaker"


def _flooded(history: History, caps: Caps) -> Iterator[Reason]:
    """The caps on an hour's receipts, whoever they go to."""
    for rule, sent, most in (
        ("cap-per-mailbox-and-hour", history.of_mailbox, caps.answers_per_mailbox_per_hour),
        ("cap-per-subject-and-hour", history.of_shape, caps.answers_per_subject_per_hour),
        ("cap-per-domain-and-hour", history.to_domain, caps.answers_per_domain_per_hour),
        (BREAKER, history.in_all, caps.answers_per_hour),
    ):
        if sent >= most:
            yield Reason(rule, f"{sent} already sent")


def permit_by_person(case: Case, policy: MailboxPolicy) -> Permission | tuple[Reason, ...]:
    """Leave to send the receipt of a case after all, because a person says so: silence and caps do not hold.

    Never to ourselves, never to what has no address, never where a person has asked for quiet.
    """
    against = list[Reason]()
    if not case.customer or not case.customer.isascii():
        against.append(Reason("no-usable-address"))
    if case.customer.lower() in policy.own_addresses:
        against.append(Reason("own-address"))
    if case.quiet:
        against.append(Reason("case-is-quiet"))
    return tuple(against) or Permission(case.customer, Reason("a-person-says-so"))


def permit_again(recipient: str) -> Permission:
    """Leave to replace a letter that was permitted and then withdrawn before it went: still one letter."""
    return Permission(recipient, Reason("replaces-withdrawn-letter"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBefore:
    """What was sent before a date came: letters within a day by address (lower case), cases with a notice today.

    ``unreachable``: the addresses (lower case) at which nothing arrives.
    """

    to: Mapping[str, int] = field(default_factory=dict)
    noticed: frozenset[int] = frozenset()
    unreachable: frozenset[str] = frozenset()


UNREACHABLE = Reason("nothing-arrives-there", "mailbot address list")


def permit_notice(case: Case, policy: MailboxPolicy, before: SentBefore) -> Permission | tuple[Reason, ...]:
    """Leave to write to the customer because a date nears, or every reason against it: from the case's own standing."""
    against = list[Reason]()
    if not case.may_write:
        against.append(Reason("no-letter-was-permitted"))
    if case.quiet:
        against.append(Reason("case-is-quiet"))
    if case.customer.lower() in policy.own_addresses:
        against.append(Reason("own-address"))
    if case.customer.lower() in before.unreachable:
        against.append(UNREACHABLE)
    if before.to.get(case.customer.lower(), 0) >= policy.caps.answers_per_sender_per_day:
        against.append(Reason("cap-per-sender-and-day"))
    return tuple(against) or Permission(case.customer, Reason("permitted-when-opened"))


def permit_staff(address: str | None, policy: MailboxPolicy, before: SentBefore) -> Permission | tuple[Reason, ...]:
    """Leave to write to a member of staff. A watched mailbox never writes to another, and a flood is capped."""
    if not address:
        return (Reason("no-staff-address"),)
    if address.lower() in policy.own_addresses:
        return (Reason("own-address"),)
    if address.lower() in before.unreachable:
        return (UNREACHABLE,)
    sent_today = before.to.get(address.lower(), 0)
    if sent_today >= policy.caps.letters_per_manager_per_day:
        return (Reason("cap-per-manager-and-day", f"{sent_today} already sent; the digest names the rest"),)
    return Permission(address, Reason("staff-address"))


def _verdicts(message: Message, rules: ScreeningRules, own: OwnMarks) -> Iterator[tuple[Verdict, Reason]]:
    """Every verdict that something speaks for, the one that counts first.

    A null return path is judged by what stands beside it: absence replies and bounces both have one.
    """
    if own.is_our_message_id:
        yield Verdict.OWN, Reason("own-message-id", "Message-ID")
    yield from _report(message)
    yield from _by_header(message, rules, own, bounces=True)
    yield from _by_sender(message, rules, bounces=True)
    null_path = has_null_return_path(message)
    if null_path and first_token(message.header("auto-submitted") or "no") != "no":
        yield Verdict.AUTO_REPLY, Reason("null-return-path-and-auto-submitted", "Return-Path, Auto-Submitted")
    yield from _by_header(message, rules, own, bounces=False)
    if null_path:
        yield Verdict.BOUNCE, Reason("null-return-path", "Return-Path: <>")
    yield from _by_sender(message, rules, bounces=False)
    if message.sender in own.addresses:
        yield Verdict.OWN, Reason("own-address", "From")


def _report(message: Message) -> Iterator[tuple[Verdict, Reason]]:
    """RFC 6522: no report is a person's; read receipts (RFC 8098) and abuse reports (RFC 5965) are no bounces."""
    kind = message.content_type.lower()
    if kind.startswith("multipart/report"):
        other = "disposition-notification" in kind or "feedback-report" in kind
        yield Verdict.OTHER_AUTOMATIC if other else Verdict.BOUNCE, Reason("multipart-report", "Content-Type")


def _by_header(message: Message, rules: ScreeningRules, own: OwnMarks, *, bounces: bool) -> Iterator[tuple[Verdict, Reason]]:
    by_our_group = came_by_group_of(message, own.answerable)
    for rule in rules_about(message, rules.headers):
        if rule.verdict == "silence" or (rule.verdict == "bounce") is not bounces:
            continue
        if rule.verdict == "list" and by_our_group:
            continue
        if rule.verdict == "spam" and own.spam_fields and rule.header not in own.spam_fields:
            continue
        if evidence := header_evidence(rule, message):
            yield Verdict(rule.verdict), Reason(rule.id, evidence)


def _by_sender(message: Message, rules: ScreeningRules, *, bounces: bool) -> Iterator[tuple[Verdict, Reason]]:
    for rule in rules.senders:
        if (rule.verdict == "bounce") is bounces and sender_matches(rule, message):
            yield Verdict(rule.verdict), Reason(rule.id, "From")


def _silences(message: Message, rules: ScreeningRules, own: OwnMarks) -> Iterator[Reason]:
    for rule in rules_about(message, rules.headers):
        if rule.verdict == "silence" and (evidence := header_evidence(rule, message)):
            yield Reason(rule.id, evidence)
    if own.dmarc == "fail":
        yield Reason(DMARC_FAIL, "Authentication-Results")
    if own.answerable and not _is_addressed_to(message, own.answerable):
        yield Reason("not-addressed-to-us", "To, Cc")


def _is_addressed_to(message: Message, answerable: frozenset[str]) -> bool:
    """RFC 5230 section 4.5: in To, Cc or a field in which our own server wrote down the recipient."""
    return not answerable.isdisjoint(message.delivered_to)
