"""The flow of letters: claim -> commit -> send -> settle each reply at once. Nothing is sent inside a transaction.

From our final dot until the settle commits a letter is in doubt. A process that died in between finds such rows at its
next start. One claim per connection: extra copies can never exceed the open SMTP connections.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from mailbot import checkpoints
from mailbot.core.action import Reason
from mailbot.core.decide import decide
from mailbot.core.delivery import (
    DoubtFindings,
    DoubtVerdict,
    Reply,
    SentCopy,
    Settlement,
    resolve_doubt,
    settle,
    why_withdraw,
)
from mailbot.core.letter import OutboxLetter, OutboxState
from mailbot.core.policy import MailboxPolicy
from mailbot.core.trigger import LetterWithdrawn
from mailbot.errors import StorageError
from mailbot.pipeline.record import Recording, letter_went, record
from mailbot.ports import Clock, Happened, Letters, Store, Transaction, Transport

MINUTE = timedelta(minutes=1)
STORAGE_PAUSE_SECONDS = 1.0
FIRST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 300.0

T = TypeVar("T")

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

    async def deliver(
        self, sender: Sender, transport: Transport, stopped: Callable[[], bool], wait: Callable[[], object]
    ) -> None:
        """Send this mailbox's letters over one connection until ``stopped``; ``wait`` blocks until there may be more.

        Raises StorageError when a claim's outcome is unknown: begin anew with ``recover``.
        """
        letter: OutboxLetter | None = None
        failures = 0
        try:
            while not stopped():
                letter = letter or self.claim(sender)
                if letter is None:
                    await asyncio.to_thread(wait)
                    continue
                checkpoints.reached("dot.before")
                reply = await transport.send(letter.envelope, letter.content)
                checkpoints.reached("reply.after")
                if reply.code == 0 or stopped():
                    await self._patiently(partial(self.settle, letter, reply), stopped)
                    letter, failures = None, failures + 1
                    await self._rest(failures, stopped)
                else:
                    letter, failures = await self._next(letter, reply, sender, stopped), 0
        finally:
            await transport.close()

    async def _next(
        self, letter: OutboxLetter, reply: Reply, sender: Sender, stopped: Callable[[], bool]
    ) -> OutboxLetter | None:
        """Settle and claim the next. If the answer to the commit is lost, nobody knows what was claimed: begin anew."""
        try:
            return self.settle_and_claim(letter, reply, sender)
        except StorageError:
            await self._patiently(partial(self.settle, letter, reply), stopped)
            raise

    async def _rest(self, failures: int, stopped: Callable[[], bool]) -> None:
        """While the relay is out of reach or refuses the sign-in: longer and longer pauses, none of it a letter's fault."""
        left = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0 ** (failures - 1)) if failures else 0.0
        while left > 0 and not stopped():
            await asyncio.sleep(min(left, 0.5))
            left -= 0.5

    async def _patiently(self, work: Callable[[], T], stopped: Callable[[], bool]) -> T | None:
        """Try again while the database cannot be written: a reply that was read must not be forgotten."""
        while True:
            try:
                return work()
            except StorageError as error:
                log.error("storage", error=str(error))
                if stopped():
                    return None
            await asyncio.sleep(STORAGE_PAUSE_SECONDS)

    def claim(self, sender: Sender) -> OutboxLetter | None:
        """Take the next letter that is still true and that the mailbox's pace allows, and commit that it is being sent."""
        now = self.clock.now()
        with self.store.view() as transaction:
            if not self._first_in_line(transaction, sender, now):
                return None
        with self.store.transaction() as transaction:
            claimed = self._claim(transaction, sender, now)
            checkpoints.reached("claim.before")
        checkpoints.reached("claim.after")
        return claimed

    def settle(self, letter: OutboxLetter, reply: Reply) -> None:
        """Write down how the attempt ended; a letter that went stops the clocks it stops."""
        with self.store.transaction() as transaction:
            self._settle(transaction, letter, reply)
            checkpoints.reached("settle.before")
        checkpoints.reached("settle.after")

    def settle_and_claim(self, letter: OutboxLetter, reply: Reply, sender: Sender) -> OutboxLetter | None:
        """Settle a letter and claim the next one in the same commit: one connection, one letter being sent."""
        with self.store.transaction() as transaction:
            self._settle(transaction, letter, reply)
            claimed = self._claim(transaction, sender, self.clock.now())
            for step in ("settle", "claim") if claimed else ("settle",):
                checkpoints.reached(f"{step}.before")
        for step in ("settle", "claim") if claimed else ("settle",):
            checkpoints.reached(f"{step}.after")
        return claimed

    def _claim(self, transaction: Transaction, sender: Sender, now: datetime) -> OutboxLetter | None:
        letter = self._first_in_line(transaction, sender, now)
        while letter is not None and self._withdrawn(transaction, letter, now):
            letter = self._first_in_line(transaction, sender, now)
        if letter is None:
            return None
        transaction.outbox.claim(letter.id, now)
        return replace(letter, state=OutboxState.SENDING, attempts=letter.attempts + 1, attempted_at=now)

    def _settle(self, transaction: Transaction, letter: OutboxLetter, reply: Reply) -> None:
        now = self.clock.now()
        settlement = settle(letter, reply, now)
        if transaction.outbox.settle(letter.id, settlement, now):
            self._note(transaction, letter, settlement, now)
            if settlement.state is OutboxState.SENT:
                letter_went(transaction, letter, now)
        transaction.mailboxes.mark_sending(letter.mailbox, settlement.detail if reply.code == 0 else None)
        tell = log.warning if settlement.state is OutboxState.FAILED else log.info
        tell(
            "letter",
            id=letter.id,
            state=settlement.state.value,
            mailbox=letter.mailbox,
            letter=letter.letter,
            attempt=letter.attempts,
        )

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

    def _first_in_line(self, transaction: Transaction, sender: Sender, now: datetime) -> OutboxLetter | None:
        if transaction.outbox.attempts_within(sender.mailbox, now - MINUTE, now) >= sender.letters_per_minute:
            return None
        return transaction.outbox.next_waiting(sender.mailbox, now)

    def _withdrawn(self, transaction: Transaction, letter: OutboxLetter, now: datetime) -> bool:
        """Check a waiting letter once more; one that is no longer true is withdrawn and decided about anew."""
        policy = self.policy
        standing = transaction.outbox.standing(letter.case_id) if letter.case_id is not None else None
        why = why_withdraw(letter, standing, policy.pack.working_calendar.local_date(now))
        if why is None:
            return False
        transaction.outbox.withdraw(letter.id, why, now)
        if letter.case_id is not None:
            case = transaction.cases.get(letter.case_id)
            decision = decide(LetterWithdrawn(letter=letter, why=why), case, None, policy, now)
            about = Recording(policy=policy, now=now, case_id=case.id, reference=case.reference)
            record(transaction, self.letters, decision, about)
        return True

    def _note(self, transaction: Transaction, letter: OutboxLetter, settlement: Settlement, now: datetime) -> None:
        if letter.case_id is None:
            return
        reason = Reason(f"letter-{settlement.state.value}", letter.letter)
        happened = Happened(at=now, actor="mailbot", kind="letter", reason=reason, case_id=letter.case_id)
        transaction.cases.add_event(happened)
