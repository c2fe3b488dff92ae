"""A change of the directory is announced to the contact of every organisation in it (N10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core import screen
from mailbot.core.action import Action, KeepSilent, Note, Permission, QueueLetter
from mailbot.core.decide.wording import mailbox_values
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.trigger import DirectoryChanged


def announced(trigger: DirectoryChanged, policy: MailboxPolicy, now: datetime, before: SentBefore) -> Iterator[Action]:
    """The history has each change; one mail with all of them goes to each contact, in opening hours."""
    for change in trigger.changes:
        yield Note(kind="directory", reason=Reason("directory-changed", change))
    contacts = dict.fromkeys(each.contact for each in policy.directory.organisations if each.contact)
    for address in contacts:
        permission = screen.permit_staff(address, policy, before)
        if isinstance(permission, Permission):
            yield _letter(permission, trigger, policy, now)
        else:
            yield KeepSilent(reasons=permission)


def _letter(permission: Permission, trigger: DirectoryChanged, policy: MailboxPolicy, now: datetime) -> QueueLetter:
    lines = "\n".join(f"- {change}" for change in trigger.changes)
    return QueueLetter(
        permission=permission,
        purpose=Purpose.DIRECTORY_CHANGE,
        letter=policy.pack.letters.directory_change,
        audience=Audience.STAFF,
        lane=Lane.NOTICE,
        key=f"directory:{trigger.digest}",
        values=replace(mailbox_values(policy), summary_lines=lines),
        not_before=policy.pack.working_calendar.next_opening(now).astimezone(UTC),
        observed=not trigger.live,
        reason=Reason(Purpose.DIRECTORY_CHANGE.value, trigger.digest),
    )
