"""Automatic replies of staff who are away: what they lack is found, what they say is read, the rest is not judged (J4, J9)."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from mailbot.adapters.rule_files import load_absence_rules, load_absence_words, load_standard
from mailbot.cli.main import app
from mailbot.core.message import Message
from mailbot.core.standard.absence.judge import AbsenceJudgement, judge_absence, own_day
from mailbot.core.standard.absence.reply import MOST_TEXT
from mailbot.core.standard.absence.values import Absentee, Known, NoteKind
from mailbot.errors import PolicyError
from mailbot.staff_mail import staff_text
from tests.invented import RULES
from tests.unit.test_services import CONFIG, TEXT

RULES_OF_JERSEY = load_absence_rules(RULES, "jersey-oic")
ADA = Absentee(name="Ada Finch", addresses=frozenset({"ada.finch@harbour.example"}), phones=frozenset({"01632960001"}))
WEDNESDAY = date(2026, 11, 25)
CONTACT = "Please contact ben.marsh@harbour.example."
BACK = "I am on leave until Monday 7 December."
SAMPLES = Path(__file__).parent.parent / "absences"


def judged(text: str, sent_on: date | None = WEDNESDAY, known: Known | None = None, subject: str = "") -> AbsenceJudgement:
    mail = staff_text(Message(digest="", subject=subject, text=text))
    return judge_absence(mail, ADA, sent_on, RULES_OF_JERSEY, known)


def found(text: str, sent_on: date | None = WEDNESDAY) -> set[str]:
    return {each.rule.value for each in judged(text, sent_on).judgement.findings}


def unjudged(text: str, sent_on: date | None = WEDNESDAY) -> set[str]:
    return {each.rule.value for each in judged(text, sent_on).judgement.not_judged}


def figures(file: str) -> dict[str, dict[str, float]]:
    said = CliRunner().invoke(app, ["evaluate", "absences", str(SAMPLES / file), "--format", "json"])
    return {each["rule"]: each for each in json.loads(said.stdout)}


@pytest.mark.parametrize("file", ["seen.jsonl", "unseen.jsonl"])
def test_hardly_a_finding_is_wrong_and_few_are_missed(file: str) -> None:
    """J4, J9, F19 on replies in the wording of councils, hospitals and fire services."""
    for rule, one in figures(file).items():
        assert one["precision"] >= (0.9 if "not judged" in rule else 0.97), rule
        assert one["recall"] >= 0.9, rule


@pytest.mark.parametrize(
    "below", ["", "\n\nBest regards\nAda Finch\nTrading Standards\n01632 960001\nada.finch@harbour.example"]
)
def test_nobody_is_accused_who_has_said_all(below: str) -> None:
    """In whatever words, with a signature and without; the day of return and a contact are read in each."""
    for line in (SAMPLES / "in_order.jsonl").read_text(encoding="utf-8").splitlines():
        reply = json.loads(line)
        result = judged(reply["text"] + below, date.fromisoformat(reply["on"]))
        assert result.judgement.findings == (), reply["id"]
        assert (str(result.return_on), bool(result.contact)) == (reply["return_on"], True), reply["id"]


@pytest.mark.parametrize(
    "text",
    [
        f"I am on leave until Monday 7 December.\n\n{CONTACT} Many thanks.",
        f"I am on leave until Monday 7 December. {CONTACT} Thank you",
        "I am on leave until Monday 7 December.\nThank you for your patience, Bo Reed on 01632 960044 will help.\nAda Finch",
        "Thank you for your email, I am on leave until Monday 7 December, please contact Bo Reed on 01632 960044.",
        "I am away until Monday 7 December. If it is urgent ring 01632 960044, thank you\n\nAda",
    ],
)
def test_thanks_in_a_sentence_do_not_cut_it_off(text: str) -> None:
    """What closes a message may stand in the sentence that names the contact."""
    assert found(text) == set()
    assert judged(text).contact is not None


def test_a_reply_that_says_all_is_in_order() -> None:
    """Nothing is found, and the day and the contact are there for others to use."""
    result = judged(f"{BACK} {CONTACT}")
    assert result.judgement.findings == result.judgement.not_judged == ()
    assert result.return_on == date(2026, 12, 7)
    assert result.contact is not None
    assert result.contact.value == "ben.marsh@harbour.example"


@pytest.mark.parametrize(
    ("words", "private"),
    [
        ("off sick", "sick"),
        ("on sick leave", "sick"),
        ("unwell", "unwell"),
        ("in hospital", "hospital"),
        ("off with covid", "covid"),
        ("recovering from a broken leg", "broken"),
    ],
)
def test_no_word_of_anybody_s_health_is_kept(words: str, private: str) -> None:
    """J9: the finding names the rule and nothing else; nowhere in the result does the word stand."""
    result = judged(f"I am {words}. I will be back on Monday 7 December. {CONTACT}")
    (one,) = result.judgement.findings
    assert (one.rule.value, one.clause) == ("reason", "J9")
    assert private not in repr(result).lower()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 23, 30, tzinfo=UTC), date(2027, 3, 29)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_days_count_from_the_organisation_s_own_day(at: datetime, expected: date) -> None:
    """Over the new year and both changes of the clocks."""
    assert own_day(Message(digest="", sent_at=at), ZoneInfo("Europe/London")) == expected


def test_a_contact_is_looked_up_in_the_directory() -> None:
    """Known, unknown, or nobody looked."""
    known = Known(addresses=frozenset({"ben.marsh@harbour.example"}))
    assert judged(f"{BACK} {CONTACT}", known=known).contact.known is True  # type: ignore[union-attr]
    assert judged(f"{BACK} {CONTACT}", known=Known()).contact.known is False  # type: ignore[union-attr]
    assert judged(f"{BACK} {CONTACT}").contact.known is None  # type: ignore[union-attr]


def test_the_absent_person_s_own_number_is_no_contact() -> None:
    """Whether the directory has it, or the sentence says whose it is."""
    assert found(f"{BACK} Telephone 01632 960001.") == {"contact"}
    assert found(f"{BACK} If it is urgent call me on 07700 900123.") == {"contact"}
    assert found(f"{BACK} Telephone 01632 960044.") == set()


def test_one_that_still_answers_after_its_day_of_return_is_found() -> None:
    """The day itself is no fault, nor is the next working day after "until Friday"."""
    text = f"I am on leave until Friday 27 November. {CONTACT}"
    assert found(text, date(2026, 11, 27)) == found(text, date(2026, 11, 30)) == set()
    assert found(text, date(2026, 12, 1)) == {"return_date"}


def test_what_has_no_date_of_its_own_is_not_judged_by_days() -> None:
    """Nobody can say what "Monday" is."""
    result = judged(f"I am back on Monday. {CONTACT}", None)
    assert result.return_on is None
    assert {each.rule.value for each in result.judgement.not_judged} == {"return_date"}


@pytest.mark.parametrize("text", ["", "  \n ", "…", "\x00"])
def test_nothing_is_said_of_nothing(text: str) -> None:
    """An empty reply is not judged."""
    assert found(text) == set()
    assert unjudged(text) == {"contact", "return_date", "reason", "wording"}


@pytest.mark.parametrize(
    "text",
    [
        "I am away until " * 70_000,
        "until the 4th " * 70_000,
        "(" * 1_000_000,
        "a" * 1_000_000,
        "back on Monday 7 December, " * 40_000,
        "1" * 1_000_000,
        "- to " * 200_000,
        "mon-" * 250_000,
        "a@" * 500_000,
        "x " * 500_000 + BACK,
    ],
    ids=["away", "ordinals", "brackets", "letters", "days", "digits", "ranges", "weekdays", "addresses", "far-below"],
)
def test_a_text_made_to_take_long_ends_soon(text: str) -> None:
    """Of a megabyte only the beginning is looked at, and what it lacks is not judged."""
    assert len(text) > MOST_TEXT
    assert found(text) == set()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('longest = "400 days"', 'longest = "400 moons"', "absence.longest"),
        ('longest = "400 days"', 'longest = "0 days"', "absence.longest"),
        ('time_zone = "Europe/Jersey"', 'time_zone = "Europe/Nowhere"', "absence.time_zone"),
        ('contact = "J4"', 'contakt = "J4"', "absence.rules"),
        ('contact = "J4"', 'contact = " "', "absence.rules.contact"),
        ("[absence]", "[absense]", "absense"),
    ],
)
def test_a_standard_that_cannot_be_used_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """With the file and the key."""
    text = (RULES / "standards" / "jersey-oic.toml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards" / "own.toml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"own\.toml") as refused:
        load_standard(tmp_path, "own")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('"off sick"', '"Off sick"', "lower case"),
        ('"I have popped out."', '"I have gone."', "must hit"),
        ('"I am on annual leave until Monday."', '"I am off sick."', "must not hit"),
        ('name = "busy"', 'nam = "busy"', "reason[4].nam"),
    ],
)
def test_words_that_cannot_be_used_are_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """Capitals would never be found, and every example must come out."""
    text = (RULES / "phrases" / "absence.toml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "absence.toml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"absence\.toml") as refused:
        load_absence_words(tmp_path)
    assert said in str(refused.value)


# The command ----------------------------------------------------------------------------------------------------------

HEAD = "From: Ada Finch <ada.finch@harbour.example>\nTo: bo@example.org\nDate: Wed, 25 Nov 2026 10:00:00 +0000\n"
MARKS = {
    "rfc-3834": "Subject: Re: The form\nAuto-Submitted: auto-replied\n",
    "exchange": "Subject: Automatic reply: The form\nAuto-Submitted: auto-generated\n"
    "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n",
    "suppressed": "Subject: Automatic reply: The form\nX-Auto-Response-Suppress: All\n",
    "x-autoreply": "Subject: Re: The form\nX-Autoreply: yes\n",
    "subject-alone": "Subject: Out of Office: The form\n",
}


def command(*arguments: str, stdin: str | None = None) -> tuple[int, dict[str, object]]:
    said = CliRunner().invoke(
        app, ["standards", "check", *arguments, "--standard", "jersey-oic", "--format", "json"], input=stdin
    )
    return said.exit_code, json.loads(said.stdout)


@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_an_automatic_reply_is_known_by_its_fields(tmp_path: Path, marks: str) -> None:
    """The day of return and the contact are told; nothing is asked of a signature."""
    file = tmp_path / "reply.eml"
    file.write_bytes(f"{HEAD}{marks}\nI am out of the office until Friday 4th. {CONTACT}\n".encode())
    code, told = command(str(file))
    assert (code, told["findings"], told["not_judged"]) == (0, [], [])
    assert told["return_on"] == "2026-12-04"
    assert told["contact"] == {"kind": "address", "value": "ben.marsh@harbour.example", "known": None}


def test_one_can_say_what_a_message_is(tmp_path: Path) -> None:
    """A message that nothing marks, judged as an absence reply; and an automatic one as any other message."""
    file = tmp_path / "reply.eml"
    file.write_bytes(f"{HEAD}Subject: Hello\n\nI will be on leave and look forward to speaking to you afterwards.\n".encode())
    code, told = command(str(file), "--as", "out-of-office")
    assert code == 1
    assert {each["rule"] for each in told["findings"]} == {"contact", "return_date"}  # type: ignore[attr-defined]
    _, as_mail = command(str(file), "--as", "mail")
    assert "return_on" not in as_mail


def test_a_link_s_address_is_a_contact(tmp_path: Path) -> None:
    """It may stand behind a name alone."""
    file = tmp_path / "reply.eml"
    page = '<p>I am on leave until Monday 7 December.</p><p>Please speak to <a href="mailto:ben@harbour.example">Ben</a>.</p>'
    head = f"{HEAD}Subject: Automatic reply: x\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: text/html\n"
    file.write_bytes(f"{head}\n<html><body>{page}</body></html>\n".encode())
    code, told = command(str(file))
    assert code == 0
    assert told["contact"] == {"kind": "address", "value": "ben@harbour.example", "known": None}


def test_a_bare_text_is_judged_from_a_day(tmp_path: Path) -> None:
    """From a file or from standard input, before it is set."""
    file = tmp_path / "text.txt"
    file.write_text(f"Back on Tuesday 5th January. {CONTACT}", encoding="utf-8")
    assert command("--text", str(file), "--on", "2026-12-20")[1]["return_on"] == "2027-01-05"
    assert command("--text", "-", "--on", "2026-12-31", stdin="I am away until Monday.")[1]["return_on"] == "2027-01-04"


@pytest.mark.parametrize("arguments", [[], ["x.eml", "--text", "-"], ["--text", "-", "--as", "mail"]])
def test_one_thing_is_judged_at_a_time(arguments: list[str]) -> None:
    """What cannot be meant is refused with what to write."""
    assert CliRunner().invoke(app, ["standards", "check", *arguments]).exit_code == 2


def test_the_standard_s_rules_for_absences_are_shown() -> None:
    """With their clauses."""
    assert "return_date (J4)" in CliRunner().invoke(app, ["standards", "show", "jersey-oic"]).stdout
    assert judged("We have your message and will answer.").kind is NoteKind.NO_ABSENCE


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """An installation whose directory is the sample: Ada Finch and Ben Marsh are in it, each with a number."""
    (tmp_path / "people.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "mailbot.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path / "mailbot.toml"


@pytest.mark.parametrize(
    ("offer", "rules", "known"),
    [
        ("Please contact Ben Marsh on 01632 960002.", set(), True),
        ("Please contact ben.marsh@harbour.example.", set(), True),
        ("Please contact somebody.else@harbour.example.", set(), False),
        ("The number is 01632 960001.", {"contact"}, None),
    ],
)
def test_the_directory_of_an_installation_tells_who_is_who(
    installation: Path, offer: str, rules: set[str], known: bool | None
) -> None:
    """Whose number it is, and whether the contact is somebody's."""
    file = installation.with_name("reply.eml")
    file.write_bytes(f"{HEAD}{MARKS['rfc-3834']}\nI am on leave until Monday 7 December. {offer}\n".encode())
    _, told = command(str(file), "--config", str(installation))
    assert {each["rule"] for each in told["findings"]} == rules  # type: ignore[attr-defined]
    assert (told["contact"] or {}).get("known") is known  # type: ignore[attr-defined]


def test_a_number_that_several_have_is_the_office_s(installation: Path) -> None:
    """Everybody at the same desk may name it."""
    people = installation.with_name("people.toml")
    people.write_text(TEXT.replace("01632 960002", "01632 960001"), encoding="utf-8")
    file = installation.with_name("reply.eml")
    file.write_bytes(f"{HEAD}{MARKS['rfc-3834']}\nI am on leave until Monday 7 December. Ring 01632 960001.\n".encode())
    assert command(str(file), "--config", str(installation))[1]["findings"] == []


def test_a_reply_written_at_night_counts_from_the_local_day(tmp_path: Path) -> None:
    """Half past eleven in summer by the world's clock is half past midnight here."""
    file = tmp_path / "reply.eml"
    head = HEAD.replace("Wed, 25 Nov 2026 10:00:00", "Wed, 30 Jun 2027 23:30:00")
    file.write_bytes(f"{head}{MARKS['rfc-3834']}\nI am on leave, back tomorrow. {CONTACT}\n".encode())
    assert command(str(file))[1]["return_on"] == "2027-07-02"
