"""Killing a scene's daemon and starting it again: what is then lost, doubled or changed against the undisturbed scene."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.e2e.end_state import EndState, copies_by_letter, doubts_by_letter
from tests.e2e.kill_scene import Scene

Kill = tuple[str, ...]
"""The places at which the daemon dies, one for each time it is started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a kill did: lines lost from and added to the undisturbed end state, and what another run changed after that.

    ``unexplained`` names letters that went more often than once and once more for each doubt.
    """

    kill: Kill
    lost: tuple[str, ...]
    added: tuple[str, ...]
    changed_later: tuple[str, ...]
    unexplained: tuple[str, ...]
    in_doubt: int
    extra_copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The totals of several kills, over as many kinds of ``steps``."""

    steps: int
    kills: int
    lost: int
    doubled: int
    changed_later: int
    in_doubt: int
    extra_copies: int

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "Summary":
        return cls(
            steps=len({outcome.kill[-1].partition(".")[0] for outcome in outcomes}),
            kills=sum(len(outcome.kill) for outcome in outcomes),
            lost=sum(len(outcome.lost) for outcome in outcomes),
            doubled=sum(len(outcome.added) + len(outcome.unexplained) for outcome in outcomes),
            changed_later=sum(len(outcome.changed_later) for outcome in outcomes),
            in_doubt=sum(outcome.in_doubt for outcome in outcomes),
            extra_copies=sum(outcome.extra_copies for outcome in outcomes),
        )


def outcome(kill: Kill, scene: Scene, undisturbed: EndState) -> Outcome:
    """Start the killed daemon again, and once more, and compare."""
    reached = scene.run_until_quiet()
    later = scene.run_until_quiet()
    copies, doubts = copies_by_letter(scene.smtp.accepted), doubts_by_letter(scene.database)
    return Outcome(
        kill=kill,
        lost=undisturbed.beyond(reached),
        added=reached.beyond(undisturbed),
        changed_later=(*reached.beyond(later), *later.beyond(reached)),
        unexplained=tuple(name for name, count in copies.items() if count > 1 + doubts[name]),
        in_doubt=sum(doubts.values()),
        extra_copies=copies.total() - len(copies),
    )
