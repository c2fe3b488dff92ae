"""The process that reads messages: it reads alike, it goes ahead, it may die, and it never stays behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from socket import socket
from threading import Thread

import pytest

from mailbot.adapters.reading_process import ReadingProcess
from mailbot.app import load_reading
from mailbot.errors import PermanentError, TransientError
from mailbot.one_core import on_one_core
from mailbot.ports import ReadMessage
from mailbot.reading import spacy_reader
from mailbot.runner import attempt
from tests.invented import RULES, shipped_screening
from tests.servers.processes import children, is_running
from tests.servers.readers import FAIL, HANG, KILL, Obedient, impossible

PATIENCE = 20.0
GONE_WITHIN = 2.0
MAIL = (
    b"From: ada@example.org\r\nSubject: Claim\r\n\r\nI want compensation. My street light is out.\r\n",
    b"From: bo@example.org\r\nContent-Type: application/pdf; name=plan.pdf\r\n\r\n%PDF\r\n",
    (
        b"From: cy@example.org\r\nSubject: Ailgylchu\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        b"Helo, hoffwn wybod pryd bydd y ganolfan ailgylchu ar agor dros y penwythnos. Diolch yn fawr iawn am eich help.\r\n"
    ),
    b"\xff\x00",
    b"",
)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def reader(journal: Path) -> Iterator[ReadingProcess]:
    """A process that reads obediently."""
    with closing(ReadingProcess(partial(Obedient, journal), attempt)) as made:
        yield made


def digests(read: Sequence[ReadMessage]) -> list[str]:
    return [one.message.digest for one in read]


def wait_until(fact: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return once it holds; fail when it does not come to hold."""
    until = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < until
        time.sleep(0.02)


def process_id() -> int:
    """The one process that this one has to read for it."""
    (child,) = (process for process in active_children() if process.name == "reader")
    assert child.pid is not None
    return child.pid


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="it takes a system that tells where to run"
)
def test_a_process_that_is_begun_by_a_daemon_on_one_core_uses_the_others(journal: Path) -> None:
    """It may have to be started anew in the midst of a backlog, and then reads beside the daemon and not in its place."""
    free, found = os.sched_getaffinity(0), list[set[int]]()

    def deciding() -> None:
        with on_one_core(), closing(ReadingProcess(partial(Obedient, journal), attempt)) as made:
            made.read(MAIL[:1])
            found.extend(map(os.sched_getaffinity, (0, process_id())))

    thread = Thread(target=deciding)
    thread.start()
    thread.join(PATIENCE)
    (daemon, reading) = found
    assert (len(daemon), reading) == (1, free)


def test_a_message_reads_alike_in_either_process() -> None:
    """Addresses, text, attachments, phrases, defects and what speaks for a robot are the same, whoever reads."""
    rules = load_reading(RULES, shipped_screening().scoring)
    with closing(ReadingProcess(partial(spacy_reader, rules), attempt)) as there:
        read = there.read(MAIL)
    assert read == spacy_reader(rules).read(MAIL)
    assert read[0].hits
    assert any(one.weak for one in read)
    assert read[1].message.attachments
    assert any(hit.language == "cy" for hit in read[2].hits), "the language is found, and comes along"
    assert any(hit.asks is not None for hit in read[0].hits), "what it asks for besides comes along, too"


def test_the_next_messages_are_read_while_the_first_are_worked_on(reader: ReadingProcess, journal: Path) -> None:
    """What will be asked for soon is read meanwhile, once, and is found again whatever it is asked for with."""
    assert digests(reader.read([b"a", b"b"], [b"c", b"d"])) == ["a", "b"]
    wait_until(lambda: journal.read_bytes() == b"a\nb\nc\nd\n")
    assert digests(reader.read([b"e", b"d", b"c"])) == ["e", "d", "c"]
    assert journal.read_bytes() == b"a\nb\nc\nd\ne\n"


def test_large_batches_pass_both_ways(reader: ReadingProcess) -> None:
    """Sixteen megabytes and more on the way in, while as much is on its way out: nobody waits for the other for ever."""
    first, second = [b"x" * 20_000_000], [b"y" * 20_000_000]
    assert digests(reader.read(first, second)) == ["x" * 20_000_000]
    assert digests(reader.read(second, first)) == ["y" * 20_000_000]


def test_a_process_that_was_killed_is_started_anew(reader: ReadingProcess) -> None:
    """Killed while it reads, it fails that reading as something that may pass; killed while it rests, nothing fails."""
    reader.read([b"a"], [HANG])
    os.kill(process_id(), signal.SIGKILL)
    with pytest.raises(TransientError, match="is started anew"):
        reader.read([b"b"])
    assert digests(reader.read([b"b"])) == ["b"]
    os.kill(process_id(), signal.SIGKILL)
    wait_until(lambda: not active_children())
    assert digests(reader.read([b"c"])) == ["c"]


def test_a_message_that_takes_too_long_counts_as_the_end_of_the_process(journal: Path) -> None:
    """After the time limit the process is killed, and a new one reads the others."""
    with closing(ReadingProcess(partial(Obedient, journal), attempt, seconds=3)) as reader:
        with pytest.raises(TransientError, match="is started anew"):
            reader.read([b"a", HANG])
        assert digests(reader.read([b"a", b"b"])) == ["a", "b"]


