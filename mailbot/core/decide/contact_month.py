"""The log of contacts goes to each partner once a month, with what all partners had together (N8)."""

from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core import screen
from mailbot.core.action import KeepSilent, Permission, QueueLetter
from mailbot.core.case_command import ContactMonthOver
from mailbot.core.decide.wording import mailbox_values
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.staff_finding import month_words


def month_told(trigger: ContactMonthOver, policy: MailboxPolicy, now: datetime, before: SentBefore) -> QueueLetter | KeepSilent:
    """The mail to one partner's designated contact; silence with every reason if none may go."""
    permission = screen.permit_staff(trigger.contact, policy, before)
    if not isinstance(permission, Permission):
        return KeepSilent(reasons=permission)
    lines = "\n".join(f"- {line}" for line in trigger.totals)
    values = replace(
        mailbox_values(policy), partner=trigger.organisation, month=month_words(trigger.month), summary_lines=lines or None
    )
    return QueueLetter(
        permission=permission,
        purpose=Purpose.CONTACT_LOG,
        letter=policy.pack.letters.contact_log,
        audience=Audience.STAFF,
        lane=Lane.DIGEST,
        key=f"contact-log:{trigger.month}:{trigger.organisation}",
        values=values,
        not_before=policy.pack.working_calendar.next_opening(now).astimezone(UTC),
        observed=not trigger.live,
        files=trigger.files,
        reason=Reason(Purpose.CONTACT_LOG.value, trigger.month),
    )
