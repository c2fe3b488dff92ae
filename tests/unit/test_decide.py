"""The decision: each way a message can go, and what time brings."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailbot.core.action import (
    Action,
    AskWhichCase,
    ConfirmLetter,
    FileMessage,
    Hold,
    JoinCase,
    KeepSilent,
    Note,
    OpenCase,
    Permission,
    QueueLetter,
    RaiseAlarm,
)
from mailbot.core.case import Case, CaseStatus, Channel, ClockStop, Figures, Moment, RunningClock
from mailbot.core.classify import Classification, Hit
from mailbot.core.clock_action import StartClock, StopClock
from mailbot.core.contact_action import LogContact, SettleContacts
from mailbot.core.contact_log import ServiceArea
from mailbot.core.decide import Findings, decide, stop_clocks
from mailbot.core.lead import Candidate, Via
from mailbot.core.letter import Audience, Lane, Purpose
from mailbot.core.match import Match
from mailbot.core.message import Address, Message, Origin, Span
from mailbot.core.policy import UNSURE, AckWhen, MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import History, Screening, SentBefore
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import DeadlineReached, DigestDue, LetterWithdrawn, MessageArrived
from tests.invented import (
    CUSTOMER,
    MAILBOX,
    MANAGER,
    MONDAY,
    at,
    case,
    every,
    kinds,
    message,
    only,
    outbox_letter,
    policy,
    reached,
    rule,
)
from tests.invented import running as clock

NOW = MONDAY + timedelta(minutes=1)
END_OF_TUESDAY = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
DUE_AT = datetime(2026, 12, 11, 23, 59, 59, tzinfo=UTC)
"""The last second of Friday 11 December 2026, the fourteenth working day after Monday."""
HUMAN = Screening(verdict=Verdict.HUMAN)
BOUNCE = Screening(verdict=Verdict.BOUNCE, reasons=(Reason("null-return-path"),))
CANDIDATE = Candidate(case_id=7, reference="HC-2611-0042-7", participants=frozenset({CUSTOMER}), via=Via.THREAD)
MATCHED = Match(
    candidate=CANDIDATE,
    reasons=(Reason("matched-by-thread", "HC-2611-0042-7"),),
)


def classified(class_: str) -> Classification:
    """The classification of a message that is surely (or not at all surely) of this class."""
    return Classification(class_=class_, best=class_, confidence=0.9)


def findings(class_: str = "enquiry", **changes: Any) -> Findings:
    """What the steps found: a person's new enquiry, or other things."""
    return replace(Findings(screening=HUMAN, match=Match(), classification=classified(class_)), **changes)


def arrived(**changes: Any) -> MessageArrived:
    """A message that came on Monday to a mailbox that is live."""
    return replace(
        MessageArrived(message=message(), origin=Origin.MAILBOX, received_at=MONDAY, born_at=MONDAY, live=True), **changes
    )


def decided(
    trigger: MessageArrived,
    found: Findings,
    known: Case | None = None,
    mailbox: MailboxPolicy | None = None,
    now: datetime = NOW,
) -> tuple[Action, ...]:
    """The actions that follow."""
    return decide(trigger, known, found, mailbox or policy(), now).actions


def running(id_: int, stopped_by: ClockStop, due_at: datetime) -> RunningClock:
    """A clock of the case."""
    return clock(rule(stopped_by=(stopped_by,)), id=id_, due_at=due_at)


# A new message from a person -------------------------------------------------------------------------------------------


