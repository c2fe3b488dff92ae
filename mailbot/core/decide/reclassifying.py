"""A person gives a case another class: its clocks become those of that class, and its customer may be told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches

from mailbot.core import clock, schedule, screen
from mailbot.core.action import Action, ChangeCase, KeepSilent, LearnClass, Note, Permission, QueueLetter, WithdrawLetter
from mailbot.core.calendar import last_day
from mailbot.core.case import RECLASSIFIED, Case, CaseStatus, ClockKind, EndedClock, RunningClock
from mailbot.core.case_command import CaseReclassified
from mailbot.core.clock_action import RestartClock, StartClock, StopClock
from mailbot.core.clock_rule import ClockRule, ClockStart
from mailbot.core.decide.answer import lacks_its_date, promised_date
from mailbot.core.decide.moving import start_clock
from mailbot.core.decide.occasion import goes_to_the_customer
from mailbot.core.decide.wording import receipt_values
from mailbot.core.letter import Audience, Lane, OutboxLetter, Purpose
from mailbot.core.policy import UNSURE, MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.subclass import parent_of
from mailbot.core.tongue import letter_date
from mailbot.errors import PermanentError

DONE = ("met", "late")

Dated = RunningClock | StartClock


def reclassified(
    command: CaseReclassified, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore
) -> list[Action]:
    """What another class brings about. Clocks that only the old class has stop, neither met nor late; those that only the
    new one has count from the event that they run from; those that both have go on untouched. What was sent stays.

    What else the customer wants is said with it, or stays as it was. Raises PermanentError for a class that the pack does not
    have, for what the case is already, and for a closed case.
    """
    change = _Change(command=command, case=case, policy=policy, now=now)
    _refuse(change)
    stopped, begun = change.stopped(), change.begun()
    letter = _letter(change, begun, before)
    return [
        *_said(change),
        *(_stop(one, now) for one in stopped),
        *(change.action(one) for one in begun),
        *(WithdrawLetter(letter_id=one.id, reason=Reason(RECLASSIFIED, one.letter)) for one in change.replaced),
        *letter,
        *_date_of_the_law(change, stopped, begun, told=goes_to_the_customer(letter)),
    ]


def _refuse(change: "_Change") -> None:
    case, known = change.case, change.policy.pack.classes
    for class_ in (change.command.class_, *change.also):
        if class_ not in known:
            near = get_close_matches(class_, known, n=1)
            instead = f"did you mean '{near[0]}'?" if near else f"write one of {', '.join(known)}"
            raise PermanentError(f"{case.reference}: there is no class '{class_}'; {instead}")
    if not change.is_another_class and change.also == case.also:
        raise PermanentError(f"{case.reference} is a case of class '{case.what}' already")
    if case.status is CaseStatus.CLOSED:
        open_it = f"open it first: mailbot case reopen {case.reference} --reason ..."
        raise PermanentError(f"{case.reference} is closed, nothing is owed in it that another class could change; {open_it}")


def _said(change: "_Change") -> list[Action]:
    """What is written down of it. Only another class is learnt from, and of a sub-class the
    class that it is of: no text tells it."""
    case, command, after = change.case, change.command, change.after
    reason = Reason(RECLASSIFIED, f"{case.what} -> {after.what}" + (f": {command.why}" if command.why else ""))
    if not change.is_another_class:
        return [ChangeCase(case_id=case.id, also=after.also, reason=reason)]
    pack = change.policy.pack
    stage = pack.stage_of(after.class_) or None
    changed = ChangeCase(case_id=case.id, class_=after.class_, also=after.also, stage=stage, reason=reason)
    old, new = (parent_of(one, pack.subclasses) for one in (case.class_, command.class_))
    return [changed, LearnClass(case_id=case.id, old_class=old, new_class=new, why=command.why)] if old != new else [changed]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A clock of the new class: begun now, or the case's own of before, which runs again with the pauses it had."""

    dated: Dated
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """From one class to another: which clocks stop, which begin."""

    command: CaseReclassified
    case: Case
    policy: MailboxPolicy
    now: datetime

    @property
    def after(self) -> Case:
        """The case as it is then, with the clocks that go on."""
        gone = {one.id for one in self.stopped()}
        kept = tuple(one for one in self.case.clocks if one.id not in gone)
        return replace(self.case, class_=self.command.class_, also=self.also, clocks=kept)

    @property
    def also(self) -> tuple[str, ...]:
        """What else the customer wants then: as the person says, or what was known of that."""
        said = self.case.also if self.command.also is None else self.command.also
        return tuple(dict.fromkeys(one for one in said if one != self.command.class_))

    @property
    def is_another_class(self) -> bool:
        return self.command.class_ != self.case.class_

    @property
    def replaced(self) -> Sequence[OutboxLetter]:
        """The receipts that wait and that another class makes void."""
        return self.command.past.waiting if self.is_another_class else ()

    def stopped(self) -> list[RunningClock]:
        """The running clocks that the new class does not have. A date of the law that is another matter's goes on."""
        return [one for one in self.case.clocks if not (self._has(one) or self._is_foreign(one))]

    def _has(self, running: RunningClock) -> bool:
        """Whether the new class has this clock: by a rule of both, or because its own gives the same date."""
        old, same = self._old, [rule for rule in self._new if _same(rule, running)]
        return any(rule in old or self._gives_its_date(rule, running) for rule in same)

    def _is_foreign(self, running: RunningClock) -> bool:
        """Whether the law gave this date to a matter that was merged into the case, and not to its class."""
        return bool(running.law) and not any(_same(rule, running) for rule in self._old)

    def begun(self) -> list[_Begun]:
        """The clocks that only the new class has, as far as what they run from has happened and nothing has ended them."""
        old, kept = self._old, self.after.clocks
        found = list[_Begun]()
        new = [rule for rule in self._new if rule not in old and not self._is_done(rule)]
        rules = [rule for rule in new if not any(_same(rule, one) for one in kept)]
        for rule in sorted(rules, key=lambda rule: rule.starts_on is ClockStart.ACKNOWLEDGEMENT):
            again = self._stopped_before(rule)
            at = self._happened_at(rule.starts_on, (*kept, *(one.dated for one in found)))
            if again is not None:
                found.append(_Begun(dated=again, again=True))
            elif at is not None:
                found.append(_Begun(dated=start_clock(self.policy, rule, at, rule.starts_on.value, self.now)))
        return found

    def action(self, begun: _Begun) -> Action:
        if isinstance(begun.dated, StartClock):
            return begun.dated
        again = begun.dated
        rule = next(rule for rule in self._new if _same(rule, again))
        computed = self._restored(rule, again)
        moments = () if again.paused_on else schedule.from_now_on(computed, self.policy.pack.alerts, self.now)
        return RestartClock(clock_id=again.id, deadlines=moments, reason=Reason(RECLASSIFIED, again.name))

    @property
    def _old(self) -> list[ClockRule]:
        return self._rules(self.case.class_, self.case.also)

    @property
    def _new(self) -> list[ClockRule]:
        return self._rules(self.command.class_, self.also)

    def _rules(self, class_: str, also: Sequence[str]) -> list[ClockRule]:
        pack, channel = self.policy.pack, self.case.channel
        return [rule for event in ClockStart for rule in pack.clocks_for(class_, channel, event, also)]

    def _is_done(self, rule: ClockRule) -> bool:
        """Whether what ended a clock of the old class would have ended this one: a receipt is not owed twice.

        An answer is: that what was sent under the old class answers this one too, a person must say.
        """
        if rule.kind in clock.OWED:
            return False
        done = [one for one in self.command.past.ended if one.outcome in DONE and one.clock.kind is rule.kind]
        return any(set(one.clock.stopped_by) <= set(rule.stopped_by) for one in done)

    def _stopped_before(self, rule: ClockRule) -> RunningClock | None:
        """This very clock, if it ran until the case was taken for something else.

        One that stood still for an answer that has come meanwhile does not stand still again: it begins anew.
        """
        waits = self.case.status is CaseStatus.WAITING
        before = [one.clock for one in self.command.past.ended if one.outcome == RECLASSIFIED]
        can_run = [one for one in before if waits or one.paused_on is None]
        return next((one for one in can_run if _same(rule, one) and self._gives_its_date(rule, one)), None)

    def _gives_its_date(self, rule: ClockRule, running: RunningClock) -> bool:
        return self._restored(rule, running).due_at == running.due_at

    def _restored(self, rule: ClockRule, running: RunningClock) -> clock.ComputedClock:
        return clock.restored(rule, self.policy.pack.calendars[rule.calendar], running, self.policy.pack.receipt)

    def _happened_at(self, event: ClockStart, running: Iterable[Dated]) -> datetime | None:
        """When what starts a clock happened in this case; None if it has not, or nothing tells of it."""
        past = self.command.past
        match event:
            case ClockStart.RECEIPT:
                return self.case.opened_at
            case ClockStart.ACKNOWLEDGEMENT:
                owed = any(one.kind is ClockKind.ACKNOWLEDGEMENT for one in running)
                return None if owed else _acknowledged_at(past.ended)
            case ClockStart.ASSIGNMENT:
                return past.assigned_at if self.case.owner else None
            case ClockStart.ASKING_LETTER:
                return past.asked_at if self.case.status is CaseStatus.WAITING else None
            case _:
                return next((one.started_at for one in self.stopped() if one.started_by == event.value), None)


