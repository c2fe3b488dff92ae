"""Rules and packs as files: the shipped ones load, and every mistake is refused with file, key and what to write."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from mailbot.adapters.rule_files import (
    load_calendar,
    load_classes,
    load_clock,
    load_clocks,
    load_flags,
    load_pack,
    load_screening,
)
from mailbot.core.calendar import Hours
from mailbot.core.case import Channel
from mailbot.core.clock_rule import ReceiptRule
from mailbot.core.policy import UNSURE
from mailbot.errors import PolicyError
from tests.invented import LONDON, RULES, shipped_pack, shipped_screening

PACK, HEADERS, SENDERS = "packs/generic/pack.toml", "screening/headers.toml", "screening/senders.toml"
CALENDAR, CLASS = "calendars/united-kingdom.toml", "classes/complaint.toml"
FLAG, RULE = "flags/press.toml", "[[rule]]\nweight = 1\n"

FOIA = "clocks/foia.toml"
FOIA_WARNING = 'classes = ["foi_request"]\nwarn_before = 3'
SHUT = '[[shut]]\nfrom = {}\nuntil = {}\nname = "{}"\n\n'

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
    load_flags(rules)
    load_clocks(rules)
    for name in packs_in(rules):
        load_pack(rules, name, LONDON)


LOADERS: dict[str, Callable[[Path], object]] = {"screening": load_screening, "classes": load_classes, "flags": load_flags}


def refusal(rules: Path, file: str) -> str:
    """What is said about rules of which this file is refused, without their folder. Packs bring clocks and calendars."""
    load = LOADERS.get(file.partition("/")[0], lambda _: load_pack(rules, "generic", LONDON))
    with pytest.raises(PolicyError) as caught:
        load(rules)
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
    rules = edit(CALENDAR, "date = 2028-07-12\n", row + "date = 2028-07-12\n")
    found = load_calendar(rules, "united-kingdom", LONDON)
    assert found.why_closed(date(2028, 6, 12)) == "Proclaimed day (Wales; royal proclamation)"


def test_a_pack_uses_a_clock_of_the_law_under_its_own_name_and_warning() -> None:
    """What the pack says is added; how long, by whose days and by which law stay the law's."""
    (used,) = (rule for rule in shipped_pack().clocks if "foi_request" in rule.classes and rule.statutory)
    foia = load_clock(RULES, "foia")
    assert used == replace(foia, name="response", classes=("foi_request",), promised=True)
    assert not foia.classes


def test_a_pack_may_warn_earlier_about_a_clock_of_the_law(edit: Edit) -> None:
    """Five days before instead of three, and only for what comes by e-mail."""
    rules = edit(PACK, FOIA_WARNING, FOIA_WARNING.replace("= 3", '= 5\nchannels = ["email"]'))
    (used,) = (rule for rule in load_pack(rules, "generic", LONDON).clocks if "foi_request" in rule.classes and rule.statutory)
    assert (used.warn_before, used.channels, used.amount) == (5, (Channel.EMAIL,), 20)


def test_a_changed_clock_of_the_law_is_another_version(edit: Edit) -> None:
    """A decision names the version of its pack: a law that was changed is another one."""
    assert load_pack(edit(FOIA, "amount = 20", "amount = 21"), "generic", LONDON).version != shipped_pack().version


def test_the_same_clock_may_differ_by_channel_and_by_nothing_else(edit: Edit) -> None:
    """Letters in three days and e-mails in one are two rows with one name; two rows for e-mails are a mistake."""
    row = (
        '[[clock]]\nname = "receipt"\nkind = "receipt"\nchannels = ["letter", "fax"]\nclasses = ["enquiry"]\n'
        'starts_on = "receipt"\namount = 3\nunit = "working_days"\ncalendar = "england-and-wales"\n'
        'stopped_by = ["receipt_sent"]\nsource = "J1"\n\n'
    )
    first = '[[clock]]\nname = "receipt"\n'
    by_channel = edit(PACK, first, row + first + 'channels = ["email"]\n')
    pack = load_pack(by_channel, "generic", LONDON)
    assert [rule.amount for rule in pack.clocks_for("enquiry", Channel.LETTER) if rule.name == "receipt"] == [3]
    assert [rule.amount for rule in pack.clocks_for("enquiry") if rule.name == "receipt"] == [1]
    (by_channel / PACK).write_text((by_channel / PACK).read_text().replace('channels = ["email"]\n', ""))
    assert "the clock and class 'receipt/enquiry/letter' stands twice; keep one" in refusal(by_channel, PACK)