def test_a_new_message_opens_a_case_starts_its_clocks_and_queues_a_receipt() -> None:
    """The main way: an enquiry becomes a case with three clocks and a receipt that states the date of the answer."""
    actions = decided(arrived(), findings())
    assert kinds(actions) == [OpenCase, LogContact, StartClock, StartClock, StartClock, QueueLetter]
    assert only(OpenCase, actions) == OpenCase(
        class_="enquiry",
        customer=CUSTOMER,
        customer_name="Ada Sample",
        subject="The lamp outside number 4",
        opened_at=MONDAY,
        observed=False,
        may_write=True,
        reason=Reason("no-known-case"),
    )
    letter = only(QueueLetter, actions)
    assert letter.permission == Permission(CUSTOMER, Reason("screened-human"))
    assert (letter.purpose, letter.letter) == (Purpose.RECEIPT, "receipt-enquiry")
    assert (letter.audience, letter.lane) == (Audience.CUSTOMER, Lane.ACKNOWLEDGEMENT)
    assert letter.key == f"message:{'d' * 64}"
    assert letter.states_date == date(2026, 12, 11)
    assert letter.values.due_on == "Friday 11 December 2026"
    assert letter.not_before == NOW
    assert not letter.observed


def test_clocks_start_with_the_receipt_however_late_the_decision() -> None:
    """A message that waited out a night is counted from the moment it came."""
    actions = decided(arrived(), findings(), now=MONDAY + timedelta(hours=20))
    started = [action for action in actions if isinstance(action, StartClock)]
    assert {clock.started_at for clock in started} == {MONDAY}
    assert {clock.name: clock.due_at for clock in started}["receipt"] == END_OF_TUESDAY


@pytest.mark.parametrize(
    ("class_", "letter", "states"),
    [
        ("foi_request", "receipt-foi", date(2026, 12, 22)),
        ("subject_access_request", "receipt-sar", date(2026, 12, 23)),
        ("complaint", "receipt-complaint", date(2026, 12, 11)),
        ("not_for_us", "receipt", None),
    ],
)
def test_each_class_has_its_own_receipt_and_date(class_: str, letter: str, states: date | None) -> None:
    """Information by the twentieth working day, personal data in a month, and no date where none is promised."""
    queued = only(QueueLetter, decided(arrived(), findings(class_)))
    assert (queued.letter, queued.states_date) == (letter, states)


def test_an_unsure_message_gets_the_neutral_receipt_and_the_strictest_clocks() -> None:
    """No class word, no date, and every kind of clock that might apply, as short as it might be."""
    actions = decided(arrived(), findings(UNSURE))
    letter = only(QueueLetter, actions)
    assert only(OpenCase, actions).class_ == UNSURE
    assert letter.letter == "receipt"
    assert (letter.states_date, letter.values.due_on, letter.values.class_words) == (None, None, None)
    due = {action.name: action.due_at for action in actions if isinstance(action, StartClock)}
    assert due == {
        "receipt": END_OF_TUESDAY,
        "acknowledgement": datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC),
        "response": DUE_AT,
    }


@pytest.mark.parametrize("class_", ["enquiry", "complaint", "foi_request", "subject_access_request"])
def test_no_class_that_an_unsure_message_may_turn_out_to_have_is_due_earlier(class_: str) -> None:
    """Whatever a person later says it is, the date that was kept was early enough."""
    mailbox = policy()
    for day in range(0, 400, 9):
        trigger = arrived(received_at=MONDAY + timedelta(days=day))
        unsure, sure = (
            {
                action.name: action.due_at
                for action in decided(trigger, findings(of), mailbox=mailbox, now=trigger.received_at)
                if isinstance(action, StartClock)
            }
            for of in (UNSURE, class_)
        )
        assert all(unsure[name] <= due_at for name, due_at in sure.items()), trigger.received_at


def test_the_receipt_is_threaded_behind_the_message_it_confirms() -> None:
    """In-Reply-To is the message; References are its own, or what it replied to, with its id behind them."""
    replied = message(in_reply_to=("0@example.org",))
    long = message(in_reply_to=("0@example.org",), references=("a@example.org", "b@example.org"))
    for written, expected in (
        (message(), ("1@example.org",)),
        (replied, ("0@example.org", "1@example.org")),
        (long, ("a@example.org", "b@example.org", "1@example.org")),
        (message(message_id=""), ()),
    ):
        letter = only(QueueLetter, decided(arrived(message=written), findings()))
        assert letter.references == expected
        assert letter.in_reply_to == written.message_id


