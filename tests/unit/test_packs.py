"""The five policies that ship: every clause has its row, every promise its number of days, every mistake its sentence."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest

from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.rule_files import (
    Remark,
    beside_in_words,
    check_pack,
    load_classes,
    load_clauses,
    load_pack,
    pack_names,
    settings_of,
)
from mailbot.app import load_policies
from mailbot.config import load
from mailbot.core.case import Channel, ClockKind
from mailbot.core.clause import Clause, ClauseState
from mailbot.core.clock import compute
from mailbot.core.clock_rule import ClockRule, ClockStart, Unit, WhenPassed
from mailbot.core.policy import Pack
from mailbot.core.survey import SurveyEvery
from mailbot.errors import PolicyError
from tests.invented import LETTERS, LONDON, MONDAY, RULES

NAME = "Harbour Council"
TODAY = MONDAY.date()
NAMES = {file.parent.name for file in LETTERS.glob("*/letter.toml")}
PACKS = ("generic", "jersey-oic", "norfolk-connect", "northants-fire", "oxfordshire")
OF_THE_LAW = {"foi_request", "subject_access_request"}

CLAUSES = {
    "norfolk-connect": [f"N{number}" for number in range(1, 13)],
    "jersey-oic": [f"J{number}" for number in range(1, 20)],
    "generic": [f"G{number}" for number in range(1, 10)],
    "oxfordshire": [f"O{number}" for number in range(1, 10)],
    "northants-fire": [f"F{number}" for number in range(1, 25)],
}


@cache
def pack(name: str) -> Pack:
    """A shipped pack."""
    return load_pack(RULES, name, organisation=NAME)


@cache
def clauses(name: str) -> dict[str, Clause]:
    """The clauses of a shipped pack."""
    return {clause.id: clause for clause in load_clauses(RULES, pack(name), NAME)}


def clock(name: str, class_: str, kind: str, channel: Channel = Channel.EMAIL) -> ClockRule:
    """The one clock of a kind that a class and a channel have in a pack, whatever starts it first."""
    found = [
        rule
        for event in ClockStart
        for rule in pack(name).clocks_for(class_, channel, event)
        if rule.kind == kind and rule.starts_on is not ClockStart.ASSIGNMENT
    ]
    assert len(found) == 1, found
    return found[0]


# What ships ------------------------------------------------------------------------------------------------------------


def test_the_five_packs_ship() -> None:
    """One for each policy."""
    assert pack_names(RULES) == PACKS


@pytest.mark.parametrize("name", PACKS)
def test_nothing_is_wrong_with_a_shipped_pack(name: str) -> None:
    """Once the organisation has a name: no blank, no missing letter, no contradiction, no calendar about to end."""
    assert list(check_pack(RULES, name, NAMES, TODAY, NAME)) == []


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_names_every_class(name: str) -> None:
    """A class of which a policy does not speak takes the nearest; only what is not for us has no clock.

    Sub-classes are the pack's own.
    """
    assert set(pack(name).looked_for) == {rule.class_ for rule in load_classes(RULES).rules}
    assert {class_ for class_, found in pack(name).classes.items() if not found.clocks} == {"not_for_us"}


@pytest.mark.parametrize("name", PACKS)
def test_every_clause_of_a_policy_has_its_row_in_order(name: str) -> None:
    """Kept or not, each says what it asks in a sentence that ends."""
    assert list(clauses(name)) == CLAUSES[name]
    assert all(clause.asks.endswith(".") for clause in clauses(name).values())


def test_every_letter_of_every_pack_can_be_written(tmp_path: Path) -> None:
    """The emptiest message to a mailbox of each pack gets letters without a hole."""
    server = '{ host = "localhost", port = 1, tls = "none" }'
    boxes = (
        f'[[mailbox]]\nname = "{name}"\naddress = "{name}@harbour.example"\npack = "{name}"\nimap = {server}\nsmtp = {server}\n'
        for name in PACKS
    )
    file = tmp_path / "mailbot.toml"
    file.write_text(f'[organisation]\nname = "{NAME}"\n' + "".join(boxes), encoding="utf-8")
    policies = load_policies(load(file, {})).mailboxes
    assert {policy.pack.title for policy in policies.values()} == {pack(name).title for name in PACKS}
    assert policies["jersey-oic"].signatory == "the office of the Information Commissioner"


@pytest.mark.parametrize("name", PACKS)
def test_no_pack_touches_the_dates_of_the_law(name: str) -> None:
    """Requests for information and for personal information have their own law's clock and never a notice of delay (J18)."""
    for class_ in OF_THE_LAW:
        found = clock(name, class_, ClockKind.RESPONSE)
        assert found.when_passed is WhenPassed.ALERT
        assert found.promised
        assert found.law or found.source.startswith("Data Protection (Jersey) Law 2018")


