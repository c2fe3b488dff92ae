"""``mailbot classify``: what does this text want?"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mailbot.core.classify import Classification, Hit
    from mailbot.core.information_request import InformationRequest
    from mailbot.core.message import Address, Message, Span
    from mailbot.core.policy import Pack
    from mailbot.ports import Phrases
    from mailbot.reading import ReadingRules

AT_ONCE = 500
STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text to be judged. ``id``: whatever JSON value it came with; ``from_``: who wrote it, if it is a message."""

    id: Any
    subject: str
    body: str
    from_: "Address | None" = None

    @property
    def full_text(self) -> str:
        return f"{self.subject}\n\n{self.body}"


def register(app: typer.Typer) -> None:
    app.command()(classify)


def classify(
    text: Annotated[str | None, typer.Option(help="The text itself.")] = None,
    file: Annotated[Path | None, typer.Option(help="A message, or a file of plain text.")] = None,
    jsonl: Annotated[str | None, typer.Option(help="JSON objects (id, subject, body), one a line; - reads them.")] = None,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Judge by this installation's policy.")] = None,
    mailbox: Annotated[str | None, typer.Option(help="Judge as this mailbox of the configuration.")] = None,
) -> None:
    """Judge texts, and print the class of each with the words and rules that spoke for it. Writes nothing.

    With --jsonl one JSON object a line is printed: id, class, best, confidence, also, flags, evidence,
    also_evidence, flag_evidence, version.
    'best' is the likeliest class even where the class is 'unsure'.
    """
    if sum(one is not None for one in (text, file, jsonl)) != 1:
        raise typer.BadParameter("give one of --text, --file and --jsonl")
    judge = Judge.of(config, mailbox)
    if jsonl is not None:
        for one, judged in judge.all(texts_of(jsonl)):
            typer.echo(json.dumps(line_of(one, judged), ensure_ascii=False))
        return
    one = Text(id="", subject="", body=text) if text is not None else _read(file or Path())
    for _, judged in judge.all(iter([one])):
        typer.echo(_shown(one, judged, judge.request(one, judged)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The rules and the classifier, by the thresholds of one pack."""

    phrases: "Phrases"
    reading: "ReadingRules"
    pack: "Pack"

    @classmethod
    def of(cls, config: Path | None, mailbox: str | None) -> "Judge":
        """By the policy of a mailbox, or by the generic pack. Raises ConfigError, PolicyError."""
        from mailbot.cli.judges import policies_of
        from mailbot.cli.options import tell
        from mailbot.reading import whole_judge

        policies, policy = policies_of(config, mailbox)
        return cls(phrases=whole_judge(policies.reading, tell), reading=policies.reading, pack=policy.pack)

    def all(self, texts: Iterator[Text]) -> "Iterator[tuple[Text, Classification]]":
        """Each text with what it is taken for, in order. What it quotes is left out, as of a message."""
        from itertools import islice

        from mailbot.core.classify import classify
        from mailbot.core.flag import flagged

        while some := list(islice(texts, AT_ONCE)):
            for one, (hits, opinion) in zip(some, self.phrases.judge(list(map(self._own_text, some))), strict=True):
                judged = classify(hits, self.pack.looked_for, self.reading.version, opinion)
                yield one, flagged(judged, hits, one.from_.key if one.from_ else "", self.reading.flags)

    def request(self, one: Text, judged: "Classification") -> "InformationRequest | None":
        """What a text amounts to as a request for recorded information, if it may be one."""
        from mailbot.core.decide import request_in

        return request_in(self._message(one), judged, self.reading.requests, self.pack)

    def _own_text(self, one: Text) -> str:
        return self._message(one).full_own_text

    def _message(self, one: Text) -> "Message":
        from mailbot.core.message import Message
        from mailbot.reading import with_own

        return with_own(Message(digest="", subject=one.subject, text=one.body, from_=one.from_), self.reading)


def texts_of(name: str) -> Iterator[Text]:
    """The texts of a file of JSON lines. Raises PermanentError with the line that is none."""
    for _, data in objects_of(name):
        yield text_of(data)


def objects_of(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file of JSON lines, each with its line; empty lines are none. Raises PermanentError for another one."""
    from mailbot.errors import PermanentError

    try:
        lines = sys.stdin.buffer if name == STDIN else Path(name).open("rb")  # noqa: SIM115  # closed below
    except OSError as error:
        raise PermanentError(f"{name}: cannot be read: {error.strerror}") from None
    with lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                data = json.loads(line)
            except ValueError:  # bytes that are no text, too
                data = None
            if not isinstance(data, dict):
                raise PermanentError(f"{name}:{number}: not a JSON object in UTF-8; write one to a line")
            yield number, data


def text_of(data: dict[str, Any]) -> Text:
    """The text in a JSON object, as of a message; what is missing is empty."""
    from mailbot.core.text import clean_line, clean_text

    subject, body = str(data.get("subject") or ""), str(data.get("body") or "")
    return Text(id=data.get("id", ""), subject=clean_line(subject), body=clean_text(body))


def line_of(one: Text, judged: "Classification") -> dict[str, Any]:
    """What is printed of a text as JSON."""

    def shown(hits: "Sequence[Hit]") -> list[dict[str, Any]]:
        return [{"rule": hit.rule, "weight": hit.weight, "words": one.full_text[hit.span.start : hit.span.end]} for hit in hits]

    return {
        "id": one.id,
        "class": judged.class_,
        "best": judged.best,
        "confidence": judged.confidence,
        "also": list(judged.also),
        "flags": list(judged.flags),
        "evidence": shown(judged.evidence),
        "also_evidence": shown([hit for hit in judged.also_evidence if hit.class_ in judged.also]),
        "flag_evidence": shown(judged.flag_evidence),
        "version": judged.rules_version,
    }


def _read(file: Path) -> Text:
    """A message's subject and own words, or the plain text of a file."""
    from mailbot.adapters.parser import parse
    from mailbot.cli.replay import is_message
    from mailbot.errors import PermanentError

    try:
        content = file.read_bytes()
    except OSError as error:
        raise PermanentError(f"{file}: cannot be read: {error.strerror}") from None
    if not is_message(content):
        return Text(id=file.name, subject="", body=content.decode(errors="replace"))
    message = parse(content)
    return Text(id=file.name, subject=message.subject, body=message.text, from_=message.from_)


def _shown(one: Text, judged: "Classification", request: "InformationRequest | None") -> str:
    best = "" if judged.class_ == judged.best else f" (best {judged.best})"
    lines = [f"{judged.class_}{best}, confidence {judged.confidence:.2f}", *_spoke(one, judged)]
    lines += _about_request(one, request) if request is not None else []
    return "\n".join([*lines, f"rules and model {judged.rules_version}"])


def _spoke(one: Text, judged: "Classification") -> Iterator[str]:
    """What spoke for and against the best class, for others that the text asks for, and for flags, a line each."""
    for hit in judged.evidence:
        quoted = _quoted(one, hit.span)
        yield f"  {hit.weight:+.1f}  {f'{quoted}  by rule {hit.rule}' if quoted else 'by what it has learnt'}"
    besides = [(f"also {hit.class_}", hit) for hit in judged.also_evidence if hit.class_ in judged.also]
    for name, hit in (*besides, *((f"flag {hit.class_}", hit) for hit in judged.flag_evidence)):
        yield "  " + "  ".join(filter(None, (name, _quoted(one, hit.span), f"by rule {hit.rule}")))


def _about_request(one: Text, request: "InformationRequest") -> Iterator[str]:
    from mailbot.core.information_request import Lack

    words = ", ".join(_quoted(one, span) for span in request.spans)
    yield f"as a request probably for {request.regime.value}" + (f": {words}" if words else "")
    yield from (f"  lacks {lack.value}" for lack in request.lacks if lack is not Lack.ADDRESS)  # a message has one


def _quoted(one: Text, span: "Span") -> str:
    """The words of a text there, in quotation marks; nothing where nothing is."""
    words = one.full_text[span.start : span.end]
    return f'"{words}"' if words else ""
