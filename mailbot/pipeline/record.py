"""Carrying out a decision: the one place that acts, within the transaction it is given.

Letters are rendered here and now, so the outbox holds final bytes. Nothing is sent from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

import structlog

from mailbot.core.action import (
    Action,
    AskWhichCase,
    ChangeCase,
    ClearAddress,
    ConfirmLetter,
    Decision,
    FileMessage,
    HideTexts,
    Hold,
    JoinCase,
    JudgeStaffMail,
    KeepSilent,
    LearnClass,
    LetterReturned,
    MarkAddress,
    Note,
    OpenCase,
    QueueLetter,
    RaiseAlarm,
    TakeBack,
    TakeTurn,
    WithdrawLetter,
)
from mailbot.core.case import ANSWERED_BY_OWNER, ANSWERED_BY_STAFF, ClockKind, ClockStop, Role, TurnKind
from mailbot.core.clock_action import AddDeadline, MoveClock, ReplaceDeadline, RestartClock, StartClock, StopClock
from mailbot.core.clock_rule import ClockStart
from mailbot.core.contact_action import CloseGap, KeepNote, LimitContact, LogContact, OpenGap, RemindGap, SettleContacts
from mailbot.core.decide import dependants, gone, stop_clocks
from mailbot.core.decide.logging_contacts import INFORMED
from mailbot.core.delivery import reverse_path
from mailbot.core.lead import Filed, Part
from mailbot.core.letter import ANSWERS, ISSUED, OF_OWNERS, Envelope, OutboxLetter, Purpose
from mailbot.core.message import Located
from mailbot.core.mime import Headers
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.reference import period_of
from mailbot.ports import Composed, Happened, KnownMessage, Letters, NewLetter, NewMessage, Transaction

SYSTEM = "mailbot"

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Recording:
    """What is being written about: filled while the actions of one decision are carried out in order."""

    policy: MailboxPolicy
    now: datetime
    actor: str = SYSTEM
    located: Located | None = None
    arrived: NewMessage | None = None
    case_id: int | None = None
    reference: str | None = None
    message_row: int | None = None

    @property
    def recorded(self) -> KnownMessage | None:
        """The message as the store now knows it, if it was filed."""
        return KnownMessage(row=self.message_row, case_id=self.case_id) if self.message_row is not None else None

    @property
    def filed(self) -> Filed | None:
        """The message with its case, if it has one."""
        if self.arrived is None or self.message_row is None or self.case_id is None or self.reference is None:
            return None
        parsed, about = self.arrived.parsed, self.arrived
        return Filed(
            case_id=self.case_id,
            reference=self.reference,
            message_id=parsed.message_id,
            about=about.about,
            parts=about.parts,
            at=about.received_at,
        )


def record(transaction: Transaction, letters: Letters, decision: Decision, about: Recording) -> None:
    """Write a decision. ``about`` says which message or case it concerns.

    Raises PermanentError when the case changed meanwhile or a row is refused, PolicyError when a letter does not render.
    """
    for action in decision.actions:
        _carry_out(transaction, letters, action, about)


def _carry_out(  # noqa: C901, PLR0912, PLR0915  # one line an action: the table of all that a decision can do
    transaction: Transaction, letters: Letters, action: Action, about: Recording
) -> None:
    match action:
        case OpenCase():
            _open_case(transaction, action, about)
        case JoinCase():
            _join_case(transaction, action, about)
        case FileMessage():
            _file_message(transaction, about)
            _note(transaction, about, "filed", action.reason)
        case StartClock():
            _start_clock(transaction, action, about)
        case MoveClock():
            transaction.cases.move_clock(action)
            _note(transaction, about, "clock-moved", replace(action.reason, detail=action.why))
        case AddDeadline():
            transaction.cases.add_deadline(action)
        case ReplaceDeadline():
            transaction.cases.replace_deadline(action)
        case ChangeCase():
            transaction.cases.change(action, about.now)
            _note(transaction, replace(about, case_id=action.case_id), action.reason.rule, action.reason)
        case HideTexts():
            transaction.recorded.hide(action.case_id, action.hidden)
        case LearnClass():
            transaction.corrections.add(action, about.actor, about.now)
        case WithdrawLetter():
            transaction.outbox.withdraw(action.letter_id, action.reason.rule, about.now)
            _note(transaction, about, "letter-withdrawn", action.reason)
        case TakeTurn():
            _take_turn(transaction, action, about)
        case TakeBack():
            transaction.turns.take_back(action.turn, about.now)
            transaction.contacts.take_back(action.turn)
            _note(transaction, replace(about, case_id=action.turn.other_id or about.case_id), "taken-back", action.reason)
        case AskWhichCase():
            _ask(transaction, action, about)
        case RaiseAlarm():
            transaction.alarms.add(about.policy.name, about.case_id, action, about.now)
            _note(transaction, about, "alarm-raised", action.reason)
        case StopClock():
            transaction.cases.stop_clock(action)
            _note(transaction, about, "clock-stopped", replace(action.reason, detail=action.outcome))
        case QueueLetter():
            _queue_letter(transaction, letters, action, about)
        case KeepSilent():
            for reason in action.reasons:
                _note(transaction, about, "silent", reason)
        case Hold():
            _hold(transaction, action, about)
        case ConfirmLetter():
            _confirm(transaction, action, about)
        case LetterReturned():
            transaction.returns.bounced(action.letter_id, action.detail, about.now)
            _note(transaction, about, "letter", action.reason)
        case MarkAddress():
            _mark(transaction, action, about)
        case ClearAddress():
            transaction.returns.clear(action.address)
            _note(transaction, about, "address-works", action.reason)
        case RestartClock():
            transaction.cases.restart_clock(action)
            _note(transaction, about, "clock-restarted", action.reason)
        case JudgeStaffMail():
            if about.message_row is not None and about.arrived is not None:
                at = about.arrived.received_at
                transaction.standards.wait(about.message_row, about.policy.name, action.kind, at)
        case LogContact():
            transaction.contacts.log(about.policy.name, _case_of(about), about.message_row, action, about.now)
        case KeepNote():
            transaction.contacts.keep_note(_case_of(about), action)
            _note(transaction, about, "contact", Reason("taken-down", action.taken_by))
        case SettleContacts():
            transaction.contacts.settle(_case_of(about), action, about.now)
        case LimitContact():
            transaction.limits.set(action.address, action.until, about.now)
        case OpenGap():
            transaction.gaps.open(action)
        case RemindGap():
            transaction.gaps.remind(action)
        case CloseGap():
            transaction.gaps.close(action, about.now)
        case Note():
            _note(transaction, about, action.kind, action.reason)
        case _:
            assert_never(action)


def _open_case(transaction: Transaction, action: OpenCase, about: Recording) -> None:
    pack = about.policy.pack
    period = period_of(pack.working_calendar.local_date(action.opened_at))
    about.case_id, about.reference = transaction.cases.open(
        about.policy.name, about.policy.reference_prefix, period, pack.name, action
    )
    parts = about.arrived.parts if about.arrived else ()
    customer = (Part(action.customer, Role.CUSTOMER),) if action.customer else ()
    transaction.cases.take_part(about.case_id, (*customer, *parts), about.arrived.about if about.arrived else "")
    _file_message(transaction, about)
    _note(transaction, about, "opened", action.reason)


def _join_case(transaction: Transaction, action: JoinCase, about: Recording) -> None:
    """File the message in the case."""
    transaction.cases.join(action)
    about.case_id = action.case_id
    if about.arrived is not None:
        transaction.cases.take_part(action.case_id, about.arrived.parts, about.arrived.about)
        if about.arrived.name_marks:
            transaction.recorded.keep_marks(action.case_id, about.arrived.name_marks)
    _file_message(transaction, about)
    _note(transaction, about, "joined", action.reason)


def _file_message(transaction: Transaction, about: Recording) -> None:
    if about.located is None or about.arrived is None:
        return
    about.message_row = transaction.messages.add(about.located, about.arrived, about.case_id)
    transaction.messages.settle_location(about.located.id, about.message_row)


def _case_of(about: Recording) -> int:
    if about.case_id is None:
        raise ValueError("clocks and contacts belong to a case")
    return about.case_id


def _start_clock(transaction: Transaction, action: StartClock, about: Recording) -> None:
    transaction.cases.start_clock(_case_of(about), action)
    _note(transaction, about, "clock-started", action.reason)


def _queue_letter(transaction: Transaction, letters: Letters, action: QueueLetter, about: Recording) -> None:
    policy, recipient = about.policy, action.permission.recipient
    composed = _composed(transaction, letters, action, about)
    transaction.outbox.add(
        NewLetter(
            key=f"{action.purpose.value}|{recipient.lower()}|{action.key}",
            mailbox=policy.name,
            case_id=about.case_id,
            message_row=about.message_row,
            purpose=action.purpose,
            letter=action.letter,
            lane=action.lane,
            composed=composed,
            envelope=Envelope(
                reverse_path=reverse_path(policy, composed.message_id),
                recipient=recipient,
                copies=action.permission.copies,
            ),
            not_before=action.not_before,
            states_date=action.states_date,
            clock_id=action.clock_id,
            in_reply_to=action.in_reply_to,
            references=action.references,
            observed=action.observed,
            created_at=about.now,
        )
    )
    if action.purpose is Purpose.RECEIPT:
        transaction.answers.add(policy.name, recipient, action.shape, about.now)
    kind = "letter-observed" if action.observed else "letter-queued"
    _note(transaction, about, kind, replace(action.reason, detail=action.letter))


def _composed(transaction: Transaction, letters: Letters, action: QueueLetter, about: Recording) -> Composed:
    policy = about.policy
    headers = Headers(
        from_name=policy.organisation,
        from_address=policy.address,
        reply_to=policy.reply_to,
        recipient=action.permission.recipient,
        date=about.now,
        in_reply_to=action.in_reply_to,
        references=action.references,
        audience=action.audience,
        font=policy.pack.font,
        copies=action.permission.copies,
        enclosed=action.enclosed,
        files=action.files,
        personal=action.purpose in OF_OWNERS,
    )
    if action.text is not None and action.purpose in OF_OWNERS:
        return letters.compose_verbatim(action.text, headers)
    manner = policy.pack.manner(action.language)
    if action.text is not None:
        return letters.compose_text(action.text, headers, transaction.letters, action.letter, manner)
    values = replace(action.values, reference=about.reference or action.values.reference)
    return letters.compose(action.letter, values, headers, transaction.letters, manner)


def _take_turn(transaction: Transaction, action: TakeTurn, about: Recording) -> None:
    case_id, other_id = action.case_id or about.case_id, action.other_id
    if case_id is None:
        raise ValueError("a turn is a case's")
    if action.kind is TurnKind.SPLIT:
        other_id = about.case_id  # the one that was just opened
    transaction.turns.take(action, case_id, other_id, about.actor, about.now)
    for each in filter(None, (case_id, other_id)):
        _note(transaction, replace(about, case_id=each), action.kind.value, action.reason)


def _ask(transaction: Transaction, action: AskWhichCase, about: Recording) -> None:
    if about.located is not None:
        transaction.messages.ask(about.located.id, action.reason, about.now)
        log.warning("message_asks_for_a_person", mailbox=about.policy.name, reason=action.reason.rule)


def _hold(transaction: Transaction, action: Hold, about: Recording) -> None:
    if about.located is not None:
        transaction.messages.hold(about.located.id, action.reason, about.now)
        log.warning("message_held", mailbox=about.policy.name, reason=action.reason.rule)


def _confirm(transaction: Transaction, action: ConfirmLetter, about: Recording) -> None:
    found = transaction.outbox.confirm(action.message_id, action.alias, about.now)
    if found is not None:
        letter = transaction.outbox.get(found)
        letters_went(transaction, [letter], about.policy, about.now)
        # The copy lies in no case; the news belongs to the case of the letter.
        _note(transaction, replace(about, case_id=letter.case_id), "letter-found", replace(action.reason, detail=letter.letter))


def _mark(transaction: Transaction, action: MarkAddress, about: Recording) -> None:
    """Nothing arrives there: what a date was about to send there does not go."""
    transaction.returns.mark(action.address, action.letter_id, about.now)
    _note(transaction, about, "address-does-not-work", action.reason)
    for letter in transaction.returns.withdraw(action.address, action.reason.rule, about.now):
        reason = Reason(action.reason.rule, letter.letter)
        _note(transaction, replace(about, case_id=letter.case_id), "letter-withdrawn", reason)


def letters_went(transaction: Transaction, letters: Sequence[OutboxLetter], policy: MailboxPolicy, at: datetime) -> None:
    """Letters are known to have gone: stop the clocks that they stop, and start what runs from an acknowledgement."""
    receipted = [letter.case_id for letter in letters if letter.case_id is not None and letter.purpose is Purpose.RECEIPT]
    for action in stop_clocks(transaction.cases.stoppable(receipted), ClockStop.RECEIPT_SENT, at):
        transaction.cases.stop_clock(action)
    if policy.pack.runs_from_acknowledgement:
        for case_id in receipted:
            _acknowledged(transaction, case_id, policy, at)
    for letter in letters:
        if letter.purpose in ISSUED | OF_OWNERS and letter.case_id is not None:
            _end(transaction, letter.purpose, letter.case_id, policy, at)
        if letter.purpose in ANSWERS and letter.case_id is not None:
            _answered(transaction, letter, policy, at)


def _end(transaction: Transaction, purpose: Purpose, case_id: int, policy: MailboxPolicy, at: datetime) -> None:
    """A letter of staff went: what it answers is over, and what follows from it begins."""
    for action in gone(purpose, transaction.cases.get(case_id), policy, at):
        match action:
            case StartClock():
                transaction.cases.start_clock(case_id, action)
            case StopClock():
                transaction.cases.stop_clock(action)
            case Note():
                _note(transaction, Recording(policy=policy, now=at, case_id=case_id), action.kind, action.reason)


def _answered(transaction: Transaction, letter: OutboxLetter, policy: MailboxPolicy, at: datetime) -> None:
    """The history and the log of contacts tell that an answer of staff has gone: their own words, or a letter they issued."""
    about = Recording(policy=policy, now=at, case_id=letter.case_id, message_row=letter.message_row)
    own = letter.purpose is Purpose.OWNER_ANSWER
    _note(transaction, about, "answered", Reason(ANSWERED_BY_OWNER) if own else Reason(ANSWERED_BY_STAFF, letter.letter))
    transaction.contacts.settle(_case_of(about), INFORMED, at)


def _acknowledged(transaction: Transaction, case_id: int, policy: MailboxPolicy, at: datetime) -> None:
    """A receipt went. Where it is the acknowledgement too, other clocks run from it."""
    case = transaction.cases.get(case_id)
    if not any(one.kind is ClockKind.ACKNOWLEDGEMENT for one in case.clocks):
        for started in dependants(policy, case, ClockStart.ACKNOWLEDGEMENT, at):
            transaction.cases.start_clock(case_id, started)


def _note(transaction: Transaction, about: Recording, kind: str, reason: Reason) -> None:
    transaction.cases.add_event(
        Happened(
            at=about.now,
            actor=about.actor,
            kind=kind,
            reason=reason,
            pack_version=about.policy.pack.version,
            case_id=about.case_id,
            message_row=about.message_row,
        )
    )