def test_a_mailbox_that_observes_records_the_letter_as_observed() -> None:
    """Before it is live it opens cases and shows what it would send, as rows that can never go."""
    actions = decided(arrived(live=False), findings())
    assert only(OpenCase, actions).observed
    assert only(QueueLetter, actions).observed


@pytest.mark.parametrize(
    ("found", "rules"),
    [
        (findings(screening=Screening(verdict=Verdict.HUMAN, silences=(Reason("x-loop"),))), ["x-loop"]),
        (findings(history=History(answers_today=5)), ["cap-per-sender-and-day"]),
    ],
)
def test_somebody_silenced_or_capped_has_a_case_and_running_clocks(found: Findings, rules: list[str]) -> None:
    """No letter goes, the reason is kept, and staff are held to the same dates."""
    actions = decided(arrived(), found)
    assert kinds(actions) == [OpenCase, LogContact, StartClock, StartClock, StartClock, KeepSilent]
    assert [reason.rule for reason in only(KeepSilent, actions).reasons] == rules


def test_a_message_without_a_usable_sender_has_a_case_and_no_letter() -> None:
    """There is nobody to write to, and still somebody to read it."""
    actions = decided(arrived(message=message(sender="")), findings())
    assert only(OpenCase, actions).customer == ""
    assert [reason.rule for reason in only(KeepSilent, actions).reasons] == ["no-usable-address"]


@pytest.mark.parametrize(("hours", "silent"), [(71, False), (73, True)])
def test_an_old_message_has_a_case_and_clocks_and_no_letter(hours: int, silent: bool) -> None:
    """Older than max_ack_age: a receipt would come as a surprise, a person takes it."""
    actions = decided(arrived(), findings(), now=MONDAY + timedelta(hours=hours))
    assert kinds(actions)[:5] == [OpenCase, LogContact, StartClock, StartClock, StartClock]
    assert isinstance(actions[-1], KeepSilent) is silent
    if silent:
        assert only(KeepSilent, actions).reasons == (Reason("older-than-max-ack-age", "73 hours"),)


def test_an_old_message_that_seems_new_gets_no_letter() -> None:
    """A renumbered folder shows old mail as new: its sender's date says how old it is, the clock keeps its arrival."""
    actions = decided(arrived(born_at=MONDAY - timedelta(days=30)), findings())
    assert only(KeepSilent, actions).reasons == (Reason("older-than-max-ack-age", "720 hours"),)
    assert only(OpenCase, actions).opened_at == MONDAY


def test_what_is_suspicious_is_noted() -> None:
    """A stranger who names a case and a message id used before are written down beside the new case."""
    stranger = Match(reasons=(Reason("stranger-names-a-case", "thread: HC-2611-0042-7"),))
    actions = decided(arrived(message_id_taken=True), findings(match=stranger))
    notes = [action.reason.rule for action in actions if isinstance(action, Note)]
    assert notes == ["stranger-names-a-case", "message-id-used-before"]
    assert only(QueueLetter, actions).letter == "receipt-enquiry"


# Other ways ------------------------------------------------------------------------------------------------------------


def test_a_follow_up_joins_its_case_and_gets_no_second_receipt() -> None:
    """The case has it, its version is the one that was read, and the customer was told already."""
    found = findings(match=MATCHED, screening=Screening(verdict=Verdict.HUMAN, silences=(Reason("x-loop"),)))
    actions = decided(arrived(), found, case())
    assert actions == (
        JoinCase(case_id=7, version=3, reason=MATCHED.reasons[0]),
        LogContact(area=ServiceArea(organisation=policy().organisation), channel=Channel.EMAIL, at=MONDAY),
        KeepSilent(reasons=(Reason("one-receipt-per-sender-and-case"), Reason("x-loop"))),
    )


