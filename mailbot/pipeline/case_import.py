"""The flow of another system's open cases: every row is judged first; then a hundred cases in a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailbot.core.action import ChangeCase, OpenCase
from mailbot.core.case import Role
from mailbot.core.clock_action import StartClock
from mailbot.core.decide.imported import clocks_of
from mailbot.core.decide.old_case import Mistake, OldCase, read_old_case
from mailbot.core.lead import Part
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.reference import period_of
from mailbot.ports import Clock, Happened, Store, Transaction

CASES_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyCase:
    """A case that can be imported, and the clocks that will run in it."""

    old: OldCase
    clocks: tuple[StartClock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a file holds: cases that are new, references of cases that were imported before, and mistakes."""

    new: tuple[ReadyCase, ...]
    known: tuple[str, ...]
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseImport:
    """Importing into the mailbox of ``policy``, by the person named ``actor``. No letter is written because of it."""

    store: Store
    policy: MailboxPolicy
    clock: Clock
    actor: str

    def judge(self, rows: Iterable[tuple[int, dict[str, str]]]) -> Judged:
        """Judge every row (line number, cells by column) and change nothing."""
        now = self.clock.now()
        read = [read_old_case(line, values, self.policy, now) for line, values in rows]
        found = [one for one in read if isinstance(one, OldCase)]
        mistakes = [mistake for one in read if isinstance(one, list) for mistake in one]
        known = self._known(found)
        return Judged(
            new=tuple(
                ReadyCase(old=one, clocks=tuple(clocks_of(self.policy, one, now)))
                for one in found
                if one.old_reference not in known
            ),
            known=tuple(sorted(known)),
            mistakes=(*mistakes, *_twice(found)),
        )

    def write(self, cases: Sequence[ReadyCase], file_name: str) -> Iterator[tuple[str, str]]:
        """Import the cases; yields the old and the new reference of each. One that came in meanwhile is passed over."""
        for first in range(0, len(cases), CASES_AT_ONCE):
            some = cases[first : first + CASES_AT_ONCE]
            with self.store.transaction() as transaction:
                known = transaction.cases.old_references([one.old.old_reference for one in some])
                written = [self._open(transaction, one, file_name) for one in some if one.old.old_reference not in known]
            yield from written

    def _known(self, found: Sequence[OldCase]) -> frozenset[str]:
        with self.store.view() as transaction:
            return transaction.cases.old_references([one.old_reference for one in found])

    def _open(self, transaction: Transaction, ready: ReadyCase, file_name: str) -> tuple[str, str]:
        old, policy, now = ready.old, self.policy, self.clock.now()
        live = transaction.mailboxes.get(policy.name).live_since is not None
        reason = Reason("case-import", file_name)
        opening = OpenCase(
            class_=old.class_,
            customer=old.customer,
            customer_name=old.customer_name,
            subject=old.subject,
            opened_at=old.received_at,
            observed=not live,
            may_write=bool(old.customer),
            channel=old.channel,
            stage=old.stage or None,
            old_reference=old.old_reference,
            told_on=old.told_on,
            reason=reason,
        )
        period = period_of(policy.pack.working_calendar.local_date(old.received_at))
        case_id, reference = transaction.cases.open(policy.name, policy.reference_prefix, period, policy.pack.name, opening)
        if old.customer:
            transaction.cases.take_part(case_id, (Part(old.customer, Role.CUSTOMER),), about="")
        for clock in ready.clocks:
            transaction.cases.start_clock(case_id, clock)
        if old.owner:
            transaction.cases.change(ChangeCase(case_id=case_id, owner=old.owner, reason=reason), now)
        transaction.cases.add_event(
            Happened(
                at=now,
                actor=self.actor,
                kind="imported",
                reason=reason,
                pack_version=policy.pack.version,
                case_id=case_id,
            )
        )
        return old.old_reference, reference


def _twice(found: Sequence[OldCase]) -> Iterator[Mistake]:
    first = dict[str, int]()
    for one in found:
        line = first.setdefault(one.old_reference, one.line)
        if line != one.line:
            what = f"'{one.old_reference}' stands on line {line} already; keep one of the two"
            yield Mistake(line=one.line, column="old_reference", what=what)
