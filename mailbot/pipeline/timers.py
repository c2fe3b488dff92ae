"""The flow of time: due deadlines and calendar jobs -> decide -> record. Whatever came due in an outage fires once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial, reduce
from operator import add

from mailbot.core.action import ChangeCase, RaiseAlarm
from mailbot.core.case import Case, ClockKind, Figures
from mailbot.core.case_command import CaseHandedOver
from mailbot.core.decide import decide
from mailbot.core.ladder import Rung, who_is_told
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.trigger import DeadlineReached, DigestDue
from mailbot.pipeline.handing_over import handover_to
from mailbot.pipeline.presence import present
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import SentToday, sent_today, unreachable_staff
from mailbot.ports import Attempt, Clock, Happened, Letters, Originals, Store, Transaction

AT_ONCE = 200
SHOWN = 200  # characters of a failure that an alarm tells; the case's history has all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """Sweeps over the tables. Each deadline is decided about and marked in one transaction."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    attempt: Attempt
    originals: Originals | None = None

    def sweep(self) -> int:
        """Act on every deadline that has come; returns how many there were in this round.

        If a round fails it is redone one by one; what cannot be decided about is noted in its case and rings.
        """
        now = self.clock.now()
        self._end_quiets(now)
        with self.store.view() as transaction:
            due = transaction.cases.due_deadlines(now, AT_ONCE)
        if due and self.attempt(partial(self._fire, due, now)) is not None:
            for one in due:
                failure = self.attempt(partial(self._fire, [one], now))
                if failure is not None:
                    self._give_up(one, failure, now)
        return len(due)

    def _fire(self, due: Sequence[tuple[DeadlineReached, int]], now: datetime) -> None:
        before = None
        with self.store.transaction() as transaction:
            for wave in _waves(due):
                cases = transaction.cases.many(list(wave))
                before = before or sent_today(transaction, self.policies, cases.values(), now)
                claimed = transaction.cases.claim([trigger.deadline_id for trigger in wave.values()], now)
                for case_id, trigger in wave.items():
                    if trigger.deadline_id in claimed:  # or the moment before it gave the clock another date
                        self._act(transaction, trigger, cases[case_id], before, now)

    def _act(self, transaction: Transaction, trigger: DeadlineReached, case: Case, before: SentToday, now: datetime) -> None:
        policy = present(transaction, self.policies[case.mailbox], now)
        trigger = replace(trigger, handover=self._handover(transaction, trigger, case, policy, now))
        decision = decide(trigger, case, None, policy, now, before.about(case))
        about = Recording(policy=policy, now=now, case_id=case.id, reference=case.reference)
        record(transaction, self.letters, decision, about)
        before.learn(case, decision)

    def _handover(
        self, transaction: Transaction, trigger: DeadlineReached, case: Case, policy: MailboxPolicy, now: datetime
    ) -> CaseHandedOver | None:
        """What a rule hands over after the time that its customer had; None for any other moment."""
        running = case.clock(trigger.clock_id)
        service = policy.directory.service(case.service)
        if running is None or running.kind is not ClockKind.PASSING_ON or service is None:
            return None
        return handover_to(service, case, policy, transaction, self.originals, now)

    def _give_up(self, due: tuple[DeadlineReached, int], failure: str, now: datetime) -> None:
        """The people on duty are told at once, of what fails alike in one mailbox once a day: a date must not pass unseen."""
        trigger, case_id = due
        reason = Reason("deadline-without-alert", failure)
        with self.store.transaction() as transaction:
            case = transaction.cases.get(case_id)
            transaction.cases.add_event(Happened(at=now, actor="mailbot", kind="failed", reason=reason, case_id=case_id))
            transaction.cases.claim([trigger.deadline_id], now)
            key = f"{reason.rule}:{case.mailbox}:{trigger.kind.value}:{now:%Y-%m-%d}"
            what = f"a date brought nothing in this case, and perhaps in others of today: {failure[:SHOWN]}"
            transaction.alarms.add(case.mailbox, case_id, RaiseAlarm(key=key, what=what, reason=reason), now)

    def _end_quiets(self, now: datetime) -> None:
        """Cases that were to be quiet until now may be written about again."""
        with self.store.view() as transaction:
            over = transaction.cases.quiets_over(now)
        for case_id in over:
            with self.store.transaction() as transaction:
                ended = Reason("quiet-ended")
                transaction.cases.change(ChangeCase(case_id=case_id, quiet_until=now, reason=ended), now)
                transaction.cases.add_event(
                    Happened(at=now, actor="mailbot", kind="quiet-ended", reason=ended, case_id=case_id)
                )

    def run_jobs(self) -> None:
        """The calendar jobs that are due now: one digest a manager and working day, from opening time on."""
        now = self.clock.now()
        for manager, policies in self._managers().items():
            calendar = policies[0].pack.working_calendar
            if calendar.next_opening(now) > now:
                continue
            with self.store.transaction() as transaction:
                period = calendar.local_date(now).isoformat()
                if transaction.jobs.claim(_digest_of(manager), period, now):
                    self._digest(transaction, manager, policies, period, now)

    def _managers(self) -> dict[str, list[MailboxPolicy]]:
        """The mailboxes of each manager: the one whom the team names, or else the configuration."""
        found, spelt = dict[str, list[MailboxPolicy]](), dict[str, str]()
        for policy in self.policies.values():
            manager = policy.team.manager if policy.team else policy.manager
            if manager:
                found.setdefault(spelt.setdefault(manager.lower(), manager), []).append(policy)
        return found

    def _digest(
        self, transaction: Transaction, manager: str, policies: Sequence[MailboxPolicy], period: str, now: datetime
    ) -> None:
        first, since = present(transaction, policies[0], now), transaction.jobs.last(_digest_of(manager), period)
        figures = reduce(add, (self._figures(transaction, policy, since, now) for policy in policies))
        surveys = figures.surveys + _surveys(transaction, policies, now)
        figures = replace(figures, reviews=self._reviews(transaction, policies, now), surveys=surveys)
        live = any(transaction.mailboxes.get(policy.name).live_since is not None for policy in policies)
        told = _stand_in(first, now) or manager
        figures = figures.without(transaction.cases.naming(told))
        trigger = DigestDue(manager=manager, told=told, period=period, figures=figures, live=live)
        before = SentBefore(unreachable=unreachable_staff(transaction, first))
        record(transaction, self.letters, decide(trigger, None, None, first, now, before), Recording(policy=first, now=now))

    def _reviews(self, transaction: Transaction, policies: Sequence[MailboxPolicy], now: datetime) -> tuple[str, ...]:
        """On Mondays, the packs and letters whose date of review has passed (F20)."""
        calendar = policies[0].pack.working_calendar
        today = calendar.local_date(now)
        if calendar.working_day_from(_monday(today)) != today:
            return ()
        packs = {f"pack {policy.pack.name}": policy.pack.review_due for policy in policies}
        letters = {f"letter {name}": day for name, day in self.letters.review_dates(transaction.letters).items()}
        return tuple(sorted(what for what, review_due in {**packs, **letters}.items() if review_due <= today))

    def _figures(self, transaction: Transaction, policy: MailboxPolicy, since: datetime | None, now: datetime) -> Figures:
        """As things are now; ``since``: the digest before, which told of what had come and moved until then."""
        calendar = policy.pack.working_calendar
        today = calendar.local_date(now)
        soon = calendar.end_of(calendar.nth_working_day(today, policy.pack.alerts.digest_ahead))
        found = transaction.cases.figures(policy.name, now, calendar.end_of(today), soon, since)
        return replace(found, moved=transaction.recounts.moved_since(policy.name, since))