# What each policy promises ----------------------------------------------------------------------------------------------

WORKING, CALENDAR = Unit.WORKING_DAYS, Unit.CALENDAR_DAYS


@pytest.mark.parametrize(
    ("clause", "name", "class_", "channel", "kind", "amount", "unit"),
    [
        ("J1", "jersey-oic", "enquiry", "letter", "acknowledgement", 3, WORKING),
        ("J1", "jersey-oic", "complaint", "fax", "acknowledgement", 3, WORKING),
        ("J2", "jersey-oic", "enquiry", "email", "acknowledgement", 1, WORKING),
        ("J2", "jersey-oic", "foi_request", "email", "acknowledgement", 1, WORKING),
        ("J3", "jersey-oic", "enquiry", "email", "response", 15, WORKING),
        ("J3", "jersey-oic", "complaint", "letter", "response", 15, WORKING),
        ("J12", "jersey-oic", "foi_request", "email", "response", 20, WORKING),
        ("J18", "jersey-oic", "subject_access_request", "email", "response", 28, CALENDAR),
        ("G2", "generic", "enquiry", "email", "response", 14, WORKING),
        ("O1", "oxfordshire", "enquiry", "email", "acknowledgement", 5, WORKING),
        ("O1", "oxfordshire", "complaint", "letter", "acknowledgement", 5, WORKING),
        ("O2", "oxfordshire", "enquiry", "email", "response", 10, WORKING),
        ("O3", "oxfordshire", "enquiry", "email", "status", 10, WORKING),
        ("O9", "oxfordshire", "enquiry", "phone", "call_back", 1, WORKING),
        ("F5", "northants-fire", "complaint", "email", "conclusion", 10, WORKING),
        ("F5", "northants-fire", "complaint", "email", "progress", 10, WORKING),
        ("F8", "northants-fire", "complaint", "email", "silence", 20, WORKING),
        ("F10", "northants-fire", "compensation_claim", "email", "conclusion", 10, WORKING),
        ("F17", "northants-fire", "complaint", "email", "survey", 28, CALENDAR),
    ],
)
def test_a_promise_is_kept_by_a_clock_of_its_length(
    clause: str, name: str, class_: str, channel: str, kind: str, amount: int, unit: Unit
) -> None:
    """The number of days that the policy names, for the class and the way of contact that it names."""
    found = clock(name, class_, kind, Channel(channel))
    assert (found.amount, found.unit) == (amount, unit)
    assert clauses(name)[clause].kept_by or clauses(name)[clause].state is ClauseState.NOT_YET


@pytest.mark.parametrize(
    ("class_", "channel", "kind", "due"),
    [
        ("enquiry", "email", "acknowledgement", "2026-12-29"),
        ("enquiry", "letter", "acknowledgement", "2026-12-31"),
        ("enquiry", "email", "response", "2027-01-19"),
    ],
)
def test_christmas_eve_in_jersey(class_: str, channel: str, kind: str, due: str) -> None:
    """What comes on 24 December 2026 is due after the island's own holidays (J1 to J3)."""
    received = datetime(2026, 12, 24, 10, tzinfo=LONDON)
    rule = clock("jersey-oic", class_, kind, Channel(channel))
    assert compute(rule, pack("jersey-oic").calendars[rule.calendar], received).due_on == date.fromisoformat(due)


