"""``mailbot replay``: what would mailbot do with these messages?"""

import json
import re
from collections.abc import Iterator
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mailbot.core.classify import Hit
    from mailbot.pipeline.replay import Judgement

AT_ONCE = 100
MBOX_SUFFIXES = (".mbox", ".mbx")
HEADER_BYTES = 100_000
_HEADER = re.compile(rb"(?im)^(from|to|subject|date|message-id|received|return-path|content-type|mime-version)\s*:")


class ReplayFormat(StrEnum):
    """How judgements are printed."""

    TEXT = "text"
    JSONL = "jsonl"


def register(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Message files, folders of them, or mbox files; none: what came in before.")
    ] = None,
    format_: Annotated[ReplayFormat, typer.Option("--format", help="text, or one JSON object a line.")] = ReplayFormat.TEXT,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Judge by this installation's policy.")] = None,
    mailbox: Annotated[str | None, typer.Option(help="Judge as this mailbox of the configuration.")] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="OLD NEW", help="Print only what would change: 'now', 'rules', a folder or a file."),
    ] = None,
    last: Annotated[int, typer.Option(min=1, help="Without files: so many of the newest that came in are compared.")] = 1000,
) -> None:
    """Judge messages, each alone, and print what would be done. Writes nothing and sends nothing.

    Without --config the generic pack judges, and no recipient, age, history or cap is looked at. With --compare each message is
    judged twice, and those are printed whose class, flags or letter would change. OLD and NEW: 'now' is what is in use, 'rules'
    its rules without the classifier; otherwise a folder of rules, or the file of a classifier. With --compare and without files
    the messages that the installation has had are compared, each as on the day it came; no words of theirs are printed.
    """
    from mailbot.adapters.clock import SystemClock
    from mailbot.cli.judges import replay_by
    from mailbot.cli.replay_comparison import compared

    if not paths and (compare is None or config is None):
        raise typer.BadParameter("name messages, or compare what an installation has had: --config and --compare")
    now = SystemClock().now()
    if compare is not None:
        old, new = (replay_by(config, mailbox, one, on_their_day=not paths) for one in compare)
        messages = _past(config, old.policy.name, last) if config and not paths else _messages(paths or [])
        for line in compared(old, new, _batches(messages), now, as_json=format_ is ReplayFormat.JSONL):
            typer.echo(line)
        return
    judge = replay_by(config, mailbox)
    zone = judge.policy.pack.working_calendar.zone
    for batch in _batches(_messages(paths or [])):
        judgements = judge.judge([content for _, content in batch], now)
        for (name, _), judgement in zip(batch, judgements, strict=True):
            typer.echo(
                json.dumps(_line(name, judgement, zone), ensure_ascii=False)
                if format_ is ReplayFormat.JSONL
                else _text(name, judgement, zone)
            )


def _messages(paths: list[Path]) -> Iterator[tuple[str, bytes]]:
    from mailbot.errors import PermanentError

    for path in paths:
        if path.is_dir():
            yield from _messages(sorted(child for child in path.iterdir() if not child.name.startswith(".")))
        elif not path.exists():
            raise PermanentError(f"{path}: there is no such file or folder")
        elif path.suffix.lower() in MBOX_SUFFIXES:
            yield from _mbox(path)
        elif is_message(content := path.read_bytes()):
            yield str(path), content
        else:
            typer.echo(f"{path}: not a message, skipped", err=True)


def _past(config: Path, mailbox: str, last: int) -> Iterator[tuple[str, bytes]]:
    """What came in to a mailbox of this installation, from its database."""
    from mailbot.adapters.store.past import past_messages
    from mailbot.app import database_of
    from mailbot.cli.options import load_config

    return past_messages(database_of(load_config(config), create=False), mailbox, last)


def is_message(content: bytes) -> bool:
    """Whether anything at the beginning looks like the header of a message."""
    return _HEADER.search(content[:HEADER_BYTES]) is not None


def _mbox(path: Path) -> Iterator[tuple[str, bytes]]:
    import mailbox

    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield f"{path}#{key}", box.get_bytes(key)
    finally:
        box.close()


def _batches(messages: Iterator[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    from itertools import islice

    while batch := list(islice(messages, AT_ONCE)):
        yield batch


def _line(path: str, judgement: "Judgement", zone: tzinfo) -> dict[str, Any]:
    from mailbot.core.calendar import last_day

    screening, classification = judgement.screening, judgement.classification
    reasons = [*screening.reasons, *screening.silences]
    text = judgement.message.full_text
    return {
        "path": path,
        "message_id": judgement.message.message_id,
        "screening": {
            "verdict": screening.verdict.value,
            "may_answer": screening.may_answer and not judgement.unreadable,
            "reasons": [f"{reason.rule} ({reason.detail})" if reason.detail else reason.rule for reason in reasons],
        },
        "match": {"references": list(judgement.named_cases)},
        "class": classification.class_,
        "best": classification.best,
        "confidence": classification.confidence,
        "evidence": [_evidence(hit, text) for hit in classification.evidence],
        "also": list(classification.also),
        "flags": list(classification.flags),
        "flag_evidence": [_evidence(hit, text) for hit in classification.flag_evidence],
        "held": judgement.unreadable or None,
        "letter": judgement.letter,
        "clocks": [
            {
                "name": clock.name,
                "due_on": last_day(clock.due_at, zone).isoformat(),
                "due_at": clock.due_at.isoformat(),
                "why": clock.why,
            }
            for clock in judgement.clocks
        ],
    }


def _evidence(hit: "Hit", text: str) -> dict[str, Any]:
    start, end = hit.span.start, hit.span.end
    return {"rule": hit.rule, "weight": hit.weight, "start": start, "end": end, "words": text[start:end]}


def _text(path: str, judgement: "Judgement", zone: tzinfo) -> str:
    from mailbot.core.calendar import last_day

    screening, classification = judgement.screening, judgement.classification
    answer = f"letter {judgement.letter}" if judgement.letter else "no letter"
    why = "; ".join(reason.rule for reason in (*screening.reasons, *screening.silences))
    dates = ", ".join(f"{clock.name} by {last_day(clock.due_at, zone):%a %d %b %Y}" for clock in judgement.clocks)
    judged = f"{classification.class_} ({classification.best} {classification.confidence:.2f})"
    judged += "".join(f", {flag}" for flag in classification.flags)
    return f"{path}: {screening.verdict.value}, {judged}, {answer}{'; ' + why if why else ''}{'; ' + dates if dates else ''}"
