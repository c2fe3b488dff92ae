"""Reading messages with the parser and the phrase finder, in the process that asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.adapters.parser import parse, why_unreadable
from mailbot.adapters.spacy_model import SpacyPhrases
from mailbot.core.policy import ClassRules
from mailbot.ports import Phrases, ReadMessage


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Reads when asked, and nothing before."""

    phrases: Phrases

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:  # noqa: ARG002
        """What each content says. Never raises, whatever the bytes."""
        messages = [parse(content) for content in contents]
        hits = self.phrases.hits([message.full_text for message in messages])
        return [
            ReadMessage(message=message, hits=found, unreadable=why_unreadable(message))
            for message, found in zip(messages, hits, strict=True)
        ]

    def close(self) -> None:
        """Nothing is held."""


def spacy_reader(rules: ClassRules) -> PlainReader:
    """A reader that looks for the phrases of these rules. Takes two seconds: spaCy is loaded."""
    return PlainReader(SpacyPhrases(rules))
