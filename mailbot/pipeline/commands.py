"""What staff tell mailbot to do: each command is one transaction and leaves an event."""

from dataclasses import dataclass
from datetime import date

from mailbot.core.case import WITHDRAWAL_NOT_PROVEN, Case
from mailbot.core.letter import RETRYABLE
from mailbot.core.reason import Reason
from mailbot.core.staff_finding import Waiver
from mailbot.errors import PermanentError
from mailbot.ports import Clock, Happened, Store, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Commands of the person named ``actor``."""

    store: Store
    clock: Clock
    actor: str

    def put_back(self, hold_id: int) -> None:
        """Put something held back where it was: a message is decided about anew, counting from its receipt.

        A letter in doubt is sent once more under the same Message-ID. Raises PermanentError if nothing is held there.
        """
        now = self.clock.now()
        with self.store.transaction() as transaction:
            asked = transaction.messages.asked(hold_id)
            if asked is not None:
                case_id, rule = asked
                raise PermanentError(f"{hold_id} {_how_to_answer(transaction.cases.get(case_id), rule)}")
            if not transaction.messages.put_back(hold_id, now) and not transaction.outbox.put_back(hold_id, now):
                raise PermanentError(f"nothing is held under {hold_id}; see 'mailbot held list'")
            self._note(transaction, "put-back", str(hold_id))

    def retry(self, letter_id: int) -> None:
        """Send a letter that failed or waits again now, the same bytes. Raises PermanentError if it cannot be retried."""
        now = self.clock.now()
        with self.store.transaction() as transaction:
            letter = transaction.outbox.get(letter_id)
            if letter.state not in RETRYABLE:
                words = ", ".join(state.value for state in RETRYABLE)
                raise PermanentError(f"letter {letter_id} is {letter.state.value}; only these can be tried again: {words}")
            transaction.outbox.retry(letter_id, now)
            self._note(transaction, "letter-retried", str(letter_id), letter.case_id)

    def clear_address(self, address: str) -> None:
        """An address works after all: letters go there again. Raises PermanentError if nothing said otherwise."""
        with self.store.transaction() as transaction:
            if not transaction.returns.clear(address.lower()):
                raise PermanentError(f"nothing says that {address} does not work; see 'mailbot address list'")
            self._note(transaction, "address-cleared", "")

    def take_alarm(self, number: int) -> None:
        """The actor sees to an alarm; it rings no more. Raises PermanentError if none rings under this number."""
        with self.store.transaction() as transaction:
            if not transaction.alarms.take(number, self.actor, self.clock.now()):
                raise PermanentError(f"no alarm {number} rings; see 'mailbot alarm list'")
            self._note(transaction, "alarm-taken", str(number))

    def waive(self, person: str, rule: str, reason: str) -> None:
        """Somebody (an address) is spared a rule of the standard for staff. Raises PermanentError if they are already."""
        waiver = Waiver(person=person, rule=rule, reason=reason, actor=self.actor, at=self.clock.now())
        with self.store.transaction() as transaction:
            if not transaction.standards.waive(waiver):
                raise PermanentError(f"{person} is spared '{rule}' already; see 'mailbot standards waivers'")
            self._note(transaction, "standard-waived", rule)

    def end_waiver(self, person: str, rule: str) -> None:
        """A rule holds for somebody again. Raises PermanentError if they were not spared it."""
        with self.store.transaction() as transaction:
            if not transaction.standards.end_waiver(person, rule, self.actor, self.clock.now()):
                raise PermanentError(f"{person} is not spared '{rule}'; see 'mailbot standards waivers'")
            self._note(transaction, "standard-waiver-ended", rule)

    def is_back(self, person: str, today: date) -> None:
        """Somebody is there, whatever their automatic reply said. Raises PermanentError if none says that they are away."""
        with self.store.transaction() as transaction:
            if not transaction.absences.end(person, today):
                raise PermanentError(f"no automatic reply says that {person} is away; the services file has other absences")
            self._note(transaction, "absence-ended", "")

    def forget_findings(self, person: str) -> int:
        """Nothing that was found names somebody any more; the numbers stay. Returns how many findings that were."""
        with self.store.transaction() as transaction:
            forgotten = transaction.standards.forget(person)
            self._note(transaction, "standard-findings-forgotten", str(forgotten))
            return forgotten

    def go_live(self, mailbox: str) -> None:
        """From now on letters about newly received mail are sent. What was observed stays observed."""
        now = self.clock.now().replace(microsecond=0)  # servers tell the time of arrival in whole seconds
        with self.store.transaction() as transaction:
            transaction.mailboxes.go_live(mailbox, now)
            self._note(transaction, "went-live", mailbox)

    def _note(self, transaction: Transaction, kind: str, detail: str, case_id: int | None = None) -> None:
        reason = Reason(f"command-{kind}", detail)
        happened = Happened(at=self.clock.now(), actor=self.actor, kind=kind, reason=reason, case_id=case_id)
        transaction.cases.add_event(happened)


def _how_to_answer(case: Case, rule: str) -> str:
    """What to write about a message that has its case, and of which a question is open."""
    if rule == WITHDRAWAL_NOT_PROVEN:
        genuine = f"if it is genuine, first: mailbot case withdraw {case.reference} --reason ..."
        return f"lies in {case.reference} already; write --new-case, which opens none and leaves it there ({genuine})"
    customer = "" if case.customer else "--customer ADDRESS, "
    return f"has a case of its own; write {customer}--join REFERENCE or --new-case"
