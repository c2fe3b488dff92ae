"""One letter, compiled: each choice of its sentences once, when it is first needed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.adapters.letters.source import Places, spec_of
from mailbot.core.letter import LetterSource, LetterSpec, LetterValues, Rendered, Written
from mailbot.core.letter_html import html_link, html_of, html_value, html_with_links, plain
from mailbot.core.letter_text import LONGEST_VALUE, names_in, with_sentences
from mailbot.core.letter_variant import language_of
from mailbot.core.text import clean_line, shown_text
from mailbot.core.tongue import ENGLISH, Tongue
from mailbot.errors import PolicyError

MAX_CHOICES = 32
OF_MANY_LINES = frozenset(
    {
        *("answer_lines", "answer_text", "message_lines", "note_lines", "own_lines"),
        *("pages", "signature_lines", "similar_lines", "summary_lines"),
    }
)
LINKS = frozenset({"policy_link"})
WITH_LINKS = frozenset({"pages"})
_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_environment.globals.clear()  # a letter calls nothing, and whatever stands there is copied each time that one is rendered


@dataclass(frozen=True, slots=True)
class _Choice:
    """The letter as it is for the conditions that hold."""

    names: tuple[str, ...]
    subject: Template
    body: Template
    html: Template
    written: Template


class CompiledLetter:
    """A checked letter. Raises PolicyError at once if it is wrong; ``places`` name it in that sentence.

    ``version``: what its letters keep of it; the digest of its texts if it has no number. ``below``: the settings that hold
    where its own say nothing, those of the letter itself first.
    """

    def __init__(self, source: LetterSource, places: Places, version: str | None = None, below: tuple[str, ...] = ()) -> None:
        self.source = source
        self.spec = spec_of(source, places, below)
        self.version = version or _digest(source)
        self._conditions = frozenset(sentence.when for sentence in self.spec.sentences.values())
        self._needed = _needed(source, self.spec)
        self._choose = lru_cache(MAX_CHOICES)(self._compile)

    @property
    def language(self) -> str:
        """What it is written in (ISO 639-1)."""
        return language_of(self.source.name)

    def missing(self, values: LetterValues) -> tuple[str, ...]:
        """The names that may have neither a value here nor a fallback, whatever sentences stand there."""
        return self._holes(self._needed, values)

    def render(self, values: LetterValues, tongue: Tongue = ENGLISH) -> Rendered:
        """Subject (one line) and body, with dates and our own words in ``tongue``.

        Raises PolicyError if a name has neither value nor fallback.
        """
        choice, names = self._filled(values, tongue)
        return Rendered(
            subject=clean_line(choice.subject.render(names)),
            body=choice.body.render(names),
            html=choice.html.render({name: _in_html(name, value or "") for name, value in names.items()}),
            language=self.language,
        )

    def written(self, values: LetterValues, tongue: Tongue = ENGLISH) -> Written:
        """Subject and body as somebody goes on writing them. Raises PolicyError if a name has neither value nor fallback."""
        choice, names = self._filled(values, tongue)
        return Written(subject=clean_line(choice.subject.render(names)), body=choice.written.render(names))

    def _filled(self, values: LetterValues, tongue: Tongue) -> tuple[_Choice, dict[str, str | None]]:
        choice = self._choose(frozenset(name for name in self._conditions if _safe(name, getattr(values, name))))
        names = {name: self._value(name, values, tongue) for name in choice.names}
        if None in names.values():
            holes = ", ".join(self._holes(choice.names, values))
            raise PolicyError(f"letter '{self.spec.name}': no value and no fallback for {holes}")
        return choice, names

    def _compile(self, holds: frozenset[str]) -> _Choice:
        subject, body = (with_sentences(text, self.spec.sentences, holds) for text in (self.source.subject, self.source.body))
        templates = [_environment.from_string(text) for text in (subject, plain(body), html_of(body), body)]
        return _Choice(names_in(f"{subject}\n{body}"), *templates)

    def _holes(self, names: Iterable[str], values: LetterValues) -> tuple[str, ...]:
        return tuple(sorted(name for name in names if self._value(name, values) is None))

    def _value(self, name: str, values: LetterValues, tongue: Tongue = ENGLISH) -> str | None:
        return _safe(name, tongue.value(name, getattr(values, name))) or self.spec.fallbacks.get(name)


def _digest(source: LetterSource) -> str:
    return sha256("\0".join((source.settings, source.subject, source.body)).encode()).hexdigest()[:12]


def _needed(source: LetterSource, spec: LetterSpec) -> frozenset[str]:
    """Every name of a letter but those that stand only where they have a value: a sentence's own condition."""
    needed = {*names_in(source.subject), *names_in(source.body)} - set(spec.sentences)
    for sentence in spec.sentences.values():
        needed |= (set(names_in(sentence.text)) - {sentence.when}) | set(names_in(sentence.otherwise))
    return frozenset(needed)


def _safe(name: str, value: str | None) -> str | None:
    """A value as it may stand in a letter: one line without anything unseen, of a length that no name and no link needs."""
    if not value:
        return None
    return shown_text(value) if name in OF_MANY_LINES else clean_line(value)[:LONGEST_VALUE]


def _in_html(name: str, value: str) -> str:
    if name in WITH_LINKS:
        return html_with_links(value)
    return html_link(value) if name in LINKS else html_value(value)
