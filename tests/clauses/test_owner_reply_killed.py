"""Killed while an owner's answer is decided about or waits, the daemon neither loses nor doubles it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess

import pytest

from mailbot.adapters.clock import SystemClock
from tests.clauses.story import ADA_ADDRESS, Story, TellStory
from tests.clauses.town import ROBIN, TOWN
from tests.e2e.kill_scene import PROCESSES
from tests.e2e.killed_daemon import ShiftedClock, run
from tests.mail_programs import gmail, written

pytestmark = [pytest.mark.dovecot, pytest.mark.timeout(300)]

VOUCHED = {"Authentication-Results": "mx.harbour.example; dmarc=pass header.from=harbour.example"}
UNDO = "Undo? Your answer goes at"


@contextmanager
def daemon(story: Story, later: timedelta, place: str) -> Iterator[BaseProcess]:
    """The daemon in a process of its own, so much later than the story; it kills itself when it first comes to ``place``."""
    clock = ShiftedClock(story.clock.now() - SystemClock().now() + later)
    what = (story.config_path, clock, story.folder / "places", place, 1 if place else 0, signal.SIGKILL)
    process = PROCESSES.Process(target=run, args=what)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def is_told(story: Story) -> bool:
    """Whether the mail has gone and that is written down: whatever is sent just before a kill may be sent again."""
    return bool(story.letters_to(ROBIN, UNDO)) and not story.outbox("sending")


@pytest.mark.parametrize("place", ["record.before", "record.after", "nowhere in particular"])
def test_G5_a_kill_neither_loses_nor_doubles_an_answer(tell: TellStory, place: str) -> None:
    """Killed before and after the decision is kept, and while the answer waits: one mail to undo it, one answer."""
    story = tell("generic", people=TOWN, manager=None, relay_replies=True)
    story.customer_writes("Could you tell me what time the library opens on Saturday?")
    (told,) = story.letters_to(ROBIN)
    story.stop()
    answer = written(told, gmail("At nine.\nRobin Vale", told.get_content()), sender=f"Robin <{ROBIN}>", headers=VOUCHED)
    with daemon(story, timedelta(0), place) as first:
        story.deliver(answer)
        if place.startswith("record"):
            first.join(60)
            assert first.exitcode == -signal.SIGKILL
        else:
            story.wait_until(lambda: is_told(story), "the mail that undoes it, noted as sent")
            first.kill()
    with daemon(story, timedelta(0), ""):
        story.wait_until(lambda: is_told(story), "the mail that undoes it, noted as sent")
    assert len(story.letters_to(ADA_ADDRESS)) == 1
    with daemon(story, timedelta(minutes=6), ""):
        story.wait_until(lambda: len(story.letters_to(ADA_ADDRESS)) > 1, "the answer")
        story.wait_until(lambda: not story.outbox("queued", "deferred", "sending"), "nothing to be left")
    assert len(story.letters_to(ROBIN, UNDO)) == 1
    assert [letter.get_content().strip() for letter in story.letters_to(ADA_ADDRESS)[1:]] == ["At nine.\nRobin Vale"]
