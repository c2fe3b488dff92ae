"""What a request for information lacks is asked for in one letter: by whom, when, and what the answer does (J12)."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.rule_files import load_pack, load_requests, settings_of
from mailbot.core.action import Action, ChangeCase, KeepSilent, Note, OpenCase, QueueLetter
from mailbot.core.case import FOR_THE_MANAGER, Case, CaseStatus
from mailbot.core.case_command import ClarificationAsked
from mailbot.core.classify import Hit
from mailbot.core.clock_action import MoveClock, StartClock
from mailbot.core.decide import decide
from mailbot.core.decide.passing_on import Passing
from mailbot.core.decide.routing import routed
from mailbot.core.information_request import (
    ASKED_FOR,
    InformationRequest,
    Lack,
    Regime,
    lacks_still,
)
from mailbot.core.intents import AskedWhen, Clarification
from mailbot.core.letter import Lane, LetterValues, OutboxLetter, OutboxState, Purpose
from mailbot.core.message import Address, Span
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.report import Failure, Outcome, ReportedAction
from mailbot.core.route import NOWHERE
from mailbot.core.screen import Screening, SentBefore
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import LetterWithdrawn, Returned
from mailbot.errors import PermanentError, PolicyError
from tests.invented import (
    CUSTOMER,
    LONDON,
    MONDAY,
    RULES,
    at,
    case,
    every,
    message,
    only,
    outbox_letter,
    policy,
    running,
    shipped_letters,
    shipped_pack,
)
from tests.unit.test_decide import MATCHED, NOW, arrived, classified, decided, findings

PACK = shipped_pack()
FOIA = next(rule for rule in PACK.clocks if rule.law and "foi_request" in rule.classes)
OPEN = case(class_="foi_request", may_write=True, last_message_id="1@example.org", clocks=(running(FOIA),))
NAME_AND_DESCRIPTION = (Lack.NAME, Lack.DESCRIPTION)
LATER = at("2026-12-01 10:00")
LETTER = "clarification-information"
REQUESTS = load_requests(RULES)


def asked(known: Case = OPEN, mailbox: MailboxPolicy | None = None, **changes: Any) -> tuple[Action, ...]:
    """What a person's word brings about on the Monday on which the request came."""
    command = ClarificationAsked(**{"lacks": NAME_AND_DESCRIPTION, "at": NOW, **changes})
    return decide(command, known, None, mailbox or policy(pack=PACK), NOW).actions


def at_once(asks: AskedWhen = AskedWhen.AT_ONCE) -> MailboxPolicy:
    """A mailbox whose pack asks at once."""
    clarification = Clarification(letter=LETTER, answer_within=20, asks=asks)
    return policy(pack=replace(PACK, intents=replace(PACK.intents, clarification=clarification)))


def requested(*lacks: Lack, regime: Regime = Regime.FOI) -> InformationRequest:
    return InformationRequest(regime=regime, lacks=lacks)


def arrives(*lacks: Lack, mailbox: MailboxPolicy, live: bool = True, **found: Any) -> tuple[Action, ...]:
    """A request that lacks this arrives."""
    known = findings(**{"class_": "foi_request", "request": requested(*lacks), **found})
    return decided(arrived(live=live), known, mailbox=mailbox)


# Staff ask ---------------------------------------------------------------------------------------------------------------


def test_one_letter_asks_for_exactly_what_is_missing_and_says_by_when() -> None:
    """In the customer's thread, with the twentieth working day: Monday 21 December 2026."""
    letter = only(QueueLetter, asked(words="We hold it from 2019 on."))
    assert (letter.purpose, letter.letter, letter.lane) == (Purpose.CLARIFICATION, LETTER, Lane.NOTICE)
    assert (letter.permission.recipient, letter.in_reply_to) == (CUSTOMER, "1@example.org")
    assert (letter.values.lacks_name, letter.values.lacks_description) == (Lack.NAME.value, Lack.DESCRIPTION.value)
    assert (letter.values.lacks_address, letter.values.lacks_recorded) == (None, None)
    assert (letter.values.answer_by, letter.states_date) == ("Monday 21 December 2026", date(2026, 12, 21))
    assert letter.values.staff_note == "We hold it from 2019 on"
    assert letter.not_before == NOW