def test_shut_days_and_the_reading_of_receipt_are_the_pack_s(edit: Edit) -> None:
    """Its own shut days reach every calendar of the pack as shut days, and none as a day that does not count."""
    rules = edit(PACK, "[hours]", SHUT.format("2026-12-24", "2027-01-01", "Christmas closure") + "[hours]")
    pack = load_pack(rules, "generic", LONDON)
    for calendar in pack.calendars.values():
        assert [(span.from_on, span.until_on) for span in calendar.shut] == [(date(2026, 12, 24), date(2027, 1, 1))]
        assert calendar.closed == shipped_pack().calendars[calendar.name].closed
    assert pack.receipt is ReceiptRule.ACT
    (rules / PACK).write_text((rules / PACK).read_text().replace('receipt = "act"', 'receipt = "code"'))
    assert load_pack(rules, "generic").receipt is ReceiptRule.CODE


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
        (
            PACK,
            '["receipt_sent", "response_sent"]',
            '["answered"]',
            "write one of 'receipt_sent', 'acknowledgement_sent', 'response_sent'",
        ),
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
        (
            CALENDAR,
            'time_zone = "Europe/London"',
            'time_zone = "Europe/Londn"',
            "time_zone: there is no zone 'Europe/Londn'; write one",
        ),
        (CALENDAR, 'name = "united-kingdom"', 'name = "kingdom"', 'name: write name = "united-kingdom", the name of the file'),
        (CALENDAR, "covers_from = 2025-01-01", "covers_from = 2030-01-01", "covers_until: write a date after covers_from"),
        (CALENDAR, "date = 2025-01-02", "date = 2024-01-02", "closed 2024-01-02: lies outside the years of this calendar"),
        (CALENDAR, "date = 2025-01-02", "date = 2025-02-30", "is not valid TOML"),
        (CALENDAR, "date = 2025-01-02", "date = 2025-01-04", "closed 2025-01-04: a Saturday never counts; leave it out"),
        (CALENDAR, "date = 2025-01-02", "date = 2025-06-02", "closed 2025-03-17: write the days in the order of their dates"),
        (
            CALENDAR,
            'source = "python-holidays 0.109 (GB-ENG, GB-WLS, GB-SCT, GB-NIR)"\nadded_on',
            'source = ""\nadded_on',
            "closed 2025-01-01: write authority and source; a date without them cannot be defended",
        ),
        (PACK, 'use = "foia"', 'use = "foi"', "clock 'response': use: there is no clock 'foi'; write one of complaint-ack,"),
        (
            PACK,
            'use = "foia"',
            'use = "foia"\namount = 25',
            "clock 'response': amount: a statutory clock cannot be changed by a pack; leave it out",
        ),
        (PACK, 'use = "sar"', 'use = "sar"\ncalendar = "scotland"', "calendar: a statutory clock cannot be changed by a pack"),
        (PACK, 'use = "sar"', 'use = "sar"\nwarnbefore = 3', "warnbefore: there is no such key; did you mean 'warn_before'?"),
        (PACK, FOIA_WARNING, FOIA_WARNING.replace("3", "-1"), "clock 'response': warn_before: write 0, or the number"),
        (PACK, 'use = "sar"', 'use = "sar"\nchannels = ["pigeon"]', "channels[1]: write one of 'email', 'letter', 'phone'"),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nlaw = "the law"',
            "clock 'receipt': law: a clock of the law stands in rules/clocks",
        ),
        (PACK, 'kind = "receipt"', 'kind = "recipt"', "clock[1].kind: write one of 'receipt', 'acknowledgement'"),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nrepeats = true\nextension = { amount = 5, unit = "working_days", source = "x" }',
            "clock 'receipt': extension: a clock that repeats has no date to extend; leave out extension or repeats",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nextension = { amount = 1, unit = "working_days", total = true, source = "x" }',
            "clock 'receipt': extension.amount: with total it counts from the start: write more than the clock has, 1",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nextension = { amount = -1, unit = "working_days", source = "x" }',
            "clock 'receipt': extension.amount: write a number greater than 0",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nextension = { amount = 9, unit = "working_days", source = "x", at_most = 0 }',
            "clock 'receipt': extension.at_most: write how often it may be extended, at least 1",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nextension = { amount = 9, unit = "working_days", source = "x", total = true, at_most = 2 }',
            "clock 'receipt': extension.at_most: a total is reached once; write 1, or total = false",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nextension = { amount = 9, unit = "working_days", source = "" }',
            "clock 'receipt': extension.source: write what allows it",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nwarn_before = 2',
            "clock 'receipt': warn_before: 2 working days before its date the clock has not begun; write fewer days",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nwhen_passed = "delay_notice"',
            "clock 'receipt': when_passed: a delay notice needs an extension by = \"notice\" that says how far the date moves",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\npauses_on = ["waiting"]\nresets_on = ["waiting"]',
            "clock 'receipt': resets_on: 'waiting' stands in pauses_on too",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\npauses_on = ["lunch"]',
            "clock[1].pauses_on[1]: write one of 'clarification', ",
        ),
        (
            PACK,
            'stopped_by = ["receipt_sent", "response_sent"]',
            "stopped_by = []",
            "clock 'receipt': stopped_by: write at least one",
        ),
        (
            PACK,
            'amount = 1\nunit = "working_days"\ncalendar = "england-and-wales"',
            'amount = 1\nunit = "working_days"\ncalendar = "wales"',
            "clock 'receipt': calendar: there is no calendar 'wales'; write one of england-and-wales, guernsey,",
        ),
        (
            PACK,
            'kind = "receipt"',
            'kind = "receipt"\nchannels = ["letter"]\n\n[[clock]]\nname = "receipt"\nkind = "receipt"',
            "clock[1].classes: is missing; write it",
        ),
        (PACK, 'receipt = "act"', 'receipt = "postmark"', "receipt: write one of 'act' or 'code'"),
        (
            PACK,
            "[hours]",
            SHUT.format("2026-12-24", "2026-12-23", "Christmas") + "[hours]",
            "shut 'Christmas': until: write a date not before from",
        ),
        (
            PACK,
            "[hours]",
            SHUT.format("2026-12-24", "2026-12-31", " ") + "[hours]",
            "shut 2026-12-24: name: write why the office is shut",
        ),
        (PACK, "[hours]", '[[shut]]\nuntil = 2026-12-31\nname = "Christmas"\n\n[hours]', "shut[1].from: is missing; write it"),
        (FOIA, 'law = "Freedom of Information Act 2000 s.10(1), (6)"', 'law = ""', "write title, law and source"),
        (FOIA, 'name = "foia"', 'name = "foi"', 'name: write name = "foia", the name of the file'),
        (
            FOIA,
            'kind = "response"',
            'kind = "response"\nclasses = ["enquiry"]',
            "classes: leave it out; a pack says to which classes",
        ),
        (
            FOIA,
            'when_passed = "alert"',
            'when_passed = "delay_notice"',
            'when_passed: no notice moves a date of the law; write "alert"',
        ),
        (FOIA, 'by = "person"', 'by = "notice"', 'extension.by: no notice moves a date of the law; write "person"'),
        (FOIA, "amount = 20", "amount = 0", "amount: write a number greater than 0"),
        (FOIA, 'calendar = "united-kingdom"', 'calendar = "kingdom"', "calendar: there is no calendar 'kingdom'; write one of"),
        (FOIA, 'starts_on = "receipt"', 'starts_on = "reading"', "starts_on: write one of 'receipt'"),
        (CLASS, 'class = "complaint"', 'class = "complaints"', 'class: write class = "complaint", the name of the file'),
        (CLASS, "weight =", "wieght =", "there is no such key; did you mean 'weight'?"),
        (CLASS, "must_hit", "must_hits", "must_hit: is missing; write it"),
        (CLASS, "must_hit = [", "must_hit = [[", "is not valid TOML"),
        (FLAG, RULE, f"{RULE}within_words = 3\n", "rule[1].within_words: there is no such key; did you mean 'within'?"),
        (FLAG, RULE, f"{RULE}[[rule]]\nweight = 1\n", "rule[1].any: write at least one of any, all, near, pattern"),
        (FLAG, RULE, f"{RULE}all = ['News  desk']\n", "rule[1].all: 'News  desk': write it in lower case, with single spaces"),
        (FLAG, RULE, f"{RULE}near = [['a', 'b']]\nwithin = 2\n", "rule[1].near: write two or more lists of phrases, such as"),
        (FLAG, RULE, f"{RULE}within = 2\n", "rule[1].within: write near and within together"),
        (FLAG, RULE, f"{RULE}asks = 0\n", "asks: a flag is nothing that is asked for; take it out"),
        (CLASS, "must_hit", "asks_in_part = 0.2\nmust_hit", "asks_in_part: 0.2 is no such share; write one from 0.5 to 1"),
        (CLASS, "asks = 0\n", "asks = 2\n", "asks: 2 is no share; write 0 for in any case, or up to 1"),
        (FLAG, RULE, f"{RULE}pattern = '(a'\n", "rule[1].pattern: '(a' is no pattern of RE2: missing ): (a"),
        (FLAG, RULE, f"{RULE}pattern = '(?<=a)b'\n", "rule[1].pattern: '(?<=a)b' is no pattern of RE2: invalid perl operator"),
        (FLAG, RULE, f"{RULE}pattern = '((a{{99}}){{99}}){{99}}'\n", "is no pattern of RE2: "),
        (FLAG, RULE, f"{RULE}pattern = 'a*'\n", "rule[1].pattern: 'a*' holds for every text"),
        (
            PACK,
            "[flags.emergency]",
            "[flags.emergencies]",
            "flags.emergencies: there is no such flag; known flags: about_us, abuse, ",
        ),
        (
            PACK,
            'receipt = "receipt-emergency"\n',
            "",
            "flags.emergency.call: is for a letter; write receipt too, or take call out",
        ),
        (PACK, "[flags.emergency]\n", "[flags.emergency]\nalert = true\n", "there is no such key; did you mean 'alerts'?"),
        (FLAG, 'flag = "press"', 'flag = "media"', 'flag: write flag = "press", the name of the file'),
    ],
)
def test_a_mistake_is_refused(edit: Edit, file: str, right: str, wrong: str, said: str) -> None:
    """The file, the key and what to write instead."""
    found = refusal(edit(file, right, wrong), file)
    assert found.startswith(file.rpartition("/")[0].split("/")[0])
    assert said in found


