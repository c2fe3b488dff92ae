"""What staff say about a case: decided and recorded in one transaction, under their name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.core.action import Decision, Note
from mailbot.core.case import ANSWERED, ASSIGNED, WAITS, WITHDRAWAL_NOT_PROVEN, Case, Turn, TurnKind
from mailbot.core.case_command import (
    AnswerUndone,
    CaseAssigned,
    CaseCommand,
    CaseHandedOver,
    CaseMerged,
    CaseReclassified,
    CaseRestricted,
    CasesLinked,
    CaseSplit,
    ClarificationAsked,
    ContactAllowed,
    ContactLimited,
    CustomerNamed,
    FlagConfirmed,
    Past,
    RawOpened,
    TurnUndone,
)
from mailbot.core.decide import decide, person_after_all
from mailbot.core.directory import Person, people_named
from mailbot.core.information_request import Lack
from mailbot.core.letter import LEFT
from mailbot.core.person_name import NO_NAMES, NameRules
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.redaction import HiddenTexts
from mailbot.core.service import find_service
from mailbot.errors import PermanentError
from mailbot.pipeline.assigning import material_of_case
from mailbot.pipeline.clarifying import asked_at, known_lacks
from mailbot.pipeline.handing_over import handover_to
from mailbot.pipeline.hiding import hidden_texts, said_without_names, sought_in
from mailbot.pipeline.presence import present
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import sent_today
from mailbot.ports import Clock, Letters, Originals, Store, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCommands:
    """Commands of the person named ``actor``."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    actor: str
    originals: Originals | None = None
    names: NameRules = NO_NAMES

    def hand_over(self, reference: str, service: str, words: str = "", by: str = "") -> Decision:
        """The case goes to whoever answers for this service today, and its customer is told. ``words``: added for both."""
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            return self._decided(transaction, case, self._handing_over(transaction, case, service, words, by))

    def _handing_over(self, transaction: Transaction, case: Case, service: str, words: str, by: str) -> CaseHandedOver:
        policy = present(transaction, self._policy(case), self.clock.now())
        try:
            meant = find_service(policy.directory.services, service)
        except ValueError as error:
            raise PermanentError(str(error)) from None
        command = handover_to(meant, case, policy, transaction, self.originals, self.clock.now())
        return replace(command, words=words, by=by or self.actor)

    def carry_out(self, reference: str, command: CaseCommand) -> Decision:
        """Do what was said; returns what was decided. Raises PermanentError for an unknown case or what cannot be done."""
        with self.store.transaction() as transaction:
            return self._decided(transaction, case_named(transaction, reference), command)

    def ask(self, reference: str, lacks: Sequence[Lack] = (), words: str = "") -> Decision:
        """The customer is asked what their request lacks: ``lacks``, or else what was found. ``words``: added to the letter."""
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            meant, before = tuple(lacks) or known_lacks(transaction, case), asked_at(transaction, case)
            command = ClarificationAsked(lacks=meant, at=self.clock.now(), words=words, asked_at=before)
            return self._decided(transaction, case, command)

    def confirm(self, reference: str, flag: str, by: str = "") -> Decision:
        """Whoever was told of a flag confirms it: the next role hears of it."""
        with self.store.transaction() as transaction:
            case, rule = case_named(transaction, reference), f"flag-{flag}"
            raised = rule in transaction.cases.last_events(case.id, (rule,))
            command = FlagConfirmed(flag=flag, by=by or self.actor, raised=raised, at=self.clock.now())
            return self._decided(transaction, case, command)

    def restrict(self, reference: str, why: str, by: str = "", about: Sequence[str] = ()) -> Decision:
        """The case is about somebody of ours, though nothing told mailbot: few open it from now on, and a role hears of it.

        ``about``: who that is, of the directory (by name or address) or not; their names are nowhere recorded.
        """
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            policy = self._policy(case)
            found = [one for words in about for one in people_named(policy.directory.people, words)]
            names = [*about, *(one.name for one in found)]
            command = CaseRestricted(
                hidden=hidden_texts(transaction, case, sought_in(case, policy, self.names), why=why, about=names),
                by=by or self.actor,
                at=self.clock.now(),
                named=tuple(one.address for one in found),
                names_somebody=bool(about),
            )
            return self._decided(transaction, case, command)

    def limit_contact(self, reference: str, until: datetime, reason: str, by: str = "") -> Decision:
        """For a time nothing automatic goes to the customer of this case, on any case of theirs."""
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            letters = transaction.turns.letters(case.id, case.customer)
            sent = frozenset(one.letter for one in letters if one.state in LEFT)
            others = _others_of_customer(transaction, case)
            command = ContactLimited(until=until, reason=reason, by=by or self.actor, sent=sent, others=others)
            return self._decided(transaction, case, command)

    def allow_contact(self, reference: str, reason: str, by: str = "") -> Decision:
        """The limit of contact with the customer of this case ends now."""
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            limited = bool(case.customer and transaction.limits.of([case.customer.lower()], self.clock.now()))
            others = _others_of_customer(transaction, case)
            command = ContactAllowed(reason=reason, by=by or self.actor, limited=limited, others=others)
            return self._decided(transaction, case, command)

    def open_raw(self, reference: str, number: int, by: Person, why: str) -> bytes:
        """A message of the case as it came; that it was opened stands in the history. Raises PermanentError."""
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            content = transaction.messages.raw(case.id, number)
            if content is None:
                raise PermanentError(f"{case.reference} has no message {number}; 'mailbot case show' has their numbers")
            command = RawOpened(number=number, by=by.name, address=by.address, why=why, at=self.clock.now())
            self._decided(transaction, case, command)
            return content

    def reclassify(self, reference: str, class_: str, why: str, also: tuple[str, ...] | None = None) -> Decision:
        """The case is of this class, and ``also`` of these; returns what that brings about."""
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            command = CaseReclassified(class_=class_, why=why, also=also, past=_past(transaction, case), at=self.clock.now())
            return self._decided(transaction, case, command)

    def merge(self, reference: str, into: str) -> Decision:
        """Two cases are one matter: the first goes into the second."""
        with self.store.transaction() as transaction:
            return self._merged(transaction, case_named(transaction, reference), into)

    def link(self, reference: str, other: str) -> Decision:
        """Two cases have to do with one another."""
        with self.store.transaction() as transaction:
            command = CasesLinked(other=case_named(transaction, other), at=self.clock.now())
            return self._decided(transaction, case_named(transaction, reference), command)

    def split(self, reference: str, numbers: Sequence[int]) -> str:
        """Messages get a case of their own; returns its reference."""
        with self.store.transaction() as transaction:
            case = case_named(transaction, reference)
            messages = transaction.turns.messages(case.id)
            command = CaseSplit(chosen=tuple(numbers), messages=messages, at=self.clock.now())
            self._decided(transaction, case, command)
            turn = transaction.turns.newest(case.id)
            return transaction.cases.get(turn.other_id).reference if turn and turn.other_id else reference

    def undo(self, reference: str) -> Decision:
        """Take back the newest turn of a case: a merge, split, link, withdrawal or contact, or that its customer was named.

        Before all else an answer of its owner that still waits to go.
        """
        with self.store.transaction() as transaction:
            named = case_named(transaction, reference, merged=True)
            if waiting := transaction.assignments.waiting_answers(named.id):
                return self._decided(transaction, named, AnswerUndone(waiting=waiting))
            turn = transaction.turns.newest(named.id)
            if turn is None:
                taken = "it was not merged, split, linked or withdrawn, and no contact was noted"
                raise PermanentError(f"{named.reference}: nothing to take back; {taken}")
            case = transaction.cases.get(turn.case_id)
            return self._decided(transaction, case, _undoing(transaction, turn, case, self.clock.now()))

    def open_for(self, number: int) -> str:
        """A message that was filed as a robot's is a person's: it gets a case; returns its reference."""
        with self.store.transaction() as transaction:
            found = transaction.turns.without_case(number)
            if found is None:
                raise PermanentError(f"no message {number} was filed without a case; see 'mailbot held list --filed'")
            name, filed = found
            policy = self.policies.get(name)
            if policy is None:
                raise PermanentError(f"{number}: its mailbox '{name}' is not configured any more")
            observed = transaction.mailboxes.get(name).live_since is None
            about = Recording(policy=policy, now=self.clock.now(), actor=self.actor, message_row=number)
            record(transaction, self.letters, Decision(tuple(person_after_all(filed, policy, observed=observed))), about)
            if about.case_id is None or about.reference is None:
                raise ValueError("a case was to be opened")
            transaction.turns.give(number, about.case_id)
            return about.reference

    def answer_hold(self, hold_id: int, join: str | None, customer: str | None = None) -> str:
        """Say where a message belongs that has a case of its own: to the case ``join``, to a ``customer``, or where it is.

        Returns the reference of the case that it had.
        """
        with self.store.transaction() as transaction:
            asked = transaction.messages.asked(hold_id)
            if asked is None:
                raise PermanentError(f"{hold_id} does not ask for a case; see 'mailbot held list'")
            case_id, rule = asked
            case = transaction.cases.get(case_id)
            if join is not None and rule == WITHDRAWAL_NOT_PROVEN:
                raise PermanentError(f"{hold_id} lies in {case.reference}, which would be merged whole; write --new-case")
            if join is not None:
                self._merged(transaction, case, join, hold_id)
            elif customer is not None:
                self._decided(transaction, case, CustomerNamed(address=customer, hold=hold_id))
            else:
                decision = Decision((Note(kind="finding", reason=Reason("kept-as-its-own-case")),))
                self._record(transaction, case, decision)
            transaction.messages.answered(hold_id, self.clock.now())
            return case.reference

    def _merged(self, transaction: Transaction, case: Case, into: str, hold: int | None = None) -> Decision:
        other = case_named(transaction, into)
        hidden = self._hidden_by_merging(transaction, case, other)
        command = CaseMerged(into=other, at=self.clock.now(), hold=hold, hidden=hidden)
        return self._decided(transaction, case, command)

    def _hidden_by_merging(self, transaction: Transaction, case: Case, into: Case) -> HiddenTexts | None:
        """What becomes of the texts of the one whose names are not hidden, if those of the other are."""
        if case.restricted == into.restricted:
            return None
        restricted, other = (case, into) if case.restricted else (into, case)
        return hidden_texts(transaction, other, sought_in(restricted, self._policy(restricted), self.names))

    def _decided(self, transaction: Transaction, case: Case, command: CaseCommand) -> Decision:
        now = self.clock.now()
        policy = present(transaction, self._policy(case), now)
        if isinstance(command, CaseAssigned) and self.originals is not None:
            command = replace(command, material=material_of_case(transaction, self.originals, case, policy))
        before = sent_today(transaction, self.policies, [case], now)
        decided = decide(command, case, None, policy, now, before.about(case))
        decision = said_without_names(decided, case, policy, self.names)
        self._record(transaction, case, decision)
        return decision

    def _record(self, transaction: Transaction, case: Case, decision: Decision) -> None:
        now = self.clock.now()
        about = Recording(policy=self._policy(case), now=now, actor=self.actor, case_id=case.id, reference=case.reference)
        record(transaction, self.letters, decision, about)

    def _policy(self, case: Case) -> MailboxPolicy:
        policy = self.policies.get(case.mailbox)
        if policy is None:
            raise PermanentError(f"{case.reference}: its mailbox '{case.mailbox}' is not configured any more")
        return policy


