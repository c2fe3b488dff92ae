"""The flow of what staff take down: judge its words -> decide -> record, and on to whom it is for. One transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.action import Decision, QueueLetter
from mailbot.core.assignment import AssignmentMaterial
from mailbot.core.calendar import last_day
from mailbot.core.case import Case, Channel
from mailbot.core.case_command import CaseHandedOver
from mailbot.core.classify import classify
from mailbot.core.clock import OWED
from mailbot.core.contact_note import ContactNote
from mailbot.core.decide import Findings, decide, names_are_hidden, request_in
from mailbot.core.directory import person, person_as_service
from mailbot.core.enclosure import Enclosure
from mailbot.core.flag import FlagRules, flagged
from mailbot.core.handover import HandoverMaterial
from mailbot.core.information_request import RequestRules
from mailbot.core.ladder import Told, contact_on
from mailbot.core.letter import Audience
from mailbot.core.match import Match
from mailbot.core.message import Address, Message
from mailbot.core.person_name import NO_NAMES, NameRules
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.redaction import HiddenTexts, note_without_names, without_names
from mailbot.core.route import route
from mailbot.core.screen import Screening
from mailbot.core.service import Service, find_service
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import ContactTaken
from mailbot.errors import PermanentError
from mailbot.pipeline.gather import Gathered, gather
from mailbot.pipeline.handing_over import handover_material
from mailbot.pipeline.hiding import sought_in
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import sent_to_staff, sent_today
from mailbot.ports import Clock, Letters, Originals, Phrases, Store, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenContact:
    """What a member of staff took down. ``person`` or ``service``: whom or what it is for, in words of the directory.

    ``words``: what is added for customer and contact; ``anonymous``: the customer said nothing by which to reach them.
    """

    note: ContactNote
    channel: Channel
    taken_by: str
    person: str = ""
    service: str = ""
    words: str = ""
    consent: str = ""
    anonymous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedContact:
    """What became of it. ``told``: who has it or, unless it was ``passed_on``, whom the customer may ask; None: nobody yet.

    ``due_on``: by when an answer is owed; ``writes``: whether a letter goes to the customer; ``observed``: no mail goes at all.
    """

    reference: str
    class_: str
    told: Told | None
    passed_on: bool
    due_on: date | None
    writes: bool
    observed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Contacts that ``actor`` enters for the mailbox of ``policy``. ``shared_domains``: as of the rules of screening."""

    store: Store
    letters: Letters
    policy: MailboxPolicy
    originals: Originals
    phrases: Phrases
    flags: FlagRules
    requests: RequestRules
    rules_version: str
    shared_domains: frozenset[str]
    clock: Clock
    actor: str
    names: NameRules = NO_NAMES

    def add(self, taken: TakenContact) -> AddedContact:
        """Open its case, and hand it to whom it is for. Raises PermanentError with what to do instead; nothing is kept then."""
        to, now = self._to(taken), self.clock.now()
        message = _as_message(taken.note, f"contact:{self.actor}:{now.isoformat()}")
        with self.store.transaction() as transaction:
            gathered = gather(transaction, [self.policy.name], [message], [], self.shared_domains, now)
            findings, message, note = self._findings(transaction, taken, message, gathered)
            trigger = ContactTaken(
                message=message,
                note=note,
                channel=taken.channel,
                taken_by=taken.taken_by,
                live=gathered.mailboxes[self.policy.name].live_since is not None,
                for_somebody=to is not None,
                consent=taken.consent,
                anonymous=taken.anonymous,
            )
            opened = decide(trigger, None, findings, self.policy, now)
            about = Recording(policy=self.policy, now=now, actor=self.actor)
            record(transaction, self.letters, opened, about)
            if about.case_id is None:
                raise ValueError("a case was to be opened")
            case = transaction.cases.get(about.case_id)
            told, handed = self._handed(transaction, case, to, taken, now) if to else (None, Decision(()))
            return self._added(transaction.cases.get(case.id), told, (opened, handed))

    def _to(self, taken: TakenContact) -> Service | None:
        """The service that it is for; a person as a service without a name. Raises PermanentError for an unknown one."""
        directory = self.policy.directory
        try:
            if taken.service:
                return find_service(directory.services, taken.service)
            if not taken.person:
                return None
            return person_as_service(directory, person(directory, taken.person), self.policy.organisation)
        except ValueError as error:
            raise PermanentError(str(error)) from None

    def _findings(
        self, transaction: Transaction, taken: TakenContact, message: Message, gathered: Gathered
    ) -> tuple[Findings, Message, ContactNote]:
        """What its words say, as of any message; a person took it down, so a person said it. Both as recorded (F11)."""
        ((hits, opinion),) = self.phrases.judge([message.full_text])
        pack = self.policy.pack
        found = flagged(classify(hits, pack.classes, self.rules_version, opinion), hits, message.sender, self.flags)
        restricted = not set(pack.routes.spare_named_with).isdisjoint(found.flags)
        sought = sought_in(None, self.policy, self.names).sparing(taken.note.name.value if taken.note.name else "")
        hides = names_are_hidden(found, self.policy)
        shown, note = (without_names(message, sought), note_without_names(taken.note, sought)) if hides else (None, taken.note)
        findings = Findings(
            screening=Screening(verdict=Verdict.HUMAN, reasons=(Reason("taken-by-staff", taken.channel.value),)),
            match=Match(),
            classification=found,
            route=route(hits, len(message.subject), pack.routes),
            request=request_in(message, found, self.requests, pack),
            history=gathered.history(message, self.policy.name),
            material=HandoverMaterial(note=note, enclosure=Enclosure(b"")),
            assigning=AssignmentMaterial(restricted=True) if restricted else None,
            before=sent_to_staff(transaction, self.policy, self.clock.now()).about_a_new_case(),
            hidden=HiddenTexts(marks=shown.marks) if shown else HiddenTexts(),
        )
        return findings, shown.message if shown else message, note

    def _handed(
        self, transaction: Transaction, case: Case, to: Service, taken: TakenContact, now: datetime
    ) -> tuple[Told | None, Decision]:
        """Who has it, by the same handover as any case."""
        policy = self.policy
        told = contact_on(policy.directory, to, policy.pack.working_calendar.local_date(now), case.named)
        if told is None and taken.person:
            raise PermanentError("whoever it is for is named in it, and is spared it; say with --to or --for who else has it")
        command = CaseHandedOver(
            service=to,
            told=told,
            material=handover_material(transaction, self.originals, case, policy),
            words=taken.words,
            by=taken.taken_by,
            taken_for=True,
        )
        before = sent_today(transaction, {policy.name: policy}, [case], now).about(case)
        decision = decide(command, case, None, policy, now, before)
        about = Recording(policy=policy, now=now, actor=self.actor, case_id=case.id, reference=case.reference)
        record(transaction, self.letters, decision, about)
        return told, decision

    def _added(self, case: Case, told: Told | None, decisions: Sequence[Decision]) -> AddedContact:
        letters = [one for each in decisions for one in each.actions if isinstance(one, QueueLetter)]
        owed = min((one for one in case.clocks if one.kind in OWED), key=lambda one: (not one.law, one.due_at), default=None)
        return AddedContact(
            reference=case.reference,
            class_=case.class_,
            told=told,
            passed_on=case.owner is not None,
            due_on=last_day(owed.due_at, self.policy.pack.working_calendar.zone) if owed else None,
            writes=any(letter.audience is Audience.CUSTOMER for letter in letters),
            observed=case.observed,
        )


def _as_message(note: ContactNote, digest: str) -> Message:
    """What was taken down, as if the customer had written it."""
    return Message(
        digest=digest,
        subject=note.about.value if note.about else "",
        from_=Address(address=note.email.value, name=note.name.value if note.name else "") if note.email else None,
        text="\n".join(one.value for one in note.asked_for),
    )
