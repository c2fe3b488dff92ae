"""What staff say about a case: what it does to the case and its clocks, and what cannot be done."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailbot.adapters.rule_files import load_clock
from mailbot.core.action import Action, ChangeCase, Note, QueueLetter, TakeTurn
from mailbot.core.case import Case, CaseStatus, Channel, ClockKind, ClockStop, Moment, RunningClock
from mailbot.core.case_command import (
    CaseAcknowledged,
    CaseAssigned,
    CaseCommand,
    CaseDone,
    CaseQuieted,
    CaseReopened,
    CaseSurveyed,
    CaseWaits,
    ClockExtended,
    ContactNoted,
    CustomerAnswered,
)
from mailbot.core.clock_action import Deadline, MoveClock, StartClock, StopClock
from mailbot.core.clock_rule import ClockEvent, ClockRule, ClockStart, ExtendedBy, Extension, Unit
from mailbot.core.contact_action import LogContact
from mailbot.core.decide import decide
from mailbot.core.letter import Audience, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.errors import PermanentError
from tests.invented import (
    MAILBOX,
    MONDAY,
    OWNER,
    RULES,
    at,
    case,
    every,
    kinds,
    only,
    pack,
    policy,
    rule,
    running,
    shipped_pack,
)

LATER = at("2026-12-01 10:00").astimezone(UTC)
"""When staff say it: Tuesday 1 December 2026, eight days after the message came."""
RECEIPT = rule(1, name="receipt", kind=ClockKind.RECEIPT, stopped_by=(ClockStop.RECEIPT_SENT, ClockStop.RESPONSE_SENT))
ACKNOWLEDGEMENT = rule(
    5,
    name="acknowledgement",
    kind=ClockKind.ACKNOWLEDGEMENT,
    stopped_by=(ClockStop.ACKNOWLEDGEMENT_SENT, ClockStop.RESPONSE_SENT),
)
ANSWER = rule(10, pauses_on=(ClockEvent.WAITING,))
FROM_ACKNOWLEDGEMENT = rule(10, starts_on=ClockStart.ACKNOWLEDGEMENT)
CALL_BACK = rule(
    1,
    name="call-back",
    kind=ClockKind.CALL_BACK,
    starts_on=ClockStart.CALL_BACK,
    stopped_by=(ClockStop.CALL_MADE, ClockStop.RESPONSE_SENT),
)
SILENCE = rule(
    20,
    name="silence",
    kind=ClockKind.SILENCE,
    starts_on=ClockStart.ASKING_LETTER,
    stopped_by=(ClockStop.CUSTOMER_ANSWERED, ClockStop.CASE_CLOSED),
)
OFFICER = rule(1, name="officer-letter", kind=ClockKind.ACKNOWLEDGEMENT, starts_on=ClockStart.ASSIGNMENT)
SURVEY = rule(
    28,
    Unit.CALENDAR_DAYS,
    name="survey",
    kind=ClockKind.SURVEY,
    starts_on=ClockStart.CONCLUSION,
    stopped_by=(ClockStop.SURVEY_SENT,),
)
CONCLUSION = rule(10, name="conclusion", kind=ClockKind.CONCLUSION)
MORE = Extension(amount=10, unit=Unit.WORKING_DAYS, by=ExtendedBy.NOTICE, at_most=1, source="a by-law")
FOIA, SAR = load_clock(RULES, "foia"), load_clock(RULES, "sar")

OPEN = case(may_write=True, clocks=(running(RECEIPT, id=1), running(ACKNOWLEDGEMENT, id=2), running(ANSWER, id=3)))
MAILBOX_POLICY = policy(pack=pack(RECEIPT, ACKNOWLEDGEMENT, ANSWER, CALL_BACK, SILENCE, OFFICER))


def said(
    command: CaseCommand, known: Case = OPEN, mailbox: MailboxPolicy = MAILBOX_POLICY, now: datetime = LATER
) -> tuple[Action, ...]:
    """What a command does."""
    return decide(command, known, None, mailbox, now).actions


def with_clocks(*found: ClockRule, **standing: Any) -> tuple[Case, MailboxPolicy]:
    """A case in which these clocks run, numbered from 1, and the policy that has them."""
    clocks = tuple(running(one, id=number) for number, one in enumerate(found, start=1))
    return case(**{"may_write": True, "clocks": clocks, **standing}), policy(pack=pack(*found))


def stopped(actions: tuple[Action, ...]) -> list[tuple[int, str]]:
    """The clocks that stop, and whether in time."""
    return [(one.clock_id, one.outcome) for one in every(StopClock, actions)]


def started(actions: tuple[Action, ...]) -> list[str]:
    """The clocks that begin."""
    return [one.name for one in every(StartClock, actions)]


# A contact -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.IN_PERSON])
def test_an_answer_by_phone_or_in_person_stops_the_clocks_as_of_then(channel: Channel) -> None:
    """J10: noted a week later, it counts from when it was given: the response in time, the receipt late."""
    actions = said(ContactNoted(channel=channel, at=at("2026-11-27 15:00"), outcome="Told her that it is mended."))
    assert (only(TakeTurn, actions).reason.rule, only(TakeTurn, actions).reason.detail) == (
        f"contact-by-{channel.value}",
        "2026-11-27 15:00: Told her that it is mended.",
    )
    assert stopped(actions) == [(1, "late"), (2, "met"), (3, "met")]
    assert {one.stopped_at for one in every(StopClock, actions)} == {at("2026-11-27 15:00")}


def test_a_contact_that_is_no_answer_stops_nothing() -> None:
    """That somebody rang is written down, and the answer is still owed."""
    actions = said(ContactNoted(channel=Channel.PHONE, at=LATER, outcome="Rang about the date.", answers=False))
    assert kinds(actions) == [TakeTurn, LogContact]


def test_whoever_wants_to_be_called_back_has_a_date_for_it() -> None:
    """O9: by the next working day; the answer is still owed, and a second wish starts no second clock."""
    wish = ContactNoted(channel=Channel.PHONE, at=LATER, outcome="Please ring.", call_back=True)
    actions = said(wish)
    begun = only(StartClock, actions)
    assert kinds(actions) == [TakeTurn, StartClock, LogContact]
    assert (begun.name, begun.started_by, begun.due_at) == ("call-back", "call_back", at("2026-12-02 23:59:59"))
    again = replace(OPEN, clocks=(*OPEN.clocks, running(CALL_BACK, LATER, id=4)))
    assert kinds(said(wish, again)) == [TakeTurn, LogContact]


@pytest.mark.parametrize(("channel", "ends"), [(Channel.PHONE, [(4, "met")]), (Channel.IN_PERSON, [])])
def test_a_call_ends_the_wish_to_be_called(channel: Channel, ends: list[tuple[int, str]]) -> None:
    """By phone, even if it is not yet the answer; a talk at the desk is no call."""
    known = replace(OPEN, clocks=(*OPEN.clocks, running(CALL_BACK, LATER, id=4)))
    assert stopped(said(ContactNoted(channel=channel, at=LATER, outcome="Rang.", answers=False), known)) == ends


def test_an_answer_begins_nothing_that_it_ends() -> None:
    """Where the response runs from the acknowledgement, a full answer that comes first leaves no response to wait for."""
    known, _ = with_clocks(ACKNOWLEDGEMENT)
    mailbox = policy(pack=pack(ACKNOWLEDGEMENT, FROM_ACKNOWLEDGEMENT))
    actions = said(ContactNoted(channel=Channel.PHONE, at=MONDAY, outcome="All said."), known, mailbox)
    assert (stopped(actions), started(actions)) == ([(1, "met")], [])


def test_a_conclusion_begins_the_time_of_the_survey() -> None:
    """F17: how it went is asked within four weeks of the conclusion."""
    known, _ = with_clocks(CONCLUSION)
    mailbox = policy(pack=pack(CONCLUSION, SURVEY))
    actions = said(ContactNoted(channel=Channel.PHONE, at=LATER, outcome="Upheld."), known, mailbox)
    assert stopped(actions) == [(1, "met")]
    assert (only(StartClock, actions).name, only(StartClock, actions).due_at) == ("survey", at("2026-12-29 23:59:59"))


@pytest.mark.parametrize(("on", "outcome"), [("2026-11-30 16:00", "met"), ("2026-12-22 09:00", "late")])
def test_a_survey_that_was_sent_is_due_no_more(on: str, outcome: str) -> None:
    """F17: whoever sent it says so, of a closed case too; it was in time, or late."""
    known, _ = with_clocks(SURVEY, status=CaseStatus.CLOSED)
    actions = said(CaseSurveyed(at=at(on)), known, now=at("2026-12-22 09:00"))
    assert stopped(actions) == [(1, outcome)]
    assert only(Note, actions).kind == "surveyed"


def test_a_survey_that_nobody_should_get_is_cancelled_with_its_reason() -> None:
    """A family in mourning is not asked how content they are; the history says why."""
    known, _ = with_clocks(SURVEY, status=CaseStatus.CLOSED)
    actions = said(CaseSurveyed(at=LATER, unsent="a bereavement"), known)
    assert stopped(actions) == [(1, "cancelled")]
    assert only(Note, actions).reason.detail == "a bereavement"


# Acknowledged ----------------------------------------------------------------------------------------------------------


def test_a_formal_acknowledgement_begins_what_runs_from_it() -> None:
    """Sent by post yesterday: its own clock stops as of then, and the ten days of the answer begin."""
    known, _ = with_clocks(ACKNOWLEDGEMENT)
    mailbox = policy(pack=pack(ACKNOWLEDGEMENT, FROM_ACKNOWLEDGEMENT))
    actions = said(CaseAcknowledged(at=at("2026-11-30 16:00")), known, mailbox)
    assert stopped(actions) == [(1, "met")]
    begun = only(StartClock, actions)
    assert (begun.name, begun.started_by, begun.due_at) == ("response", "acknowledgement", at("2026-12-14 23:59:59"))


def test_what_runs_already_does_not_begin_again() -> None:
    """A late acknowledgement does not give the answer its time anew."""
    known, mailbox = with_clocks(ACKNOWLEDGEMENT, FROM_ACKNOWLEDGEMENT)
    actions = said(CaseAcknowledged(at=LATER), known, mailbox)
    assert (stopped(actions), started(actions)) == ([(1, "late")], [])


def test_an_acknowledgement_that_nobody_waits_for_is_written_down() -> None:
    """Nothing stops and nothing starts."""
    known, mailbox = with_clocks(ANSWER)
    assert kinds(said(CaseAcknowledged(at=LATER), known, mailbox)) == [Note]


# Done and open again ---------------------------------------------------------------------------------------------------


def test_a_case_that_is_done_is_closed_and_its_clocks_stop() -> None:
    """Each in time or late as it is, with the reason; only the survey goes on."""
    known = replace(OPEN, status=CaseStatus.WAITING, clocks=(*OPEN.clocks, running(SURVEY, id=4)))
    actions = said(CaseDone(at=LATER, reason="settled at the desk"), known)
    assert stopped(actions) == [(1, "late"), (2, "late"), (3, "met")]
    changed = only(ChangeCase, actions)
    assert (changed.status, changed.waits_for) == (CaseStatus.CLOSED, "")
    assert (changed.reason.rule, changed.reason.detail) == ("done", "settled at the desk")


def test_what_was_answered_at_first_contact_was_answered() -> None:
    """The clocks of an answer have met their dates, and the case says how it ended until it is opened again."""
    actions = said(CaseDone(at=LATER, reason="", first_contact=True), OPEN)
    stops = [action for action in actions if isinstance(action, StopClock)]
    assert [stop.reason.rule for stop in stops if stop.clock_id == 3] == ["stopped-by-response_sent"]  # the answer
    assert len({stop.clock_id for stop in stops}) == len(stops)
    changed = only(ChangeCase, actions)
    assert (changed.outcome, changed.reason.detail) == ("first_contact", "resolved at first contact")
    assert only(ChangeCase, said(CaseReopened(at=LATER, reason="not after all"), CLOSED)).outcome == ""


def test_nobody_is_given_a_case_that_names_them() -> None:
    """The command says so, and names somebody else as the way out."""
    with pytest.raises(PermanentError, match="names Ada Finch, who is spared it; give it to somebody else"):
        said(CaseAssigned(name="Ada Finch", address="Ada.Finch@harbour.example"), case(named=("ada.finch@harbour.example",)))


def test_a_case_that_is_open_again_owes_its_answer_anew() -> None:
    """From that moment; the customer had a receipt already."""
    actions = said(CaseReopened(at=LATER, reason="she wrote again"), case(status=CaseStatus.CLOSED))
    assert only(ChangeCase, actions).status is CaseStatus.OPEN
    assert started(actions) == ["acknowledgement", "response"]
    assert {one.started_at for one in every(StartClock, actions)} == {LATER}


def test_an_answer_that_runs_from_the_receipt_is_owed_anew_as_well() -> None:
    """Where the receipt is the acknowledgement and the response runs from it, the response begins with the reopening."""
    receipt = replace(ACKNOWLEDGEMENT, stopped_by=(ClockStop.RECEIPT_SENT,))
    mailbox = policy(pack=pack(receipt, FROM_ACKNOWLEDGEMENT))
    actions = said(CaseReopened(at=LATER, reason="again"), case(status=CaseStatus.CLOSED), mailbox)
    assert started(actions) == ["response"]
    chain = policy(pack=pack(ACKNOWLEDGEMENT, FROM_ACKNOWLEDGEMENT))
    actions = said(CaseReopened(at=LATER, reason="again"), case(status=CaseStatus.CLOSED), chain)
    assert started(actions) == ["acknowledgement"]


# Waiting ---------------------------------------------------------------------------------------------------------------

WAITS = CaseWaits(event=ClockEvent.WAITING, at=at("2026-11-26 10:00"))


def test_while_the_case_waits_clocks_stand_still_where_their_rule_says_so() -> None:
    """The answer stands still from the day of asking and reminds nobody; the others run; the silence begins."""
    actions = said(WAITS)
    changed, moved = only(ChangeCase, actions), only(MoveClock, actions)
    assert (changed.status, changed.waits_for) == (CaseStatus.WAITING, "waiting")
    assert (moved.clock_id, moved.paused_on, moved.deadlines) == (3, date(2026, 11, 26), ())
    begun = only(StartClock, actions)
    assert (begun.name, begun.started_at, begun.due_at) == ("silence", WAITS.at, at("2026-12-24 23:59:59"))


def test_the_customer_s_answer_lets_the_clock_go_on_and_ends_the_silence() -> None:
    """Asked on Thursday 26 November, answered on Monday the 30th: the date moves by the three working days waited."""
    paused = running(ANSWER, id=3, paused_on=date(2026, 11, 26))
    known = case(status=CaseStatus.WAITING, waits_for="waiting", clocks=(paused, running(SILENCE, WAITS.at, id=4)))
    actions = said(CustomerAnswered(at=at("2026-11-30 12:00")), known)
    assert (only(ChangeCase, actions).status, only(ChangeCase, actions).waits_for) == (CaseStatus.OPEN, "")
    moved = only(MoveClock, actions)
    assert (moved.clock_id, moved.paused_on, moved.due_at) == (3, None, at("2026-12-10 23:59:59"))
    assert moved.pauses == ((date(2026, 11, 26), date(2026, 11, 30)),)
    assert moved.deadlines[-1] == Deadline(kind=Moment.DUE, due_at=at("2026-12-11 00:00").astimezone(UTC))
    assert stopped(actions) == [(4, "met")]


@pytest.mark.parametrize(
    ("class_", "event", "due_on", "counts_from"),
    [
        ("foi_request", ClockEvent.CLARIFICATION, "2026-12-31", "2026-12-01 10:00"),
        ("foi_request", ClockEvent.FEE, "2026-12-29", "2026-11-23 10:00"),
        ("subject_access_request", ClockEvent.CLARIFICATION, "2026-12-29", "2026-11-23 10:00"),
        ("subject_access_request", ClockEvent.IDENTITY, "2027-01-04", "2026-12-01 10:00"),
    ],
)
def test_the_law_says_what_waiting_does_to_its_clock(class_: str, event: ClockEvent, due_on: str, counts_from: str) -> None:
    """FOIA: a clarification begins anew, a fee pauses. UK GDPR: a clarification pauses, proof of identity begins anew.

    Until it comes nothing is owed: the clock stands still.
    Asked on Thursday 26 November 2026 about a request of Monday the 23rd, answered on Tuesday 1 December.
    """
    mailbox = policy(pack=shipped_pack())
    law = running(next(iter(shipped_pack().clocks_for(class_)[2:])))
    asked = said(CaseWaits(event=event, at=at("2026-11-26 10:00")), case(class_=class_, clocks=(law,)), mailbox)
    assert [(one.paused_on, one.deadlines) for one in every(MoveClock, asked)] == [(date(2026, 11, 26), ())]
    law = replace(law, paused_on=date(2026, 11, 26))
    known = case(class_=class_, status=CaseStatus.WAITING, waits_for=event.value, clocks=(law,))
    moved = only(MoveClock, said(CustomerAnswered(at=LATER), known, mailbox))
    assert moved.due_at == at(f"{due_on} 23:59:59")
    assert (moved.counts_from, moved.paused_on) == (at(counts_from), None)


@pytest.mark.parametrize("found", [FOIA, SAR], ids=["foia", "sar"])
def test_a_general_wait_moves_no_date_of_the_law(found: ClockRule) -> None:
    """To wait for just anything stops neither the twenty days nor the month."""
    known, mailbox = with_clocks(replace(found, classes=("enquiry",)))
    assert kinds(said(WAITS, known, mailbox)) == [ChangeCase]
    assert kinds(said(CustomerAnswered(at=LATER), replace(known, status=CaseStatus.WAITING), mailbox)) == [ChangeCase]


# More time -------------------------------------------------------------------------------------------------------------


def test_a_person_extends_a_date_of_the_law_as_far_as_the_law_allows() -> None:
    """UK GDPR art. 12A(3): two months more for a complex request, once; the reason stands in the history."""
    known, mailbox = with_clocks(replace(SAR, classes=("enquiry",)))
    actions = said(ClockExtended(clock_name="", reason="Three systems to search."), known, mailbox)
    moved = only(MoveClock, actions)
    assert kinds(actions) == [MoveClock, ChangeCase]
    assert (moved.due_at, moved.extensions) == (at("2027-02-23 23:59:59"), 1)
    assert (moved.reason.rule, moved.reason.detail) == ("extended-sar", "Three systems to search.")


def test_the_customer_hears_of_a_new_date_with_the_reason_in_staff_s_words() -> None:
    """Where the pack tells of a delay by letter, the extension and its letter are one; a full stop is not said twice."""
    known, mailbox = with_clocks(replace(ANSWER, extension=MORE))
    actions = said(ClockExtended(clock_name="response", reason="We wait for the parts."), known, mailbox)
    letter, moved = only(QueueLetter, actions), only(MoveClock, actions)
    assert kinds(actions) == [Note, QueueLetter, MoveClock, ChangeCase]
    assert (letter.purpose, letter.audience) == (Purpose.DELAY_NOTICE, Audience.CUSTOMER)
    assert letter.values.delay_reason == "We wait for the parts"
    assert (letter.values.due_on, letter.values.revised_on) == ("Monday 7 December 2026", "Monday 21 December 2026")
    assert (letter.states_date, moved.due_at) == (date(2026, 12, 21), at("2026-12-21 23:59:59"))
    assert letter.key == "extend:1:0"


# Quiet and given to somebody -------------------------------------------------------------------------------------------


def test_a_quiet_case_is_quiet_until_its_day_or_until_somebody_says_so() -> None:
    """Its clocks are left alone."""
    until = LATER + timedelta(days=30)
    begun = only(ChangeCase, said(CaseQuieted(until=until, reason="bereavement")))
    ended = only(ChangeCase, said(CaseQuieted(until=None, reason="she wrote")))
    assert (begun.quiet_until, begun.reason.detail, ended.quiet_until) == (until, "bereavement", LATER)


def test_whoever_is_given_a_case_hears_of_it_with_its_date() -> None:
    """The letter goes in opening hours to the new owner and names what binds."""
    actions = said(CaseAssigned(name="Bo Sample", address=OWNER))
    changed, letter = only(ChangeCase, actions), only(QueueLetter, actions)
    assert changed.owner == ("Bo Sample", OWNER)
    assert (letter.purpose, letter.letter, letter.audience) == (Purpose.ASSIGNMENT, "assignment", Audience.STAFF)
    assert letter.permission.recipient == OWNER
    assert (letter.values.owner, letter.values.due_on) == ("Bo Sample", "Monday 7 December 2026")


def test_the_new_owner_hears_of_the_date_that_binds() -> None:
    """Of a date of the law beside an earlier promise of the pack, the law's (J18)."""
    known, mailbox = with_clocks(rule(5), replace(FOIA, classes=("enquiry",)))
    letter = only(QueueLetter, said(CaseAssigned(name="Bo Sample", address=OWNER), known, mailbox))
    assert letter.values.due_on == "Tuesday 22 December 2026"
    assert letter.values.law == FOIA.law


