"""Admins edit letters: what is refused, when a new text is used, and what happens when two of them publish."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest

from mailbot.adapters.letters import JinjaLetters
from mailbot.adapters.rule_files import load_wording
from mailbot.core.letter import LetterSource
from mailbot.core.letter_file import LetterFile, read, written
from mailbot.core.letter_version import VersionState
from mailbot.errors import PermanentError, PolicyError
from mailbot.pipeline.letter_commands import LetterCommands, check_published
from mailbot.pipeline.letter_trial import LetterTrials
from mailbot.pipeline.timers import Timers
from mailbot.runner import attempt
from tests.integration.correspondence import Council, council, mail
from tests.invented import LETTERS, RULES
from tests.servers.databases import postgresql_with_tables, sqlite_with_tables
from tests.servers.postgres import Postgres

NAME = "receipt"
WORDING = load_wording(RULES)
OLD, NEW = "Thank you for writing to", "We are glad that you wrote to"


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Council]:
    """A council, on either database, with letters of its own."""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgresql_with_tables(postgres)
    else:
        url = sqlite_with_tables(tmp_path / "mailbot.db")
    with council(url) as found:
        found.inbound = replace(found.inbound, letters=JinjaLetters(LETTERS))
        yield found


def admin(office: Council, who: str = "ada") -> LetterCommands:
    return LetterCommands(
        store=office.store,
        letters=office.inbound.letters,
        policies=office.policies,
        clock=office.clock,
        actor=who,
        wording=WORDING,
    )


def edited(file: LetterFile, old: str = OLD, new: str = NEW) -> LetterFile:
    """The file with other words in its text."""
    assert old in file.source.body
    return replace(file, source=replace(file.source, body=file.source.body.replace(old, new)))


def receipt(office: Council) -> str:
    """What the next customer is told."""
    office.later()
    office.arrives(mail("It is out.", sender=f"{office.clock.at:%H%M}@example.org"))
    return office.text(office.outgoing()[-1])


def test_a_text_is_edited_refused_mended_published_and_taken_back(office: Council) -> None:
    """Every letter has the words that were in force when it was written, and its row says which version they are."""
    commands = admin(office)
    file = commands.in_force(NAME)
    assert file.based_on == 0
    assert OLD in receipt(office)
    with pytest.raises(PolicyError, match="there is no name 'organistion'; did you mean 'organisation'"):
        commands.publish(edited(file, "{{ organisation }}. Your", "{{ organistion }}. Your"), "a slip", "my.txt")
    assert OLD in receipt(office)
    assert commands.publish(edited(file), "warmer", "my.txt").number == 1
    assert NEW in receipt(office)
    assert commands.revert(NAME, 0, "").number == 2
    assert OLD in receipt(office)
    assert commands.revert(NAME, 1, "").number == 3
    assert NEW in receipt(office)
    versions = [found.letter_version for found in office.outgoing()]
    shipped = versions[0]
    assert versions == [shipped, shipped, "1", shipped, "3"]
    assert [OLD in office.text(line) for line in office.outgoing()] == [True, True, False, True, False]


def test_of_two_admins_the_second_is_told_and_loses_nothing(office: Council) -> None:
    """Both began with the letter as it came; what the second wrote waits as a draft, and says who was first."""
    ada, bo = admin(office), admin(office, "bo")
    hers, his = edited(ada.in_force(NAME)), edited(bo.in_force(NAME), new="Many thanks for writing to")
    ada.publish(hers, "warmer", "hers.txt")
    with pytest.raises(PermanentError, match=r"version 1 is in force now, which ada published on .*: warmer\. Nothing is lost"):
        bo.publish(his, "politer", "his.txt")
    assert NEW in receipt(office)
    kept = bo.history(NAME)[-1]
    assert (kept.number, kept.state, kept.author, kept.source) == (2, VersionState.DRAFT, "bo", his.source)
    assert bo.publish(replace(his, based_on=1), "politer", "his.txt").number == 3
    assert "Many thanks for writing to" in receipt(office)


def test_admins_who_publish_in_the_same_moment_are_told_apart(office: Council) -> None:
    """One of them is published; every other text is kept as a draft, and its author is told."""
    names = ("ada", "bo", "cy", "di")
    file, together = admin(office).in_force(NAME), Barrier(len(names))

    def publish(who: str) -> str:
        commands = admin(office, who)
        together.wait(timeout=20)
        try:
            return commands.publish(edited(file, new=f"Dear {who}, we thank"), "x", "x.txt").state.value
        except PermanentError as error:
            return "told" if "Nothing is lost" in str(error) else str(error)

    with ThreadPoolExecutor(len(names)) as pool:
        assert sorted(pool.map(publish, names)) == ["published", "told", "told", "told"]
    kept = admin(office).history(NAME)
    assert [version.number for version in kept] == [1, 2, 3, 4]
    assert {version.author for version in kept} == set(names)
    assert [version.state for version in kept] == [VersionState.PUBLISHED, *[VersionState.DRAFT] * 3]


def test_a_letter_with_a_hole_is_not_published(office: Council) -> None:
    """A name that a case may lack needs words in its place; the sentence says which and where."""
    file = admin(office).in_force(NAME)
    with_hole = replace(
        file.source, settings=file.source.settings.replace('signatory = "the team that reads this mailbox"', "")
    )
    with pytest.raises(PolicyError, match="signatory may lack a value; write a line for it under"):
        admin(office).publish(replace(file, source=with_hole), "shorter", "my.txt")
    hidden = file.source.settings + '[sentences.later]\nwhen = "owner"\ntext = "Later: {{ revised_on }}"\n'
    hidden = hidden.replace('"reference"', '"reference", "revised_on"')
    with pytest.raises(PolicyError, match="revised_on may lack a value"):
        admin(office).publish(replace(file, source=replace(file.source, settings=hidden)), "more", "my.txt")


def test_the_date_of_review_is_that_of_the_version_in_force(office: Council) -> None:
    """Who has looked at a letter, and published it with a later date, is not reminded of it again (F20)."""
    commands = admin(office)
    file = commands.in_force(NAME)
    settings = re.sub(r"review_due = \S+", "review_due = 2031-01-31", file.source.settings)
    commands.publish(replace(file, source=replace(file.source, settings=settings)), "looked at", "my.txt")
    with office.store.view() as transaction:
        dates = office.inbound.letters.review_dates(transaction.letters)
    assert dates[NAME] == date(2031, 1, 31)
    assert dates["delay-notice"] < dates[NAME]


def test_a_draft_changes_nothing(office: Council) -> None:
    """It may hold mistakes; it is there for whoever goes on with it."""
    commands = admin(office)
    draft = commands.draft(edited(commands.in_force(NAME), "{{ organisation }}", "{{ organi"), "not yet")
    assert (draft.number, commands.in_force(NAME).based_on) == (1, 0)
    assert OLD in receipt(office)
    with pytest.raises(PolicyError, match=r"letter receipt, version 1: line 7, column 26: '\{\{' is not closed"):
        commands.revert(NAME, 1, "")


def test_several_letters_come_in_together_or_not_at_all(office: Council) -> None:
    """A folder with one mistake in it changes no letter; what did not change gets no new version."""
    commands = admin(office)
    one, other = commands.in_force(NAME), commands.in_force("delay-notice")
    broken = replace(other, source=replace(other.source, subject="{{ nobody }}"))
    with pytest.raises(PolicyError, match=r"b\.txt: line 3, column 10: there is no name 'nobody'"):
        commands.publish_all({"a.txt": edited(one), "b.txt": broken}, "all")
    assert commands.history(NAME) == []
    assert [version.name for version in commands.publish_all({"a.txt": edited(one), "b.txt": other}, "all")] == [NAME]


def test_a_published_letter_that_no_longer_fits_is_found_before_a_customer_waits(office: Council) -> None:
    """At the start, with what to do: a program or a pack may have changed since it was published."""
    commands = admin(office)
    version = commands.publish(edited(commands.in_force(NAME)), "warmer", "my.txt")
    check_published(office.store, office.inbound.letters, office.policies.values())
    assert version.source is not None
    without = LetterSource(
        name=NAME, settings=version.source.settings.replace("[fallbacks]", "[fallback]"), subject="x", body="y"
    )
    with office.store.transaction() as transaction:
        transaction.letters.add(replace(version, number=2, source=without))
    with pytest.raises(PolicyError, match="letter receipt, version 2: fallback"):
        check_published(office.store, office.inbound.letters, office.policies.values())


def test_where_a_letter_cannot_be_written_the_people_on_duty_are_told_at_once(office: Council) -> None:
    """What waits for a date waits for nobody: once a day for what fails alike, with the reason; the history has each case."""
    commands = admin(office)
    timers = Timers(
        store=office.store, letters=office.inbound.letters, policies=office.policies, clock=office.clock, attempt=attempt
    )
    receipt(office)
    receipt(office)
    version = commands.publish(commands.in_force("manager-overdue"), "as it was", "my.txt")
    assert version.source is not None
    with office.store.transaction() as transaction:
        broken = replace(version.source, body="{{ nobody }}")
        transaction.letters.add(replace(version, number=2, source=broken))
    office.later(days=60)
    while timers.sweep():
        pass
    with office.store.view() as transaction:
        told = [alarm.what for alarm in transaction.alarms.ringing(office.clock.now())]
    (what,) = told
    assert what.startswith("a date brought nothing in this case, and perhaps in others of today: letter manager-overdue")
    assert "version 2: line 5, column 1: there is no name 'nobody'" in what
    failed = [view for view in office.cases() if "deadline-without-alert" in office.events(view.line.reference)]
    assert len(failed) == 2


def test_a_message_whose_receipt_cannot_be_written_is_held_and_answered_once_the_letter_is_right(office: Council) -> None:
    """Nothing is lost and nothing goes with a hole: a person sees which letter it was, and puts the message back."""
    commands = admin(office)
    version = commands.publish(commands.in_force(NAME), "as it was", "my.txt")
    assert version.source is not None
    with office.store.transaction() as transaction:
        transaction.letters.add(replace(version, number=2, source=replace(version.source, body="{{ nobody }}")))
    office.later()
    office.arrives(mail("It is out."))
    (held,) = office.held()
    assert "letter receipt, version 2: line 5, column 1: there is no name 'nobody'" in held.detail
    assert office.outgoing() == []
    commands.revert(NAME, 0, "")
    office.commands.put_back(held.id)
    office.drain()
    assert OLD in office.text(office.outgoing()[-1])


def test_a_letter_is_tried_with_what_is_known_of_a_case(office: Council) -> None:
    """Its own dates and reference; what nobody can know yet is invented, and named."""
    office.later()
    office.arrives(mail("It is out.", subject="The lamp {{ due_on }}"))
    case, commands = office.cases()[-1].line.reference, admin(office)
    trials = LetterTrials(
        store=office.store, letters=commands.letters, policies=office.policies, clock=office.clock, actor="ada"
    )
    letter = commands.check(commands.in_force("delay-notice").source, "delay-notice")
    trial = trials.with_case(letter, case)
    assert trial.invented == ("revised_on",)
    assert f"Your reference: {case}" in trial.rendered.body
    assert "The lamp {{ due_on }}" in trial.rendered.body
    assert "by Tuesday 29 December 2026." in trial.rendered.body


@pytest.mark.parametrize("name", JinjaLetters(LETTERS).names)
def test_a_letter_is_the_same_after_it_was_a_file(name: str) -> None:
    """What an admin gets to edit is the whole letter, in one file, also as Windows saves it."""
    source = JinjaLetters(LETTERS).shipped(name)
    text = written(LetterFile(source, 3))
    assert read(text, "x") == LetterFile(source, 3)
    assert read("\ufeff" + text.replace("\n", "\r\n"), "x") == LetterFile(source, 3)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Letter: receipt\n", "", "x: line 1: write 'Letter: …' here"),
        ("Subject:", "Subjekt:", "x: line 3: write 'Subject: …' here"),
        ("Version: 3", "Version: three", "x: line 2: write the version that the file was made from"),
        ("\n\nHello,", "\nHello,", "x: line 4: leave this line empty; the text begins below it"),
        ("----- settings -----", "", "x: the line '----- settings -----' is missing"),
    ],
)
def test_a_file_that_is_no_letter_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    """And with what to write there."""
    text = written(LetterFile(JinjaLetters(LETTERS).shipped(NAME), 3))
    assert old in text
    with pytest.raises(PolicyError) as caught:
        read(text.replace(old, new, 1), "x")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "{{ received_on }}",
            "{{ recieved_on }}",
            "x: line {line}, column {column}: there is no name 'recieved_on'; did you mean 'received_on'?",
        ),
        (
            "purpose =",
            "purpose",
            "x: is not valid TOML: Expected '=' after a key in a key/value pair (at line {line}, column 9)",
        ),
    ],
)
def test_a_mistake_is_named_by_the_line_of_the_file_that_the_admin_has_open(old: str, new: str, said: str) -> None:
    """Text and settings are one file to them, and their editor counts its lines."""
    letters = JinjaLetters(LETTERS)
    text = written(LetterFile(letters.shipped(NAME), 0)).replace(old, new, 1)
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if new in line)
    column = text.splitlines()[line - 1].index(new) + 1
    with pytest.raises(PolicyError) as caught:
        letters.check(read(text, "x").source, "x")
    assert said.format(line=line, column=column) in str(caught.value)


def test_a_text_that_irritates_or_leaves_out_what_it_must_say_is_refused_until_it_is_mended(office: Council) -> None:
    """Every finding is named at once, with the better wording; a text that was in force may come back all the same."""
    commands = admin(office)
    file = commands.in_force(NAME)
    with pytest.raises(PolicyError) as refused:
        commands.publish(edited(file, "You need do nothing now.", "What is your problem?"), "shorter", "my.txt")
    assert [line.split(": ")[1:3] for line in str(refused.value).splitlines()] == [
        ["irritating (F19)", '"problem"'],
        ["missing (F8)", '"nothing to do"'],
    ]
    assert OLD in receipt(office)
    before = replace(commands, wording=replace(WORDING, wordings=()))
    assert before.publish(edited(file, new="There was a problem. We are glad that you wrote to"), "frank", "my.txt").number == 1
    assert commands.revert(NAME, 0, "").number == 2
    assert commands.revert(NAME, 1, "").number == 3