def flagged_as(*names: str) -> Findings:
    """An enquiry with these flags, each raised by one rule at one place."""
    seen = tuple(Hit(class_=name, rule=f"{name}: rule 1", weight=1.0, span=Span(3, 9)) for name in names)
    return findings(classification=replace(classified("enquiry"), flags=names, flag_evidence=seen))


def test_a_flag_does_what_the_pack_says_and_is_always_logged() -> None:
    """Danger to life rings and has its own letter, at once; a journalist's, of which the pack says nothing, is noted."""
    actions = decided(arrived(), flagged_as("emergency", "press"), mailbox=policy(ack=AckWhen.BY_DEADLINE))
    notes = [note.reason for note in every(Note, actions) if note.kind == "flag"]
    assert notes == [Reason("flag-emergency", "rule 1", (Span(3, 9),)), Reason("flag-press", "rule 1", (Span(3, 9),))]
    alarm = only(RaiseAlarm, actions)
    assert alarm.key == f"flag:emergency:{'d' * 64}"
    letter = only(QueueLetter, actions)
    assert (letter.letter, letter.values.call, letter.states_date, letter.values.class_words) == (
        "receipt-emergency",
        "999",
        None,
        None,
    )
    assert letter.not_before == NOW


def test_an_emergency_in_angry_words_is_an_emergency() -> None:
    """Where two flags change the receipt, the one that stands first in the pack does."""
    assert only(QueueLetter, decided(arrived(), flagged_as("abuse", "emergency"))).letter == "receipt-emergency"
    assert only(QueueLetter, decided(arrived(), flagged_as("abuse"))).letter == "receipt"


def test_flags_of_a_further_message_ring_and_those_of_a_machine_do_not() -> None:
    """What a person adds to a case counts; an automatic mail that quotes such words wakes nobody."""
    joined = decided(arrived(), replace(flagged_as("vulnerable_person"), match=MATCHED), case())
    assert only(RaiseAlarm, joined).key == f"flag:vulnerable_person:{'d' * 64}"
    automatic = Screening(verdict=Verdict.LIST)
    assert every(RaiseAlarm, decided(arrived(), replace(flagged_as("emergency"), screening=automatic))) == []


def test_automatic_mail_without_a_case_is_filed_and_answered_by_nobody() -> None:
    """A bounce of nothing that we sent opens no case, starts no clock, and lies out of sight."""
    actions = decided(arrived(), findings(screening=BOUNCE))
    assert actions == (FileMessage(reason=Reason("backscatter")), KeepSilent(reasons=BOUNCE.reasons))


def test_automatic_mail_about_a_case_is_filed_there() -> None:
    """An absence note in reply to our letter lies in the case, and changes nothing else."""
    actions = decided(arrived(), findings(screening=BOUNCE, match=MATCHED), case())
    assert actions == (
        JoinCase(case_id=7, version=3, reason=MATCHED.reasons[0]),
        KeepSilent(reasons=BOUNCE.reasons),
    )


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.HUMAN])
def test_no_verdict_but_human_ever_queues_a_letter(verdict: Verdict) -> None:
    """Whatever else is true of an automatic message, no letter follows from it."""
    for known, match in ((None, Match()), (case(), MATCHED)):
        found = findings(screening=Screening(verdict=verdict), match=match)
        assert QueueLetter not in kinds(decided(arrived(), found, known))


def test_something_sent_as_the_mailbox_itself_is_a_case_without_a_letter() -> None:
    """A web form or a colleague may write from the mailbox's own address: a person reads it, and no robot answers."""
    own = Screening(verdict=Verdict.OWN, reasons=(Reason("own-address", "From"),))
    actions = decided(arrived(message=message(sender=MAILBOX)), findings(screening=own))
    assert kinds(actions)[0] is OpenCase
    assert only(KeepSilent, actions).reasons == (Reason("own-address", "From"),)