def test_a_phrase_that_stands_twice_is_refused(edit: Edit) -> None:
    """The same words in other letters would count twice."""
    first = load_classes(RULES).rules[0].phrases[0]
    file = f"classes/{load_classes(RULES).rules[0].class_}.toml"
    row = f'  {{ text = "{first.text.upper()}", weight = 1, in_subject = {str(first.in_subject).lower()} }},\n'
    found = refusal(edit(file, "phrase = [\n", f"phrase = [\n{row}"), file)
    assert found == f"{file}: the phrase '{first.text.lower()}|{first.in_subject}' stands twice; keep one"


def test_a_pack_that_does_not_exist_is_refused_with_those_that_do() -> None:
    """A slip in the configuration names the packs there are."""
    with pytest.raises(PolicyError, match=r"there is no pack 'generik'; known packs: .*generic"):
        load_pack(RULES, "generik", LONDON)


def test_a_calendar_that_does_not_exist_is_refused(edit: Edit) -> None:
    """A clock that counts by an unknown calendar names its file."""
    own = refusal(edit(PACK, 'calendar = "england-and-wales"', 'calendar = "wales"'), PACK)
    assert own.startswith(f"{PACK}: calendar: there is no calendar 'wales'; write one of england-and-wales, guernsey, ")


def test_rules_without_classes_or_screening_are_refused(tmp_path: Path) -> None:
    """An empty folder is a mistake, not an organisation without rules."""
    with pytest.raises(PolicyError, match="there is no class file; restore the shipped ones"):
        load_classes(tmp_path)
    with pytest.raises(PolicyError, match=r"headers\.toml: there is no such file"):
        load_screening(tmp_path)
