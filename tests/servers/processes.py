"""Which processes there are, from Linux's /proc."""

from pathlib import Path

PROCESSES = Path("/proc")
STATE, PARENT = 0, 1


def children(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have started."""
    parents = {int(path.parent.name): stat(int(path.parent.name)) for path in PROCESSES.glob("[0-9]*/stat")}
    family = [pid]
    for member in family:
        family += [child for child, fields in parents.items() if fields and int(fields[PARENT]) == member]
    return family[1:]


def is_running(pid: int) -> bool:
    """Whether it still does anything: one that has ended and was not yet asked about does not."""
    fields = stat(pid)
    return bool(fields) and fields[STATE] != "Z"


def stat(pid: int) -> list[str]:
    """The fields of proc(5) behind the name; none where there is no such process any more."""
    try:
        return (PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
