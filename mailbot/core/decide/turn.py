"""Cases that are merged, split, linked or withdrawn, and contacts that are noted, each so that it can be taken back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mailbot.core.action import Action, ChangeCase, HideTexts, OpenCase, TakeBack, TakeTurn, WithdrawLetter
from mailbot.core.case import NAMES_HIDDEN, Case, CaseStatus, Channel, ClockKind, FiledMessage, RunningClock, TurnKind
from mailbot.core.case_command import CaseMerged, CasesLinked, CaseSplit, CaseWithdrawn, TurnUndone
from mailbot.core.clock_action import StartClock, StopClock
from mailbot.core.clock_rule import ClockStart
from mailbot.core.decide.moving import start_clocks
from mailbot.core.letter import LEFT, OutboxState
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.errors import PermanentError


def merged(command: CaseMerged, case: Case) -> list[Action]:
    """Everything of the case goes into the other, which keeps the earliest date of each kind, and the law's earliest."""
    into = command.into
    if into.id == case.id:
        raise PermanentError(f"{case.reference} cannot be merged into itself")
    if into.status is CaseStatus.CLOSED:
        raise PermanentError(f"{into.reference} is closed; open it first: mailbot case reopen {into.reference} --reason ...")
    kept = {one.id for one in _kept(case.clocks, into.clocks)}
    turn = TakeTurn(
        kind=TurnKind.MERGED,
        case_id=case.id,
        other_id=into.id,
        status_before=case.status,
        messages=None,
        clocks=tuple(one.id for one in case.clocks if one.id in kept),
        stopped=tuple(one.id for one in (*case.clocks, *into.clocks) if one.id not in kept),
        hold=command.hold,
        reason=Reason("merged", f"{case.reference} into {into.reference}"),
    )
    closed = ChangeCase(case_id=case.id, status=CaseStatus.CLOSED, waits_for="", reason=Reason("merged", into.reference))
    restricted, named = case.restricted or into.restricted, tuple(dict.fromkeys((*into.named, *case.named)))
    joined = ChangeCase(case_id=into.id, restricted=restricted, named=named, reason=Reason("merged-in", case.reference))
    return [*_hiding(command, case), turn, closed, joined]


def _hiding(command: CaseMerged, case: Case) -> list[Action]:
    """Where names are hidden in one of them, they are in both, whatever becomes of the merge (F11)."""
    if command.hidden is None:
        return []
    other, reason = (command.into if case.restricted else case), Reason(NAMES_HIDDEN, case.reference)
    hides = [HideTexts(case_id=one.id, hidden=command.hidden, reason=reason) for one in (case, command.into)]
    return [*hides, ChangeCase(case_id=other.id, restricted=True, reason=reason)]


def _kept(ours: Sequence[RunningClock], theirs: Sequence[RunningClock]) -> Iterable[RunningClock]:
    """The clocks that go on: of a kind that both cases have, the earliest, and the earliest of those that a law sets."""
    both = {one.kind for one in ours} & {one.kind for one in theirs}
    for kind in {one.kind for one in (*ours, *theirs)}:
        these = [one for one in (*ours, *theirs) if one.kind is kind]
        if kind not in both:
            yield from these
            continue
        yield min(these, key=lambda one: one.due_at)
        yield from sorted((one for one in these if one.law), key=lambda one: one.due_at)[:1]


def split(command: CaseSplit, case: Case, policy: MailboxPolicy) -> list[Action]:
    """The chosen messages get a case of their own, counted from the receipt of the first. No letter goes because of it."""
    chosen = [one for one in command.messages if one.row in command.chosen]
    unknown = sorted(set(command.chosen) - {one.row for one in chosen})
    if unknown or not chosen:
        raise PermanentError(f"{case.reference} has no message {unknown[0] if unknown else ''}; see 'mailbot case show'")
    if not any(one.came_in and one not in chosen for one in command.messages):
        raise PermanentError(f"{case.reference} would be left without a message of its customer")
    first = next((one for one in chosen if one.came_in), None)
    if first is None:
        raise PermanentError(f"{case.reference}: choose at least one message that came in; a case is opened by one")
    turn = TakeTurn(
        kind=TurnKind.SPLIT,
        case_id=case.id,
        other_id=None,
        status_before=case.status,
        messages=tuple(one.row for one in chosen),
        reason=Reason("split", f"from {case.reference}"),
    )
    clocks = start_clocks(policy, first.class_, Channel.EMAIL, ClockStart.RECEIPT, first.received_at)
    return [_opened(first, case), *(one for one in clocks if one.kind is not ClockKind.RECEIPT), turn]