def test_an_assignment_begins_the_letter_that_names_the_officer() -> None:
    """F4: by the next working day; given to somebody else meanwhile, it is still the same letter."""
    assigned = CaseAssigned(name="Bo Sample", address=OWNER)
    begun = only(StartClock, said(assigned))
    assert (begun.name, begun.started_by, begun.due_at) == ("officer-letter", "assignment", at("2026-12-02 23:59:59"))
    again = replace(OPEN, clocks=(*OPEN.clocks, running(OFFICER, LATER, id=4)))
    assert started(said(assigned, again)) == []


def test_a_watched_mailbox_may_own_a_case_and_is_not_written_to() -> None:
    """Two watched mailboxes never write to one another, not even about an assignment."""
    actions = said(CaseAssigned(name="Enquiries", address=MAILBOX))
    assert only(ChangeCase, actions).owner == ("Enquiries", MAILBOX)
    assert QueueLetter not in kinds(actions)


# What cannot be done ---------------------------------------------------------------------------------------------------

WAITING = replace(OPEN, status=CaseStatus.WAITING, waits_for="waiting")
CLOSED = case(status=CaseStatus.CLOSED)
PAUSED = replace(WAITING, clocks=(running(ANSWER, id=3, paused_on=date(2026, 11, 26)),))
SILENT = replace(WAITING, clocks=(running(SILENCE, WAITS.at, id=4),))
TOMORROW = at("2026-12-02 10:00")
TWO: tuple[RunningClock, ...] = (running(ANSWER, id=1), running(replace(ANSWER, name="answer"), id=2))