@pytest.mark.parametrize(("name", "clause"), [("jersey-oic", "J3"), ("generic", "G3")])
def test_who_waits_longer_hears_of_it_before_the_date(name: str, clause: str) -> None:
    """The notice of delay goes a working day ahead and moves the date, at most twice; then a person decides."""
    rule = clock(name, "enquiry", ClockKind.RESPONSE)
    assert rule.when_passed is WhenPassed.DELAY_NOTICE
    assert rule.notice_before == 1
    assert rule.extension is not None
    assert (rule.extension.by, rule.extension.at_most) == ("notice", 2)
    assert "letters:delay_notice" in clauses(name)[clause].kept_by


def test_status_and_progress_come_again_and_again() -> None:
    """Until there is an answer: O3 where the matter stands, F5 how far the investigation is."""
    for name, kind in (("oxfordshire", ClockKind.STATUS), ("northants-fire", ClockKind.PROGRESS)):
        rule = clock(name, "complaint", kind)
        assert (rule.repeats, rule.when_passed) == (True, WhenPassed.NOTICE)


def test_silence_never_closes_a_request_that_the_law_gives_a_right_to() -> None:
    """F8 closes what a customer lets lie, from a letter of ours that asked; never a request for information."""
    rule = clock("northants-fire", "enquiry", ClockKind.SILENCE)
    assert (rule.starts_on, rule.when_passed) == (ClockStart.ASKING_LETTER, WhenPassed.CLOSE)
    assert not OF_THE_LAW & set(rule.classes)


def test_the_officer_s_letter_is_due_once_an_officer_is_named() -> None:
    """F4: assignment starts it, for complaints and for claims."""
    for class_ in ("complaint", "compensation_claim"):
        (rule,) = pack("northants-fire").clocks_for(class_, Channel.EMAIL, ClockStart.ASSIGNMENT)
        assert rule.kind is ClockKind.ACKNOWLEDGEMENT


def test_the_council_s_offices_close_at_four_on_fridays() -> None:
    """O7: nine to five, on Fridays nine to four."""
    hours = pack("oxfordshire").working_calendar.hours
    assert [hours[day].closes for day in range(5)] == [time(17)] * 4 + [time(16)]
    assert {hours[day].opens for day in range(5)} == {time(9)}


def test_nothing_lies_unread() -> None:
    """N4 and G4: a message that nobody opened is alerted after a working day, a case that nobody has at half its time."""
    assert pack("norfolk-connect").alerts.unread_after == 1
    assert {pack(name).alerts.no_owner_share for name in PACKS} == {0.5}


def test_the_survey_calendar_names_what_how_often_and_who() -> None:
    """F18, with the survey after each complaint."""
    rows = {survey.name: survey for survey in pack("northants-fire").surveys}
    assert rows["Strategic plan"].every is SurveyEvery.YEAR
    assert rows["After the incident"].every is SurveyEvery.MONTH
    assert (rows["After a complaint"].every, rows["After a complaint"].role) == (
        SurveyEvery.CASE,
        "service information manager",
    )
    assert len(rows) == 9


@pytest.mark.parametrize("name", PACKS)
def test_a_policy_is_looked_at_again_within_two_years(name: str) -> None:
    """F20, for every pack and every letter."""
    assert TODAY < pack(name).review_due <= TODAY + timedelta(days=731)
    assert max(spec.review_due for spec in JinjaLetters(LETTERS).specs.values()) <= TODAY + timedelta(days=731)


def test_two_weeks_are_not_fourteen_working_days() -> None:
    """G2's two figures disagree: the working days hold, and whoever reads the policy is told."""
    assert "the two disagree" in clauses("generic")["G2"].note
    assert settings_of(pack("generic"))["clock:response"][0].startswith("response: 14 working days after receipt, ")