def test_our_own_letter_that_comes_back_is_filed() -> None:
    """A copy of a letter of ours in the inbox opens no case."""
    own = Screening(verdict=Verdict.OWN, reasons=(Reason("own-message-id", "Message-ID"),))
    actions = decided(arrived(our_letter="abc.mailbot@harbour.example"), findings(screening=own))
    assert kinds(actions) == [FileMessage, KeepSilent]


def test_an_unreadable_message_waits_for_a_person() -> None:
    """It is set aside with its reason, whoever it may be from; put back, it is decided about by what can be read."""
    trigger = arrived(unreadable="over-cap: parts")
    assert decided(trigger, findings(screening=BOUNCE)) == (Hold(reason=Reason("unreadable", "over-cap: parts")),)
    assert kinds(decided(replace(trigger, put_back=True), findings()))[0] is OpenCase


def test_a_message_with_two_plausible_cases_has_its_own_until_a_person_decides() -> None:
    """Both are named to whoever decides; the customer has a receipt and running clocks meanwhile."""
    actions = decided(arrived(), findings(match=Match(ambiguous=("HC-2611-0001-0", "HC-2611-0002-0"))))
    assert only(AskWhichCase, actions).reason == Reason("two-plausible-cases", "HC-2611-0001-0, HC-2611-0002-0")
    assert kinds(actions)[0] is OpenCase
    assert StartClock in kinds(actions)
    assert QueueLetter in kinds(actions)


def test_automatic_mail_never_waits_for_a_person() -> None:
    """A bounce that names two cases is filed: nobody has to look at it."""
    found = findings(screening=BOUNCE, match=Match(ambiguous=("HC-2611-0001-0", "HC-2611-0002-0")))
    assert kinds(decided(arrived(), found)) == [FileMessage, KeepSilent]


def test_mail_from_before_the_start_serves_matching_only() -> None:
    """No case, no clock, no letter."""
    actions = decided(arrived(origin=Origin.HISTORY), findings())
    assert actions == (FileMessage(reason=Reason("older-than-start")),)


# The Sent folder -------------------------------------------------------------------------------------------------------


def sent(**changes: Any) -> MessageArrived:
    """A message found in the Sent folder."""
    return arrived(origin=Origin.SENT, **changes)


def test_a_copy_of_our_letter_in_sent_confirms_it() -> None:
    """It has gone, whatever was thought of it, and is known under the id the server gave it as well."""
    trigger = sent(message=message(message_id="renamed@server.example"), our_letter="abc.mailbot@harbour.example")
    actions = decided(trigger, findings())
    assert kinds(actions) == [FileMessage, ConfirmLetter]
    confirmed = only(ConfirmLetter, actions)
    assert (confirmed.message_id, confirmed.alias) == ("abc.mailbot@harbour.example", "renamed@server.example")


TO_CUSTOMER = (Address(address=CUSTOMER.upper()),)
TO_COLLEAGUE = (Address(address="parks@harbour.example"),)


def test_an_answer_by_staff_stops_the_clocks_that_it_answers() -> None:
    """The response clock stops as met up to its last second and as late after it, a receipt is due no more (J2); others run."""
    known = case(
        clocks=(
            running(1, ClockStop.RESPONSE_SENT, MONDAY),
            running(2, ClockStop.RESPONSE_SENT, MONDAY - timedelta(seconds=1)),
            running(3, ClockStop.RECEIPT_SENT, MONDAY + timedelta(days=1)),
            running(4, ClockStop.CALL_MADE, MONDAY + timedelta(days=1)),
        )
    )
    actions = decided(sent(message=message(to=TO_CUSTOMER)), findings(match=MATCHED), known)
    assert kinds(actions) == [JoinCase, SettleContacts, StopClock, StopClock, StopClock]
    outcomes = [(action.clock_id, action.outcome) for action in actions if isinstance(action, StopClock)]
    assert outcomes == [(1, "met"), (2, "late"), (3, "met")]
    assert only(JoinCase, actions).reason.rule == "answered-by-staff"
    assert [stop.clock_id for stop in stop_clocks(known.clocks, ClockStop.RECEIPT_SENT, MONDAY)] == [3]


