"""What a process and its children use, from Linux's /proc."""

import os
from dataclasses import dataclass

from tests.servers.processes import PROCESSES, children, stat

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
USER_TICKS, SYSTEM_TICKS, RESIDENT_PAGES = 11, 12, 21  # fields of stat behind the name; see proc(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Memory in bytes, processor time in seconds."""

    resident: int
    cpu_seconds: float


def family(pid: int) -> Use:
    """What a process and everything it has started use now. Children that have ended are not counted."""
    alive = list(filter(None, map(stat, (pid, *children(pid)))))
    ticks = sum(int(found[USER_TICKS]) + int(found[SYSTEM_TICKS]) for found in alive)
    return Use(resident=sum(int(found[RESIDENT_PAGES]) for found in alive) * PAGE_BYTES, cpu_seconds=ticks / TICKS_A_SECOND)


def high_water(pid: int) -> int:
    """The most memory that a process itself ever held, in bytes: short peaks lie between two looks."""
    status = (PROCESSES / str(pid) / "status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