def case_named(transaction: Transaction, reference: str, *, merged: bool = False) -> Case:
    """The case with this reference. ``merged``: it may have been merged into another. Raises PermanentError."""
    case_id = transaction.cases.find(reference)
    if case_id is None:
        raise PermanentError(f"there is no case {reference}")
    case, lives_in = transaction.cases.get(case_id), transaction.turns.merged_into(case_id)
    if lives_in != case_id and not merged:
        into = transaction.cases.get(lives_in).reference
        raise PermanentError(f"{case.reference} was merged into {into}: name that, or mailbot case undo {case.reference}")
    return case


def _others_of_customer(transaction: Transaction, case: Case) -> tuple[int, ...]:
    """The other open cases of the customer of a case."""
    return transaction.limits.open_cases(case.customer.lower(), case.id) if case.customer else ()


def _undoing(transaction: Transaction, turn: Turn, case: Case, at: datetime) -> TurnUndone:
    """The command that takes a turn back, with what a customer who was named has of the case by now."""
    named = turn.kind is TurnKind.CUSTOMER_NAMED
    return TurnUndone(
        turn=turn,
        other=transaction.cases.get(turn.other_id) if turn.other_id else None,
        at=at,
        letters=transaction.turns.letters(case.id, case.customer) if named else (),
        messages=transaction.turns.messages(case.id) if named else (),
    )


def _past(transaction: Transaction, case: Case) -> Past:
    """What has become of a case so far."""
    last = transaction.cases.last_events(case.id, (ASSIGNED, WAITS, *ANSWERED))
    return Past(
        ended=transaction.cases.ended(case.id),
        assigned_at=last.get(ASSIGNED),
        asked_at=last.get(WAITS),
        answered=any(rule in last for rule in ANSWERED),
        receipts=transaction.outbox.receipts(case.id),
    )
