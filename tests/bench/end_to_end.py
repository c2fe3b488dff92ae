"""The whole way: a daemon in a process of its own, from unseen messages to recorded cases and accepted letters."""

import subprocess
import sys
import time

from sqlalchemy import text

from mailbot.adapters.store import Database
from mailbot.reading import whole_judge
from tests.bench.installation import Installation
from tests.bench.measured import END_TO_END, ONE_PROCESS, Measured
from tests.bench.processes import family, high_water

LOOK_EVERY_SECONDS = 0.1
LEAST_RATE = 2  # messages a second: whatever is slower hangs
START_LIMIT = 20

# Done is what is committed: every place decided about, a case for every message, a letter that the relay accepted.
WAITING = (
    "SELECT 1 FROM location WHERE state = 'stored' LIMIT 1",
    "SELECT 1 FROM outbox WHERE state IN ('queued', 'deferred') LIMIT 1",
)
DONE = """SELECT (SELECT count(*) FROM location WHERE state = 'recorded'),
    (SELECT count(*) FROM "case"), (SELECT count(*) FROM outbox WHERE state = 'sent')"""


def measure_end_to_end(installation: Installation, messages: int, database: str, *, child: bool) -> Measured:
    """Start the daemon on ``messages`` unseen messages, with or without a process of its own to read them.

    Its classifier is trained before, as after the first start ever. Raises RuntimeError when it ends or does not get done.
    """
    whole_judge(installation.policies.reading, print)
    command = [sys.executable, "-m", "tests.bench.daemon", str(installation.config_path), str(child).lower()]
    log = installation.config_path.with_name("daemon.log")
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True) as daemon,
    ):
        try:
            assert daemon.stdin is not None
            assert daemon.stdout is not None
            if daemon.stdout.readline() != "ready\n":
                raise RuntimeError(f"the daemon did not start:\n{log.read_text()}")
            begun, cpu_begun = time.perf_counter(), family(daemon.pid).cpu_seconds
            print(file=daemon.stdin, flush=True)
            until = begun + START_LIMIT + messages / LEAST_RATE
            try:
                peak = _until_done(daemon, installation.database, messages, until)
            except RuntimeError as error:
                raise RuntimeError(f"{error}; its log ends:\n{log.read_text()[-2000:]}") from None
            seconds = time.perf_counter() - begun
            cpu_seconds = family(daemon.pid).cpu_seconds - cpu_begun
            peak = max(peak, high_water(daemon.pid))
            daemon.terminate()
            daemon.wait(START_LIMIT)
        finally:
            daemon.kill()
    return Measured(
        what=END_TO_END if child else ONE_PROCESS,
        messages=messages,
        seconds=(seconds,),
        cpu_seconds=(cpu_seconds,),
        database=database,
        peak_rss_mb=peak / 2**20,
    )


def _until_done(daemon: "subprocess.Popen[str]", database: Database, messages: int, until: float) -> int:
    """Wait until everything is done; returns the most memory that was seen in use, in bytes."""
    peak = 0
    while not _is_done(database, messages):
        if daemon.poll() is not None or time.perf_counter() > until:
            raise RuntimeError(f"the daemon did not get done: {_figures(database)} of {messages}")
        peak = max(peak, family(daemon.pid).resident)
        time.sleep(LOOK_EVERY_SECONDS)
    return max(peak, family(daemon.pid).resident)


def _is_done(database: Database, messages: int) -> bool:
    """Cheap while there is plenty left to do: the indexes of what waits answer."""
    with database.reading() as connection:
        if any(connection.execute(text(query)).first() for query in WAITING):
            return False
    return _figures(database) == (messages, messages, messages)


def _figures(database: Database) -> tuple[int, int, int]:
    """Places decided about, cases, letters that went."""
    with database.reading() as connection:
        places, cases, letters = connection.execute(text(DONE)).one()
    return int(places), int(cases), int(letters)
