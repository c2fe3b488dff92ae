"""Loops on real servers, on the loopback address alone: letters stop at the cap, and every person has a case."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.installation import ENQUIRIES, FOI, MANAGER, Install, Installation, StoryClock
from tests.e2e.messages import EXIM, QMAIL, bounce, bounce_in_words, message, read_letter, reply
from tests.servers.dovecot import Dovecot
from tests.servers.letters import Accepted
from tests.servers.smtp import SmtpServer
from tests.servers.vacation import Vacation, available

pytestmark = pytest.mark.dovecot

AWAY = "bo@robots.example"
MOST = 200
"""So many letters are followed; a loop that goes on for longer has failed already."""
CAP = 6
WAVE = 60
THERE = "requests@quayside.example"
ADA = "ada@example.org"
CRLF = "\r\n"
_numbers = count(1)


@pytest.fixture
def robot_smtp() -> Iterator[SmtpServer]:
    """Where the absence robot hands in its answers."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def vacation(robot_smtp: SmtpServer) -> Iterator[Vacation]:
    """The absence robot of somebody who is away."""
    if reason := available():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with tempfile.TemporaryDirectory(prefix="away-") as folder:
        Path(folder).chmod(0o755)
        yield Vacation(Path(folder) / "robot", AWAY, robot_smtp.port, subject="Hello")


@pytest.fixture
def other(tmp_path: Path, dovecot: Dovecot, robot_smtp: SmtpServer) -> Iterator[Installation]:
    """Another body's mailbot: its mailbox is requests@quayside.example, its relay is the robot's."""
    folder = tmp_path / "other"
    folder.mkdir()
    made = Installation(
        folder,
        dovecot,
        robot_smtp,
        mailboxes={"requests": {"address": THERE, "manager": "manager@quayside.example", "imap": {"user": FOI}}},
        clock=StoryClock(),
        tables={"organisation": {"name": "Quayside Council", "reference_prefix": "QC"}},
    )
    yield made
    made.close()


def comes_to_rest(*installations: Installation) -> None:
    """Return once all that lies in their mailboxes has been decided about, and no letter is on its way.

    A letter is on its way until its relay has passed on what comes of it, so nothing can be between the two.
    """
    for _ in range(MOST):
        before = [_arrived(one) for one in installations]
        for one in installations:
            _works_off(one)
        if [_arrived(one) for one in installations] == before:
            return
    pytest.fail("letters go on and on")


def _works_off(mailbot: Installation) -> None:
    mailbot.wait_for_decisions(_arrived(mailbot))
    mailbot.wait_until(lambda: not mailbot.outbox("queued", "sending", "deferred"), "every letter to go")


def _customers_of(mailbot: Installation) -> list[str]:
    """Whom its relay took letters for, but for managers: what was not answered stands in their digest."""
    recipients = [recipient for letter in mailbot.smtp.accepted for recipient in letter.recipients]
    return [recipient for recipient in recipients if recipient != mailbot.config.mailbox[0].manager]


def _arrived(mailbot: Installation) -> int:
    return sum(len(mailbot.dovecot.folder_uids(str(box.imap.user))) for box in mailbot.config.mailbox)


def test_pigeonhole_does_not_answer_our_letter(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer, vacation: Vacation, robot_smtp: SmtpServer
) -> None:
    """The receipt says that it is automatic (RFC 3834), and a real vacation robot leaves it alone: one letter."""
    mailbot = install(dovecot, smtp_server)
    smtp_server.fail(
        at="DOT",
        how="accept_then_call",
        times=MOST,
        call=lambda letter: vacation.receives(letter.content, letter.reverse_path) if AWAY in letter.recipients else None,
    )
    mailbot.start()
    mailbot.deliver(message(sender=f"Bo <{AWAY}>", subject="Lamp"))
    mailbot.letters(1)
    mailbot.proves_alive(2)
    assert robot_smtp.accepted == []


def test_the_answer_of_pigeonhole_is_not_answered(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer, vacation: Vacation, robot_smtp: SmtpServer
) -> None:
    """A gateway on the way took our marks off, so the robot does answer: its answer joins the case, and no letter goes."""
    mailbot = install(dovecot, smtp_server)

    def on_the_way(letter: Accepted) -> None:
        if AWAY in letter.recipients:
            vacation.receives(_without_marks(letter.content), letter.reverse_path)
            for answer in robot_smtp.accepted:
                mailbot.deliver(b"Return-Path: <>\r\n" + answer.content)

    smtp_server.fail(at="DOT", how="accept_then_call", times=MOST, call=on_the_way)
    mailbot.start()
    mailbot.deliver(message(sender=f"Bo <{AWAY}>", subject="Lamp"))
    mailbot.letters(1)
    mailbot.proves_alive(2)
    assert len(robot_smtp.accepted) == 1
    (case, _) = mailbot.cases(2)
    assert [one.verdict for one in mailbot.case(case.reference).messages if one.direction == "in"] == ["human", "auto_reply"]


