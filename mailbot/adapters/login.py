"""Who runs a command, as the operating system knows it and not as somebody types it."""

import os
import pwd
from pathlib import Path

UNSET = 2**32 - 1
"""What the kernel says where nobody signed in, such as in a job of the system."""
_LOGIN = Path("/proc/self/loginuid")


def signed_in(told_by_kernel: Path = _LOGIN) -> str:
    """The login name of whoever signed in to this machine.

    The login id of the kernel's audit (proc_pid_loginuid(5)) is set once at sign-in and stays the same through su and sudo;
    where it is not set, the real user id of the process counts. No variable of the environment does.
    """
    user = _login_id(told_by_kernel)
    user = os.getuid() if user is None else user
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _login_id(told_by_kernel: Path) -> int | None:
    try:
        user = int(told_by_kernel.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if user == UNSET else user