def test_a_holding_reply_acknowledges_and_answers_nothing() -> None:
    """\"We will write again\" ends the acknowledgement and the receipt; the answer is still owed."""
    known = case(
        clocks=(
            running(1, ClockStop.RESPONSE_SENT, MONDAY),
            running(2, ClockStop.ACKNOWLEDGEMENT_SENT, MONDAY),
            running(3, ClockStop.RECEIPT_SENT, MONDAY),
        )
    )
    actions = decided(sent(message=message(to=TO_CUSTOMER)), findings(match=MATCHED, holding=True), known)
    assert [action.clock_id for action in actions if isinstance(action, StopClock)] == [2, 3]
    assert only(JoinCase, actions).reason.rule == "held-off-by-staff"


def test_a_copy_to_the_customer_answers_too() -> None:
    """It need not be the first address."""
    known = case(clocks=(running(1, ClockStop.RESPONSE_SENT, MONDAY),))
    copied = message(to=TO_COLLEAGUE, cc=TO_CUSTOMER)
    assert StopClock in kinds(decided(sent(message=copied), findings(match=MATCHED), known))


def test_a_forward_to_a_colleague_answers_nobody() -> None:
    """It is filed in the case, and the customer's clocks run on."""
    known = case(clocks=(running(1, ClockStop.RESPONSE_SENT, MONDAY),))
    actions = decided(sent(message=message(to=TO_COLLEAGUE)), findings(match=MATCHED), known)
    assert actions == (JoinCase(case_id=7, version=3, reason=Reason("sent-to-others")),)


def test_a_colleague_s_absence_note_in_sent_stops_no_clock() -> None:
    """What a robot sent in the mailbox's name is no answer; it lies in the case as what it is."""
    known = case(clocks=(running(1, ClockStop.RESPONSE_SENT, MONDAY),))
    robot = Screening(verdict=Verdict.AUTO_REPLY)
    actions = decided(sent(message=message(to=TO_CUSTOMER)), findings(match=MATCHED, screening=robot), known)
    assert [type(action) for action in actions] == [JoinCase, KeepSilent]


def test_a_letter_by_staff_about_no_case_is_filed() -> None:
    """What staff write of their own accord is kept and nothing more."""
    assert decided(sent(), findings()) == (FileMessage(reason=Reason("sent-without-case")),)


# Time ------------------------------------------------------------------------------------------------------------------

PASSED = DUE_AT + timedelta(seconds=1)
LATE = clock(rule(14))


def late_case(**changes: Any) -> Case:
    """A case of nobody, whose answer was due at the end of Friday 11 December 2026."""
    return case(clocks=(LATE,), **changes)


def passed(known: Case, now: datetime = PASSED, before: SentBefore | None = None, **mailbox: Any) -> tuple[Action, ...]:
    """What follows when its date has passed."""
    return decide(reached(LATE, Moment.DUE), known, None, policy(**mailbox), now, before).actions


def test_somebody_is_told_at_opening_time_that_a_date_has_passed() -> None:
    """At midnight on Friday nobody reads: the alert waits for Monday at nine, and names date and owner."""
    actions = passed(late_case(owner="Bo Sample"))
    alert = only(QueueLetter, actions)
    assert actions[0] == Note(kind="deadline-due", reason=Reason("clock-response", "due"))
    assert alert.permission.recipient == MANAGER
    assert (alert.purpose, alert.audience, alert.lane) == (Purpose.OVERDUE_ALERT, Audience.STAFF, Lane.ALERT)
    assert (alert.letter, alert.key) == ("manager-overdue", "deadline:9")
    assert alert.not_before == at("2026-12-14 09:00")
    assert alert.values.due_on == "Friday 11 December 2026"
    assert alert.values.received_on == "Monday 23 November 2026"
    assert alert.values.owner == "Bo Sample"
    assert alert.values.days_late == "1"


