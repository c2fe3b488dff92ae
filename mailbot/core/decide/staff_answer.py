"""What an answer that went does to the clocks of its case."""

from collections.abc import Iterable
from datetime import datetime

from mailbot.core.action import Reason, StopClock
from mailbot.core.case import ClockStop, RunningClock


def stop_clocks(clocks: Iterable[RunningClock], event: ClockStop, at: datetime) -> list[StopClock]:
    """Stop every one of these running clocks that ``event`` stops."""
    return [
        StopClock(
            clock_id=running.id,
            outcome="met" if at <= running.due_at else "late",
            stopped_at=at,
            reason=Reason(f"stopped-by-{event.value}"),
        )
        for running in clocks
        if event in running.stopped_by
    ]
