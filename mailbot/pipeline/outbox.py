"""The flow of letters: claim -> commit -> send -> settle the replies at once. Nothing is sent inside a transaction.

From our final dot until the settle commits a letter is in doubt. A process that died in between finds such rows at its
next start. One claim per connection: extra copies can never exceed the open SMTP connections. Replies that are there at
the same moment are settled in one commit, and the letters that follow them are claimed in it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from mailbot import checkpoints
from mailbot.core.case import Case
from mailbot.core.decide import decide
from mailbot.core.delivery import (
    AT_ANY_HOUR,
    DoubtFindings,
    DoubtVerdict,
    SentCopy,
    Settlement,
    WaitingLetter,
    resolve_doubt,
    settle,
    why_withdraw,
)
from mailbot.core.letter import OF_OWNERS, OutboxLetter, OutboxState
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.trigger import LetterRefused, LetterWithdrawn
from mailbot.errors import StorageError
from mailbot.pipeline.connections import Answered, Connections
from mailbot.pipeline.presence import present
from mailbot.pipeline.record import Recording, letters_went, record
from mailbot.pipeline.replies import earlier_answer
from mailbot.pipeline.sent_today import sent_today
from mailbot.ports import Clock, Happened, Letters, Originals, Store, Transaction, Transport

MINUTE = timedelta(minutes=1)
STORAGE_PAUSE_SECONDS = 1.0
FIRST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 300.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How one mailbox sends: its pace, and who files its copies."""

    mailbox: str
    letters_per_minute: int
    sent_copy: SentCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Sending what the outbox holds."""

    store: Store
    letters: Letters
    policy: MailboxPolicy
    clock: Clock
    originals: Originals | None = None
    left: dict[str, int] = field(default_factory=dict, init=False)
    """How many letters each mailbox's pace allowed when it was last counted, less those that were claimed since."""

    async def deliver(
        self, sender: Sender, transports: Sequence[Transport], stopped: Callable[[], bool], wait: Callable[[], object]
    ) -> None:
        """Send this mailbox's letters until ``stopped``; ``wait`` blocks until there may be more.

        Raises StorageError when a claim's outcome is unknown: begin anew with ``recover``.
        """
        connections = Connections(transports)
        answered, failures = list[Answered](), 0
        try:
            while not stopped():
                for letter in await self._next(answered, sender, connections.free, stopped):
                    connections.send(letter)
                answered = await connections.answers(wait)
                if any(one.reply.code == 0 for one in answered):
                    await self._settled(answered, stopped)
                    answered, failures = [], failures + 1
                    await self._rest(failures, connections, stopped)
                elif answered:
                    failures = 0
            await self._settled(answered, stopped)
        finally:
            await self._settled(await connections.finish(), stopped)
            await connections.close()

    async def _next(
        self, answered: Sequence[Answered], sender: Sender, room: int, stopped: Callable[[], bool]
    ) -> list[OutboxLetter]:
        """Settle and claim. If the answer to the commit is lost, nobody knows what was claimed: begin anew."""
        try:
            return self.settle_and_claim(answered, sender, room)
        except StorageError:
            await self._settled(answered, stopped)
            raise

    async def _rest(self, failures: int, connections: Connections, stopped: Callable[[], bool]) -> None:
        """While the relay is out of reach or refuses the sign-in: longer and longer pauses, none of it a letter's fault."""
        left = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0 ** (failures - 1))
        while left > 0 and not stopped():
            await asyncio.sleep(min(left, 0.5))
            left -= 0.5
            await self._settled(connections.ready(), stopped)

    async def _settled(self, answered: Sequence[Answered], stopped: Callable[[], bool]) -> None:
        """Settle, again and again while the database cannot be written: a reply that was read must not be forgotten."""
        while answered:
            try:
                self.settle(answered)
                break
            except StorageError as error:
                log.error("storage", error=str(error))
                if stopped():
                    break
            await asyncio.sleep(STORAGE_PAUSE_SECONDS)

    def settle(self, answered: Sequence[Answered]) -> None:
        """Write down how attempts ended; a letter that went stops the clocks it stops."""
        with self.store.transaction() as transaction:
            self._settle(transaction, answered)
            checkpoints.reached("settle.before")
        checkpoints.reached("settle.after")

    def settle_and_claim(self, answered: Sequence[Answered], sender: Sender, room: int) -> list[OutboxLetter]:
        """Settle what was answered and claim as many letters as there is ``room``, in the same commit."""
        now = self.clock.now()
        if not answered and not self._is_waiting(sender, room, now):
            return []
        with self.store.transaction() as transaction:
            self._settle(transaction, answered)
            claimed = self._claim(transaction, sender, room, now)
            steps = [step for step, those in (("settle", answered), ("claim", claimed)) if those]
            for step in steps:
                checkpoints.reached(f"{step}.before")
        for step in steps:
            checkpoints.reached(f"{step}.after")
        return claimed

    def _is_waiting(self, sender: Sender, room: int, now: datetime) -> bool:
        with self.store.view() as transaction:
            return bool(self._first_in_line(transaction, sender, room, now))

    def _claim(self, transaction: Transaction, sender: Sender, room: int, now: datetime) -> list[OutboxLetter]:
        """Take the next letters that are still true and that the mailbox's pace allows."""
        while waiting := self._first_in_line(transaction, sender, room, now):
            true = [one.letter for one in waiting if not self._withdrawn(transaction, one, now)]
            letters = [letter for letter in true if not self._put_off(transaction, letter, now)]
            if letters:
                transaction.outbox.claim([letter.id for letter in letters], now)
                self.left[sender.mailbox] -= len(letters)
                return [_claimed(letter, now) for letter in letters]
        return []

    def _first_in_line(self, transaction: Transaction, sender: Sender, room: int, now: datetime) -> list[WaitingLetter]:
        """The next letters, no more than ``room`` and no more than the mailbox's pace allows."""
        room = min(room, self._allowed(transaction, sender, room, now))
        return transaction.outbox.first_in_line(sender.mailbox, now, room) if room > 0 else []

    def _allowed(self, transaction: Transaction, sender: Sender, wanted: int, now: datetime) -> int:
        """How many letters may go now; counted anew only when fewer than ``wanted`` are left, for time can only add to them."""
        if self.left.get(sender.mailbox, 0) < wanted:
            attempts = transaction.outbox.attempts(sender.mailbox, now - MINUTE, now)
            self.left[sender.mailbox] = max(sender.letters_per_minute - attempts, 0)
        return self.left[sender.mailbox]

    def _settle(self, transaction: Transaction, answered: Sequence[Answered]) -> None:
        now = self.clock.now()
        settlements = {one.letter.id: settle(one.letter, one.reply, now) for one in answered}
        fresh = transaction.outbox.settle(settlements, now)
        sent, refused, trouble = list[OutboxLetter](), list[OutboxLetter](), dict[str, str | None]()
        for letter, reply in ((one.letter, one.reply) for one in answered):
            settlement = settlements[letter.id]
            if letter.id in fresh:
                _note(transaction, letter, settlement, now)
                sent += [letter] if settlement.state is OutboxState.SENT else []
                refused += [letter] if settlement.state is OutboxState.FAILED else []
            trouble[letter.mailbox] = settlement.detail if reply.code == 0 else None
            if settlement.throttled and settlement.not_before is not None:
                transaction.mailboxes.rest_sending(letter.mailbox, settlement.not_before)
            _tell(letter, settlement)
        for mailbox, error in trouble.items():
            transaction.mailboxes.mark_sending(mailbox, error)
        letters_went(transaction, sent, self.policy, now)
        for letter in refused:
            self._refused(transaction, letter, now)

    def _refused(self, transaction: Transaction, letter: OutboxLetter, now: datetime) -> None:
        """The relay takes a letter never: what it was to bring about has not come about."""
        if letter.case_id is None:
            return
        case = transaction.cases.get(letter.case_id)
        policy = present(transaction, self.policy, now)
        before = sent_today(transaction, {case.mailbox: policy}, [case], now).about(case)
        decision = decide(LetterRefused(letter=letter), case, None, policy, now, before)
        about = Recording(policy=policy, now=now, case_id=case.id, reference=case.reference)
        record(transaction, self.letters, decision, about)

    def recover(self, mailbox: str) -> int:
        """At start: letters whose sending the last process did not settle are in doubt. Returns how many."""
        with self.store.transaction() as transaction:
            return transaction.outbox.doubt_interrupted(mailbox, "the process ended while it was being sent")

    def resolve_doubts(self, sender: Sender) -> None:
        """Decide about letters in doubt: found, sent once more under the same Message-ID, or a person is asked."""
        now = self.clock.now()
        with self.store.view() as transaction:
            if not transaction.outbox.doubtful(sender.mailbox):
                return
        with self.store.transaction() as transaction:
            known_until = transaction.mailboxes.sent_known_until(sender.mailbox)
            found = DoubtFindings(sent_copy=sender.sent_copy, sent_known_until=known_until)
            for letter in transaction.outbox.doubtful(sender.mailbox):
                verdict = resolve_doubt(letter, found, now)
                if verdict is DoubtVerdict.RESEND:
                    transaction.outbox.send_again(letter.id, "sent once more: the outcome is unknown", now)
                elif verdict is DoubtVerdict.ASK_A_PERSON:
                    transaction.outbox.hold(letter.id, Reason("letter-in-doubt", "nobody knows whether it went"), now)

    def _put_off(self, transaction: Transaction, letter: OutboxLetter, now: datetime) -> bool:
        """A letter that was held up until the office had shut goes when it opens."""
        opening = self.policy.pack.working_calendar.next_opening(now)
        if letter.purpose in AT_ANY_HOUR or opening <= now:
            return False
        transaction.outbox.put_off(letter.id, opening)
        return True

    def _withdrawn(self, transaction: Transaction, waiting: WaitingLetter, now: datetime) -> bool:
        """Check a waiting letter once more; one that is no longer true is withdrawn and decided about anew."""
        policy, letter = self.policy, waiting.letter
        why = why_withdraw(letter, waiting.case, policy.pack.working_calendar.local_date(now))
        if why is None:
            return False
        transaction.outbox.withdraw(letter.id, why, now)
        if letter.case_id is not None:
            case = transaction.cases.get(letter.case_id)
            decision = decide(self._what_was_withdrawn(transaction, letter, why, case), case, None, policy, now)
            about = Recording(policy=policy, now=now, case_id=case.id, reference=case.reference)
            record(transaction, self.letters, decision, about)
        return True

    def _what_was_withdrawn(self, transaction: Transaction, letter: OutboxLetter, why: str, case: Case) -> LetterWithdrawn:
        """Of an answer of the owner also what it said, and what a colleague answered first."""
        if letter.purpose not in OF_OWNERS or self.originals is None or letter.created_at is None:
            return LetterWithdrawn(letter=letter, why=why)
        kept = transaction.assignments.earlier_answer(case.id, letter.created_at, (case.owner_address or "").lower())
        earlier = earlier_answer(self.originals, kept) if kept else None
        return LetterWithdrawn(letter=letter, why=why, earlier=earlier, own=self.originals.text(letter.content))


def _claimed(letter: OutboxLetter, now: datetime) -> OutboxLetter:
    return replace(letter, state=OutboxState.SENDING, attempts=letter.attempts + 1, attempted_at=now)


def _note(transaction: Transaction, letter: OutboxLetter, settlement: Settlement, now: datetime) -> None:
    if letter.case_id is not None:
        reason = Reason(f"letter-{settlement.state.value}", letter.letter)
        happened = Happened(at=now, actor="mailbot", kind="letter", reason=reason, case_id=letter.case_id)
        transaction.cases.add_event(happened)


def _tell(letter: OutboxLetter, settlement: Settlement) -> None:
    tell = log.warning if settlement.state is OutboxState.FAILED else log.info
    state, name = settlement.state.value, letter.letter
    tell("letter", id=letter.id, state=state, mailbox=letter.mailbox, letter=name, attempt=letter.attempts)
