"""``mailbot replay --compare``: which messages would come out otherwise by other rules or another classifier."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.pipeline.replay import Judgement, Replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What somebody would notice of a judgement."""

    class_: str
    flags: tuple[str, ...]
    letter: str | None

    @classmethod
    def of(cls, judgement: "Judgement") -> "Outcome":
        found = judgement.classification
        return cls(class_=found.class_, flags=tuple(sorted(found.flags)), letter=judgement.letter)


def compared(
    old: "Replay", new: "Replay", batches: Iterable[list[tuple[str, bytes]]], now: datetime, *, as_json: bool
) -> Iterator[str]:
    """A line for every message that would change, then how many did; with ``as_json`` an object for each, and no sum."""
    looked_at = changed = 0
    for batch in batches:
        contents = [content for _, content in batch]
        for (name, _), *both in zip(batch, old.judge(contents, now), new.judge(contents, now), strict=True):
            before, after = map(Outcome.of, both)
            looked_at, changed = looked_at + 1, changed + (before != after)
            if before != after:
                yield _json(name, before, after) if as_json else f"{name}: {'; '.join(_words(before, after))}"
    if not as_json:
        yield f"{looked_at} messages, {changed} would change"


def _json(name: str, old: Outcome, new: Outcome) -> str:
    said = ({key.rstrip("_"): value for key, value in asdict(one).items()} for one in (old, new))
    return json.dumps({"path": name, **dict(zip(("old", "new"), said, strict=True))}, ensure_ascii=False)


def _words(old: Outcome, new: Outcome) -> Iterator[str]:
    if old.class_ != new.class_:
        yield f"class {old.class_} -> {new.class_}"
    if old.flags != new.flags:
        gone, come = set(old.flags) - set(new.flags), set(new.flags) - set(old.flags)
        yield "flags " + ", ".join([*(f"-{flag}" for flag in sorted(gone)), *(f"+{flag}" for flag in sorted(come))])
    if old.letter != new.letter:
        yield f"letter {old.letter or 'none'} -> {new.letter or 'none'}"
