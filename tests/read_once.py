"""Rules and letters whose files are as before are read once in a process of the test run: all of them take 0.2 seconds."""

import os
from collections.abc import Callable, Hashable, Iterator
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from mailbot import app


def read_once(patch: pytest.MonkeyPatch) -> None:
    """From now on an installation reads its files by the readers below."""
    for name in ("load_screening", "load_classes", "load_flags", "load_pack"):
        patch.setattr(app, name, _unless_unchanged(getattr(app, name)))
    letters = _unless_unchanged(app.JinjaLetters)
    patch.setattr(app, "JinjaLetters", lambda folder, token: _with_token(letters(folder), token))


def _unless_unchanged(read: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but what was read from a folder that is as it was then is given again."""

    @lru_cache(maxsize=16)
    def remembered(folder: Path, _state: Hashable, *rest: Hashable) -> Any:
        return read(folder, *rest)

    return lambda folder, *rest: remembered(folder, tuple(_state(folder)), *rest)


def _state(folder: Path | str) -> Iterator[tuple[str, int, int]]:
    """Each file's path, size and time of its last change."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if entry.is_dir():
                yield from _state(entry.path)
            else:
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns


def _with_token(letters: app.JinjaLetters, token: Callable[[], str]) -> app.JinjaLetters:
    """The same letters for an installation of its own."""
    own = copy(letters)
    own._token, own._published = token, {}
    return own
