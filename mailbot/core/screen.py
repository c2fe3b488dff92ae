"""Screening: what is this message, and may it be answered? The only place that permits an automatic letter.

What decides alone comes first (``core.strong_evidence``), then the weights of the rest (``core.weak_evidence``). Rules are
data (``rules/screening``); they may add reasons for silence and never remove one. When in doubt the case is opened and
nothing is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailbot.core.action import Permission
from mailbot.core.case import Case
from mailbot.core.evidence import Evidence
from mailbot.core.field_match import speaking_fields
from mailbot.core.message import Message
from mailbot.core.policy import Caps, MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screening_rules import Scoring, ScreeningRules
from mailbot.core.service import is_known_domain
from mailbot.core.strong_evidence import DMARC_FAIL, OwnMarks, Verdict, silences, verdicts
from mailbot.core.weak_evidence import weak_evidence

ROUNDING = 1e-9

LOOKS_AUTOMATIC = "looks-automatic"
TRUSTED_SENDER = "trusted-sender"


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
    ``limited_until``: a person said that nothing automatic goes to them until then (G6).
    """

    receipts_for_case: int = 0
    answers_today: int = 0
    of_mailbox: int = 0
    to_domain: int = 0
    of_shape: int = 0
    in_all: int = 0
    unreachable: bool = False
    limited_until: datetime | None = None


def screen(
    message: Message, rules: ScreeningRules, own: OwnMarks | None = None, weak: Sequence[Evidence] | None = None
) -> Screening:
    """Judge one message: the first verdict that something speaks for holds. ``weak``: its weak evidence, if it is known."""
    own = own or OwnMarks()
    if own.relay and not own.is_our_message_id:
        return Screening(verdict=Verdict.HUMAN, reasons=(Reason(TRUSTED_SENDER, own.relay),))
    fields = speaking_fields(message, rules.headers)
    strong = verdicts(message, rules, own, fields)
    first = next(strong, None)
    if first is not None and (first[0] is not Verdict.OWN or own.is_our_message_id):
        verdict, reason = first
        reasons = [reason, *(other for kind, other in strong if kind is verdict)]
        return Screening(verdict=verdict, reasons=tuple(reasons))
    found = weak_evidence(message, rules.scoring) if weak is None else weak
    if first is not None:
        return _in_our_name(found, rules.scoring, first[1])
    return _weighed(found, rules.scoring, tuple(silences(message, own, fields)))


def _in_our_name(found: Sequence[Evidence], scoring: Scoring, reason: Reason) -> Screening:
    """It bears our address and is no letter of ours: a colleague's, unless its words are those of an absence note."""
    notes = [one for one in found if one.verdict in (Verdict.AUTO_REPLY, Verdict.HUMAN)]
    weighed = _weighed(notes, scoring, ())
    if weighed.verdict is Verdict.AUTO_REPLY:
        return weighed
    return Screening(verdict=Verdict.OWN, reasons=(reason,), silences=weighed.silences)


def _weighed(found: Sequence[Evidence], scoring: Scoring, silent: tuple[Reason, ...]) -> Screening:
    """Where nothing decides alone: the weights of what speaks for one verdict, less those of what speaks for a person."""
    person = sum(one.weight for one in found if one.verdict == "human")
    scores = dict.fromkeys(sorted({one.verdict for one in found} - {"human"}), -person)
    for one in found:
        if one.verdict in scores:
            scores[one.verdict] += one.weight
    if not scores or max(scores.values()) < scoring.silent_from - ROUNDING:
        return Screening(verdict=Verdict.HUMAN, silences=silent)
    best = max(scores, key=lambda kind: scores[kind])
    score = round(scores[best], 2)
    reasons = tuple(
        Reason(one.id, f"{_signed(one)} {one.detail}".strip(), one.spans) for one in found if one.verdict in (best, "human")
    )
    if score < scoring.automatic_from:
        return Screening(verdict=Verdict.HUMAN, silences=(*silent, Reason(LOOKS_AUTOMATIC, f"{best} {score}"), *reasons))
    return Screening(verdict=Verdict(best), reasons=(Reason("weighed", f"{best} {score}"), *reasons))


def _signed(one: Evidence) -> str:
    return f"{-one.weight if one.verdict == 'human' else one.weight:+.1f}"


