"""Killed anywhere at all and started again, the daemon reaches the state it would have reached undisturbed.

``MAILBOT_KILL_STRIDE`` (1) takes every n-th place only, ``MAILBOT_KILL_FIRST`` (1) says where to begin, and
``MAILBOT_KILL_SCENES`` (4) how many scenes run at once.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mailbot.adapters.store import open_database
from tests.e2e.end_state import EndState
from tests.e2e.kill_scene import AFTER_INTAKE, Scene, users
from tests.e2e.killed_daemon import ANYWHERE
from tests.e2e.kills import Outcome, Summary, outcome
from tests.servers.dovecot import Dovecot, StartDovecot
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.matrix, pytest.mark.dovecot, pytest.mark.timeout(4 * 60 * 60)]

STRIDE, FIRST, SCENES = (
    int(os.environ.get(f"MAILBOT_KILL_{name}", plain)) for name, plain in [("STRIDE", 1), ("FIRST", 1), ("SCENES", 4)]
)
UNDISTURBED = "undisturbed"


class Stage:
    """Where the scenes of one database and one way of filing copies are played."""

    def __init__(self, sent_copy: str, folder: Path, start_dovecot: StartDovecot, postgres: Postgres | None) -> None:
        self._sent_copy = sent_copy
        self._folder = folder
        self._start_dovecot = start_dovecot
        self._postgres = postgres
        self._new = postgres.database() if postgres else ""
        if postgres:  # migrated once, copied for each scene
            open_database(self._new).close()

    def undisturbed(self) -> tuple[EndState, int]:
        """The end state by which the kills are measured, and how many places were reached until then."""
        with self._scene(UNDISTURBED, self._start_dovecot(users([UNDISTURBED]))) as scene:
            return scene.run_until_quiet(), len(scene.places)

    def kills(self, undisturbed: EndState, places: list[int]) -> list[Future[Outcome]]:
        """Kill a daemon at each of these places, several at once; a scene that breaks leaves the others alone."""
        dovecot = self._start_dovecot(users([f"kill-{place}" for place in places]))

        def killed(place: int) -> Outcome:
            with self._scene(f"kill-{place}", dovecot) as scene:
                scene.run_until_killed(ANYWHERE, place)
                return outcome((str(place), scene.places[-1]), scene, undisturbed)

        with ThreadPoolExecutor(SCENES) as scenes:
            return [scenes.submit(killed, place) for place in places]

    @contextmanager
    def _scene(self, name: str, dovecot: Dovecot) -> Iterator[Scene]:
        folder = self._folder / name
        folder.mkdir()
        url = self._postgres.database(like=self._new) if self._postgres else None
        with closing(Scene(name, folder, dovecot, self._sent_copy, url)) as scene:
            yield scene
        if self._postgres and url:
            self._postgres.drop(url)


@pytest.mark.parametrize("sent_copy", ["none", "server"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_kill_anywhere_loses_and_doubles_nothing(
    database: str,
    sent_copy: str,
    tmp_path: Path,
    start_dovecot: StartDovecot,
    request: pytest.FixtureRequest,
    print_at_end: Callable[[str], None],
) -> None:
    """Killed at each commit, IMAP conversation, SMTP verb and step: nothing is lost, doubled, or changed by a later run.

    A letter whose outcome was in doubt may go once more under its Message-ID, one for each SMTP connection that was
    open; where the server files copies, not even that.
    """
    stage = Stage(sent_copy, tmp_path, start_dovecot, request.getfixturevalue("postgres") if database == "postgresql" else None)
    undisturbed, steps = stage.undisturbed()
    played = stage.kills(undisturbed, list(range(FIRST, steps + 1, STRIDE)))
    broken = [repr(trouble) for one in played if (trouble := one.exception())]
    outcomes = [one.result() for one in played if not one.exception()]
    totals = Summary.of(outcomes)
    print_at_end(
        f"{database}, sent_copy={sent_copy}: {steps} steps, {len(outcomes)} kills, {totals.lost} lost, "
        f"{totals.doubled} doubled, {totals.changed_later} changed later, {totals.in_doubt} in doubt, "
        f"{totals.extra_copies} extra copies, {len(broken)} scenes broken off"
    )
    wrong = [one for one in outcomes if one.lost or one.added or one.changed_later or one.unexplained]
    assert not broken, "\n".join(broken)
    assert not wrong, "\n".join(map(str, wrong))
    assert all(one.extra_copies <= (len(AFTER_INTAKE) if sent_copy == "none" else 0) for one in outcomes)
