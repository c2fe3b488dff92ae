"""A story under one pack: a real mailbox, a real relay, a calendar that is turned by hand, and staff who say things."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from mailbot.adapters.rule_files import load_wording
from mailbot.app import Policies, load_policies
from mailbot.core.action import Decision
from mailbot.core.case_command import CaseAssigned, CaseCommand
from mailbot.core.information_request import Lack
from mailbot.core.policy import MailboxPolicy
from mailbot.daemon import WATCH
from mailbot.pipeline.case_commands import CaseCommands
from mailbot.pipeline.draft_commands import DraftCommands
from tests.e2e.installation import ENQUIRIES, Installation, StoryClock
from tests.e2e.messages import ADA, LIBRARY, message, read_letter, reply

ADA_ADDRESS = "ada.finch@example.org"
ROBIN = "robin.vale@harbour.example"


class Calendar(StoryClock):
    """A clock that begins on Tuesday 23 December 2025 at ten, and can be turned to any later moment."""

    def turn_to(self, moment: str, zone: ZoneInfo) -> None:
        """Turn to a local moment such as ``2026-01-15 09:00``. Time never goes back."""
        ahead = datetime.fromisoformat(moment).replace(tzinfo=zone) - self.now()
        assert ahead > timedelta(0), f"{moment} lies before the story's own time"
        self.move(seconds=ahead.total_seconds())


class Story(Installation):
    """One group mailbox under one pack. Moments are local ones."""

    clock: Calendar

    def deliver(self, content: bytes, user: str = ENQUIRIES, folder: str = "INBOX") -> None:
        """A message arrives, and the next poll comes at once: the server itself would call half a second later."""
        super().deliver(content, user, folder)
        if self.daemon is not None:
            self.daemon._wake.wake(WATCH, user.partition("@")[0])

    # What people do ------------------------------------------------------------------------------------------------

    def customer_writes(
        self, text: str = LIBRARY, *, subject: str = "Opening hours", sender: str = ADA, to: str = ENQUIRIES
    ) -> str:
        """A message arrives; returns the reference of its new case once all about it is done."""
        before = len(self.queries.cases(limit=1000))
        self.deliver(message(text, sender=sender, subject=subject, to=to))
        reference = self.cases(before + 1)[-1].reference
        self.settle()
        return reference

    def customer_answers(self, reference: str, text: str) -> None:
        """The customer answers our last letter."""
        self.arrives(reference, reply(self.letters_to(self.case(reference).line.customer)[-1], text), "INBOX")

    def officer_writes(self, reference: str, text: str) -> None:
        """A colleague writes about a case from the group mailbox: a copy lies in its Sent folder."""
        line = self.case(reference).line
        answered = {"In-Reply-To": self._message_id(reference)}
        written = message(
            text, sender=f"Harbour Council <{ENQUIRIES}>", to=line.customer, subject=f"Re: {line.subject}", headers=answered
        )
        self.arrives(reference, written, "Sent")

    def say(self, reference: str, command: CaseCommand) -> Decision:
        """A member of staff says something about a case. A letter that follows from it goes within seconds."""
        return self.officer.carry_out(reference, command)

    def reclassify(self, reference: str, class_: str, why: str = "", also: tuple[str, ...] | None = None) -> None:
        """A member of staff says what a case really is, and what else; all that follows at once is done."""
        self.officer.reclassify(reference, class_, why, also)
        self.settle()

    def assign(self, reference: str, name: str = "Robin Vale", address: str = ROBIN) -> None:
        """Somebody has the case from now on."""
        self.say(reference, CaseAssigned(name=name, address=address))

    def ask(self, reference: str, *lacks: Lack, words: str = "") -> None:
        """A member of staff asks for what a request lacks; the letter has gone."""
        self.officer.ask(reference, lacks, words)
        self.settle()

    def drafts(self, actor: str) -> DraftCommands:
        """What a member of staff does with letters that they write."""
        assert self.daemon is not None
        return DraftCommands(
            store=self.daemon.store,
            letters=self.policies.letters,
            policies=self.policies.mailboxes,
            clock=self.clock,
            actor=actor,
            wording=load_wording(self.config.paths.rules_folder),
        )

    def tell(self, *words: str) -> str:
        """What ``mailbot`` says to a command that succeeds; the machine's clock has nothing to do with the story's."""
        said = self.cli(*words)
        assert said.returncode == 0, said.stderr
        return said.stdout

    # Time ----------------------------------------------------------------------------------------------------------

    def until(self, moment: str) -> None:
        """The daemon was stopped, and is started again at that moment."""
        self.stop()
        self.clock.turn_to(moment, self.zone)
        self.start()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is due any more, nothing is undecided, and no letter waits that may go now."""
        self.wait_until(lambda: not self._unsettled(), "everything due to be done")

    # Facts ---------------------------------------------------------------------------------------------------------

    def letters_to(self, address: str, subject: str = "") -> list[EmailMessage]:
        """The letters that one reader got, in order; only those whose subject begins so."""
        found = [read_letter(letter.content) for letter in tuple(self.smtp.accepted) if address in letter.recipients]
        return [letter for letter in found if str(letter["Subject"]).startswith(subject)]

    def subjects_to(self, address: str) -> list[str]:
        """What one reader's list of letters shows, without references."""
        return [str(letter["Subject"]).partition(" [")[0] for letter in self.letters_to(address)]

    def due(self, reference: str, clock: str) -> str:
        """The local date of a clock, as ``Friday 16 January 2026``."""
        return self._local(next(each.due_at for each in self.case(reference).clocks if each.name == clock))

    def due_of_running(self, reference: str) -> list[str]:
        """The local dates of the clocks that run."""
        return [self._local(each.due_at) for each in self.case(reference).clocks if each.stopped_at is None]

    def first_due(self, reference: str, clock: str) -> str:
        """The date that a clock had when it started."""
        return self._local(next(each.original_due_at for each in self.case(reference).clocks if each.name == clock))

    def outcomes(self, reference: str) -> dict[str, str | None]:
        """How each clock of a case ended; None while it runs."""
        return {clock.name: clock.outcome for clock in self.case(reference).clocks}

    def rules_of(self, reference: str) -> set[str]:
        """The rules that the history of a case names."""
        return {event.rule for event in self.case(reference).events}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.organisation.time_zone)

    @cached_property
    def policies(self) -> Policies:
        ((secret,),) = self.rows("SELECT value FROM meta WHERE key = 'tag_secret'")
        return load_policies(self.config, bytes.fromhex(str(secret)))

    # Inside --------------------------------------------------------------------------------------------------------

    @property
    def officer(self) -> CaseCommands:
        assert self.daemon is not None
        return CaseCommands(
            store=self.daemon.store,
            letters=self.policies.letters,
            policies=self.policies.mailboxes,
            clock=self.clock,
            actor="officer",
            originals=self.policies.originals,
            names=self.policies.names,
        )

    def arrives(self, reference: str, content: bytes, folder: str) -> None:
        before = len(self.case(reference).messages)
        self.deliver(content, folder=folder)
        self.wait_until(lambda: len(self.case(reference).messages) > before, f"the message in {reference}")
        self.settle()

    def _message_id(self, reference: str) -> str:
        """Of the customer's newest message."""
        query = 'SELECT message_id FROM message WHERE direction = ? AND "case" = (SELECT id FROM "case" WHERE reference = ?)'
        return str(self.rows(f"{query} ORDER BY id DESC", "in", reference)[0][0])

    def _unsettled(self) -> bool:
        assert self.daemon is not None
        now = self.clock.now()
        with self.daemon.store.view() as transaction:
            if transaction.cases.due_deadlines(now, 1) or transaction.alarms.ringing(now):
                return True
        if self._wants_a_digest(now) or self._undecided_and_decided("stored"):
            return True
        waiting = self.outbox("queued", "deferred", "sending")
        return any(letter.state == "sending" or letter.not_before <= now for letter in waiting)

    def _wants_a_digest(self, now: datetime) -> bool:
        calendar = self._policy.pack.working_calendar
        if calendar.next_opening(now) > now or not self._policy.manager:
            return False
        return not self.rows("SELECT job FROM job_run WHERE job LIKE 'digest:%' AND period = ?", f"{calendar.local_date(now)}")

    @property
    def _policy(self) -> MailboxPolicy:
        return next(iter(self.policies.mailboxes.values()))

    def _local(self, at: datetime) -> str:
        day = at.astimezone(self.zone)
        return f"{day:%A} {day.day} {day:%B %Y}"


@dataclass(frozen=True, slots=True)
class Rules:
    """A folder of rules of the story's own."""

    folder: Path

    @classmethod
    def copied(cls, shipped: Path, folder: Path) -> "Rules":
        shutil.copytree(shipped, folder)
        return cls(folder)

    def change(self, pack: str, old: str, new: str) -> None:
        """Write ``new`` for ``old``, which stands in the pack exactly once."""
        text = self._file(pack).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {pack}"
        self._file(pack).write_text(text.replace(old, new))

    def add(self, pack: str, tables: str) -> None:
        """Write more tables at the end of the pack."""
        self._file(pack).write_text(self._file(pack).read_text() + tables)

    def _file(self, pack: str) -> Path:
        return self.folder / "packs" / pack / "pack.toml"


class TellStory(Protocol):
    """The fixture ``tell``: begins a story under a pack. ``people`` is a services file's text; settings are a mailbox's.

    ``standards``: what staff send is judged. ``limits``: the installation's.
    """

    def __call__(
        self,
        pack: str,
        /,
        *,
        people: str = ...,
        rules: Path | None = ...,
        begins: str = ...,
        standards: bool = ...,
        limits: dict[str, int] | None = ...,
        **settings: object,
    ) -> Story: ...
