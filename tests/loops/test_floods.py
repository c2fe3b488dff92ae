"""Robots and crowds at the mailbox: every hour has a cap, the letters stop, and every person has a case."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from mailbot.adapters.store import open_database
from mailbot.adapters.store.silenced import silenced_cases
from mailbot.adapters.store.tables import alarm, answer, case, clock
from mailbot.core.case_command import AnswerAfterAll
from mailbot.errors import PermanentError
from mailbot.pipeline.case_commands import CaseCommands
from tests.loops.hall import ENQUIRIES, FOI, LIMITS, Hall, Letter, mail, policies
from tests.servers.databases import sqlite_with_tables

HOUR = timedelta(hours=1)
ROUNDS = 60
"""A loop that has not stopped after so many rounds does not stop."""


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """A town hall since ten in the morning."""
    with closing(open_database(sqlite_with_tables(tmp_path / "hall.db"))) as database:
        yield Hall(database=database, policies=policies())


def run(hall: Hall, rounds: int = ROUNDS, step: timedelta = timedelta(minutes=1)) -> int:
    """Let everything be answered that comes, a minute a round; the number of rounds until no letter went."""
    for number in range(1, rounds + 1):
        if not hall.works():
            return number
        hall.later(step)
    return rounds


def everybody_has_a_case(hall: Hall, people: set[str]) -> bool:
    """Each with its clocks running."""
    with hall.database.reading() as connection:
        running = select(clock.c.id).where(clock.c.case == case.c.id, clock.c.stopped_at.is_(None)).exists()
        return set(connection.execute(select(case.c.customer).where(running)).scalars()) >= people


def test_a_robot_that_changes_its_sender_and_its_subject_each_time_runs_dry(hall: Hall) -> None:
    """FreeScout 688: no header, a new address and a new number each time. The subject's shape and the hour's cap end it."""
    numbers = count()

    def robot(letter: Letter) -> None:
        number = next(numbers)
        if letter.recipient.endswith("robots.example"):
            hall.arrives(mail(f"crm-{number}@robots.example", f"Your case {number} was filed", f"Number {number}."))

    hall.post = robot
    hall.arrives(mail("crm-x@robots.example", "Your case 0 was filed", "Number 0."))
    assert run(hall) < ROUNDS
    assert len(hall.receipts()) == LIMITS.answers_per_subject_per_hour


def test_a_robot_that_also_changes_its_domain_and_its_words_is_stopped_by_the_cap_of_the_mailbox(hall: Hall) -> None:
    """Nothing that two of its messages have in common: a hundred letters within the hour, and no more."""
    numbers = count()

    def robot(letter: Letter) -> None:
        number = next(numbers)
        word = "".join(chr(ord("a") + int(digit)) * 2 for digit in str(number))
        hall.arrives(mail(f"a@{word}.example", f"{word} {word}", f"{word}."))

    hall.post = robot
    hall.arrives(mail("a@first.example", "First", "First."))
    assert run(hall, rounds=200, step=timedelta(seconds=10)) < 200
    assert len(hall.receipts()) == LIMITS.answers_per_mailbox_per_hour


def test_two_watched_mailboxes_do_not_write_to_each_other(hall: Hall) -> None:
    """Whatever one receives from the other opens a case at the most, and no letter goes."""
    hall.post = lambda letter: hall.arrives(letter.content, at=letter.recipient) if "harbour" in letter.recipient else None
    hall.arrives(mail(ENQUIRIES, "Passed on to you", "Please answer this.", FOI), at=FOI)
    hall.arrives(mail(FOI, "Passed on to you", "Please answer this.", ENQUIRIES), at=ENQUIRIES)
    assert run(hall) < ROUNDS
    assert hall.receipts() == []


def test_a_relay_that_bounces_everything_back_is_not_written_to(hall: Hall) -> None:
    """Each receipt comes back as a report, with or without the standard's form: no second letter goes."""
    reports = (
        ("MAILER-DAEMON@relay.example", "Undelivered Mail Returned to Sender", ("Return-Path: <>",)),
        ("postmaster@relay.example", "Undeliverable: your letter", ()),
        ("relay@relay.example", "Mail delivery failed: returning message to sender", ()),
    )

    def relay(letter: Letter) -> None:
        for sender, subject, more in reports:
            text = "A message that you sent could not be delivered to one or more of its recipients. This is a permanent error."
            hall.arrives(mail(sender, subject, f"{text}\n{letter.recipient}: user unknown", FOI, *more))

    hall.post = relay
    hall.arrives(mail("ada@example.org", "Lamp", "It is broken."))
    assert run(hall) < ROUNDS
    assert [letter.recipient for letter in hall.receipts()] == ["ada@example.org"]


def test_mailbot_and_mailbot_stop_after_one_letter_each(hall: Hall, tmp_path: Path) -> None:
    """A second town hall answers automatically too: neither answers the other's receipt."""
    with closing(open_database(sqlite_with_tables(tmp_path / "other.db"))) as database:
        other = Hall(database=database, policies=policies())
        # The other hall is known to this one by another name.
        there = "requests@other.example"
        hall.post = lambda letter: other.arrives(letter.content) if letter.recipient == there else None
        other.post = lambda letter: hall.arrives(letter.content.replace(FOI.encode(), there.encode()))
        hall.arrives(mail(there, "A request passed on", "Please answer it."))
        for _ in range(ROUNDS):
            if not hall.works() + other.works():
                break
        assert [letter.recipient for letter in hall.receipts()] == [there]
        assert other.receipts() == []