def _opened(first: FiledMessage, case: Case) -> OpenCase:
    return OpenCase(
        class_=first.class_,
        customer=first.sender,
        customer_name="",
        subject=first.subject,
        opened_at=first.received_at,
        observed=case.observed,
        may_write=first.may_answer,
        named=case.named,
        restricted=case.restricted,
        name_marks=case.name_marks,
        reason=Reason("split", f"from {case.reference}"),
    )


def linked(command: CasesLinked, case: Case) -> list[Action]:
    """The two show one another."""
    if command.other.id == case.id:
        raise PermanentError(f"{case.reference} cannot be linked with itself")
    return [link(case.id, command.other, case.status)]


def link(case_id: int | None, other: Case, status: CaseStatus) -> TakeTurn:
    """A case (None: the one that was just opened) has to do with another."""
    reason = Reason("linked", other.reference)
    return TakeTurn(kind=TurnKind.LINKED, case_id=case_id, other_id=other.id, status_before=status, reason=reason)


def withdrawn(command: CaseWithdrawn, case: Case) -> list[Action]:
    """Nothing is owed any more, and nothing was answered: its clocks end without an outcome, and letters that wait are void."""
    if case.status is CaseStatus.CLOSED:
        raise PermanentError(f"{case.reference} is closed already")
    reason = Reason("withdrawn", command.reason)
    turn = TakeTurn(
        kind=TurnKind.WITHDRAWN,
        case_id=case.id,
        other_id=None,
        status_before=case.status,
        stopped=tuple(one.id for one in case.clocks),
        reason=reason,
    )
    return [turn, ChangeCase(case_id=case.id, status=CaseStatus.CLOSED, waits_for="", reason=reason)]


def contact(case: Case, reason: Reason, brings: Sequence[Action]) -> list[Action]:
    """Staff spoke with the customer, and what that ``brings``: the clocks that it stops and starts are the turn's."""
    turn = TakeTurn(
        kind=TurnKind.CONTACT,
        case_id=case.id,
        other_id=None,
        status_before=case.status,
        ended=tuple(one.clock_id for one in brings if isinstance(one, StopClock)),
        begun=tuple((one.name, one.law) for one in brings if isinstance(one, StartClock)),
        reason=reason,
    )
    return [turn, *brings]


def undone(command: TurnUndone, case: Case) -> list[Action]:
    """The turn is taken back. A case that came of a split is merged into the one it came from: its reference leads there.

    Raises PermanentError with what to do where it can be taken back no more.
    """
    turn, other = command.turn, command.other
    reason = Reason(f"{turn.kind.value}-undone", case.reference)
    back = TakeBack(turn=turn, reason=reason)
    if turn.kind is TurnKind.LINKED:
        return [back]
    if turn.kind is TurnKind.SPLIT and other is not None:
        return [back, *_nothing_left(other, case, command.at)]
    if turn.kind is TurnKind.CONTACT:
        _refuse_while_closed(turn.status_before, case)
        return [back, ChangeCase(case_id=case.id, reason=reason)]
    if turn.kind is TurnKind.CUSTOMER_NAMED:
        _refuse_what_went(command, case)
        waiting = [one for one in command.letters if one.state in (OutboxState.QUEUED, OutboxState.DEFERRED)]
        void = [WithdrawLetter(letter_id=one.id, reason=reason) for one in waiting]
        return [*void, back, ChangeCase(case_id=case.id, reason=reason)]
    return [back, ChangeCase(case_id=case.id, status=turn.status_before, reason=reason)]


def _refuse_while_closed(before: CaseStatus, case: Case) -> None:
    if case.status is CaseStatus.CLOSED and before is not CaseStatus.CLOSED:
        opens = f"mailbot case reopen {case.reference} --reason ..."
        raise PermanentError(f"{case.reference} was closed since, and nothing is owed any more; open it first: {opens}")


def _refuse_what_went(command: TurnUndone, case: Case) -> None:
    """A letter that came back told nobody anything; what lies in somebody's inbox cannot be called back."""
    sent = any(one.state in LEFT and one.state is not OutboxState.BOUNCED for one in command.letters)
    if sent or any(not one.came_in and one.received_at >= command.turn.at for one in command.messages):
        went = "a letter has gone to the customer that was named and cannot be called back"
        raise PermanentError(f"{case.reference}: {went}; write from the mailbox what has to be put right")


def _nothing_left(empty: Case, into: Case, at: datetime) -> list[Action]:
    reason = Reason("split-undone", into.reference)
    stopped = [StopClock(clock_id=one.id, outcome="cancelled", stopped_at=at, reason=reason) for one in empty.clocks]
    closed = ChangeCase(case_id=empty.id, status=CaseStatus.CLOSED, waits_for="", reason=reason)
    leads = TakeTurn(
        kind=TurnKind.MERGED, case_id=empty.id, other_id=into.id, status_before=empty.status, messages=None, reason=reason
    )
    return [*stopped, leads, closed]
