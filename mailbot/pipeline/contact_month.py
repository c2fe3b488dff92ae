"""The flow of a month's contacts: on the first working day of the next one each partner gets its log, once (N8)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from mailbot.core.case_command import ContactMonthOver
from mailbot.core.contact_log import LoggedContact, month_bounds, totals
from mailbot.core.decide import decide
from mailbot.core.enclosure import File
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import SentBefore
from mailbot.core.service import Organisation
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import unreachable_staff
from mailbot.ports import Clock, Letters, Store, Transaction

JOB = "contact-log"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMonth:
    """``files`` writes a month's contacts (its name, contacts, time zone) as a partner gets them."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    files: Callable[[str, Sequence[LoggedContact], tzinfo], tuple[File, ...]]

    def run(self) -> None:
        """Send what is due now. A month without contacts brings nothing, and so does a directory without designated people."""
        policy, now = next(iter(self.policies.values())), self.clock.now()
        calendar = policy.pack.working_calendar
        designated = [each for each in policy.directory.organisations if each.log_contact]
        if not designated or calendar.next_opening(now) > now:
            return
        today = calendar.local_date(now)
        over = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
        with self.store.transaction() as transaction:
            if not transaction.jobs.claim(JOB, over, now):
                return
            begins, ends = month_bounds(over, calendar.zone)
            contacts, before = transaction.contacts.between(begins, ends), transaction.jobs.last(JOB, over)
            late = transaction.contacts.referred_late(begins, before) if before else []
            for each in designated if contacts or late else ():
                is_ours = each is policy.directory.organisations[0]
                self._send(transaction, each, over, (contacts, [] if is_ours else late), policy, now)

    def _send(
        self,
        transaction: Transaction,
        organisation: Organisation,
        month: str,
        logged: tuple[Sequence[LoggedContact], Sequence[LoggedContact]],
        policy: MailboxPolicy,
        now: datetime,
    ) -> None:
        """``logged``: the contacts of the month, and those of earlier ones that a partner got only since the last log."""
        contacts, late = logged
        theirs = [one for one in (*late, *contacts) if one.area.organisation == organisation.name]
        trigger = ContactMonthOver(
            month=month,
            organisation=organisation.name,
            contact=organisation.log_contact,
            totals=tuple(totals(contacts)),
            files=self.files(month, theirs, policy.pack.working_calendar.zone),
            live=transaction.mailboxes.get(policy.name).live_since is not None,
        )
        before = SentBefore(unreachable=unreachable_staff(transaction, policy))
        record(transaction, self.letters, decide(trigger, None, None, policy, now, before), Recording(policy=policy, now=now))