def _stand_in(policy: MailboxPolicy, now: datetime) -> str | None:
    """Who reads the digest of a team's manager today: a deputy while the manager is away."""
    if policy.team is None:
        return None
    today = policy.pack.working_calendar.local_date(now)
    told = who_is_told(policy.directory, policy.team, None, Rung.MANAGER, today)
    return told.person.address if told else None


def _surveys(transaction: Transaction, policies: Sequence[MailboxPolicy], now: datetime) -> tuple[str, ...]:
    """The surveys whose month, quarter or year has begun, each once, with the role that sees to it (F18)."""
    found = list[str]()
    for pack in {policy.pack.name: policy.pack for policy in policies}.values():
        today = pack.working_calendar.local_date(now)
        for survey in pack.surveys:
            period = survey.every.period(today)
            if period and transaction.jobs.claim(f"survey:{pack.name}:{survey.name}"[:100], period, now):
                found.append(f"{survey.name}, {survey.role}")
    return tuple(found)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _waves(due: Sequence[tuple[DeadlineReached, int]]) -> Iterator[dict[int, DeadlineReached]]:
    """The moments in waves, each with one of every case, so that a case is read as the moment before has left it.

    Of moments at one time the clock that began first comes first: of two letters for one day the customer gets its letter.
    """
    left = sorted(due, key=lambda one: (one[0].planned_at, one[0].clock_id))
    while left:
        wave, later = dict[int, DeadlineReached](), list[tuple[DeadlineReached, int]]()
        for trigger, case_id in left:
            if wave.setdefault(case_id, trigger) is not trigger:
                later.append((trigger, case_id))
        yield wave
        left = later


def _digest_of(manager: str) -> str:
    return f"digest:{manager.lower()}"