def test_the_case_waits_for_the_clarification_and_its_history_says_what_was_asked_for() -> None:
    """As after 'mailbot case wait --for clarification': the Act's clock stands still."""
    actions = asked()
    changed = only(ChangeCase, actions)
    assert (changed.status, changed.waits_for) == (CaseStatus.WAITING, "clarification")
    assert only(MoveClock, actions).paused_on == MONDAY.date()
    noted = [one.reason.detail for one in every(Note, actions) if one.reason.rule == ASKED_FOR]
    assert noted == [Lack.NAME.value, Lack.DESCRIPTION.value]


def test_a_complaint_that_is_a_request_too_can_be_asked() -> None:
    """What it wants besides is enough."""
    assert only(QueueLetter, asked(replace(OPEN, class_="complaint", also=("foi_request",)))).letter == LETTER


@pytest.mark.parametrize(
    ("known", "command", "sentence"),
    [
        (OPEN, {"lacks": ()}, "nothing is known to be missing; if something is, name it with --lacks"),
        (
            OPEN,
            {"asked_at": MONDAY},
            "its customer was asked on Monday 23 November 2026; what is missing still, ask in your own",
        ),
        (
            replace(OPEN, class_="enquiry"),
            {},
            "is a case of class 'enquiry'; 'mailbot case reclassify HC-2611-0042-7 foi_request'",
        ),
        (replace(OPEN, status=CaseStatus.WAITING), {}, "is waiting; only an open case can begin to wait"),
        (replace(OPEN, status=CaseStatus.CLOSED), {}, "is closed; only an open case can begin to wait"),
        (replace(OPEN, observed=True), {}, "mailbot only watched when it came; send the letter yourself"),
        (replace(OPEN, may_write=False), {}, r"no letter can go \(no-letter-was-permitted\)"),
        (replace(OPEN, quiet=True), {}, r"no letter can go \(case-is-quiet\)"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(known: Case, command: dict[str, Any], sentence: str) -> None:
    """And nothing changes."""
    with pytest.raises(PermanentError, match=sentence):
        asked(known, **command)


def test_a_policy_without_such_a_letter_says_how_to_have_one() -> None:
    """It names the table to write."""
    without = policy(pack=replace(PACK, intents=replace(PACK.intents, clarification=None)))
    with pytest.raises(PermanentError, match=r"write \[intents\.clarification\] in its pack"):
        asked(mailbox=without)


def test_nobody_is_written_to_where_nothing_arrives() -> None:
    """A dead address is no way to ask."""
    command = ClarificationAsked(lacks=NAME_AND_DESCRIPTION, at=NOW)
    before = SentBefore(unreachable=frozenset({CUSTOMER}))
    with pytest.raises(PermanentError, match="nothing-arrives-there"):
        decide(command, OPEN, None, policy(pack=PACK), NOW, before)


# At once -----------------------------------------------------------------------------------------------------------------


def test_where_the_pack_says_so_the_letter_goes_in_place_of_the_receipt() -> None:
    """It counts as the receipt, asks for what is missing, and the case waits from its first minute."""
    actions = arrives(Lack.NAME, mailbox=at_once())
    letter = only(QueueLetter, actions)
    assert (letter.purpose, letter.letter) == (Purpose.RECEIPT, LETTER)
    assert (letter.values.lacks_name, letter.values.lacks_description) == (Lack.NAME.value, None)
    assert (letter.values.answer_by, letter.values.due_on) == ("Monday 21 December 2026", None)
    assert (letter.states_date, letter.not_before) == (date(2026, 12, 21), NOW)
    assert only(OpenCase, actions).waits_for == "clarification"
    assert {one.name: (one.paused_on, bool(one.deadlines)) for one in every(StartClock, actions)} == {
        "receipt": (None, True),
        "acknowledgement": (None, True),
        "response": (MONDAY.date(), False),
    }
    assert [(one.kind, one.reason.detail) for one in every(Note, actions) if one.reason.rule in (ASKED_FOR, "waits")] == [
        ("waits", "clarification"),
        ("finding", Lack.NAME.value),
    ]


@pytest.mark.parametrize(
    ("lacks", "changes"),
    [
        ((), {}),
        ((Lack.NAME,), {"mailbox": at_once(AskedWhen.PERSON)}),
        ((Lack.NAME,), {"mailbox": policy(pack=replace(PACK, intents=replace(PACK.intents, clarification=None)))}),
        ((Lack.NAME, Lack.RECORDED), {}),
        ((Lack.NAME,), {"request": requested(Lack.NAME, regime=Regime.SUBJECT_ACCESS)}),
        ((Lack.NAME,), {"class_": "enquiry"}),
        ((Lack.NAME,), {"class_": "subject_access_request"}),
        ((Lack.NAME,), {"request": None}),
        ((Lack.NAME,), {"live": False}),
    ],
)
def test_in_every_other_case_the_usual_receipt_goes(lacks: tuple[Lack, ...], changes: dict[str, Any]) -> None:
    """Nothing lacks, a person is to say so, it asks for an opinion or for one's own, is of another class, or we only watch."""
    class_ = changes.pop("class_", "foi_request")
    actions = arrives(*lacks, **{"mailbox": at_once(), **changes, "classification": classified(class_)})
    assert only(QueueLetter, actions).letter == PACK.classes[class_].receipt
    assert only(OpenCase, actions).waits_for == ""
    assert [one for one in every(Note, actions) if one.reason.rule == ASKED_FOR] == []


def test_whoever_gets_a_case_by_a_rule_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a rule would hand the case over, the letter of the handover goes, or a person decides."""
    handed = replace(
        routed(NOWHERE, "foi_request", classified("foi_request"), at_once(), NOW), passing=Passing(waits="a person")
    )
    monkeypatch.setattr("mailbot.core.decide.arrival.routed", lambda *_: handed)
    actions = arrives(Lack.NAME, mailbox=at_once())
    assert only(QueueLetter, actions).letter == "receipt-foi"
    assert only(OpenCase, actions).waits_for == ""


def test_who_insults_us_is_asked_nothing_by_a_robot() -> None:
    """The neutral receipt goes, and a person asks."""
    insult = Hit(class_="abuse", rule="abuse", weight=2.0, span=Span(0, 2))
    abuse = replace(classified("foi_request"), flags=("abuse",), flag_evidence=(insult,))
    actions = arrives(Lack.NAME, mailbox=at_once(), classification=abuse)
    assert only(QueueLetter, actions).letter == "receipt"
    assert only(OpenCase, actions).waits_for == ""


def test_a_case_does_not_wait_for_somebody_who_was_not_written_to() -> None:
    """No letter may go, so nothing was asked."""
    known = findings("foi_request", request=requested(Lack.ADDRESS))
    actions = decided(arrived(message=message(sender="")), known, mailbox=at_once())
    assert every(KeepSilent, actions)
    assert only(OpenCase, actions).waits_for == ""


# The answer --------------------------------------------------------------------------------------------------------------

WAITING = replace(OPEN, status=CaseStatus.WAITING, waits_for="clarification")


def test_the_answer_begins_the_time_of_the_act_anew_and_asks_nothing_more() -> None:
    """What it leaves out stands in the history and in the manager's digest; no second letter goes."""
    known = findings("foi_request", match=MATCHED, lacks_still=(Lack.NAME, Lack.DESCRIPTION))
    actions = decided(arrived(received_at=LATER), known, WAITING, policy(pack=PACK), LATER)
    assert only(ChangeCase, actions).status is CaseStatus.OPEN
    assert only(MoveClock, actions).reason.rule == "answered-clarification"
    (told,) = [one for one in every(Note, actions) if one.kind == FOR_THE_MANAGER]
    assert told.reason.detail == (
        "the customer answered, and the request still lacks the requester's full name and a description of the information"
    )
    assert every(QueueLetter, actions) == []


def test_an_answer_that_leaves_nothing_out_is_no_news() -> None:
    """The case is open and the clock runs."""
    actions = decided(arrived(), findings("foi_request", match=MATCHED), WAITING, policy(pack=PACK))
    assert [one for one in every(Note, actions) if one.kind == FOR_THE_MANAGER] == []


@pytest.mark.parametrize(
    ("text", "shown", "left"),
    [
        ("Ada Sample", "", (Lack.DESCRIPTION,)),
        ("My name is Ada Sample.", "", (Lack.DESCRIPTION,)),
        ("Name: Ada Sample\nThanks", "", (Lack.DESCRIPTION,)),
        ("I mean the bridge over the mill stream.", "", (Lack.NAME,)),
        ("The bridge, 2019 to 2021\n\nKind regards\nAda Sample", "", ()),
        ("The bridge, please.", "Ada Sample", ()),
        ("Thank you.", "Ada Sample", (Lack.DESCRIPTION,)),
        ("Thanks\nKind Regards", "", NAME_AND_DESCRIPTION),
    ],
)
def test_what_an_answer_gives_is_seen(text: str, shown: str, left: tuple[Lack, ...]) -> None:
    """A name wherever people write one; any words of their own describe what they want."""
    answer = message(text=text, from_=Address(address=CUSTOMER, name=shown), subject="Re: Request")
    assert lacks_still(NAME_AND_DESCRIPTION, answer, REQUESTS) == left


def test_only_what_was_asked_for_can_be_left_out() -> None:
    """A customer who was asked for a name need not describe anything."""
    answer = message(text="Ada Sample", subject="Re: Request")
    assert lacks_still((Lack.NAME,), answer, REQUESTS) == ()
    assert lacks_still((Lack.RECORDED,), message(text="Do you agree with me?"), REQUESTS) == (Lack.RECORDED,)
    assert lacks_still((Lack.RECORDED,), message(text="Then the minutes of the meeting."), REQUESTS) == ()
    assert lacks_still((Lack.ADDRESS,), message(sender=""), REQUESTS) == (Lack.ADDRESS,)


# The letter --------------------------------------------------------------------------------------------------------------


def body_of(*lacks: Lack) -> str:
    letters, values = shipped_letters(), only(QueueLetter, asked(lacks=lacks)).values
    return letters.render(LETTER, replace(values, reference="HC-2611-0042-7")).body


@pytest.mark.parametrize("lack", Lack)
def test_the_letter_asks_for_nothing_that_is_there(lack: Lack) -> None:
    """One thing is missing: one line of the list stands in the letter."""
    assert len([line for line in body_of(lack).splitlines() if line.startswith("- ")]) == 1


def test_the_letter_asks_for_everything_that_is_missing_in_one_list() -> None:
    """Name, address and description, in this order, and no hole where nothing stands."""
    body = body_of(Lack.NAME, Lack.ADDRESS, Lack.DESCRIPTION)
    asked_for = [line for line in body.splitlines() if line.startswith("- ")]
    assert [line.split(",")[0].split(".")[0].split(":")[0] for line in asked_for] == [
        "- Your full name",
        "- An address to which we can send our answer",
        "- Which information you would like",
    ]
    assert "\n\n\n" not in body
    assert "Please answer by Monday 21 December 2026." in body


@pytest.mark.parametrize("word", ["why", "reason", "purpose", "what you want it for", "intend"])
def test_the_letter_never_asks_why(word: str) -> None:
    """J19, in the words themselves."""
    assert word not in body_of(*Lack).lower()


def test_a_letter_that_never_went_is_told_of() -> None:
    """The case waits for an answer to nothing: a person asks by another way."""
    letter = outbox_letter(purpose=Purpose.CLARIFICATION, letter=LETTER)
    for known, rules in ((STANDS_STILL, ["case-is-quiet", "clarification-not-asked"]), (OPEN, ["case-is-quiet"])):
        actions = decide(LetterWithdrawn(letter=letter, why="case-is-quiet"), known, None, policy(pack=PACK), NOW).actions
        assert [one.reason.rule for one in every(Note, actions)] == rules
        assert [one.paused_on for one in every(MoveClock, actions)] == ([None] if known is STANDS_STILL else [])


WENT = outbox_letter(purpose=Purpose.CLARIFICATION, letter=LETTER, state=OutboxState.SENT)
STANDS_STILL = replace(WAITING, clocks=(running(FOIA, paused_on=MONDAY.date()),))


def bounced(failure: Failure, known: Case = STANDS_STILL, letter: OutboxLetter = WENT) -> tuple[Action, ...]:
    """What a report about the letter brings about."""
    outcome = Outcome(action=ReportedAction.FAILED, failure=failure, detail="5.1.1 user unknown")
    came = arrived(
        message=message(sender="mailer-daemon@relay.example"),
        received_at=LATER,
        returned=Returned(letter=letter, recipient=CUSTOMER, case_id=known.id, outcome=outcome),
    )
    report = Screening(verdict=Verdict.BOUNCE, reasons=(Reason("null-return-path"),))
    return decided(came, findings(screening=report), known, policy(pack=PACK), LATER)


@pytest.mark.parametrize("failure", [Failure.NO_SUCH_ADDRESS, Failure.MAILBOX_FULL])
def test_whoever_was_not_reached_was_not_asked(failure: Failure) -> None:
    """The letter came back: the case is open, the Act's date holds as if nothing had been asked, and staff are told."""
    actions = bounced(failure)
    changed, moved = only(ChangeCase, actions), only(MoveClock, actions)
    assert (changed.status, changed.waits_for) == (CaseStatus.OPEN, "")
    assert (moved.paused_on, moved.pauses, moved.due_at) == (None, (), STANDS_STILL.clocks[0].due_at)
    assert moved.deadlines
    assert only(QueueLetter, actions).values.letter_words == "the letter that asks what the request lacks"


def test_another_letter_that_comes_back_changes_no_wait() -> None:
    """The customer has the one that asks; and a case that has its answer waits for nothing."""
    assert every(ChangeCase, bounced(Failure.MAILBOX_FULL, letter=replace(WENT, letter="receipt-foi"))) == []
    assert every(ChangeCase, bounced(Failure.MAILBOX_FULL, known=OPEN)) == []


def test_every_condition_is_a_name_of_letters() -> None:
    """Whatever can lack has its sentence."""
    for lack in Lack:
        assert hasattr(LetterValues(), f"lacks_{lack.name.lower()}")


# The pack ----------------------------------------------------------------------------------------------------------------


def test_the_policy_says_how_it_asks() -> None:
    """And every shipped pack leaves it to a person."""
    for name in ("generic", "jersey-oic", "norfolk-connect", "northants-fire", "oxfordshire"):
        (words,) = settings_of(shipped_pack(name))["intents:clarification"]
        assert words == (
            "letter clarification-information asks once for what a request lacks, with 'mailbot case ask'; "
            "an answer is asked for within 20 working days"
        )
    (at_once_words,) = settings_of(at_once().pack)["intents:clarification"]
    assert "in place of the receipt" in at_once_words


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("answer_within = 20", "answer_within = 0", r"intents\.clarification\.answer_within: write a number of working days"),
        ('\nasks = "person"', '\nasks = "robot"', r"intents\.clarification\.asks.*'person' or 'at_once'"),
        ('letter = "clarification-information"', "", r"intents\.clarification\.letter"),
        ("answer_within = 20", "answer_within = 20\nagain = true", r"intents\.clarification\.again"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    """With the file, the key and what to write."""
    with pytest.raises(PolicyError, match=wanted):
        load_pack(changed(tmp_path, "packs/generic/pack.toml", old, new), "generic", LONDON)


def test_a_law_whose_time_the_answer_does_not_begin_anew_has_no_such_letter(tmp_path: Path) -> None:
    """The letter says that the time counts from the answer: it must be so."""
    rules = changed(tmp_path, "clocks/foia.toml", 'resets_on = ["clarification"]\n', "")
    with pytest.raises(PolicyError, match=r"clock 'response': the answer to this letter must begin it anew"):
        load_pack(rules, "generic", LONDON)


def changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """The shipped rules with one change."""
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    text = (rules / file).read_text()
    assert text.count(old) == 1
    (rules / file).write_text(text.replace(old, new))
    return rules
