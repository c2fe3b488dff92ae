"""What daemons that are killed are forked from: everything is imported, the shipped rules and letters are read.

Imported by multiprocessing's fork server alone. Importing and reading take longer than a whole scene.
"""

import pytest

import mailbot.cli.logs
import mailbot.cli.options
import mailbot.daemon  # noqa: F401
import tests.e2e.killed_daemon  # noqa: F401
from mailbot import app
from mailbot.config import Paths
from tests.read_once import read_once

read_once(pytest.MonkeyPatch())
for read in (app.load_screening, app.load_classes, app.load_flags, app.load_names):
    read(Paths().rules_folder)
app.JinjaLetters(Paths().letters_folder, token=str)