def test_five_hundred_people_who_answer_all_get_a_case_each_and_few_letters(hall: Hall) -> None:
    """A reply-all storm: one subject, five hundred people. Letters stop at the cap, and nobody is lost."""
    people = {f"person{number}@staff{number % 7}.example" for number in range(500)}
    hall.arrives(*(mail(person, "Re: Christmas party", f"{person} asks to be taken off.") for person in sorted(people)))
    hall.works()
    assert len(hall.receipts()) == LIMITS.answers_per_subject_per_hour
    assert everybody_has_a_case(hall, people)
    silenced = silenced_cases(hall.database)
    assert len(silenced) == 500 - LIMITS.answers_per_subject_per_hour
    assert {reason for line in silenced for reason in line.reasons} >= {"cap-per-subject-and-hour"}


def test_people_with_the_same_provider_are_not_taken_for_a_flood(hall: Hall) -> None:
    """Thirty customers of one freemail provider, or of a site for requests, within an hour all get their receipt."""
    people = [f"person{number}@{domain}" for domain in ("gmail.com", "whatdotheyknow.com") for number in range(30)]
    hall.arrives(*(mail(person, f"Matter of {person.replace('@', ' ')}", "Please help.") for person in people))
    neighbours = [f"person{number}@firm.example" for number in range(30)]
    words = [f"{chr(97 + number % 26) * 3}{'x' * (number // 26)}" for number in range(30)]
    hall.arrives(*(mail(one, f"Matter {word}", "Please help.") for one, word in zip(neighbours, words, strict=True)))
    hall.works()
    domains = [letter.recipient.partition("@")[2] for letter in hall.receipts()]
    assert domains.count("firm.example") == LIMITS.answers_per_domain_per_hour
    assert domains.count("gmail.com") + domains.count("whatdotheyknow.com") == 2 * LIMITS.answers_per_subject_per_hour


def test_an_hour_later_letters_go_again(hall: Hall) -> None:
    """The caps are of an hour; what they counted is forgotten after a day, so that the table does not grow."""
    hall.arrives(*(mail(f"a{number}@x{number}.example", "Lamp", "Broken.") for number in range(30)))
    hall.works()
    hall.later(HOUR + timedelta(seconds=1))
    hall.arrives(mail("late@y.example", "Lamp", "Broken too."))
    assert hall.works() == 1
    hall.later(timedelta(days=2))
    hall.arrives(mail("later@y.example", "Lamp", "Broken still."))
    hall.works()
    with hall.database.reading() as connection:
        assert len(connection.execute(select(answer.c.id)).all()) == 1


def test_the_breaker_stops_letters_and_never_intake_and_rings_once_an_hour(hall: Hall) -> None:
    """Both mailboxes together have sent what an hour allows: cases go on being opened, and the people on duty are told."""
    words = ["".join(chr(97 + int(digit)) * 2 for digit in str(number)) for number in range(1000, 1200)]
    for half, address in ((words[:100], FOI), (words[100:], ENQUIRIES)):
        hall.arrives(*(mail(f"a@{word}.example", f"{word} {word}", "Broken.", address) for word in half), at=address)
    hall.works()
    assert len(hall.receipts()) == LIMITS.answers_per_hour
    assert hall.cases() == len(words)
    with hall.database.reading() as connection:
        (rung,) = connection.execute(select(alarm.c.key)).scalars()
    assert rung == "breaker:2025-12-02T10"


def test_whoever_was_capped_gets_the_receipt_by_a_command_and_once(hall: Hall) -> None:
    """``case answer``: the letter goes, the case is off the list, and a second time is refused with a sentence."""
    hall.arrives(*(mail(f"a{number}@x{number}.example", "Lamp", "Broken.") for number in range(21)))
    hall.works()
    (line,) = silenced_cases(hall.database)
    commands = CaseCommands(
        store=hall.store, letters=hall.policies.letters, policies=hall.policies.mailboxes, clock=hall.clock, actor="ada"
    )
    commands.carry_out(line.reference, AnswerAfterAll())
    assert hall.works() == 1
    assert line.reference in str(hall.went[-1].parsed["Subject"])
    assert silenced_cases(hall.database) == ()
    with pytest.raises(PermanentError, match="has a receipt"):
        commands.carry_out(line.reference, AnswerAfterAll())


def test_a_robot_is_counted_on_over_the_borders_of_batches(hall: Hall) -> None:
    """Twenty-one at once or one by one: the twenty-first gets no letter, whatever was decided together."""
    for number in range(25):
        hall.arrives(mail(f"a{number}@x{number}.example", "Lamp", "Broken."))
        if number % 4 == 0:
            hall.works()
    hall.works()
    assert len(hall.receipts()) == LIMITS.answers_per_subject_per_hour


@pytest.mark.matrix
@pytest.mark.timeout(900)
def test_ten_thousand_messages_in_ten_minutes(hall: Hall) -> None:
    """A mail bomb from random senders: all are cases, letters stay under the cap of the hour, and intake never stops."""
    people = list[str]()
    for minute in range(10):
        batch = [f"p{minute}x{number}@d{minute}x{number}.example" for number in range(1000)]
        people += batch
        hall.arrives(*(mail(person, f"Bomb {person.translate(LETTERS)}", f"Boom {person}.") for person in batch))
        hall.works()
        hall.later(timedelta(minutes=1))
    assert len(hall.receipts()) <= LIMITS.answers_per_mailbox_per_hour
    assert everybody_has_a_case(hall, set(people))


LETTERS = str.maketrans("0123456789@.", "abcdefghijkl")
