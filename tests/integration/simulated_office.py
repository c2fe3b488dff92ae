"""The daemon of the council, without servers, in a year that takes seconds.

The flows are the real ones on a real database; only the mail servers are left out, and the clock jumps to the next moment at
which anything can happen.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select

from mailbot.adapters.rule_files import load_bounces, load_holding, load_quoting, load_replies, load_subjects
from mailbot.adapters.store import Database, SqlStore
from mailbot.adapters.store.tables import case, deadline, outbox
from mailbot.adapters.store.tables import mailbox as mailbox_row
from mailbot.core.action import Decision, OpenCase
from mailbot.core.case import Channel
from mailbot.core.case_command import (
    CaseAssigned,
    CaseCommand,
    CaseDone,
    CaseQuieted,
    CaseReopened,
    CaseWaits,
    ClockExtended,
    ContactNoted,
    CustomerAnswered,
)
from mailbot.core.classify import Hit
from mailbot.core.clock_rule import ClockEvent, ClockStart
from mailbot.core.decide.moving import start_clocks
from mailbot.core.delivery import Reply, SentCopy
from mailbot.core.letter import OutboxLetter
from mailbot.core.message import Address, Fetched, Message, Span
from mailbot.core.policy import UNSURE
from mailbot.core.reason import Reason
from mailbot.errors import PermanentError
from mailbot.pipeline.alarms import Alarms
from mailbot.pipeline.case_commands import CaseCommands
from mailbot.pipeline.connections import Answered
from mailbot.pipeline.inbound import Inbound
from mailbot.pipeline.outbox import Outbox, Sender
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.timers import Timers
from mailbot.ports import Cursor, ReadMessage
from mailbot.runner import attempt
from tests.integration.council import END, START, address_of, owner_of, policies
from tests.integration.plain_days import DAY, Outage
from tests.integration.stand_ins import Hands, NoWebhook, Ready
from tests.integration.story import Act, Did, Story
from tests.invented import LONDON, RULES, shipped_letters, shipped_screening

ACCEPTED = Reply(code=250, text="2.0.0 accepted")


@dataclass(frozen=True, slots=True)
class Went:
    """A letter that the relay took, and when."""

    at: datetime
    letter: OutboxLetter


class SimulatedOffice:
    """Everything that mailbot's daemon does in a year, in one thread."""

    def __init__(
        self,
        database: Database,
        *,
        outages: Sequence[Outage] = (),
        steps_back: Sequence[datetime] = (),
        digests_until: datetime = END,
    ) -> None:
        """``digests_until``: from then on nobody asks for the morning's figures, which take half of the time."""
        self.database, self.outages, self.steps_back = database, tuple(outages), sorted(steps_back)
        self.digests_until = digests_until
        self.clock, self.policies, self.letters = Hands(START), policies(), shipped_letters()
        self.store = SqlStore(database)
        packs = {name: (address_of(name), one.pack.name) for name, one in self.policies.items()}
        self.store.register("Harbour Council", packs, START, "00")
        with self.store.transaction() as transaction:
            for name in self.policies:
                transaction.mailboxes.go_live(name, START - DAY)
        common = {"store": self.store, "letters": self.letters, "clock": self.clock}
        self.reader = Ready()
        self.inbound = Inbound(
            **common,
            reader=self.reader,
            screening=shipped_screening(),
            holding=load_holding(RULES),
            replies=load_replies(RULES),
            subjects=load_subjects(RULES),
            quoting=load_quoting(RULES),
            bounces=load_bounces(RULES),
            rules_version="1",
            policies=self.policies,
            attempt=attempt,
        )
        self.timers = Timers(**common, policies=self.policies, attempt=attempt)
        self.alarms = Alarms(**common, policies=self.policies, webhook=NoWebhook(), attempt=attempt)
        self.outboxes = {name: Outbox(**common, policy=one) for name, one in self.policies.items()}
        self.commands = CaseCommands(**common, policies=self.policies, actor="staff")
        self.went = list[Went]()
        self._uid = 0
        self._unread = list[Callable[[], None]]()

    # The year ------------------------------------------------------------------------------------------------------

    def live(self, told: Sequence[Story], until: datetime = END) -> None:
        """Live from one thing that happens, or is due, to the next."""
        happens = [(story.opened_at, 0, story.number, story, None) for story in told]
        happens += [(act.at, 1, story.number, story, act) for story in told for act in story.acts]
        coming = sorted((one for one in happens if one[0] < until), key=lambda one: one[:3])
        coming.reverse()
        while (at := self._next(coming[-1][0] if coming else until)) < until:
            if self.steps_back and at >= self.steps_back[0]:
                self._step_back(self.steps_back.pop(0))
                continue
            self.clock.at = at
            while coming and coming[-1][0] <= at:
                _, _, _, story, act = coming.pop()
                self._happens(story, act)
            if not self._is_down(at):
                self._work()

    def _step_back(self, at: datetime) -> None:
        """The clock is set back by an hour, shows that hour once more, and the office works on all the while."""
        self.clock.at = at
        self._work()
        for minutes in range(-60, 1, 12):
            self.clock.at = at + timedelta(minutes=minutes)
            self._work()

    def _next(self, happens_at: datetime) -> datetime:
        """The next moment at which anything can happen; while the daemon is down nothing but what people do."""
        now = self.clock.at
        back_at = next((one.until for one in self.outages if now in one), None)
        if back_at is not None:
            return min(happens_at, back_at)
        with self.database.reading() as connection:
            open_deadline = select(func.min(deadline.c.due_at)).where(deadline.c.fired_at.is_(None))
            waiting = select(func.min(outbox.c.not_before)).where(outbox.c.state.in_(["queued", "deferred"]))
            due = [moment for query in (open_deadline, waiting) if (moment := connection.execute(query).scalar_one())]
        step_back = [self.steps_back[0]] if self.steps_back else []
        nearest = min([happens_at, self._next_morning(now), *step_back, *due])
        begins = next((one.since for one in self.outages if now < one.since <= nearest), None)
        return begins or max(nearest, now + timedelta(seconds=1))

    def _next_morning(self, now: datetime) -> datetime:
        morning = datetime.combine(now.astimezone(LONDON).date(), time(9), tzinfo=LONDON).astimezone(UTC)
        if morning > now:
            return morning
        return datetime.combine(now.astimezone(LONDON).date() + DAY, time(9), tzinfo=LONDON).astimezone(UTC)

    def _is_down(self, at: datetime) -> bool:
        return any(at in outage for outage in self.outages)

    def _work(self) -> None:
        """What the daemon's loops do, once each."""
        if self._unread:
            arrived, self._unread = self._unread, []
            for one in arrived:
                one()
            list(self.inbound.drain())
        while self.timers.sweep():
            pass
        if self.clock.at < self.digests_until:
            self.timers.run_jobs()
        self.alarms.ring()
        for name in self._with_letters():
            self._send(name)

    def _with_letters(self) -> list[str]:
        """The mailboxes that have a letter to send now."""
        ready = outbox.c.state.in_(["queued", "deferred"]) & (outbox.c.not_before <= self.clock.at)
        query = select(mailbox_row.c.name).join(outbox, outbox.c.mailbox == mailbox_row.c.id).where(ready).distinct()
        with self.database.reading() as connection:
            return list(connection.execute(query.order_by(mailbox_row.c.name)).scalars())

    def _send(self, name: str) -> None:
        sender = Sender(mailbox=name, letters_per_minute=100_000, sent_copy=SentCopy.NONE)
        answered = list[Answered]()
        while letters := self.outboxes[name].settle_and_claim(answered, sender, 50):
            self.went += [Went(self.clock.at, letter) for letter in letters]
            answered = [Answered(letter, ACCEPTED) for letter in letters]

    # What people do ------------------------------------------------------------------------------------------------

    def _happens(self, story: Story, act: Act | None) -> None:
        if act is None and story.channel is Channel.EMAIL:
            self._arrives(story, self._message(story), "inbox")
        elif act is None:
            self._open(story)
        elif act.by_mail:
            self._mail(story, act)
        elif (reference := self._reference(story)) is not None:
            with suppress(PermanentError):  # a case that is closed, or waits already: the person is told so
                self.commands.carry_out(reference, self._command(story, act))

    def _mail(self, story: Story, act: Act) -> None:
        if act.did is Did.CUSTOMER_ANSWERS:
            self._arrives(story, self._reply(story, act, story.customer, address_of(story.mailbox)), "inbox")
        elif story.channel is Channel.EMAIL:
            self._arrives(story, self._reply(story, act, address_of(story.mailbox), story.customer), "sent")

    def _command(self, story: Story, act: Act) -> CaseCommand:
        commands: dict[Did, CaseCommand] = {
            Did.ANSWER: ContactNoted(channel=Channel.PHONE, at=act.at, outcome="all said"),
            Did.WAIT: CaseWaits(event=ClockEvent.CLARIFICATION, at=act.at),
            Did.CUSTOMER_ANSWERS: CustomerAnswered(at=act.at),
            Did.EXTEND: ClockExtended(clock_name="", reason="the engineer is away"),
            Did.ASSIGN: CaseAssigned(name="Bo Sample", address=owner_of(story.mailbox)),
            Did.CLOSE: CaseDone(at=act.at, reason="nothing more is owed"),
            Did.REOPEN: CaseReopened(at=act.at, reason="there is more to it"),
            Did.QUIET: CaseQuieted(until=END, reason="a bereavement"),
            Did.QUIET_ENDS: CaseQuieted(until=None, reason="the family writes again"),
        }
        return commands[act.did]

    def _reference(self, story: Story) -> str | None:
        with self.database.reading() as connection:
            query = select(case.c.reference).where(case.c.customer == story.customer)
            return connection.execute(query).scalar_one_or_none()

    def _open(self, story: Story) -> None:
        """A case that did not come by e-mail, as a person enters it."""
        one, now = self.policies[story.mailbox], self.clock.now()
        opened = OpenCase(
            class_=story.class_,
            customer=story.customer,
            customer_name="",
            subject="The lamp",
            opened_at=now,
            observed=False,
            may_write=story.may_write,
            channel=story.channel,
            reason=Reason("entered-by-staff"),
        )
        clocks = start_clocks(one, story.class_, story.channel, ClockStart.RECEIPT, now)
        with self.store.transaction() as transaction:
            record(transaction, self.letters, Decision((opened, *clocks)), Recording(policy=one, now=now))

    # Messages ------------------------------------------------------------------------------------------------------

    def _arrives(self, story: Story, message: Message, role: str) -> None:
        """A message lies in a folder; it is fetched when the daemon works next."""
        self._uid += 1
        weight = () if story.class_ == UNSURE else (Hit(class_=story.class_, rule="r", weight=9.0, span=Span(0, 1)),)
        content, at = f"{self._uid}".encode(), self.clock.now()
        self.reader.prepared[content] = ReadMessage(message=message, hits=weight, unreadable="")
        fetched = Fetched(uid=self._uid, received_at=at, size=len(content), content=content)
        self._unread.append(lambda: self._fetch(story.mailbox, role, fetched))

    def _fetch(self, mailbox: str, role: str, fetched: Fetched) -> None:
        behind = Cursor(uidvalidity=1, last_uid=fetched.uid)
        with self.store.transaction() as transaction:
            transaction.messages.store(mailbox, role, role, behind, [fetched], self.clock.now())

    def _message(self, story: Story) -> Message:
        return _written(f"opens-{story.number}", story.customer, address_of(story.mailbox))

    def _reply(self, story: Story, act: Act, author: str, to: str) -> Message:
        opens = f"opens-{story.number}@example.org"
        text = "This is a holding reply." if act.did is Did.HOLD_OFF else "Here is all that you asked for."
        name = f"{act.did.value}-{story.number}-{act.at:%m%d%H%M}"
        return replace(_written(name, author, to), in_reply_to=(opens,), references=(opens,), text=text)


def _written(name: str, author: str, to: str) -> Message:
    return Message(
        digest=name,
        message_id=f"{name}@example.org",
        subject="The lamp",
        from_=Address(address=author),
        to=(Address(address=to),),
        text="It is broken.",
        headers=(("from", f"<{author}>"), ("to", f"<{to}>"), ("subject", "The lamp")),
    )
