"""The flow of what staff send: messages that wait -> read -> judge -> findings as rows. Nothing about it is logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from mailbot.core.policy import MailboxPolicy
from mailbot.core.staff_finding import JudgedMail, StaffMailKind
from mailbot.core.standard.absence.judge import AbsenceRules
from mailbot.core.standard.author import Author
from mailbot.core.standard.colleague import writer_of
from mailbot.core.standard.finding import kept
from mailbot.core.standard.judge import Rules, judge
from mailbot.core.standard.mail import StaffMail
from mailbot.pipeline.staff_absence import JudgedReply, reply_judged, reply_kept
from mailbot.ports import Attempt, Clock, StaffMails, Store, Transaction, WaitingStaffMail

AT_ONCE = 50
UNREADABLE = "it could not be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """``rules``: the standard of each mailbox whose staff are judged, by the mailbox's name; empty: nobody is.

    ``absences``: what automatic replies are held against, where the standard says anything of them.
    """

    store: Store
    policies: Mapping[str, MailboxPolicy]
    rules: Mapping[str, Rules]
    absences: Mapping[str, AbsenceRules]
    reader: StaffMails
    clock: Clock
    attempt: Attempt

    def judge(self) -> int:
        """Judge the messages that wait; returns how many there were in this round.

        One that cannot be judged is noted as such and keeps nobody from anything.
        """
        if not self.rules:
            return 0
        with self.store.view() as transaction:
            waiting = transaction.standards.waiting(AT_ONCE)
        if waiting and self.attempt(partial(self._round, waiting)) is not None:
            for one in waiting:
                if self.attempt(partial(self._round, [one])) is not None:
                    self._give_up(one)
        return len(waiting)

    def _round(self, waiting: Sequence[WaitingStaffMail]) -> None:
        judged = [self._judged(one, mail) for one, mail in zip(waiting, self._read(waiting), strict=True)]
        with self.store.transaction() as transaction:
            for one, each in zip(waiting, judged, strict=True):
                found = reply_kept(transaction, each) if isinstance(each, JudgedReply) else each
                transaction.standards.settle(one, _unless_waived(transaction, found), self.clock.now())

    def _read(self, waiting: Sequence[WaitingStaffMail]) -> list[StaffMail]:
        return self.reader.read([one.content for one in waiting])

    def _judged(self, one: WaitingStaffMail, mail: StaffMail) -> JudgedMail | JudgedReply:
        policy, rules = self.policies[one.mailbox], self.rules[one.mailbox]
        month = _month(policy, one)
        if not one.content:
            return JudgedMail(month=month, why_not=UNREADABLE)
        if one.kind is StaffMailKind.AUTO_REPLY:
            return reply_judged(one, mail, policy, self.absences.get(one.mailbox))
        writer = writer_of(mail, policy.directory.people, policy.own_addresses | policy.answerable_addresses, rules.words)
        if writer.person is None:
            return JudgedMail(month=month, why_not=writer.why_not)
        found = kept(judge(mail, Author(name=writer.person.name), rules), writer.person, mail.message, month)
        return JudgedMail(month=month, team=writer.person.team, findings=found)

    def _give_up(self, one: WaitingStaffMail) -> None:
        with self.store.transaction() as transaction:
            judged = JudgedMail(month=_month(self.policies[one.mailbox], one), why_not=UNREADABLE)
            transaction.standards.settle(one, judged, self.clock.now())


def _month(policy: MailboxPolicy, one: WaitingStaffMail) -> str:
    return f"{policy.pack.working_calendar.local_date(one.at):%Y-%m}"


def _unless_waived(transaction: Transaction, found: JudgedMail) -> JudgedMail:
    waived = transaction.standards.waived({each.person for each in found.findings})
    return replace(found, findings=tuple(each for each in found.findings if (each.person, each.rule) not in waived))
