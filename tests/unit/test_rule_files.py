"""Rules and packs as files: the shipped ones load, and every mistake is refused with file, key and what to write."""

import shutil
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from mailbot.adapters.rule_files import load_calendar, load_classes, load_pack, load_screening
from mailbot.core.calendar import Hours
from mailbot.core.policy import UNSURE
from mailbot.errors import PolicyError
from tests.invented import LONDON, RULES, shipped_pack, shipped_screening

PACK, HEADERS, SENDERS = "packs/generic/pack.toml", "screening/headers.toml", "screening/senders.toml"
CALENDAR, CLASS = "calendars/united-kingdom.toml", "classes/complaint.toml"

Edit = Callable[[str, str, str], Path]


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


def packs_in(rules: Path) -> list[str]:
    return sorted(path.parent.name for path in rules.glob("packs/*/pack.toml"))


def load_all(rules: Path) -> None:
    """Everything below a folder of rules."""
    load_screening(rules)
    load_classes(rules)
    for name in packs_in(rules):
        load_pack(rules, name, LONDON)


def refusal(rules: Path) -> str:
    """What is said about rules that are refused, without their folder."""
    with pytest.raises(PolicyError) as caught:
        load_all(rules)
    return str(caught.value).replace(f"{rules}/", "")


# What ships ------------------------------------------------------------------------------------------------------------


def test_the_shipped_rules_load() -> None:
    """Screening, classes and every pack are in order."""
    load_all(RULES)
    assert "generic" in packs_in(RULES)


def test_the_shipped_pack_knows_every_shipped_class() -> None:
    """No class has phrases and no policy, or a policy and no phrases."""
    assert {rule.class_ for rule in load_classes(RULES).rules} == set(shipped_pack().classes)


def test_every_shipped_class_rule_has_examples_of_both_kinds() -> None:
    """Each class says what it must and must not catch, with phrases that are not blank."""
    for rule in load_classes(RULES).rules:
        assert rule.must_hit, rule.class_
        assert rule.must_not_hit, rule.class_
        assert all(phrase.text.strip() for phrase in rule.phrases), rule.class_


def test_what_screening_compares_is_written_in_lower_case() -> None:
    """Values are compared in lower case: a rule written otherwise would never hold, and an empty word always."""
    rules = shipped_screening()
    words = [word for rule in rules.headers for word in (*rule.token_in, *rule.token_not_in, *rule.contains, *rule.starts_with)]
    words += [word for sender in rules.senders for word in (*sender.local_part, *sender.prefix, *sender.suffix)]
    assert [word for word in words if not word or word != word.lower()] == []
    assert all(rule.source.strip() for rule in (*rules.headers, *rules.senders))


def test_a_pack_has_the_calendars_of_its_clocks_and_its_own_hours() -> None:
    """The law's calendar and the organisation's, both with the organisation's opening hours."""
    pack = shipped_pack()
    assert set(pack.calendars) == {"england-and-wales", "united-kingdom"}
    assert pack.working_calendar.name == "england-and-wales"
    assert pack.working_calendar.hours[0] == Hours(time(9), time(17))
    assert pack.working_calendar.zone == LONDON


def test_every_clock_that_may_be_promised_belongs_to_a_known_class() -> None:
    """A customer's matter has a clock of each name; what is not for us has none; unsure has the strictest."""
    pack = shipped_pack()
    for class_ in pack.classes:
        names = [rule.name for rule in pack.clocks_for(class_)]
        assert names == ([] if class_ == "not_for_us" else ["receipt", "acknowledgement", "response"]), class_
    assert [(rule.name, rule.amount) for rule in pack.clocks_for(UNSURE)] == [
        ("receipt", 1),
        ("acknowledgement", 5),
        ("response", 14),
    ]


def test_a_changed_file_is_another_version(edit: Edit) -> None:
    """What a decision names as its rules can be found again, and a changed holiday is a changed pack."""
    rules = edit(CALENDAR, "2029-12-26", "2029-12-27")
    assert load_pack(rules, "generic", LONDON).version != shipped_pack().version
    assert load_screening(rules).version == shipped_screening().version


def test_a_new_holiday_is_one_row(edit: Edit) -> None:
    """A proclaimed day is added with its authority and source, and no longer counts."""
    row = (
        'date = 2028-06-12\nname = "Proclaimed day"\ndivision = "Wales"\nauthority = "royal proclamation"\n'
        'source = "the gazette"\nadded_on = 2028-01-05\n\n[[closed]]\n'
    )
    rules = edit(CALENDAR, "date = 2025-01-01\n", row + "date = 2025-01-01\n")
    found = load_calendar(rules, "united-kingdom", LONDON)
    assert found.why_closed(date(2028, 6, 12)) == "Proclaimed day (Wales; royal proclamation)"