def test_an_alert_after_an_outage_says_how_late_it_is() -> None:
    """Found on Wednesday, the date of Friday is three working days past, and in office hours it goes at once."""
    now = at("2026-12-16 11:00").astimezone(UTC)
    alert = only(QueueLetter, passed(late_case(), now))
    assert alert.values.days_late == "3"
    assert alert.not_before == now


def test_a_flood_of_alerts_is_capped_and_the_reason_kept() -> None:
    """The fifty-first alert of a day is not sent; the case's history says so, and the digest has the case."""
    actions = passed(late_case(), before=SentBefore(to={MANAGER: 50}))
    assert QueueLetter not in kinds(actions)
    assert [reason.rule for reason in only(KeepSilent, actions).reasons] == ["cap-per-manager-and-day"]


def test_an_observed_case_alerts_nobody() -> None:
    """Its alert is recorded as a letter that can never go."""
    assert only(QueueLetter, passed(late_case(observed=True))).observed


@pytest.mark.parametrize(("manager", "why"), [(None, "no-staff-address"), (MAILBOX, "own-address")])
def test_without_a_manager_who_can_be_told_the_reason_is_kept(manager: str | None, why: str) -> None:
    """No manager, or a watched mailbox as one: nobody is written to, and the history says why."""
    actions = passed(late_case(), manager=manager)
    assert QueueLetter not in kinds(actions)
    assert [reason.rule for reason in only(KeepSilent, actions).reasons] == [why]


def test_the_morning_digest_has_a_line_for_each_thing_that_needs_somebody() -> None:
    """Late, due, nobody's, unread, silenced, unreadable, set aside, failed: each with its number and what it is about."""
    figures = Figures(
        late=("HC-1", "HC-2"),
        due_today=("HC-5",),
        due_soon=("HC-3",),
        unowned=("HC-6",),
        unread=("HC-7",),
        silenced=("HC-4",),
        bounced=("HC-8",),
        stale=("foi",),
        open=9,
        held=1,
        failed=2,
        alarms=3,
        backscatter=4,
        filed=5,
        waiting=("HC-9",),
    )
    trigger = DigestDue(manager=MANAGER, told=MANAGER, period="2026-11-23", figures=figures, live=True)
    digest = only(QueueLetter, decide(trigger, None, None, policy(), MONDAY).actions)
    assert digest.values.summary_lines == (
        "- Late: 2 (HC-1, HC-2)\n"
        "- Due today: 1 (HC-5)\n"
        "- Due within 2 working days: 1 (HC-3)\n"
        "- Wait for the customer beyond the law's date, which stands still: 1 (HC-9)\n"
        "- Nobody has: 1 (HC-6)\n"
        "- Nobody has opened: 1 (HC-7)\n"
        "- Received no receipt, and the clock runs: 1 (HC-4)\n"
        "- Letters that did not arrive: 1 (HC-8)\n"
        "- Mailboxes that cannot be read: 1 (foi)\n"
        "- Alarms that nobody has taken: 3\n"
        "- Set aside for a person: 1\n"
        "- Letters that could not be sent: 2\n"
        "- Bounces since the last digest of letters that we never sent: 4\n"
        "- Taken for a robot's since the last digest, without a case ('mailbot held list --filed'): 5"
    )
    assert digest.permission.recipient == MANAGER
    assert digest.key == f"digest:{MANAGER}:2026-11-23"
    assert (digest.lane, digest.observed) == (Lane.DIGEST, False)


