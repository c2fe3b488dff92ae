"""The traps into which other systems of this kind have fallen, one test each. Most are told at length elsewhere."""

import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.config import Server, Tls
from mailbot.core.clock import compute
from mailbot.core.reference import period_of
from tests.e2e.command_line import run_cli
from tests.e2e.installation import ENQUIRIES, FOI, Install, Installation
from tests.e2e.kill_scene import Scene, users
from tests.e2e.messages import ACT, BEN, BIN, LIBRARY, about, bounce, message, nested
from tests.invented import rule, shipped_calendar
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot


@pytest.fixture
def mailbot(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> Installation:
    """One watched mailbox, live and running."""
    made = install(dovecot, smtp_server)
    made.start()
    return made


def test_trap_01_auto_submitted_no_is_a_persons_mail(mailbot: Installation) -> None:
    """``Auto-Submitted: no``, with whatever comments and parameters, is answered like any other message."""
    for number, value in enumerate(("no", "No", "no (by hand)", '(comment) no; owner-email="x@example.org"')):
        mailbot.deliver(message(LIBRARY, sender=f"c{number}@example.org", headers={"Auto-Submitted": value}))
    mailbot.letters(4)


def test_trap_02_a_message_without_an_id_comes_in_once(mailbot: Installation) -> None:
    """A message without Message-ID is a case, and the same bytes a second time are no second case."""
    nameless = b"".join(line for line in message(BIN).splitlines(keepends=True) if not line.startswith(b"Message-ID"))
    for _ in range(2):
        mailbot.deliver(nameless)
    mailbot.wait_for_decisions(2)
    mailbot.cases(1)
    mailbot.proves_alive(letters=2)


def test_trap_03_the_same_id_with_other_bytes_is_not_dropped(mailbot: Installation) -> None:
    """Somebody sends an id first that another message has: the other one is not lost, and the oddity is shown."""
    mailbot.deliver(message(LIBRARY, message_id="<taken@example.org>"))
    mailbot.letters(1)
    mailbot.deliver(message(BIN, sender=BEN, subject="Bin", message_id="<taken@example.org>"))
    mailbot.wait_for_decisions(2)
    mailbot.cases(2)
    assert [line.rule for line in mailbot.held(1)] == ["message-id-used-before"]


def test_trap_04_one_message_to_two_mailboxes_is_one_case(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
    """Both mailboxes have it, there is one case with one receipt, its history names the other, whose manager is told."""
    mailbot = install(
        dovecot, smtp_server, mailboxes={name: {"manager": f"{name}-manager@harbour.example"} for name in ("enquiries", "foi")}
    )
    mailbot.start()
    both = message(BIN, to=f"{ENQUIRIES}, {FOI}")
    mailbot.deliver(both, ENQUIRIES)
    mailbot.deliver(both, FOI)
    mailbot.wait_for_decisions(2)
    (case,) = mailbot.cases(1)
    also = [event.detail for event in mailbot.wait_for_event(case.reference, "also-arrived").events]
    assert any("foi" in detail or "enquiries" in detail for detail in also)
    (told,) = mailbot.wait_until(lambda: [one for one in mailbot.outbox() if "manager" in one.recipient], "word to the other")
    assert told.letter == "also-arrived"
    assert [to for letter in smtp_server.accepted for to in letter.recipients].count("ada.finch@example.org") <= 1


def test_trap_05_a_crash_around_the_commit_loses_and_doubles_nothing(start_dovecot: StartDovecot, tmp_path: Path) -> None:
    """Killed before the commit nothing is lost, killed after it and before the server is told nothing comes in twice."""
    with closing(Scene("trap", tmp_path, start_dovecot(users(["trap"])), "none")) as scene:
        for place in ("store.before", "store.after"):
            scene.run_until_killed(place, 1)
        state = scene.run_until_quiet()
    assert len(state.cases) == 4
    assert len(state.accepted) == len(scene.smtp.accepted)


def test_trap_06_ten_days_of_outage_come_in_oldest_first(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
    """Everything is a case from the day it came; what is older than three days gets a person, not a flood of receipts."""
    mailbot = install(dovecot, smtp_server)
    mailbot.start()
    mailbot.stop()
    for day in range(10):
        mailbot.clock.move(days=1)
        mailbot.deliver(message(BIN, sender=f"c{day}@example.org", subject=f"Day {day}"))
    mailbot.start()
    cases = mailbot.cases(10)
    assert [case.opened_at for case in cases] == sorted(case.opened_at for case in cases)
    mailbot.wait_for_decisions(10)
    mailbot.wait_until(lambda: not mailbot.outbox("queued", "sending"), "letters that may go now")
    receipts = [letter for letter in mailbot.outbox() if letter.letter.startswith("receipt")]
    assert {letter.recipient for letter in receipts} <= {f"c{day}@example.org" for day in (6, 7, 8, 9)}
    assert receipts


def test_trap_07_what_a_person_read_first_comes_in_all_the_same(mailbot: Installation) -> None:
    """A message that somebody opened in Outlook before mailbot saw it is a case like any other."""
    mailbot.dovecot.append(ENQUIRIES, message(BIN), received_at=mailbot.clock.now(), flags=["\\Seen"])
    mailbot.letters(1)
    mailbot.cases(1)


def test_trap_08_renumbering_moving_and_expunging_answer_nobody_twice(mailbot: Installation) -> None:
    """The folder gets a new UIDVALIDITY, a message is moved away and one is expunged: nothing comes in a second time."""
    for number in (1, 2, 3):
        mailbot.deliver(message(BIN, sender=f"c{number}@example.org"))
    mailbot.letters(3)
    with mailbot.dovecot.client(ENQUIRIES) as person:
        person.select_folder("INBOX")
        first, second, _ = sorted(person.search())
        person.copy([first], "Sent")
        person.delete_messages([first, second])
        person.expunge()
    mailbot.dovecot.new_uidvalidity(ENQUIRIES)
    mailbot.proves_alive(letters=4)
    mailbot.cases(4)


def test_trap_09_one_message_that_cannot_be_read_stops_nobody(mailbot: Installation) -> None:
    """The one is held with its reason and shown, the others are answered."""
    for number in range(8):
        mailbot.deliver(nested(60) if number == 3 else message(BIN, sender=f"c{number}@example.org"))
    mailbot.letters(7)
    (held,) = mailbot.held(1)
    assert (held.what, held.rule) == ("message", "unreadable")
    assert "1 held" in mailbot.cli("status").stdout


def test_trap_10_the_words_survive_a_wrong_charset(mailbot: Installation) -> None:
    """Text whose charset is 8-bit, wrong, unknown or missing is read as far as can be, and its bytes are kept as they came."""
    written = {
        "iso-8859-1": "Our bin was not emptied – “Größe 9”".encode("cp1252"),
        "us-ascii": "Our bin was not emptied: Größe 9".encode("latin-1"),
        "x-unknown": "Our bin was not emptied: Größe 9".encode(),
        "": "Our bin was not emptied: Größe 9".encode("latin-1"),
    }
    for number, (charset, words) in enumerate(written.items()):
        type_ = f"Content-Type: text/plain; charset={charset}\r\n" if charset else ""
        head = f"From: c{number}@example.org\r\nTo: {ENQUIRIES}\r\nSubject: Bin\r\nMIME-Version: 1.0\r\n{type_}"
        mailbot.deliver(f"{head}Content-Transfer-Encoding: 8bit\r\n\r\n".encode() + words + b"\r\n")
    mailbot.letters(4)
    texts = [text for (text,) in mailbot.rows("SELECT text FROM message ORDER BY id")]
    kept = [zlib.decompress(content) for (content,) in mailbot.rows("SELECT content FROM raw")]
    assert all("Our bin was not emptied" in text and "Größe 9" in text for text in texts), texts
    assert all(any(words in content for content in kept) for words in written.values())


def test_trap_11_a_robot_with_a_new_address_each_time_is_stopped(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """No header gives it away, and neither address nor domain comes twice: the shape of its subjects ends the receipts."""
    mailbot = install(dovecot, smtp_server, tables={"limits": {"answers_per_subject_per_hour": 4}})
    mailbot.start()
    for number in range(12):
        robot = f"desk{number}@host{number}.example"
        mailbot.deliver(message("Thank you for your message.", sender=robot, subject=f"Ticket {81_000 + number} received"))
    mailbot.wait_for_decisions(12)
    mailbot.cases(12)
    mailbot.wait_until(lambda: not mailbot.outbox("queued", "sending"), "letters that may go")
    assert len(mailbot.told()) == 4
    mailbot.proves_alive(letters=5)


@pytest.mark.parametrize(
    ("told", "returns", "state", "dead"),
    [
        ({"status": "5.1.1"}, False, "bounced", 1),
        ({"status": "5.2.2"}, True, "bounced", 0),
        ({"status": "5.1.1", "address": "somebody@else.example"}, True, "sent", 0),
    ],
    ids=["nothing-returned", "mailbox-full", "another-recipient"],
)
def test_trap_12_a_report_is_about_one_letter_and_one_recipient(
    install: Install,
    dovecot: Dovecot,
    smtp_server: SmtpServer,
    told: dict[str, str],
    returns: bool,
    state: str,
    dead: int,
) -> None:
    """A report that returns nothing is tied by its address; another's failure is not ours; a full mailbox is not dead."""
    mailbot = install(dovecot, smtp_server, reverse_path="tagged")
    mailbot.start()
    mailbot.deliver(message(BIN))
    (letter,) = mailbot.letters(1)
    said = [about(letter, **told)]
    if "address" in told:
        said.append(about(letter, action="delivered", status="2.0.0"))
    to_customer = next(one for one in smtp_server.accepted if one.recipients == (letter["To"],))
    mailbot.deliver(bounce(letter, to=to_customer.reverse_path, told=said, returns=returns))
    mailbot.wait_for_decisions(2)
    assert mailbot.outbox()[0].state == state
    assert len(mailbot.queries.unreachable()) == dead


def test_trap_13_no_answer_after_the_dot_is_doubt_and_not_a_second_letter(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """The relay took the letter and did not say so: it is in doubt, shown as such, and does not go again blindly."""
    mailbot = install(dovecot, smtp_server, sent_copy="server", folders={"sent": "Sent"})
    mailbot.start()
    smtp_server.fail(at="DOT", how="accept_then_drop")
    mailbot.deliver(message(BIN))
    mailbot.wait_until(lambda: mailbot.outbox("in_doubt"), "a letter in doubt")
    mailbot.restart()
    mailbot.proves_alive(letters=2)
    assert [letter.state for letter in mailbot.outbox()] == ["in_doubt", "sent"]
    assert "in_doubt" in mailbot.cli("outbox", "list", "--state", "in_doubt").stdout


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (
            "2026-11-28 11:00",
            "Wednesday 30 December 2026",
        ),  # a Saturday; then St Andrew's Day and Christmas
        ("2025-12-24 15:00", "Tuesday 27 January 2026"),  # Christmas Eve; 2 January is a holiday in Scotland
        ("2026-12-01 23:59", "Thursday 31 December 2026"),
        ("2026-10-25 01:30", "Friday 20 November 2026"),  # within the hour that comes twice
        ("2026-07-10 09:00", "Tuesday 11 August 2026"),  # 13 July is a holiday in Northern Ireland, 3 August in Scotland
    ],
)
def test_trap_14_odd_moments_of_receipt_count_as_the_act_says(received: str, due: str) -> None:
    """Twenty working days: from a closed day, the last minute, a clock change; holidays anywhere in the kingdom left out."""
    said = run_cli("clock", "due", "--pack", "generic", "--class", "foi_request", "--received", received)
    assert f"Freedom of Information request): due {due}" in said.stdout, said.stdout + said.stderr


def test_trap_15_a_strangers_reference_opens_no_door(mailbot: Installation) -> None:
    """Whoever writes another's case number is not in that case, and the attempt is shown to staff."""
    mailbot.deliver(message(BIN, subject="Bin"))
    mailbot.letters(1)
    (hers,) = mailbot.cases(1)
    mailbot.deliver(message(ACT, sender=BEN, subject=f"About {hers.reference}"))
    mailbot.wait_for_decisions(2)
    assert [line.sender for line in mailbot.case(hers.reference).messages] == ["ada.finch@example.org"]
    shown = mailbot.rows("SELECT rule FROM event UNION SELECT rule FROM hold")
    assert any("stranger" in name for (name,) in shown)


@given(received=st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1)), offset=st.integers(0, 60))
def test_trap_16_a_holiday_more_never_makes_a_date_earlier(received: datetime, offset: int) -> None:
    """Whatever day becomes a holiday, no date comes earlier by it."""
    plain, at = shipped_calendar("england-and-wales"), received.replace(tzinfo=UTC)
    declared = replace(next(iter(plain.closed.values())), date=received.date() + timedelta(days=offset))
    more = replace(plain, closed={**plain.closed, declared.date: declared})
    assert compute(rule(), more, at).due_at >= compute(rule(), plain, at).due_at


def test_trap_17_a_month_is_a_local_month_to_its_last_minute() -> None:
    """October and March are whole in local time although the clock changes in them: every half hour lies in its own month."""
    calendar = shipped_calendar("england-and-wales")

    def hours(year: int, month: int) -> float:
        """How long the month is, by the month in which each half hour of a year is counted."""
        start = datetime(year, 1, 1, tzinfo=UTC)
        moments: Iterator[datetime] = (start + timedelta(minutes=30 * n) for n in range(366 * 48))
        counted = period_of(date(year, month, 1))
        return sum(period_of(calendar.local_date(moment)) == counted for moment in moments) / 2

    assert hours(2026, 10) == 31 * 24 + 1
    assert hours(2026, 3) == 31 * 24 - 1
    assert period_of(calendar.local_date(datetime(2026, 6, 30, 23, 30, tzinfo=UTC))) == period_of(date(2026, 7, 1))


def test_trap_18_no_certificate_no_conversation(install: Install, dovecot: Dovecot, smtp_server: SmtpServer) -> None:
    """Unless the configuration says ``none``, TLS is on and checked; a server that cannot prove itself is told nothing."""
    foreign = {"port": dovecot.port, "tls": "starttls"}  # its certificate is not among those that the machine trusts
    mailbot = install(dovecot, smtp_server, imap=foreign, smtp={"tls": "starttls"})
    mailbot.start()
    assert "certificate is not trusted" in str(mailbot.mailboxes()["enquiries"].last_error)
    assert "Login: user=" not in (dovecot.root / "dovecot.log").read_text()
    assert Server(host="imap.example.org", port=993).tls is Tls.IMPLICIT