def _same(rule: ClockRule, running: RunningClock) -> bool:
    """Whether a clock may be one of this rule's: its name, its role, and the law that sets it."""
    return (rule.name, rule.kind, rule.law) == (running.name, running.kind, running.law)


def _acknowledged_at(ended: Sequence[EndedClock]) -> datetime | None:
    """When the case was acknowledged; where no clock asked for that, when its receipt went."""
    for kind in (ClockKind.ACKNOWLEDGEMENT, ClockKind.RECEIPT):
        done = [one.stopped_at for one in ended if one.clock.kind is kind and one.outcome in DONE]
        if done:
            return min(done)
    return None


def _stop(running: RunningClock, now: datetime) -> StopClock:
    return StopClock(clock_id=running.id, outcome=RECLASSIFIED, stopped_at=now, reason=Reason(RECLASSIFIED))


# The customer ------------------------------------------------------------------------------------------------------------


def _letter(change: _Change, begun: Sequence[_Begun], before: SentBefore) -> list[Action]:
    """The receipt of the new class, if the pack says so or if one for the old class would still have gone.

    Nobody gets the receipt again that they had last.
    """
    case, policy, past = change.after, change.policy, change.command.past
    class_policy = policy.pack.classes[case.class_]
    wanted = change.is_another_class and (class_policy.confirm_reclassified or past.waiting)
    if past.answered or not wanted or past.last_receipt == class_policy.receipt:
        return []
    permission = screen.permit_notice(case, policy, before)
    if not isinstance(permission, Permission):
        return [KeepSilent(reasons=permission)]
    dated = (*(one for one in case.clocks if one.paused_on is None), *(one.dated for one in begun))
    promised = promised_date(case, policy, dated, change.now)
    if lacks_its_date(case, policy, promised):
        reason = Reason(RECLASSIFIED, "the receipt would name a date, and none is to come: please write to the customer")
        return [Note(kind="letter-needs-a-person", reason=reason)]
    letter = QueueLetter(
        permission=permission,
        purpose=Purpose.RECEIPT,
        letter=class_policy.receipt,
        audience=Audience.CUSTOMER,
        language=case.language,
        lane=Lane.ACKNOWLEDGEMENT,
        key=f"reclassified:{case.id}:{case.version}",
        values=receipt_values(policy, class_policy, case.subject, case.opened_at, promised),
        not_before=_goes_at(change),
        observed=case.observed,
        states_date=promised,
        in_reply_to=case.last_message_id,
        references=(case.last_message_id,) if case.last_message_id else (),
        reason=Reason(RECLASSIFIED, case.class_),
    )
    return [letter]