def _without_marks(content: bytes) -> bytes:
    """The letter as a gateway passes it on that takes off every field it does not know."""
    head, _, body = content.partition(b"\r\n\r\n")
    marks = (b"auto-submitted:", b"precedence:", b"x-auto-response-suppress:", b"list-", b"x-")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(marks)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _as_relayed(letter: Accepted) -> bytes:
    return f"Return-Path: <{letter.reverse_path}>\r\n".encode() + letter.content


def _as_hostile(letter: Accepted) -> bytes:
    """As a gateway passes it on that leaves no mark of ours, no id of ours, and no thread."""
    head, _, body = _without_marks(letter.content).partition(b"\r\n\r\n")
    head = re.sub(rb"(?im)^(message-id|in-reply-to|references):.*\r\n([ \t].*\r\n)*", b"", head + b"\r\n")
    own = f"Return-Path: <{letter.reverse_path}>\r\nMessage-ID: <{next(_numbers)}@gateway.example>\r\n"
    return own.encode() + head + b"\r\n" + body


def _as_shortened(letter: Accepted) -> bytes:
    """As a gateway passes it on that also takes off the last sentence, by which a letter says that it is automatic."""
    return re.sub(rb"This letter was sent automatically\.[^\r\n]*", b"", _as_hostile(letter))


def _as_rewritten(letter: Accepted) -> bytes:
    """As it comes through a gateway that leaves nothing but the two addresses."""
    (to,), word = letter.recipients, "wave" * next(_numbers)
    return message(f"Please mend the {word}.", sender=letter.reverse_path, to=to, subject=f"Broken {word}")


@pytest.mark.parametrize(
    ("passed_on", "letters", "cases"),
    [
        pytest.param(_as_relayed, 1, 1, id="a receipt is known by its marks"),
        pytest.param(_as_hostile, 1, 2, id="then by its last sentence"),
        pytest.param(_as_shortened, 2, 2, id="then by the reference that it quotes"),
        pytest.param(_as_rewritten, 5, 6, id="then the day's cap holds"),
    ],
)
def test_two_mailbots_soon_stop_writing_to_each_other(
    passed_on: Callable[[Accepted], bytes],
    letters: int,
    cases: int,
    install: Install,
    dovecot: Dovecot,
    smtp_server: SmtpServer,
    robot_smtp: SmtpServer,
    other: Installation,
) -> None:
    """Each body is the other's customer: each has its cases, and few letters go even if a gateway leaves no mark of ours."""
    here = install(dovecot, smtp_server)

    def on_the_way(letter: Accepted) -> None:
        if ENQUIRIES in letter.recipients:
            here.deliver(passed_on(letter))
        if THERE in letter.recipients:
            other.deliver(passed_on(letter), user=FOI)

    for relay in (smtp_server, robot_smtp):
        relay.fail(at="DOT", how="accept_then_call", times=MOST, call=on_the_way)
    here.start()
    other.start()
    here.deliver(message("The lamp on your quay is broken.", sender=THERE, subject="Lamp"))
    other.deliver(message("The bin on your quay is full.", sender=ENQUIRIES, to=THERE, subject="Bin"), user=FOI)
    comes_to_rest(here, other)
    assert _customers_of(here) == [THERE] * letters
    assert _customers_of(other) == [ENQUIRIES] * letters
    assert [(case.customer, case.status) for case in here.cases(cases)] == [(THERE, "open")] * cases
    assert [(case.customer, case.status) for case in other.cases(cases)] == [(ENQUIRIES, "open")] * cases


