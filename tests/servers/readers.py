"""Readers that a process of its own can have: what they do is up to the messages. Little is imported: each start counts."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from mailbot.core.class_rules import ClassRules
from mailbot.core.classify import Hit
from mailbot.core.message import Message
from mailbot.core.quoting import QuoteRules
from mailbot.core.subject import SubjectRules
from mailbot.ports import ReadMessage
from mailbot.reading import PlainReader, ReadingRules

HANG, KILL, FAIL = b"hang", b"kill", b"fail"
FOR_EVER = 10_000
NO_RULES = ReadingRules(classes=ClassRules(version="", rules=()), subjects=SubjectRules(), quoting=QuoteRules())


class Obedient:
    """Does what the content says, and writes every content that it reads into a file."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:
        for content in contents:
            with self._journal.open("ab") as journal:
                journal.write(content + b"\n")
            if content == HANG:
                time.sleep(FOR_EVER)
            if content == KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            if content == FAIL:
                raise ValueError("ada@example.org wrote nonsense")
        return [ReadMessage(message=Message(digest=content.decode()), hits=(), unreadable="") for content in contents]

    def close(self) -> None:
        pass


class NoPhrases:
    """Knows no class."""

    def judge(self, texts: Sequence[str]) -> list[tuple[tuple[Hit, ...], None]]:
        return [((), None) for _ in texts]


class Fragile(PlainReader):
    """Its process dies of one word."""

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:
        if any(b"Gorgon" in content for content in contents):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(contents)


def fragile() -> Fragile:
    """Makes one, in whatever process it is called."""
    return Fragile(NoPhrases(), NO_RULES)


def impossible() -> Fragile:
    """Cannot be made."""
    raise ValueError("ada@example.org wrote nonsense")