def test_the_ombudsman_s_code_stands_beside_what_a_policy_sets_itself() -> None:
    """Printed beside F5, which counts from receipt and not from acknowledgement; no pack imposes it."""
    (beside,) = beside_in_words(RULES, clauses("northants-fire")["F5"])
    assert beside.startswith("complaint-stage-1: answer to a complaint, stage 1: 10 working days after the acknowledgement, ")
    assert not any("Complaint Handling" in rule.law for name in PACKS for rule in pack(name).clocks)


def test_settings_are_told_in_words() -> None:
    """The ways of contact, the calendar, and hours that are the same on several days."""
    jersey, council = settings_of(pack("jersey-oic")), settings_of(pack("oxfordshire"))
    letter = "acknowledgement of a letter: 3 working days after receipt, by letter, fax or comment card (calendar jersey)"
    assert jersey["clock:acknowledgement-letter"] == (letter,)
    assert council["hours"] == ("open Monday to Thursday 09:00 to 17:00, Friday 09:00 to 16:00",)


# Mistakes --------------------------------------------------------------------------------------------------------------

Edit = Callable[[str, str, str], Path]
COUNCIL, FIRE, GENERIC = "packs/oxfordshire/pack.toml", "packs/northants-fire/pack.toml", "packs/generic/pack.toml"
ROWS = "packs/oxfordshire/clauses.toml"


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Copy the shipped rules and change one place of one file; gives the folder of the copy."""

    def make(file: str, right: str, wrong: str) -> Path:
        rules = tmp_path / "rules"
        shutil.copytree(RULES, rules)
        text = (rules / file).read_text(encoding="utf-8")
        assert right in text, "the shipped file no longer has what this test changes"
        (rules / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
        return rules

    return make


def remarks(rules: Path, file: str, name: str | None = NAME, today: date = TODAY) -> Iterator[Remark]:
    """What is said about the pack of a file, without the folder of the rules."""
    for remark in check_pack(rules, file.split("/")[1], NAMES, today, name):
        yield Remark(text=remark.text.replace(f"{rules}/", ""), warning=remark.warning)


ALERTS = "alerts."
CALL_BACK = 'kind = "call_back"'


@pytest.mark.parametrize(
    ("file", "right", "wrong", "said"),
    [
        (
            COUNCIL,
            'delay_notice = "delay-notice"',
            'delay_notice = "delay"',
            "letters.delay_notice: there is no letter 'delay'",
        ),
        (COUNCIL, 'unread = "unread"', "", "letters.unread: is missing; write it"),
        (COUNCIL, 'alarm = "alarm"', 'alarm = "alarm"\nsiren = "alarm"', "letters.siren: there is no such key"),
        (
            COUNCIL,
            'letter = "clarification-information"',
            'letter = "clarify"',
            "intents.clarification.letter: there is no letter 'clarify'",
        ),
        (COUNCIL, '"receipt-sar"', '"receipt-srr"', "classes.subject_access_request.receipt: there is no letter 'receipt-srr'"),
        (
            COUNCIL,
            'by = "person"',
            'by = "person", letter = "longer"',
            "clock 'response': extension.letter: there is no letter",
        ),
        (COUNCIL, "ladder_step = 2", "ladder_step = 0", "alerts.ladder_step: write a number of working days greater than 0"),
        (COUNCIL, '["owner", "manager", "director"]', "[]", "alerts.ladder: write at least one of owner, manager, director"),
        (COUNCIL, '["owner", "manager"', '["owner", "owner"', "the step of alerts.ladder 'owner' stands twice; keep one"),
        (COUNCIL, '["owner", "manager"', '["owner", "boss"', "alerts.ladder[2]: write one of 'owner', 'manager' or 'director'"),
        (COUNCIL, "no_owner_share = 0.5", "no_owner_share = 50", "alerts.no_owner_share: write a number above 0 and up to 1"),
        (COUNCIL, "unread_after = 1", "unread_after = -1", "alerts.unread_after: write a number of working days greater"),
        (
            COUNCIL,
            "alarm_every_minutes = 15",
            "alarm_every_minutes = 0",
            "alerts.alarm_every_minutes: write a number of minutes",
        ),
        (COUNCIL, "digest_ahead = 2", "digest_ahead = 0", "alerts.digest_ahead: write a number of working days"),
        (COUNCIL, "heads_up_before = 1", "heads_up_before = 0", "alerts.heads_up_before: write a number of working days"),
        (
            COUNCIL,
            CALL_BACK,
            'kind = "response"\nnotice_before = 1',
            "notice_before: only a notice of delay goes before the date",
        ),
        (GENERIC, "notice_before = 1", "notice_before = -1", "clock 'response': notice_before: write 0, or the number"),
        (COUNCIL, 'starts_on = "call_back"', 'starts_on = "ring"', "starts_on: write one of 'receipt', 'acknowledgement'"),
        (
            COUNCIL,
            'kind = "status"',
            'kind = "response"',
            "clock 'status': 'response' and 'status' are both of kind response for enquiry by email; take the class or the",
        ),
        (
            "packs/jersey-oic/pack.toml",
            'channels = ["email", "web", "social"]',
            'channels = ["email", "fax"]',
            "'acknowledgement-letter' and 'acknowledgement-email' are both of kind acknowledgement for enquiry by fax",
        ),
        (FIRE, 'kind = "conclusion"', 'kind = "review"', "classes.complaint: no clock 'response' names it; add it there, or"),
        (COUNCIL, "[classes.compliment]", "[classes.praise]", "there is no [classes.compliment] in this pack"),
        (
            FIRE,
            'classes = ["enquiry", "service_request", "complaint"',
            'classes = ["foi_request", "complaint"',
            "clock 'silence': classes: silence never closes a foi_request, which the law gives a right to; take it out",
        ),
        (FIRE, 'every = "case"', 'every = "now and then"', "survey[8].every: write one of 'month', 'quarter', 'year'"),
        (FIRE, '"Home safety visits"', '"Strategic plan"', "the survey 'Strategic plan' stands twice; keep one"),
        (
            COUNCIL,
            "of Oxfordshire County Council",
            "of <your council>",
            "title: '<your council>' is a blank; write what belongs",
        ),
        (ROWS, "within five working days", "within <days> working days", "clause[1].asks: '<days>' is a blank; write what"),
        (
            ROWS,
            '"clock:status"',
            '"clock:statuses"',
            "clause O3: kept_by: this pack has no 'clock:statuses'; write 'clock:status'",
        ),
        (ROWS, '"clock:status"', '"clock:x"', "this pack has no 'clock:x'; write one of clock:receipt, clock:acknowledgement"),
        (
            ROWS,
            '"hours"',
            '"opening"',
            "clause O7: kept_by: this pack has no 'opening'; write one of alerts, assignment, calendar",
        ),
        (
            ROWS,
            '"law:complaint-ack"',
            '"law:codes"',
            "clause O1: beside: there is no clock 'codes' in rules/clocks; write one of",
        ),
        (
            ROWS,
            'kept_by = ["program:formats", "program:access-contact", "flags:other_format", "flags:other_language"]',
            'kept_by = []\nlacks = "the letter"',
            "clause O8: lacks: nothing keeps it yet; leave lacks out, or",
        ),
        (ROWS, 'id = "O2"', 'id = "O1"', "the clause 'O1' stands twice; keep one"),
        (ROWS, 'id = "O2"', 'number = "O2"', "clause[2].number: there is no such key"),
    ],
)
def test_a_mistake_is_refused(edit: Edit, file: str, right: str, wrong: str, said: str) -> None:
    """The file, the key or the clause, and what to write instead."""
    (found, *_) = remarks(edit(file, right, wrong), file)
    assert not found.warning
    assert found.text.startswith(file)
    assert said in found.text


def test_a_class_of_which_a_pack_is_silent_is_refused(edit: Edit) -> None:
    """Messages may be given a class that only the phrases know: the pack must say what becomes of it."""
    rules = edit(COUNCIL, "", "")
    shutil.copy(rules / "classes/complaint.toml", rules / "classes/petition.toml")
    (found,) = remarks(rules, COUNCIL)
    assert found.text.endswith(
        "classes: messages may be found to be 'petition', and this pack says nothing of it; write [classes.petition]"
    )


def test_a_matter_without_an_answer_s_clock_is_refused(edit: Edit) -> None:
    """A pack in which no clock of any kind makes anybody answer."""
    rules = edit("packs/norfolk-connect/pack.toml", 'kind = "acknowledgement"', 'kind = "review"')
    found = [remark.text for remark in remarks(rules, "packs/norfolk-connect/pack.toml")]
    assert len(found) == 8
    assert found[0].endswith("classes.enquiry: has no clock of kind acknowledgement; add one, or write clocks = false")


def test_an_organisation_without_a_name_is_refused() -> None:
    """G1: the generic pack needs a name, and a blank or an empty one is none."""
    (blank,) = remarks(RULES, GENERIC, name=None)
    assert blank.text.endswith(
        "title: '<organisation>' is a blank; the name comes from your configuration: "
        "write one with 'mailbot init' and name it with --config"
    )
    for name in ("", " ", "<your organisation>"):
        (found,) = remarks(RULES, GENERIC, name=name)
        assert found.text == f"organisation.name: '{name}' is a blank; write the full name of your organisation"
    assert load_pack(RULES, "generic", organisation=NAME).title == "Customer care policy of Harbour Council"


def test_a_pack_with_a_blank_refuses_to_start(edit: Edit) -> None:
    """A name in the configuration fills only its own blank."""
    rules = edit(GENERIC, 'signatory = ""', 'signatory = "<team>"')
    with pytest.raises(PolicyError, match="signatory: '<team>' is a blank; write what belongs there"):
        load_pack(rules, "generic", organisation=NAME)


def test_a_calendar_that_soon_ends_is_refused_with_the_command_for_more() -> None:
    """Two hundred days ahead, so that no due date is ever a guess."""
    assert [remark.warning for remark in remarks(RULES, "packs/jersey-oic/", today=date(2029, 6, 14))] == [True]
    found, _ = remarks(RULES, "packs/jersey-oic/", today=date(2029, 6, 15))
    assert found.text == (
        "calendars/jersey.toml: covers_until: ends on 2029-12-31, within 200 days; "
        "for later years: mailbot calendar update jersey --until 2032 --write"
    )


def test_a_policy_that_was_not_looked_at_again_is_a_warning(edit: Edit) -> None:
    """F20: it still holds, and somebody is told; so is a date further away than two years."""
    (late,) = remarks(RULES, COUNCIL, today=date(2028, 11, 21))
    assert late.warning
    assert late.text.endswith("review_due: the policy was to be looked at again by 2028-11-20; do so, and write the next date")
    (far,) = remarks(edit(COUNCIL, "review_due = 2028-11-20", "review_due = 2031-01-01"), COUNCIL)
    assert far.warning
    assert "2031-01-01 is more than two years away" in far.text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('of = "complaint"', 'of = "complaints"', "subclass 'social_care_complaint': there is no [classes.complaints]"),
        ('flags = ["social_care"]', 'flags = ["care"]', "there is no flag 'care'; known flags: about_us"),
        ('flags = ["social_care"]', "flags = []", "flags: write at least one flag that tells it"),
    ],
)
def test_a_sub_class_that_nothing_can_tell_is_refused(edit: Edit, old: str, new: str, why: str) -> None:
    """It is of a class of the pack, and told by flags that there are."""
    (found,) = remarks(edit(COUNCIL, old, new), COUNCIL)
    assert why in found.text


def test_a_stage_that_there_is_not_is_refused(edit: Edit) -> None:
    """A case cannot be recorded at the fourth of three stages."""
    rules = edit("packs/northants-fire/pack.toml", "stage = 1", "stage = 4")
    (found,) = remarks(rules, "packs/northants-fire/pack.toml")
    assert "stage: [issuing] has 3 stages; write a number up to that, 0: none" in found.text
