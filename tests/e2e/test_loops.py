"""Loops on real servers, on the loopback address alone: letters stop at the cap, and every person has a case."""

import os
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.installation import ENQUIRIES, FOI, Install
from tests.e2e.messages import message
from tests.servers.dovecot import Dovecot
from tests.servers.letters import Accepted
from tests.servers.smtp import SmtpServer
from tests.servers.vacation import Vacation, available

pytestmark = pytest.mark.dovecot

AWAY = "bo@robots.example"
MOST = 200
"""So many letters are followed; a loop that goes on for longer has failed already."""
CAP = 6


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
