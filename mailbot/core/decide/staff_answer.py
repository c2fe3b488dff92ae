"""What an answer that went does to the clocks of its case."""

from datetime import datetime

from mailbot.core.action import Reason, StopClock
from mailbot.core.case import Case, ClockStop


def stop_clocks(case: Case, event: ClockStop, at: datetime) -> list[StopClock]:
    """Stop every running clock of the case that ``event`` stops."""
    return [
        StopClock(
            clock_id=running.id,
            outcome="met" if at <= running.due_at else "late",
            stopped_at=at,
            reason=Reason(f"stopped-by-{event.value}"),
        )
        for running in case.clocks
        if event in running.stopped_by
    ]
