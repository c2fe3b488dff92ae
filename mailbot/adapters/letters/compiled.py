"""One letter, compiled: each choice of its sentences once, when it is first needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.adapters.letters.source import spec_of
from mailbot.core.letter import LetterSource, LetterValues, Rendered
from mailbot.core.letter_text import names_in, with_sentences
from mailbot.core.text import clean_line, shown_text
from mailbot.errors import PolicyError

MAX_CHOICES = 32
MAX_VALUE = 1000
OF_MANY_LINES = frozenset({"summary_lines"})
_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@dataclass(frozen=True, slots=True)
class _Choice:
    """The letter as it is for the conditions that hold."""

    names: tuple[str, ...]
    subject: Template
    body: Template


class CompiledLetter:
    """A checked letter. Raises PolicyError at once if it is wrong; ``where`` names it in that sentence."""

    def __init__(self, source: LetterSource, where: Path | str) -> None:
        self._source = source
        self.spec = spec_of(source, where)
        self.version = sha256("\0".join((source.settings, source.subject, source.body)).encode()).hexdigest()[:12]
        self._conditions = frozenset(sentence.when for sentence in self.spec.sentences.values())
        self._choose = lru_cache(MAX_CHOICES)(self._compile)

    def missing(self, values: LetterValues) -> tuple[str, ...]:
        """The names that have neither a value here nor a fallback: the letter could not be written."""
        return tuple(sorted(name for name, value in self._named(self._choice(values), values).items() if value is None))

    def render(self, values: LetterValues) -> Rendered:
        """Subject (one line) and body. Raises PolicyError if a name has neither value nor fallback."""
        choice = self._choice(values)
        names = self._named(choice, values)
        if None in names.values():
            missing = ", ".join(self.missing(values))
            raise PolicyError(f"letter '{self.spec.name}': no value and no fallback for {missing}")
        return Rendered(subject=clean_line(choice.subject.render(names)), body=choice.body.render(names))

    def _choice(self, values: LetterValues) -> _Choice:
        return self._choose(frozenset(name for name in self._conditions if getattr(values, name)))

    def _compile(self, holds: frozenset[str]) -> _Choice:
        texts = [with_sentences(text, self.spec.sentences, holds) for text in (self._source.subject, self._source.body)]
        subject, body = (_environment.from_string(text) for text in texts)
        return _Choice(tuple(names_in("\n".join(texts))), subject, body)

    def _named(self, choice: _Choice, values: LetterValues) -> Mapping[str, str | None]:
        fallbacks = self.spec.fallbacks
        return {name: _safe(name, getattr(values, name)) or fallbacks.get(name) for name in choice.names}


def _safe(name: str, value: str | None) -> str | None:
    """A value as it may stand in a letter: one line without anything unseen, of a length that no name and no link needs."""
    if not value:
        return None
    return shown_text(value) if name in OF_MANY_LINES else clean_line(value)[:MAX_VALUE]
