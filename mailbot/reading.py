"""Reading messages with the parser and the phrase finder, in the process that asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.adapters.parser import parse, why_unreadable
from mailbot.adapters.spacy_model import SpacyPhrases
from mailbot.core.evidence import Evidence
from mailbot.core.message import Message
from mailbot.core.policy import ClassRules, Scoring
from mailbot.core.quoting import QuoteRules, own_spans
from mailbot.core.subject import SubjectRules, base_subject
from mailbot.core.weak_evidence import weak_evidence
from mailbot.ports import Phrases, ReadMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """The rules by which messages are read: the phrases of the classes, and where a message stops being its writer's own.

    ``scoring``: the weak evidence of screening that is gathered on the way; None: none is.
    """

    classes: ClassRules
    subjects: SubjectRules
    quoting: QuoteRules
    scoring: Scoring | None = None


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Reads when asked, and nothing before. What is quoted is left out where phrases are looked for."""

    phrases: Phrases
    rules: ReadingRules

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:  # noqa: ARG002
        """What each content says. Never raises, whatever the bytes."""
        messages = [read_message(content, self.rules) for content in contents]
        hits = self.phrases.hits([message.full_own_text for message in messages])
        return [
            ReadMessage(message=message, hits=found, unreadable=why_unreadable(message), weak=self._weak(message))
            for message, found in zip(messages, hits, strict=True)
        ]

    def close(self) -> None:
        """Nothing is held."""

    def _weak(self, message: Message) -> tuple[Evidence, ...] | None:
        return weak_evidence(message, self.rules.scoring) if self.rules.scoring else None


def read_message(content: bytes, rules: ReadingRules) -> Message:
    """A message, and which parts of its text its writer wrote."""
    message = parse(content)
    is_forward = base_subject(message.subject, rules.subjects).is_forward
    return replace(message, own=own_spans(message.text, rules.quoting, is_forward=is_forward))


def spacy_reader(rules: ReadingRules) -> PlainReader:
    """A reader that looks for the phrases of these rules. Takes two seconds: spaCy is loaded."""
    return PlainReader(SpacyPhrases(rules.classes), rules)
