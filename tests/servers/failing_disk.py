"""A disk that dies and recovers: a library that makes a process's writes below one folder fail with EIO."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


def available() -> str:
    """Why there can be no such disk here, or an empty string."""
    if os.uname().sysname != "Linux":
        return "a failing disk needs Linux"
    return "" if shutil.which("cc") else "a failing disk needs a C compiler (cc)"


class FailingDisk:
    """Everything below ``folder``, for processes started with ``environment``. It works until it is told to fail."""

    def __init__(self, folder: Path, library: Path) -> None:
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
        self._sign = folder / ".failing"
        self.environment: Mapping[str, str] = {"LD_PRELOAD": str(library), "FAILING_DISK": str(folder)}

    def fail(self) -> None:
        """From now on every write and every sync is answered with EIO."""
        self._sign.touch()

    def recover(self) -> None:
        """Writes go through again."""
        self._sign.unlink()