def test_a_message_that_kills_is_refused_after_the_second_time_alone(reader: ReadingProcess, journal: Path) -> None:
    """First the batch may pass, then each message is read alone; the one that kills twice is refused, the others are not."""
    batch = [b"a", KILL, b"b"]
    for _ in range(3):
        with pytest.raises(TransientError):
            reader.read(batch)
    with pytest.raises(PermanentError, match="ended each time it read this one"):
        reader.read(batch)
    assert digests(reader.read([b"a"])) == ["a"]
    with pytest.raises(PermanentError, match="ended each time it read this one"):
        reader.read([KILL])
    assert digests(reader.read([b"b"])) == ["b"]
    assert journal.read_bytes().split().count(KILL) == 3


def test_a_refused_message_that_is_put_back_is_tried_again(reader: ReadingProcess, journal: Path) -> None:
    """Refused once, it is no longer remembered: a person may have seen to it that it can be read."""
    for _ in range(2):
        with pytest.raises(TransientError):
            reader.read([KILL])
    with pytest.raises(PermanentError):
        reader.read([KILL])
    with pytest.raises(TransientError):
        reader.read([KILL])
    assert journal.read_bytes().split().count(KILL) == 3


def test_a_process_that_cannot_begin_blames_no_message() -> None:
    """Whatever keeps it from its work may pass; no message is refused for it, however often it is tried."""
    with closing(ReadingProcess(impossible, attempt)) as reader:
        for _ in range(4):
            with pytest.raises(TransientError, match=r"cannot begin: ValueError at readers\.py:\d+$"):
                reader.read([b"a"])


def test_an_error_while_reading_is_named_without_its_words(reader: ReadingProcess) -> None:
    """The place in the program is told, nothing that could quote a customer; the process goes on."""
    with pytest.raises(PermanentError, match=r"^ValueError at readers\.py:\d+$"):
        reader.read([FAIL])
    child = process_id()
    assert digests(reader.read([b"a"])) == ["a"]
    assert process_id() == child


def test_signals_to_the_whole_group_do_not_end_it(reader: ReadingProcess) -> None:
    """Ctrl-C and a service manager's SIGTERM are for the daemon, which ends its process itself when its work is done."""
    reader.read([b"a"])
    child = process_id()
    for word in (signal.SIGINT, signal.SIGTERM):
        os.kill(child, word)
    assert digests(reader.read([b"b"])) == ["b"]
    assert process_id() == child


def test_it_has_no_file_of_its_parent_open(reader: ReadingProcess, tmp_path: Path) -> None:
    """No database and no connection: whatever happens to it, they are out of its reach."""
    with (tmp_path / "database").open("w") as database, socket() as connection:
        os.set_inheritable(database.fileno(), True)
        os.set_inheritable(connection.fileno(), True)
        reader.read([b"a"], [KILL])
        with pytest.raises(TransientError):
            reader.read([b"a"])
        reader.read([b"a"])  # by a process that was started while both were open
        held = [str(handle.readlink()) for handle in Path(f"/proc/{process_id()}/fd").iterdir()]
    assert str(tmp_path / "database") not in held
    assert len([name for name in held if name.startswith("socket:")]) == 1  # its one way to the parent


APART = """
import sys
from functools import partial
from pathlib import Path
from mailbot.adapters.reading_process import ReadingProcess
from mailbot.app import load_reading
from mailbot.reading import spacy_reader
from mailbot.runner import attempt

if __name__ == "__main__":
    reader = ReadingProcess(partial(spacy_reader, load_reading(Path(sys.argv[1]))), attempt)
    assert reader.read([b"Subject: I want compensation"])[0].hits
    print(sorted({"spacy", "numpy", "mailparser"} & set(sys.modules)))
"""


def test_only_it_loads_what_reading_needs(tmp_path: Path) -> None:
    """Neither spaCy nor the parser's library comes into the daemon, and a daemon that just ends does not wait for it."""
    script = tmp_path / "apart.py"
    script.write_text(APART)
    said = subprocess.run([sys.executable, str(script), str(RULES)], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


LEAN = """
import sys
from mailbot.adapters.spacy_model.lean import load_spacy

spacy = load_spacy()
assert load_spacy() is spacy
print(sorted(name for name in sys.modules if name.startswith("spacy.cli") or name in {"typer", "weasel", "requests"}))
import spacy.cli
print(callable(spacy.cli.info))
"""


def test_spacy_comes_without_its_command_line(tmp_path: Path) -> None:
    """The process that reads does not hold spaCy's own commands in memory; whoever asks for them still gets them."""
    script = tmp_path / "lean.py"
    script.write_text(LEAN)
    said = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\nTrue\n"


PARENT = """
import signal
import sys
from functools import partial
from pathlib import Path
from mailbot.adapters.reading_process import ReadingProcess
from mailbot.runner import attempt
from tests.servers.readers import HANG, Obedient

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests in the background ignores it
    reader = ReadingProcess(partial(Obedient, Path(sys.argv[1])), attempt)
    reader.read([b"a"])
    print("ready", flush=True)
    reader.read([HANG])
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_parent_in_the_middle_of_a_message(tmp_path: Path, how: signal.Signals) -> None:
    """However the parent ends, two seconds later none of its processes is left."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    command = [sys.executable, str(script), str(tmp_path / "journal")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        wait_until(lambda: HANG in (tmp_path / "journal").read_bytes())
        started = children(parent.pid)
        assert started
        parent.send_signal(how)
        parent.wait(PATIENCE)
    wait_until(lambda: not any(map(is_running, started)), GONE_WITHIN)