@pytest.mark.parametrize(
    "bounced",
    [
        lambda letter: bounce(read_letter(letter.content), to=letter.reverse_path),
        lambda letter: bounce_in_words(QMAIL, letter.content, letter.recipients[0], letter.reverse_path),
        lambda letter: bounce_in_words(EXIM, letter.content, letter.recipients[0], letter.reverse_path),
    ],
    ids=["report", "qmail", "exim"],
)
def test_a_relay_that_bounces_every_letter_gets_no_answer(
    bounced: Callable[[Accepted], bytes], install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """The receipt bounces, so does what tells the manager, and the digest: nobody is left to write to, its clock runs."""
    mailbot = install(dovecot, smtp_server)

    def relay(letter: Accepted) -> None:
        if letter.reverse_path:  # RFC 5321 section 4.5.5: what has none never bounces
            mailbot.deliver(bounced(letter))

    smtp_server.fail(at="DOT", how="accept_then_call", times=MOST, call=relay)
    mailbot.start()
    mailbot.deliver(message("The lamp is broken.", sender=f"Ada <{ADA}>", subject="Lamp"))
    comes_to_rest(mailbot)
    assert mailbot.told() == [ADA, MANAGER]
    assert {letter.state for letter in mailbot.outbox()} == {"bounced"}
    (case,) = mailbot.cases(1)
    assert case.status == "open"
    assert [clock.name for clock in mailbot.case(case.reference).clocks if clock.stopped_at is not None] == []


@pytest.mark.parametrize("writers", [120, pytest.param(500, marks=[pytest.mark.matrix, pytest.mark.timeout(600)])])
def test_a_storm_of_replies_to_all_ends_at_the_cap(
    writers: int, install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """Five hundred people in Cc answer all, and answer our receipts to all: nobody is lost, nobody is told twice."""
    mailbot = install(dovecot, smtp_server)
    mailbot.start()
    people = [f"person{number}@staff{number % 7}.example" for number in range(500)]
    everybody = f"Cc: {f',{CRLF} '.join(people)}{CRLF}".encode()
    first = message("Who comes to the party?", sender=ADA, subject="Summer party")
    mailbot.deliver(everybody + first)
    for start in range(0, writers, WAVE):
        for person in people[start : min(start + WAVE, writers)]:
            mailbot.deliver(everybody + reply(read_letter(first), f"Take {person} off this list.", sender=person))
        comes_to_rest(mailbot)
    for letter in [read_letter(one.content) for one in smtp_server.accepted if MANAGER not in one.recipients]:
        mailbot.deliver(everybody + reply(letter, "Please stop.", sender=str(letter["To"])))
    comes_to_rest(mailbot)
    customers = _customers_of(mailbot)
    assert len(customers) == len(set(customers)) == mailbot.config.limits.answers_per_subject_per_hour
    assert {ADA, *people[:writers]} == _have_a_running_case(mailbot)


def _have_a_running_case(mailbot: Installation) -> set[str]:
    """Whoever wrote something that lies in a case with a clock that runs."""
    query = """SELECT sender FROM message m JOIN clock k ON k."case" = m."case" WHERE stopped_at IS NULL AND direction = 'in'"""
    return {sender for (sender,) in mailbot.rows(query)}


@pytest.mark.matrix
def test_a_robot_without_a_header_that_changes_everything_runs_dry(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """A new address and a new number in the subject for each letter of ours: the letters stop at the cap."""
    mailbot = install(dovecot, smtp_server, tables={"limits": {"answers_per_subject_per_hour": CAP}})
    numbers = count(1)

    def robot(letter: Accepted) -> None:
        if letter.recipients[0].endswith("robots.example"):
            number = next(numbers)
            sender = f"crm-{number}@robots.example"
            mailbot.deliver(message(f"Number {number}.", sender=sender, subject=f"Your case {number} was filed"))

    smtp_server.fail(at="DOT", how="accept_then_call", times=MOST, call=robot)
    mailbot.start()
    mailbot.deliver(message("Number 0.", sender="crm-0@robots.example", subject="Your case 0 was filed"))
    mailbot.letters(CAP)
    mailbot.cases(CAP + 1)
    mailbot.proves_alive(CAP + 1)


@pytest.mark.matrix
def test_two_watched_mailboxes_do_not_write_to_each_other(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
    """What the relay takes for one of them is delivered there: a message between them opens a case and gets no letter."""
    mailbot = install(dovecot, smtp_server, mailboxes=("enquiries", "foi"))

    def relay(letter: Accepted) -> None:
        for recipient in {ENQUIRIES, FOI} & set(letter.recipients):
            mailbot.deliver(letter.content, user=recipient)

    smtp_server.fail(at="DOT", how="accept_then_call", times=MOST, call=relay)
    mailbot.start()
    mailbot.deliver(message("Please answer this.", sender=FOI, subject="Passed on"), user=ENQUIRIES)
    mailbot.deliver(message("Please answer that.", sender=ENQUIRIES, to=FOI, subject="Passed back"), user=FOI)
    mailbot.cases(2)
    mailbot.proves_alive(1)
