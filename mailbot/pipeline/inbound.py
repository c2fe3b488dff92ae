"""The flow of a message: stored bytes -> parse, screen, match, classify -> decide -> record.

Messages are decided about in order of receipt, each seeing the decisions before it, many in one transaction. If a batch
fails it is rolled back and redone one by one: the one bad message is set aside with its reason, the rest goes through.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from mailbot import checkpoints
from mailbot.core.assignment import AssignmentMaterial
from mailbot.core.bounce import BounceRules
from mailbot.core.case import Case, CaseStatus, Channel
from mailbot.core.classify import Classification, classify
from mailbot.core.clock import doubt_receipt
from mailbot.core.decide import Findings, decide, is_given, names_are_hidden, request_in
from mailbot.core.flag import NO_FLAGS, FlagRules, flagged
from mailbot.core.forward import Forward, passed_on
from mailbot.core.gap import Gap
from mailbot.core.handover import HANDED_OVER, HandoverMaterial
from mailbot.core.holding import HoldingRules, is_holding
from mailbot.core.information_request import NO_REQUESTS, RequestRules
from mailbot.core.lead import Part
from mailbot.core.match import Match, clues, match, parts
from mailbot.core.message import Direction, Located, Message, Origin
from mailbot.core.own_id import is_signed
from mailbot.core.owner_reply import OwnerReply
from mailbot.core.person_name import NO_NAMES, NameRules
from mailbot.core.policy import MailboxPolicy
from mailbot.core.quoting import QuoteRules
from mailbot.core.reason import Reason
from mailbot.core.redaction import HiddenTexts, without_names
from mailbot.core.relay import authentication, named_by, relayed
from mailbot.core.reply import ReplyKind, ReplyRules, kind_of_reply
from mailbot.core.route import Route, route
from mailbot.core.screen import Screening, SentBefore, screen
from mailbot.core.screening_rules import ScreeningRules
from mailbot.core.strong_evidence import OwnMarks, Verdict
from mailbot.core.subject import SubjectRules, base_subject
from mailbot.core.trigger import AlsoArrived, MessageArrived, Returned
from mailbot.pipeline.assigning import material_of_addition, material_of_message
from mailbot.pipeline.bounces import what_came_back
from mailbot.pipeline.clarifying import left_out
from mailbot.pipeline.gather import Gathered, gather
from mailbot.pipeline.handing_over import handover_material, has_it_by_handover
from mailbot.pipeline.hiding import hidden_texts, sought_in
from mailbot.pipeline.judged import Judged, is_by_colleague, why_unclear
from mailbot.pipeline.origin import born_at_of, identity, origin_of, received_at_of
from mailbot.pipeline.presence import present
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.replies import owner_reply, pictures_of
from mailbot.pipeline.sent_today import sent_to_staff, sent_today
from mailbot.ports import (
    Attempt,
    Clock,
    KnownMessage,
    Letters,
    NewMessage,
    Originals,
    Reader,
    ReadMessage,
    Store,
    Transaction,
)

MAX_MESSAGES = 100
MAX_BYTES = 16 * 1024 * 1024
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """The flow with what it needs."""

    store: Store
    reader: Reader
    letters: Letters
    screening: ScreeningRules
    holding: HoldingRules
    subjects: SubjectRules
    quoting: QuoteRules
    bounces: BounceRules
    replies: ReplyRules
    rules_version: str
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    attempt: Attempt
    flags: FlagRules = NO_FLAGS
    requests: RequestRules = NO_REQUESTS
    names: NameRules = NO_NAMES
    originals: Originals | None = None

    def drain(self) -> Iterator[int]:
        """Decide about all messages that wait, batch by batch; yields how many each had. The reader goes ahead by one."""
        batch = self._waiting()
        while batch:
            soon = self._waiting(besides=batch)
            if self.attempt(partial(self._decide_about, batch, soon)) is not None:
                for located in batch:
                    self._alone(located)
            yield len(batch)
            batch = soon or self._waiting()

    def _waiting(self, besides: Sequence[Located] = ()) -> list[Located]:
        with self.store.view() as transaction:
            return transaction.messages.waiting(MAX_MESSAGES, MAX_BYTES, [located.id for located in besides])

    def _alone(self, located: Located) -> None:
        failure = self.attempt(lambda: self._decide_about([located]))
        if failure is not None:
            log.warning("message_held", mailbox=located.mailbox, reason="cannot-be-decided")
            with self.store.transaction() as transaction:
                transaction.messages.hold(located.id, Reason("cannot-be-decided", failure), self.clock.now())

    def _decide_about(self, batch: Sequence[Located], soon: Sequence[Located] = ()) -> None:
        judged = self._judge(batch, soon)
        with self.store.transaction() as transaction:
            gathered = gather(
                transaction,
                mailboxes=[one.mailbox for one in batch],
                messages=[one.message for one in judged],
                clues=[one.clues for one in judged],
                shared_domains=self.screening.shared_domains,
                now=self.clock.now(),
            )
            for one in judged:
                self._message(transaction, one, gathered)
            checkpoints.reached("record.before")
        checkpoints.reached("record.after")

    def _judge(self, batch: Sequence[Located], soon: Sequence[Located]) -> list[Judged]:
        read = self.reader.read([located.content for located in batch], [located.content for located in soon])
        return [self._judged(located, one) for located, one in zip(batch, read, strict=True)]

    def _judged(self, located: Located, read: ReadMessage) -> Judged:
        policy, weak = self.policies[located.mailbox], read.weak
        found = relayed(read.message, policy.relays, policy.authserv_id, vouched=located.put_back)
        message = identity(located, found.message if found else read.message)
        by_staff = located.folder_role == "sent" or is_by_colleague(message, policy)
        forward = self._passed_on(message, policy) if by_staff and located.folder_role != "sent" else None
        if forward is not None and forward.message is not None and not policy.is_ours(forward.message.sender):
            message, by_staff, weak = forward.message, False, None  # another author's message
        return Judged(
            located=located,
            message=message,
            hits=tuple(hit for hit in read.hits if found is None or found.holds(hit.span)),
            unreadable=located.incomplete or read.unreadable,
            by_staff=by_staff,
            forward=forward,
            clues=clues(message, policy.reference_prefix, self.subjects, by_staff=by_staff),
            relay=found.relay if found else None,
            unproven="" if found else named_by(read.message, policy.relays),
            weak=weak,
            opinion=None if found else read.opinion,  # the labels of a form say nothing
            subject_length=len(read.message.subject),
        )

    def _passed_on(self, message: Message, policy: MailboxPolicy) -> Forward | None:
        """What a colleague passes on. A reply to a letter of ours passes nothing on, whatever it brings back of that."""
        answers_us = any(is_signed(one, policy.tag_secret) for one in message.in_reply_to)
        if answers_us and not base_subject(message.subject, self.subjects).begins_as_forward:
            return None
        return passed_on(message, self.subjects, self.quoting)

    # The flow of a message ---------------------------------------------------------------------------------------

    def _message(self, transaction: Transaction, judged: Judged, gathered: Gathered) -> None:
        located, message, now = judged.located, judged.message, self.clock.now()
        policy = present(transaction, self.policies[located.mailbox], now)
        known = gathered.messages.get(message.digest)
        if known is not None:
            self._seen_again(transaction, located, message.digest, known, policy)
            return
        our_letter = gathered.our_letter(message, policy.tag_secret)
        own = OwnMarks(
            addresses=policy.own_addresses,
            answerable=policy.answerable_addresses,
            is_our_message_id=bool(our_letter),
            relay=judged.relay.name if judged.relay else "",
            dmarc=authentication(message, policy.authserv_id).dmarc,
            spam_fields=policy.spam_fields,
        )
        screening = screen(message, self.screening, own, judged.weak)
        ways, since = gathered.leads.ways(judged.clues), now - timedelta(days=policy.pack.threads.subject_window_days)
        is_forged = own.dmarc == "fail" and not own.relay
        matched = match(message, ways, since, by_staff=judged.by_staff, is_forged=is_forged)
        is_bounce = screening.verdict is Verdict.BOUNCE
        back = what_came_back(transaction, message, gathered, policy, self.bounces) if is_bounce else None
        concerned = back or matched.candidate
        case = transaction.cases.get(concerned.case_id) if concerned and concerned.case_id is not None else None
        reply = kind_of_reply(message, self.replies) if case else ReplyKind.ORDINARY
        classification = self._classification(judged, policy)
        hidden = HiddenTexts()
        if names_are_hidden(classification, policy) or (case is not None and case.restricted):
            judged, hidden = self._without_names(transaction, judged, case, policy)
            message, case = judged.message, replace(case, subject=hidden.subject(case.subject)) if case else None
        handed_over, gap = self._handed_over(transaction, judged, case), self._gap(transaction, judged, case)
        news_of_staff = handed_over or gap is not None
        replied = self._replied(transaction, judged, case, policy)
        found = route(judged.hits, judged.subject_length, policy.pack.routes)
        of_staff = news_of_staff or replied is not None
        added = self._added(transaction, judged, case, screening, policy)
        of_staff = of_staff or added is not None
        has_news = of_staff or reply is ReplyKind.WITHDRAWAL or bool(classification.flags) or bool(found.named)
        findings = Findings(
            screening=screening,
            match=matched,
            classification=classification,
            route=found,
            request=request_in(message, classification, self.requests, policy.pack),
            lacks_still=left_out(transaction, case, message, self.requests),
            history=gathered.history(message, policy.name),
            holding=judged.by_staff and is_holding(message, self.holding),
            reply=reply,
            added=added,
            before=self._sent_before(transaction, case, gathered, policy, has_news=has_news),
            handed_over=handed_over,
            gap=gap,
            proven=news_of_staff and policy.proves(message),
            material=self._material(transaction, case, screening, policy) if handed_over else self._of_new(judged, case, found),
            hidden=hidden,
            pictures=pictures_of(self.originals, located.content) if handed_over and self.originals else (),
            replied=replied,
        )
        if assigning := self._assigning(transaction, judged, case, findings, policy):
            findings = replace(findings, assigning=assigning)
        trigger = self._trigger(judged, policy, gathered, our_letter, back)
        decision = decide(trigger, case, findings, policy, now)
        arrived = NewMessage(
            parsed=message,
            direction=Direction.OUT if trigger.origin is Origin.SENT else Direction.IN,
            origin=trigger.origin,
            received_at=trigger.received_at,
            screening=screening,
            classification=classification,
            recorded_at=now,
            parts=self._parts(judged, screening, matched, policy),
            about=judged.clues.about,
            name_marks=hidden.marks,
        )
        reference = case.reference if case else None
        about = Recording(policy=policy, now=now, located=located, arrived=arrived, reference=reference)
        record(transaction, self.letters, decision, about)
        gathered.learn(message, decision, about)

    def _parts(self, judged: Judged, screening: Screening, matched: Match, policy: MailboxPolicy) -> tuple[Part, ...]:
        """Only a person's message makes anybody take part in its case; what staff send comes from our own address."""
        if screening.verdict not in (Verdict.HUMAN, Verdict.OWN) or screening.looks_automatic:
            return ()
        in_sent = judged.located.folder_role == "sent"
        return parts(judged.message, policy.is_ours, in_sent=in_sent, is_stranger=matched.is_stranger)

    def _seen_again(
        self, transaction: Transaction, located: Located, digest: str, known: KnownMessage, policy: MailboxPolicy
    ) -> None:
        """The same message at another place: one case, one receipt, and the history says where else it lies."""
        transaction.messages.settle_location(located.id, known.row)
        if known.case_id is None or located.reindexed:
            return
        case, now = transaction.cases.get(known.case_id), self.clock.now()
        decision = decide(AlsoArrived(digest=digest), case, None, policy, now, self._before(transaction, case))
        about = Recording(policy=policy, now=now, case_id=case.id, reference=case.reference)
        record(transaction, self.letters, decision, about)

    def _handed_over(self, transaction: Transaction, judged: Judged, case: Case | None) -> bool:
        """Whether a colleague writes in a case that was handed to somebody."""
        if case is None or not judged.by_staff or judged.located.folder_role == "sent":
            return False
        return HANDED_OVER in transaction.cases.last_events(case.id, (HANDED_OVER,))

    def _added(
        self, transaction: Transaction, judged: Judged, case: Case | None, screening: Screening, policy: MailboxPolicy
    ) -> AssignmentMaterial | None:
        """What a customer writes in a case that was handed over, for whoever has it; None for any other message."""
        if case is None or self.originals is None or judged.by_staff or screening.verdict is not Verdict.HUMAN:
            return None
        if case.restricted or not has_it_by_handover(transaction, case):
            return None
        return material_of_addition(self.originals, judged.located, judged.message.sender, policy)

    def _gap(self, transaction: Transaction, judged: Judged, case: Case | None) -> Gap | None:
        """What a colleague who writes in a case was asked for, if it is missing from the pages that they keep."""
        if case is None or not judged.by_staff or judged.located.folder_role == "sent":
            return None
        return transaction.gaps.open_with(case.id, judged.message.sender)

    def _material(
        self, transaction: Transaction, case: Case | None, screening: Screening, policy: MailboxPolicy
    ) -> HandoverMaterial | None:
        """What goes with another handover, where a robot answers for somebody who may be away."""
        is_note = screening.verdict is Verdict.AUTO_REPLY or screening.looks_automatic
        if case is None or self.originals is None or not is_note:
            return None
        return handover_material(transaction, self.originals, case, policy)

    def _without_names(
        self, transaction: Transaction, judged: Judged, case: Case | None, policy: MailboxPolicy
    ) -> tuple[Judged, HiddenTexts]:
        """The message as it is recorded where no name of anybody of ours is, and what was recorded of its case before (F11)."""
        sought, before = sought_in(case, policy, self.names), HiddenTexts()
        if case is not None and not case.restricted:
            before = hidden_texts(transaction, case, sought, new=judged.message.full_text)
            sought = replace(sought, marks=frozenset(before.marks))
        shown = without_names(judged.message, sought)
        found = clues(shown.message, policy.reference_prefix, self.subjects, by_staff=judged.by_staff)
        return replace(judged, message=shown.message, clues=found), replace(before, marks=shown.marks)

    def _of_new(self, judged: Judged, case: Case | None, found: Route) -> HandoverMaterial | None:
        """What goes with a new case if a rule hands it over at once."""
        policy = self.policies[judged.located.mailbox]
        rule = policy.pack.handover
        if case is not None or self.originals is None or rule is None or not found.sure or not policy.pack.routes.hands_over:
            return None
        located, sender = judged.located, judged.message.sender
        received_at, is_all = received_at_of(located, self.clock.now()), not located.incomplete
        original = self.originals.read(located.content, received_at, sender, rule.attach_at_most, is_all=is_all)
        return HandoverMaterial(note=original.note, enclosure=original.enclosure, references=original.references)

    def _replied(self, transaction: Transaction, judged: Judged, case: Case | None, policy: MailboxPolicy) -> OwnerReply | None:
        """What a colleague's message answers, if that is a mail that gave somebody a case."""
        if case is None or self.originals is None or not judged.by_staff or judged.located.folder_role == "sent":
            return None
        content = judged.located.content
        found = owner_reply(transaction, self.originals, judged.message, content, case, policy, self.quoting)
        return replace(found, is_forward=judged.forward is not None) if found else None

    def _assigning(
        self, transaction: Transaction, judged: Judged, case: Case | None, findings: Findings, policy: MailboxPolicy
    ) -> AssignmentMaterial | None:
        """What whoever gets a new case by a rule is told of it."""
        is_new = case is None or case.status is CaseStatus.CLOSED
        if self.originals is None or not is_new or not is_given(findings, policy, self.clock.now()):
            return None
        customer = judged.message.sender
        return material_of_message(transaction, self.originals, judged.located, findings, customer, policy)

    def _sent_before(
        self, transaction: Transaction, case: Case | None, gathered: Gathered, policy: MailboxPolicy, *, has_news: bool
    ) -> SentBefore:
        """What was sent today to those who may be told of this message, or of a new case that has a route."""
        if case is not None:
            return self._before(transaction, case) if has_news else SentBefore()
        if not policy.directory.people:
            return SentBefore()
        if policy.name not in gathered.to_staff:
            gathered.to_staff[policy.name] = sent_to_staff(transaction, policy, self.clock.now())
        return gathered.to_staff[policy.name].about_a_new_case()

    def _before(self, transaction: Transaction, case: Case) -> SentBefore:
        """What was sent today to those who may be told about a case."""
        return sent_today(transaction, self.policies, [case], self.clock.now()).about(case)

    def _classification(self, judged: Judged, policy: MailboxPolicy) -> Classification:
        found = classify(judged.hits, policy.pack.looked_for, self.rules_version, judged.opinion)
        return flagged(found, judged.hits, judged.message.sender, self.flags)

    def _trigger(
        self, judged: Judged, policy: MailboxPolicy, gathered: Gathered, our_letter: str, returned: Returned | None
    ) -> MessageArrived:
        located, mailbox = judged.located, gathered.mailboxes[policy.name]
        received_at = received_at_of(located, self.clock.now())
        born_at = born_at_of(located, judged.message, received_at)
        return MessageArrived(
            message=judged.message,
            origin=origin_of(located, born_at, mailbox.started_at, policy),
            received_at=received_at,
            born_at=born_at,
            live=mailbox.live_since is not None and born_at >= mailbox.live_since,
            unreadable=judged.unreadable,
            put_back=located.put_back,
            our_letter=our_letter,
            message_id_taken=judged.message.message_id in gathered.message_ids,
            by_staff=judged.by_staff,
            is_passed_on=judged.forward is not None and judged.forward.message is judged.message,
            unclear_forward=why_unclear(judged),
            receipt_doubt=doubt_receipt(located.received_at, self.clock.now()) or "",
            channel=judged.relay.channel if judged.relay else Channel.EMAIL,
            in_junk=located.folder_role == "junk",
            unproven=judged.unproven,
            returned=returned,
        )
