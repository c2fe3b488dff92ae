"""What is the same as before is read, checked or put together once in a process of the test run.

To read all rules and letters takes a quarter of a second, to check them two seconds, to put the command line together a
fortieth, to put the statements of a story into SQL a fifth; hundreds of tests begin with that.
"""

import os
from collections.abc import Callable, Hashable, Iterator
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
import typer.testing
from sqlalchemy import Engine, create_engine

from mailbot import app
from mailbot.adapters.rule_files import corpus
from mailbot.adapters.store import database
from mailbot.cli import letter_check
from mailbot.config import Paths

KEPT = 16


def read_once(patch: pytest.MonkeyPatch) -> None:
    """From now on an installation reads and checks its files by the functions below, and its command line stays."""
    for name in ("load_screening", "load_classes", "load_flags", "load_names", "load_pack"):
        patch.setattr(app, name, _unless_unchanged(getattr(app, name)))
    letters = _unless_unchanged(app.JinjaLetters)
    patch.setattr(app, "JinjaLetters", lambda folder, token: _with_token(letters(folder), token))
    patch.setattr(letter_check, "letters_findings", _checked_once(letter_check.letters_findings))
    troubles = corpus.corpus_troubles
    patch.setattr(corpus, "corpus_troubles", lru_cache(KEPT)(lambda found: tuple(troubles(found))))
    patch.setattr(database, "_sqlite", _with_one_memory(database._sqlite))
    command = lru_cache(KEPT)(typer.main.get_command)
    patch.setattr(typer.main, "get_command", command)
    patch.setattr(typer.testing, "_get_command", command)


def _unless_unchanged(read: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but what was read from a folder that is as it was then is given again."""

    @lru_cache(KEPT)
    def remembered(folder: Path, _state: Hashable, *rest: Hashable) -> Any:
        return read(folder, *rest)

    return lambda folder, *rest: remembered(folder, tuple(_state(folder)), *rest)


def _checked_once(check: Callable[..., Any]) -> Callable[..., Any]:
    """The same for what is found about letters, which the wordings among the rules decide, too."""
    known = dict[Hashable, Any]()

    def found(paths: Paths, letters: app.JinjaLetters) -> Any:
        state = (*_state(paths.rules_folder), *_state(paths.letters_folder))
        if state not in known:
            known[state] = tuple(check(paths, letters))
        return known[state]

    return found


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


def _with_one_memory(make: Callable[..., Engine]) -> Callable[..., Engine]:
    """Every SQLite database remembers the statements that any of them has put into SQL."""
    shared = create_engine("sqlite://", query_cache_size=2_000)
    shared.connect().close()  # what it learns of SQLite it learns at its first connection

    def made(*url: Any, **options: Any) -> Engine:
        engine = make(*url, **options)
        engine.dialect, engine._compiled_cache = shared.dialect, shared._compiled_cache
        return engine

    return made