# Mistakes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "right", "wrong", "said"),
    [
        (PACK, "title =", "titel =", "titel: there is no such key; did you mean 'title'?"),
        (PACK, "review_due = 2028-11-20", 'review_due = "some day"', "review_due: input should be a valid date"),
        (PACK, 'monday = "09:00-17:00"', 'munday = "09:00-17:00"', "hours.munday: write one of monday, tuesday"),
        (PACK, '"09:00-17:00"', '"nine to five"', 'hours.monday: write opening and closing time such as "09:00-17:00"'),
        (PACK, '"09:00-17:00"', '"17:00-09:00"', 'hours.monday: write opening and closing time such as "09:00-17:00"'),
        (PACK, "amount = 14", "amount = 0", "clock 'response': amount: write a number greater than 0"),
        (PACK, "amount = 14", "amount = -3", "clock 'response': amount: write a number greater than 0"),
        (PACK, "amount = 14", 'amount = "two weeks"', "clock[3].amount: write a whole number"),
        (
            PACK,
            'classes = ["foi_request"]',
            'classes = ["foi"]',
            "clock 'response': classes: there is no [classes.foi] in this pack",
        ),
        (
            PACK,
            'classes = ["foi_request"]',
            'classes = ["foi_request", "enquiry"]',
            "the clock and class 'response/enquiry' stands twice; keep one",
        ),
        (
            PACK,
            'classes = ["subject_access_request"]',
            "classes = []",
            "classes.subject_access_request: no clock 'response' names it; add it there, or write clocks = false",
        ),
        (PACK, 'unit = "working_days"', 'unit = "days"', "clock[1].unit: write one of 'working_days', 'calendar_days'"),
        (PACK, '["receipt_sent", "response_sent"]', '["answered"]', "write one of 'receipt_sent' or 'response_sent'"),
        (PACK, 'starts_on = "receipt"', 'starts_on = "reading"', "clock[1].starts_on: write one of 'receipt'"),
        (PACK, 'source = "generic policy, G2"\n', "", "clock[3].source: is missing; write it"),
        (HEADERS, 'header = "auto-submitted"', 'header = "Auto-Submitted"', "write the field name in lower case"),
        (HEADERS, "present = true\n", "", "header 'x-failed-recipients': write exactly one of present, token_in"),
        (HEADERS, "present = true\n", 'present = true\ntoken_in = ["x"]\n', "'x-failed-recipients': write exactly one of"),
        (HEADERS, 'verdict = "bounce"', 'verdict = "human"', "header[1].verdict: write one of 'auto_reply'"),
        (HEADERS, 'id = "x-dsncontext"', 'id = "x-failed-recipients"', "the id 'x-failed-recipients' stands twice; keep one"),
        (SENDERS, 'id = "list-robot"', 'id = "x-failed-recipients"', "the id 'x-failed-recipients' stands twice; keep one"),
        (SENDERS, "local_part =", "localpart =", "sender[1].localpart: there is no such key; did you mean 'local_part'?"),
        (SENDERS, 'verdict = "bounce"', 'verdict = "silence"', "sender[1].verdict: write one of"),
        (CALENDAR, 'division = "United Kingdom"\n', "", "closed[1].division: is missing; write it"),
        (
            CALENDAR,
            'authority = "Banking and Financial Dealings Act 1971"',
            'authority = " "',
            "closed 2025-01-01: write authority and source",
        ),
        (CALENDAR, "date = 2025-01-02", "date = 2025-01-01", "the closed date '2025-01-01' stands twice; keep one"),
        (CALENDAR, "covers_until = 2029-12-31", "", "covers_until: is missing; write it"),
        (CLASS, 'class = "complaint"', 'class = "complaints"', 'class: write class = "complaint", the name of the file'),
        (CLASS, "weight =", "wieght =", "there is no such key; did you mean 'weight'?"),
        (CLASS, "must_hit", "must_hits", "must_hit: is missing; write it"),
        (CLASS, "must_hit = [", "must_hit = [[", "is not valid TOML"),
    ],
)
def test_a_mistake_is_refused(edit: Edit, file: str, right: str, wrong: str, said: str) -> None:
    """The file, the key and what to write instead."""
    found = refusal(edit(file, right, wrong))
    assert found.startswith(file.rpartition("/")[0].split("/")[0])
    assert said in found


def test_a_phrase_that_stands_twice_is_refused(edit: Edit) -> None:
    """The same words in other letters would count twice."""
    first = load_classes(RULES).rules[0].phrases[0]
    file = f"classes/{load_classes(RULES).rules[0].class_}.toml"
    row = f'  {{ text = "{first.text.upper()}", weight = 1, in_subject = {str(first.in_subject).lower()} }},\n'
    found = refusal(edit(file, "phrase = [\n", f"phrase = [\n{row}"))
    assert found == f"{file}: the phrase '{first.text.lower()}|{first.in_subject}' stands twice; keep one"


def test_a_pack_that_does_not_exist_is_refused_with_those_that_do() -> None:
    """A slip in the configuration names the packs there are."""
    with pytest.raises(PolicyError, match=r"there is no pack 'generik'; known packs: .*generic"):
        load_pack(RULES, "generik", LONDON)


def test_a_calendar_that_does_not_exist_is_refused(edit: Edit) -> None:
    """A clock that counts by an unknown calendar names its file."""
    found = refusal(edit(PACK, 'calendar = "united-kingdom"', 'calendar = "wales"'))
    assert found == "calendars/wales.toml: there is no such file"


def test_rules_without_classes_or_screening_are_refused(tmp_path: Path) -> None:
    """An empty folder is a mistake, not an organisation without rules."""
    with pytest.raises(PolicyError, match="there is no class file; restore the shipped ones"):
        load_classes(tmp_path)
    with pytest.raises(PolicyError, match=r"headers\.toml: there is no such file"):
        load_screening(tmp_path)
