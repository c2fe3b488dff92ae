"""mailbot's command line, as a test calls it."""

import io
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from mailbot.cli import main as cli

MAILBOT = (sys.executable, "-m", "mailbot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def run_cli(*words: str, answers: str = "") -> Said:
    """Run the command line with these words on a screen of 160 columns; ``answers`` are typed in."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        mock.patch.object(sys, "argv", ["mailbot", *words]),
        mock.patch.object(sys, "stdin", io.StringIO(answers)),
        mock.patch.dict(os.environ, {"COLUMNS": "160"}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = _exit_code_of(cli.main)
    for stream in (out, err):
        stream.seek(0)
    return Said(returncode=code, stdout=out.read(), stderr=err.read())


def _exit_code_of(command: Callable[[], None]) -> int:
    try:
        command()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