def permit_answer(screening: Screening, recipient: str, history: History, caps: Caps) -> Permission | tuple[Reason, ...]:
    """Leave to answer a message automatically, or every reason against it."""
    against = list(screening.silences)
    if screening.verdict is not Verdict.HUMAN:
        against.extend(screening.reasons or (Reason("verdict", screening.verdict.value),))
    if not recipient or not recipient.isascii():
        against.append(Reason(NO_ADDRESS, "it needs SMTPUTF8 (RFC 6531)" if recipient else ""))
    if history.receipts_for_case:
        against.append(Reason("one-receipt-per-sender-and-case"))
    if history.limited_until is not None:
        against.append(Reason(CONTACT_LIMITED))
    if history.answers_today >= caps.answers_per_sender_per_day:
        against.append(Reason("cap-per-sender-and-day", f"{history.answers_today} already sent"))
    against.extend(_flooded(history, caps))
    return tuple(against) or Permission(recipient, Reason("screened-human"))


BREAKER, CONTACT_LIMITED = "breaker", "contact-limited"


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
        against.append(Reason(NO_ADDRESS))
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

    ``unreachable``: the addresses (lower case) at which nothing arrives. ``spared``: those of people whom the case names (F11).
    """

    to: Mapping[str, int] = field(default_factory=dict)
    noticed: frozenset[int] = frozenset()
    unreachable: frozenset[str] = frozenset()
    spared: frozenset[str] = frozenset()

    @property
    def excluded(self) -> frozenset[str]:
        """Everybody of ours who must not be chosen."""
        return self.unreachable | self.spared


NO_ADDRESS = "no-usable-address"
SPARED = Reason("named-in-the-case")
UNREACHABLE = Reason("nothing-arrives-there", "mailbot address list")


def nothing_would_arrive(against: Sequence[Reason]) -> bool:
    """Whether only the customer's address keeps a letter from going: none can be written to, or nothing arrives there."""
    return bool(against) and all(one == UNREACHABLE or one.rule == NO_ADDRESS for one in against)


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
    if address.lower() in before.spared:
        return (SPARED,)
    if address.lower() in before.unreachable:
        return (UNREACHABLE,)
    sent_today = before.to.get(address.lower(), 0)
    if sent_today >= policy.caps.letters_per_manager_per_day:
        return (Reason("cap-per-manager-and-day", f"{sent_today} already sent; the digest names the rest"),)
    return Permission(address, Reason("staff-address"))


def permit_contact(contact: str, policy: MailboxPolicy, before: SentBefore) -> Permission | tuple[Reason, ...]:
    """Leave to tell somebody of ours or of a partner of a customer: somebody of the directory, at a domain that it names."""
    told = permit_staff(contact, policy, before)
    against = [] if isinstance(told, Permission) else list(told)
    if not is_known_domain(policy.directory.organisations, contact):
        against.append(Reason("copy-to-an-unknown-domain", contact.rpartition("@")[2]))
    return tuple(against) or told


def permit_copy(answer: Permission, contact: str, policy: MailboxPolicy, before: SentBefore) -> Permission | tuple[Reason, ...]:
    """Leave to copy somebody in on an answer that may go."""
    told = permit_contact(contact, policy, before)
    return Permission(answer.recipient, answer.reason, (contact,)) if isinstance(told, Permission) else told


def permit_handover(
    case: Case, contact: str | None, policy: MailboxPolicy, before: SentBefore
) -> Permission | tuple[Reason, ...]:
    """Leave to write to the customer that somebody else has their case, or what they answer, with a copy to the contact.

    A person has decided it: an earlier silence does not hold, quiet and caps do. A copy goes only to somebody of the directory,
    at a domain that it names.
    """
    allowed = permit_by_person(case, policy)
    against = list(allowed) if not isinstance(allowed, Permission) else []
    if case.customer.lower() in before.unreachable:
        against.append(UNREACHABLE)
    if before.to.get(case.customer.lower(), 0) >= policy.caps.answers_per_sender_per_day:
        against.append(Reason("cap-per-sender-and-day"))
    told = permit_contact(contact, policy, before) if contact is not None else None
    against += told if isinstance(told, tuple) else ()
    return tuple(against) or Permission(case.customer, Reason("a-person-says-so"), (contact,) if contact else ())
