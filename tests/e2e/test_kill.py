"""Killed at every durable step and started again, the daemon reaches the state it would have reached undisturbed."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.kill_scene import AFTER_DOT, LETTERS, Scene, users
from tests.e2e.kills import Kill, Summary, outcome
from tests.servers.dovecot import StartDovecot

pytestmark = [pytest.mark.dovecot, pytest.mark.timeout(300)]

ON_THE_WAY_IN: list[Kill] = [
    ("store.before",),
    ("store.after",),
    ("move.before",),
    ("move.after",),
    ("record.before",),
    ("record.after",),
]
# AFTER_DOT is as well before the reply: the relay has the letter, and has not said so.
ON_THE_WAY_OUT: list[Kill] = [
    ("claim.before",),
    ("claim.after",),
    ("dot.before",),
    (AFTER_DOT,),
    ("reply.after",),
    ("settle.before",),
    ("settle.after",),
]
ACCEPTED_BY_THE_RELAY: list[Kill] = [(AFTER_DOT,), ("reply.after",), ("settle.before",), ("settle.after",)]
WHILE_READING_THE_COPY: list[Kill] = [
    (AFTER_DOT, "store.before"),
    (AFTER_DOT, "store.after"),
    (AFTER_DOT, "record.before"),
    (AFTER_DOT, "record.after"),
]
UNDISTURBED: Kill = ()


def kill_at_each(kills: Sequence[Kill], nth: int, sent_copy: str, start_dovecot: StartDovecot, folder: Path) -> Summary:
    """Run the scene undisturbed, then once for each kill: killed, started again, and once more after that.

    The first death comes when its place is reached for the ``nth`` time, a later one the first time.
    """
    dovecot = start_dovecot(users([_name(kill) for kill in (UNDISTURBED, *kills)]))

    def staged(kill: Kill) -> Scene:
        (folder / _name(kill)).mkdir()
        return Scene(_name(kill), folder / _name(kill), dovecot, sent_copy)

    with closing(staged(UNDISTURBED)) as scene:
        undisturbed = scene.run_until_quiet()
    outcomes = []
    for kill in kills:
        with closing(staged(kill)) as scene:
            for time, place in enumerate(kill):
                scene.run_until_killed(place, nth if time == 0 else 1)
            outcomes.append(outcome(kill, scene, undisturbed))
    summary = Summary.of(outcomes)
    print(summary, *outcomes, sep="\n")
    return summary


def _name(kill: Kill) -> str:
    return "-".join(("scene", *kill))


def test_the_undisturbed_scene_is_what_the_kills_are_measured_by(start_dovecot: StartDovecot, tmp_path: Path) -> None:
    """Three new cases get a letter each, one overdue case its alert; a follow-up joins, two are filed, one is held."""
    dovecot = start_dovecot(users(["scene"]))
    with closing(Scene("scene", tmp_path, dovecot, "none")) as scene:
        state = scene.run_until_quiet()
    assert [line.split(" | ")[:3] for line in state.cases] == [
        ["Dark pier", "enquiries", "service_request"],
        ["Dredging", "foi", "foi_request"],
        ["Moorings", "enquiries", "enquiry"],
        ["The crew", "foi", "complaint"],
    ]
    assert sum("joined" in line for line in state.history) == 1
    assert sum("filed" in line for line in state.history) == 2
    assert state.held == ("enquiries | unreadable | over-cap: header-lines | None",)
    assert [line.split(" | ")[-1] for line in state.letters] == ["sent"] * LETTERS
    assert state.accepted == (
        "letter to ada@example.org, answers <lamp@example.org>",
        "letter to cyrus@example.org, answers <records@example.org>",
        "letter to dora@example.org, answers <crew@example.org>",
        "letter to manager@harbour.example, answers None",
    )
    assert [line.split(":")[0] for line in state.folders] == ["enquiries Handled"] * 4 + ["foi INBOX"] * 3


def test_a_kill_on_the_way_in_loses_and_doubles_nothing(start_dovecot: StartDovecot, tmp_path: Path) -> None:
    """Killed while storing, moving or deciding and started again, every message has its one case and its one letter."""
    summary = kill_at_each(ON_THE_WAY_IN, 1, "none", start_dovecot, tmp_path)
    assert (summary.steps, summary.kills, summary.lost, summary.doubled, summary.changed_later) == (3, 6, 0, 0, 0)


def test_a_kill_on_the_way_out_costs_at_most_one_more_copy(start_dovecot: StartDovecot, tmp_path: Path) -> None:
    """Killed while sending, every letter goes; one whose outcome was in doubt goes once more under its Message-ID."""
    summary = kill_at_each(ON_THE_WAY_OUT, 2, "none", start_dovecot, tmp_path)
    assert (summary.steps, summary.kills, summary.lost, summary.doubled, summary.changed_later) == (4, 7, 0, 0, 0)
    assert 3 <= summary.extra_copies <= summary.in_doubt


def test_no_copy_goes_twice_where_the_server_files_what_it_sent(start_dovecot: StartDovecot, tmp_path: Path) -> None:
    """The relay had taken the letter: the copy in the Sent folder says so, and nothing is sent again."""
    summary = kill_at_each(ACCEPTED_BY_THE_RELAY, LETTERS, "server", start_dovecot, tmp_path)
    assert (summary.steps, summary.kills, summary.lost, summary.doubled, summary.changed_later) == (3, 4, 0, 0, 0)
    assert summary.extra_copies == 0


@pytest.mark.matrix
def test_a_second_kill_while_the_copy_is_read_changes_nothing(start_dovecot: StartDovecot, tmp_path: Path) -> None:
    """Killed at the dot, and again while the copy in the Sent folder is stored or decided about: still one letter each."""
    summary = kill_at_each(WHILE_READING_THE_COPY, LETTERS, "server", start_dovecot, tmp_path)
    assert (summary.steps, summary.kills, summary.lost, summary.doubled, summary.changed_later) == (2, 8, 0, 0, 0)
    assert summary.extra_copies == 0