def _goes_at(change: _Change) -> datetime:
    """When the receipt that it replaces would have gone; otherwise while the office is open, like all that nobody waits for."""
    replaced = [one.not_before for one in change.command.past.waiting]
    opening = change.policy.pack.working_calendar.next_opening(change.now).astimezone(UTC)
    return max(change.now, min(replaced)) if replaced else opening


def _date_of_the_law(change: _Change, stopped: Iterable[RunningClock], begun: Iterable[_Begun], *, told: bool) -> list[Action]:
    """No date that the law gave a customer goes, or becomes a later one, without a word: a letter's, or a person's."""
    given = [one for one in stopped if one.law and one.kind in clock.OWED]
    if change.case.class_ == UNSURE or not given:
        return []
    was = min(given, key=lambda one: one.due_at)
    owed = [one for one in (*change.after.clocks, *(one.dated for one in begun)) if one.kind in clock.OWED]
    now_due = min(owed, key=lambda one: (not one.law, one.due_at), default=None)
    if now_due is not None and now_due.due_at <= was.due_at:
        return []
    zone = change.policy.pack.working_calendar.zone
    instead = letter_date(last_day(now_due.due_at, zone)) if now_due else "none"
    words = f"the answer was due on {letter_date(last_day(was.due_at, zone))} ({was.law}); now {instead}"
    if told:
        return [Note(kind="finding", reason=Reason("later-than-the-law-s-date", words))]
    tell = f"{words}. Nothing told the customer: please do"
    return [Note(kind="letter-needs-a-person", reason=Reason("later-than-the-law-s-date", tell))]