@pytest.mark.parametrize(
    ("command", "known", "sentence"),
    [
        (CaseDone(at=LATER, reason="x"), CLOSED, "is closed already; 'mailbot case reopen' opens it again"),
        (WAITS, WAITING, "is waiting; only an open case can begin to wait"),
        (WAITS, CLOSED, "is closed; only an open case can begin to wait"),
        (CaseReopened(at=LATER, reason="x"), OPEN, "is open; only a closed case can be opened again"),
        (CustomerAnswered(at=LATER), OPEN, "is open: it waits for nothing that could have come"),
        (CustomerAnswered(at=LATER), CLOSED, "is closed: it waits for nothing that could have come"),
        (CustomerAnswered(at=at("2026-11-25 23:00")), PAUSED, "nobody had asked the customer by 2026-11-25 23:00"),
        (CustomerAnswered(at=at("2026-11-26 09:00")), SILENT, "nobody had asked the customer by 2026-11-26 09:00"),
        (CustomerAnswered(at=TOMORROW), WAITING, "2026-12-02 10:00 is still to come"),
        (CaseSurveyed(at=LATER), OPEN, "no survey is due; it begins with the conclusion"),
        (CaseSurveyed(at=TOMORROW), OPEN, "2026-12-02 10:00 is still to come"),
        (ContactNoted(channel=Channel.PHONE, at=TOMORROW, outcome="x"), OPEN, "2026-12-02 10:00 is still to come"),
        (CaseAcknowledged(at=TOMORROW), OPEN, "2026-12-02 10:00 is still to come"),
        (CaseWaits(event=ClockEvent.WAITING, at=TOMORROW), OPEN, "2026-12-02 10:00 is still to come"),
        (ClockExtended(clock_name="", reason="x"), OPEN, "'response' of HC-2611-0042-7 cannot be extended: no rule says"),
        (ClockExtended(clock_name="anything", reason="x"), OPEN, "name the clock with --clock; running: receipt, ack"),
        (ClockExtended(clock_name="", reason="x"), CLOSED, "name the clock with --clock; running: none"),
        (ClockExtended(clock_name="", reason="x"), case(clocks=TWO), "name the clock with --clock; running: response, answer"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(command: CaseCommand, known: Case, sentence: str) -> None:
    """Nothing happens, and whoever said it reads why and about which case."""
    with pytest.raises(PermanentError) as refused:
        said(command, known)
    assert sentence in str(refused.value)
    assert known.reference in str(refused.value)


@pytest.mark.parametrize(
    ("extension", "standing", "now", "sentence"),
    [
        (MORE, {"extensions": 1}, LATER, "can be extended once at most: a by-law"),
        (replace(MORE, by=ExtendedBy.PERSON), {"extensions": 1}, LATER, "can be extended once at most: a by-law"),
        (MORE, {}, at("2026-12-22 10:00"), "the new date has passed as well"),
    ],
)
def test_more_time_than_the_rule_allows_is_refused(
    extension: Extension, standing: dict[str, int], now: datetime, sentence: str
) -> None:
    """A command that changes nothing does not look as if it had."""
    found = replace(ANSWER, extension=extension)
    known = case(may_write=True, clocks=(running(found, **standing),))
    with pytest.raises(PermanentError, match=f"{known.reference}: .*{sentence}"):
        said(ClockExtended(clock_name="", reason="x"), known, policy(pack=pack(found)), now.astimezone(UTC))


@pytest.mark.parametrize(
    ("standing", "reason"),
    [({"quiet": True}, "case-is-quiet"), ({"may_write": False}, "no-letter-was-permitted")],
)
def test_a_new_date_is_not_made_where_the_customer_cannot_be_told(standing: dict[str, bool], reason: str) -> None:
    """The date they know stays, and whoever wanted to move it hears why."""
    known, mailbox = with_clocks(replace(ANSWER, extension=MORE), **standing)
    with pytest.raises(PermanentError, match=rf"the customer cannot be told of a new date \({reason}\)"):
        said(ClockExtended(clock_name="", reason="x"), known, mailbox)
