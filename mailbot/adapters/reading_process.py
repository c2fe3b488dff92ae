"""A reader in a process of its own: both cores work, and what hostile bytes can do ends with that process.

It is spawned, not forked, so it holds no file, lock or connection of its parent, and it alone loads what reading needs.
Whatever ends the parent ends it too.
"""

import atexit
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread, Timer
from typing import Any

import structlog

from mailbot.core.classify import Hit, Opinion
from mailbot.core.evidence import Evidence, Speaks
from mailbot.core.message import Message, Span
from mailbot.errors import PermanentError, TransientError
from mailbot.one_core import wherever_parent_may
from mailbot.ports import Attempt, Reader, ReadMessage

SECONDS = 60.0
SECONDS_TO_BEGIN = 120.0
DEATHS = 2
_PROCESSES = get_context("spawn")
_GONE = (EOFError, OSError)  # what either end of a pipe raises when the other is gone

# Hits and evidence go as plain tuples: as dataclasses they take ten times as long to pack and unpack.
_Hit = tuple[str, str, float, int, int, str, float | None]
_Weak = tuple[str, Speaks, float, str, list[tuple[int, int]]]
_Opinion = tuple[str, float, tuple[tuple[str, float], ...]]
_Packed = tuple[Message, str, list[_Hit], list[_Weak] | None, _Opinion | None]


class ReadingProcess:
    """A reader that ``make`` makes in the child. ``make`` and ``attempt`` must be functions that pickle can name.

    A child that ends or takes more than ``seconds`` fails the reading, and the next one starts it anew. The messages
    of a failed reading are then read one by one; one that has ended the child twice by itself is refused. Not for use by
    several threads at once.
    """

    def __init__(self, make: Callable[[], Reader], attempt: Attempt, seconds: float = SECONDS) -> None:
        self._make = make
        self._attempt = attempt
        self._seconds = seconds
        self._begun: Sequence[bytes] = ()
        self._deaths: dict[bytes, int] = {}
        atexit.register(self.close)  # multiprocessing would wait for the child, and the child for us
        self._start()

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:
        """What each content says; then the child goes on with ``soon``. Raises TransientError, PermanentError."""
        self._refuse_deadly(contents)
        found = self._finish()
        missing = [content for content in contents if content not in found]
        for part in [[content] for content in missing] if self._deaths else filter(None, [missing]):
            self._begin(part)
            found |= self._finish()
        if not self._deaths:
            self._begin([content for content in soon if content not in found])
        return [found[content] for content in contents]

    def close(self) -> None:
        """End the child. It holds nothing that could be lost."""
        atexit.unregister(self.close)
        self._end()

    def _start(self) -> None:
        self._connection, theirs = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(target=_serve, args=(theirs, self._make, self._attempt), name="reader", daemon=True)
        self._ready = False
        try:
            self._process.start()
        except OSError as error:
            raise TransientError(f"the process that reads messages cannot be started: {error.strerror}") from None
        finally:
            theirs.close()

    def _end(self) -> None:
        self._connection.close()
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()

    def _begin(self, contents: Sequence[bytes]) -> None:
        if not contents:
            return
        if not self._process.is_alive():
            self._end()
            self._start()
        if not self._ready:
            self._let_it_begin()
        with self._bounded(self._seconds, contents):
            self._connection.send(contents)
        self._begun = contents

    def _let_it_begin(self) -> None:
        """Wait until the child has made its reader. No message is to blame if it cannot."""
        with self._bounded(SECONDS_TO_BEGIN, ()):
            failure = self._connection.recv()
        if failure is not None:
            self._end()
            raise TransientError(f"the process that reads messages cannot begin: {failure}")
        self._ready = True

    def _finish(self) -> dict[bytes, ReadMessage]:
        """Wait for what was begun."""
        begun, self._begun = self._begun, ()
        if not begun:
            return {}
        with self._bounded(self._seconds, begun):
            packed, failure = self._connection.recv()
        if failure is not None:
            raise PermanentError(failure)
        for content in begun if self._deaths else ():
            self._deaths.pop(_key(content), None)
        return dict(zip(begun, map(_unpacked, packed), strict=True))

    @contextmanager
    def _bounded(self, seconds: float, contents: Sequence[bytes]) -> Iterator[None]:
        """Kill a child that takes too long, and note what it was reading when it ended."""
        limit = Timer(seconds, self._process.kill)
        limit.daemon = True
        limit.start()
        try:
            yield
        except _GONE:
            self._end()
            for content in contents:
                key = _key(content)
                self._deaths[key] = self._deaths.get(key, 0) + (len(contents) == 1)
            raise TransientError("the process that reads messages ended; it is started anew") from None
        finally:
            limit.cancel()

    def _refuse_deadly(self, contents: Sequence[bytes]) -> None:
        """Among others such a message stops them all, so that its reader asks again for each alone; then it is forgotten."""
        deadly = [content for content in contents if self._deaths and self._deaths.get(_key(content), 0) >= DEATHS]
        if deadly:
            if len(contents) == 1:
                del self._deaths[_key(deadly[0])]
            raise PermanentError("the process that reads messages ended each time it read this one")


def _key(content: bytes) -> bytes:
    return sha256(content).digest()


def _unpacked(packed: _Packed) -> ReadMessage:
    message, unreadable, hits, weak, thought = packed
    found = map(_unpacked_hit, hits)
    evidence = None if weak is None else tuple(map(_unpacked_evidence, weak))
    opinion = Opinion(version=thought[0], rule_weight=thought[1], scores=thought[2]) if thought else None
    return ReadMessage(message=message, hits=tuple(found), unreadable=unreadable, weak=evidence, opinion=opinion)


def _unpacked_hit(packed: _Hit) -> Hit:
    class_, rule, weight, start, end, language, asks = packed
    return Hit(class_=class_, rule=rule, weight=weight, span=Span(start, end), language=language, asks=asks)


def _unpacked_evidence(packed: _Weak) -> Evidence:
    name, verdict, weight, detail, spans = packed
    places = tuple(Span(start, end) for start, end in spans)
    return Evidence(id=name, verdict=verdict, weight=weight, detail=detail, spans=places)


# In the child ------------------------------------------------------------------------------------------------------------


def _serve(connection: "Connection[Any, Any]", make: Callable[[], Reader], attempt: Attempt) -> None:
    """Read what is asked for until the parent is gone. Signals to the whole group are the parent's to act on."""
    wherever_parent_may()
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # what fails is said by the parent
    made: list[Reader] = []
    failure = attempt(lambda: made.append(make()))
    with suppress(*_GONE):
        connection.send(failure)
        while made:
            contents = connection.recv()
            packed: list[_Packed] = []
            failure = attempt(lambda: packed.extend(map(_packed, made[0].read(contents))))  # noqa: B023  # called at once
            connection.send((packed, failure))


def _end_with_parent() -> None:
    """Also in the middle of a message."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(os.EX_OK)


def _packed(one: ReadMessage) -> _Packed:
    hits = [(hit.class_, hit.rule, hit.weight, hit.span.start, hit.span.end, hit.language, hit.asks) for hit in one.hits]
    weak = None if one.weak is None else list(map(_packed_evidence, one.weak))
    thought = (one.opinion.version, one.opinion.rule_weight, one.opinion.scores) if one.opinion else None
    return one.message, one.unreadable, hits, weak, thought


def _packed_evidence(one: Evidence) -> _Weak:
    return one.id, one.verdict, one.weight, one.detail, [(span.start, span.end) for span in one.spans]
