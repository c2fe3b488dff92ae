"""The flow of gaps in what is published: reported, asked about again and again, and closed by a page (N9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.case import Case
from mailbot.core.decide import decide
from mailbot.core.directory import Person, person, person_at
from mailbot.core.gap import Gap, GapClosed, GapReminderDue, GapReported, GapState
from mailbot.core.ladder import contact_on
from mailbot.core.policy import MailboxPolicy
from mailbot.core.service import Service
from mailbot.errors import PermanentError
from mailbot.pipeline.case_commands import case_named
from mailbot.pipeline.record import SYSTEM, Recording, record
from mailbot.pipeline.sent_today import sent_today
from mailbot.ports import Clock, Letters, Store, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What ``actor`` does about gaps. Raises PermanentError with what to do instead."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    actor: str = SYSTEM

    def report(self, reference: str, what: str, organisation: str = "", by: str = "") -> Gap:
        """Something cannot be found on an organisation's pages (empty: that of the case's service). ``by``: who hears of it."""
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            policy, number = self._policy(case), transaction.gaps.next_number()
            whose = _whose(policy, case, organisation)
            trigger = GapReported(
                number=number,
                what=what,
                organisation=whose,
                contact=self._contact(policy, case, whose),
                reporter=_reporter(policy, case, by),
            )
            self._decided(transaction, trigger, case)
            return _found(transaction, number)

    def close(self, number: int, state: GapState, url: str) -> Gap:
        """It was located or added at ``url``; whoever reported it is told."""
        with self.store.transaction() as transaction:
            gap = _found(transaction, number)
            self._decided(transaction, GapClosed(gap=gap, state=state, url=url), transaction.cases.get(gap.case_id))
            return _found(transaction, number)

    def remind(self) -> int:
        """Ask again about every gap whose time has come; returns how many there were."""
        with self.store.view() as transaction:
            due = transaction.gaps.due(self.clock.now())
        for gap in due:
            with self.store.transaction() as transaction:
                case = transaction.cases.get(gap.case_id)
                contact = self._contact(self._policy(case), case, gap.organisation)
                self._decided(transaction, GapReminderDue(gap=gap, contact=contact), case)
        return len(due)

    def _decided(self, transaction: Transaction, trigger: GapReported | GapClosed | GapReminderDue, case: Case) -> None:
        policy, now = self._policy(case), self.clock.now()
        before = sent_today(transaction, self.policies, [case], now).about(case)
        about = Recording(policy=policy, now=now, actor=self.actor, case_id=case.id, reference=case.reference)
        record(transaction, self.letters, decide(trigger, case, None, policy, now, before), about)

    def _contact(self, policy: MailboxPolicy, case: Case, organisation: str) -> Person | None:
        """Whoever keeps the pages of an organisation, or stands in today."""
        found = policy.directory.organisation_named(organisation)
        if found is None or not found.web_contact:
            return None
        pages = Service(name="its pages", contact=found.web_contact, organisation=found.name)
        told = contact_on(policy.directory, pages, policy.pack.working_calendar.local_date(self.clock.now()), case.named)
        return told.person if told else None

    def _policy(self, case: Case) -> MailboxPolicy:
        policy = self.policies.get(case.mailbox)
        if policy is None:
            raise PermanentError(f"{case.reference}: its mailbox '{case.mailbox}' is not configured any more")
        return policy


def _whose(policy: MailboxPolicy, case: Case, organisation: str) -> str:
    """The organisation whose pages lack something."""
    directory = policy.directory
    names = [each.name for each in directory.organisations]
    if organisation:
        found = directory.organisation_named(organisation)
        if found is None:
            known = ", ".join(names) or "none"
            raise PermanentError(f"there is no organisation '{organisation}' in the directory; known: {known}")
        return found.name
    service = directory.service(case.service) if case.service else None
    return service.organisation if service else next(iter(names), policy.organisation)


def _reporter(policy: MailboxPolicy, case: Case, by: str) -> Person:
    """Who hears where it is: whoever was named, or else the owner of the case."""
    if not by:
        owner = person_at(policy.directory, case.owner_address or "")
        if owner is None:
            raise PermanentError("say with --by who is to hear where it is; nobody of the directory has the case")
        return owner
    try:
        return person(policy.directory, by)
    except ValueError as error:
        raise PermanentError(str(error)) from None


def _found(transaction: Transaction, number: int) -> Gap:
    gap = transaction.gaps.get(number)
    if gap is None:
        raise PermanentError(f"there is no gap {number}; 'mailbot gap list' shows them")
    return gap
