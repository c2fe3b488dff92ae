"""Which messages of staff are held against the standard."""

from datetime import datetime
from hashlib import sha256

from mailbot.core.action import Action, JudgeStaffMail
from mailbot.core.decide.findings import Findings
from mailbot.core.message import Origin
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.staff_finding import StaffMailKind
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import MessageArrived

HOUR_SECONDS = 3600
_SLICES = 2**32


def to_judge(trigger: MessageArrived, findings: Findings, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """What a colleague sent to somebody outside is judged, and their automatic replies, if that is switched on.

    Left out: what mailbot sent, what a colleague only passed on, talk among colleagues, mail that is too old to be written
    about, and the second copy of what a watched mailbox sent: the one in its Sent folder counts.
    """
    rule = policy.standards
    if rule is None or trigger.our_letter or not trigger.by_staff or trigger.is_passed_on or trigger.unclear_forward:
        return []
    age = (now - trigger.received_at).total_seconds() / HOUR_SECONDS
    if trigger.origin is Origin.HISTORY or age > policy.max_ack_age_hours:
        return []
    if trigger.origin is not Origin.SENT and trigger.message.sender in policy.own_addresses:
        return []
    screening = findings.screening
    if screening.verdict is Verdict.AUTO_REPLY and trigger.origin is Origin.MAILBOX:
        return [JudgeStaffMail(kind=StaffMailKind.AUTO_REPLY, reason=Reason("staff-auto-reply"))]
    is_written = screening.verdict in (Verdict.HUMAN, Verdict.OWN) and not screening.looks_automatic
    if not is_written or not _leaves_us(trigger, policy) or not _is_sampled(trigger.message.digest, rule.sample_share):
        return []
    return [JudgeStaffMail(kind=StaffMailKind.WRITTEN, reason=Reason("staff-mail"))]


def _leaves_us(trigger: MessageArrived, policy: MailboxPolicy) -> bool:
    """Whether it goes to anybody who is none of us."""
    return any(not policy.is_ours(each.key) for each in (*trigger.message.to, *trigger.message.cc))


def _is_sampled(digest: str, share: float) -> bool:
    """Whether a message is in the sample: the same message always is, or never."""
    return int.from_bytes(sha256(digest.encode()).digest()[:4]) < share * _SLICES
