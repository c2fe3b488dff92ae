"""What a process and its children use, from Linux's /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

PROCESSES = Path("/proc")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
PARENT, USER_TICKS, SYSTEM_TICKS, RESIDENT_PAGES = 1, 11, 12, 21  # fields of stat behind the name; see proc(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Memory in bytes, processor time in seconds."""

    resident: int
    cpu_seconds: float


def family(pid: int) -> Use:
    """What a process and everything it has started use now. Children that have ended are not counted."""
    fields = {int(path.parent.name): _fields(path) for path in PROCESSES.glob("[0-9]*/stat")}
    members = [pid]
    for member in members:
        members += [child for child, found in fields.items() if found and int(found[PARENT]) == member]
    alive = [fields[member] for member in members if fields.get(member)]
    ticks = sum(int(found[USER_TICKS]) + int(found[SYSTEM_TICKS]) for found in alive)
    return Use(resident=sum(int(found[RESIDENT_PAGES]) for found in alive) * PAGE_BYTES, cpu_seconds=ticks / TICKS_A_SECOND)


def high_water(pid: int) -> int:
    """The most memory that a process itself ever held, in bytes: short peaks lie between two looks."""
    status = (PROCESSES / str(pid) / "status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _fields(stat: Path) -> list[str]:
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return []
