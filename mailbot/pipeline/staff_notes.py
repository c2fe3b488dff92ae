"""The flow of what was found in messages of staff: each hears of it in the morning; once a month a manager gets a count."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby

import structlog

from mailbot.core.action import QueueLetter
from mailbot.core.calendar import WorkingCalendar
from mailbot.core.decide import decide
from mailbot.core.directory import Absence, Person, person_at, team_named
from mailbot.core.letter import Audience
from mailbot.core.mime import Headers, to_copy
from mailbot.core.policy import MailboxPolicy
from mailbot.core.screen import SentBefore
from mailbot.core.staff_count import TeamMonth, team_months
from mailbot.core.staff_finding import FORMAL_RULES, NO_REPLY, SIGNATURE_RULES, KeptFinding, month_before
from mailbot.core.standard.absence.lasting import absences_over, no_reply
from mailbot.core.standard.signature_block import signature_block, values_of
from mailbot.core.standard.values import Standard
from mailbot.core.trigger import StaffMonthDue, StaffNoteDue
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import DAY
from mailbot.ports import Attempt, Clock, Letters, Store, Transaction

NOTES, MONTH = "staff-notes", "staff-month"
SUBJECT = "Your signature"
MOST_JOB = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNotes:
    """``standards``: that of each mailbox whose staff are judged, by the mailbox's name; empty: nobody is."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    standards: Mapping[str, Standard]
    clock: Clock
    attempt: Attempt

    def run(self) -> None:
        """What is due now: the notes of a working day once it has begun, the counts on the first one of a month."""
        if not self.standards:
            return
        policy, now = self._policy(next(iter(self.standards))), self.clock.now()
        calendar = policy.pack.working_calendar
        today = calendar.local_date(now)
        month = f"{today:%Y-%m}"
        if calendar.next_opening(now) > now:
            return
        if self._is_first(NOTES, f"{today:%Y-%m-%d}", now):
            self._without_reply(policy, today, (month, month_before(month)), now)
            with self.store.view() as transaction:
                found = transaction.standards.untold(calendar.start_of(today), (month, month_before(month)))
            for address, mine in groupby(sorted(found, key=lambda one: (one.finding.person, one.id)), _person):
                self._try(NOTES, partial(self._note, address, tuple(mine), f"{today:%Y-%m-%d}", now))
        if self._is_first(MONTH, month, now):
            for team in self._months(month_before(month)):
                self._try(MONTH, partial(self._month, team, policy, now))

    def _try(self, job: str, work: Callable[[], object]) -> None:
        """One letter that cannot be written keeps nobody else from theirs; it is tried again the next morning."""
        if (failure := self.attempt(work)) is not None:
            log.warning("letter_not_written", job=job, reason=failure)

    def _is_first(self, job: str, period: str, now: datetime) -> bool:
        """Whether nobody has done a job for a period. What is lost with a process that dies now, the next one finds."""
        with self.store.transaction() as transaction:
            return transaction.jobs.claim(job, period, now)

    # Notes ---------------------------------------------------------------------------------------------------------

    def _note(self, address: str, found: tuple[KeptFinding, ...], period: str, now: datetime) -> None:
        """What one person has not heard of; once a month is enough for each rule, and nobody hears of others' mail."""
        policy = self._policy(found[-1].mailbox)
        person = person_at(policy.directory, address)
        with self.store.transaction() as transaction:
            told = transaction.standards.told([address])
            new = tuple(each for each in found if (address, each.finding.rule, each.finding.month) not in told)
            if person is None or not new:
                transaction.standards.tell([each.id for each in found], now)
                return
            if policy.standards is None or not policy.standards.notes:
                return
            if self._sent(transaction, self._due(transaction, person, new, policy, period), policy, now):
                transaction.standards.tell([each.id for each in found], now)

    def _due(
        self, transaction: Transaction, person: Person, found: tuple[KeptFinding, ...], policy: MailboxPolicy, period: str
    ) -> StaffNoteDue:
        rules = {each.finding.rule for each in found}
        block = signature_block(
            self.standards[policy.name],
            values_of(person, policy.organisation, policy.directory.website),
            is_formal=bool(rules & FORMAL_RULES),
        )
        live = transaction.mailboxes.get(policy.name).live_since is not None
        if not rules & SIGNATURE_RULES or not block.text:
            return StaffNoteDue(person=person, found=found, period=period, live=live)
        copied = to_copy(block.text, block.html, SUBJECT, _headers(policy, person, self.clock.now()))
        return StaffNoteDue(person=person, found=found, period=period, live=live, signature_text=block.text, signature=copied)

    # Absences ------------------------------------------------------------------------------------------------------

    def _without_reply(self, policy: MailboxPolicy, today: date, months: tuple[str, ...], now: datetime) -> None:
        """Each absence of the directory's file that is over is looked at once: did a reply come that was bound to?"""
        standard = next(iter(self.standards.values())).absence
        if standard is None:
            return
        for person, absence in absences_over(policy.directory, policy.pack.working_calendar, today, months):
            if self._is_first(f"absence:{person.address}"[:MOST_JOB], f"{absence.from_on:%Y-%m-%d}", now):
                with self.store.transaction() as transaction:
                    if _lacks_a_reply(transaction, person, absence, policy.pack.working_calendar):
                        at = policy.pack.working_calendar.end_of(absence.until_on)
                        transaction.standards.find(no_reply(person, absence, standard), policy.name, at)

    # Counts --------------------------------------------------------------------------------------------------------

    def _months(self, month: str) -> Iterator[TeamMonth]:
        with self.store.view() as transaction:
            now, before = (transaction.standards.totals(each) for each in (month, month_before(month)))
        yield from (each for each in team_months(now, before) if not each.is_empty)

    def _month(self, found: TeamMonth, first: MailboxPolicy, now: datetime) -> None:
        """The count of one team, from a mailbox that it serves if there is one, to its manager."""
        team = team_named(first.directory, found.team)
        serves = next((each for each in self.policies.values() if team and each.name in team.mailboxes), first)
        manager = team.manager if team else serves.manager
        with self.store.transaction() as transaction:
            live = transaction.mailboxes.get(serves.name).live_since is not None
            self._sent(transaction, StaffMonthDue(manager=manager or "", found=found, live=live), serves, now)

    # Both ----------------------------------------------------------------------------------------------------------

    def _sent(
        self, transaction: Transaction, trigger: StaffNoteDue | StaffMonthDue, policy: MailboxPolicy, now: datetime
    ) -> bool:
        """Whether a letter is on its way; it is not where nothing arrives, or where enough has gone today."""
        address = trigger.person.address if isinstance(trigger, StaffNoteDue) else trigger.manager
        before = SentBefore(
            to=transaction.outbox.sent_since([address.lower()], now - DAY),
            unreachable=transaction.returns.unreachable([address.lower()]),
        )
        decision = decide(trigger, None, None, policy, now, before)
        record(transaction, self.letters, decision, Recording(policy=policy, now=now))
        return any(isinstance(action, QueueLetter) for action in decision.actions)

    def _policy(self, mailbox: str) -> MailboxPolicy:
        return self.policies[mailbox]


def _lacks_a_reply(transaction: Transaction, person: Person, absence: Absence, calendar: WorkingCalendar) -> bool:
    """Whether a reply was bound to come and did not.

    A letter of ours went there meanwhile; replies of colleagues to such letters have been seen, so their mail program answers
    them; nothing at all came from the person, and they are not spared the rule.
    """
    absences, address = transaction.absences, person.address
    since, until = calendar.start_of(absence.from_on), calendar.end_of(absence.until_on)
    if (address, NO_REPLY) in transaction.standards.waived([address]) or absences.heard_from(address, since, until):
        return False
    return absences.reached(address, since, until) and absences.answered_ours(address.rpartition("@")[2])


def _person(found: KeptFinding) -> str:
    return found.finding.person


def _headers(policy: MailboxPolicy, person: Person, now: datetime) -> Headers:
    """Of the message to copy from."""
    return Headers(
        from_name=policy.organisation,
        from_address=policy.address,
        reply_to=None,
        recipient=person.address,
        date=now,
        in_reply_to="",
        references=(),
        audience=Audience.STAFF,
    )