def test_a_morning_with_nothing_to_say_sends_nothing() -> None:
    """Open cases that need nobody are no news."""
    quiet = DigestDue(manager=MANAGER, told=MANAGER, period="2026-11-23", figures=Figures(open=40), live=True)
    assert decide(quiet, None, None, policy(), MONDAY).actions == ()


def test_the_digest_never_goes_to_a_watched_mailbox() -> None:
    """A manager whose address is a watched mailbox's own is not written to, and the reason is kept."""
    trigger = DigestDue(manager=MAILBOX, told=MAILBOX, period="2026-11-23", figures=Figures(late=("HC-1",)), live=True)
    (silent,) = decide(trigger, None, None, policy(), MONDAY).actions
    assert isinstance(silent, KeepSilent)
    assert [reason.rule for reason in silent.reasons] == ["own-address"]


def test_a_digest_before_going_live_is_observed() -> None:
    """It is recorded and cannot go."""
    trigger = DigestDue(manager=MANAGER, told=MANAGER, period="2026-11-23", figures=Figures(failed=1), live=False)
    assert only(QueueLetter, decide(trigger, None, None, policy(), MONDAY).actions).observed


# Withdrawal ------------------------------------------------------------------------------------------------------------


def test_a_receipt_whose_date_has_passed_is_replaced_by_the_neutral_one() -> None:
    """The customer still hears that the message has come, in the same thread and without a date."""
    trigger = LetterWithdrawn(letter=outbox_letter(), why="stated-date-passed")
    actions = decide(trigger, case(), None, policy(), NOW).actions
    letter = only(QueueLetter, actions)
    assert kinds(actions) == [Note, QueueLetter]
    assert letter.letter == "receipt"
    assert (letter.states_date, letter.values.due_on, letter.values.class_words) == (None, None, None)
    assert letter.permission.recipient == CUSTOMER
    assert (letter.in_reply_to, letter.references) == ("1@example.org", ("1@example.org",))
    assert letter.key == "withdrawn:5"


@pytest.mark.parametrize(
    ("why", "purpose"),
    [
        ("already-answered", Purpose.RECEIPT),
        ("case-is-quiet", Purpose.RECEIPT),
        ("nothing-is-owed-any-more", Purpose.OVERDUE_ALERT),
        ("stated-date-passed", Purpose.OVERDUE_ALERT),
    ],
)
def test_any_other_withdrawn_letter_is_not_replaced(why: str, purpose: Purpose) -> None:
    """What has been overtaken is noted and nothing goes instead."""
    trigger = LetterWithdrawn(letter=outbox_letter(purpose=purpose), why=why)
    actions = decide(trigger, case(status=CaseStatus.CLOSED), None, policy(), NOW).actions
    assert actions == (Note(kind="letter-withdrawn", reason=Reason(why, "receipt-enquiry")),)


# What a decision needs -------------------------------------------------------------------------------------------------


def test_a_message_is_not_decided_about_without_findings() -> None:
    """Nobody decides about a message that was not screened."""
    with pytest.raises(ValueError, match="by its findings"):
        decide(arrived(), None, None, policy(), NOW)


@pytest.mark.parametrize("trigger", [reached(LATE, Moment.DUE), LetterWithdrawn(letter=outbox_letter(), why="case-is-quiet")])
def test_a_deadline_and_a_withdrawn_letter_concern_a_case(trigger: DeadlineReached | LetterWithdrawn) -> None:
    """Without one the program is wrong and says so."""
    with pytest.raises(ValueError, match="concerns a case"):
        decide(trigger, None, None, policy(), NOW)


def test_the_message_of_the_trigger_is_the_one_that_is_confirmed() -> None:
    """Two messages with the same words but different digests have receipts with different keys."""
    keys = {
        only(QueueLetter, decided(arrived(message=replace(message(), digest=digest)), findings())).key for digest in ("a", "b")
    }
    assert keys == {"message:a", "message:b"}
    assert isinstance(message(), Message)
