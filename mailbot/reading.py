"""Reading messages with the parser and the phrase finder, in the process that asks for it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Thread

import structlog

from mailbot.adapters.language import LangidLanguages
from mailbot.adapters.parser import files_of, lines_of, parse, why_unreadable
from mailbot.adapters.spacy_model import Classifier, SpacyPhrases
from mailbot.core.class_rules import ClassRules
from mailbot.core.classify import Hit, Opinion
from mailbot.core.contact_note import ContactRules
from mailbot.core.enclosure import File, enclosure
from mailbot.core.evidence import Evidence
from mailbot.core.flag import NO_FLAGS, RAISED_FROM, FlagRules
from mailbot.core.information_request import NO_REQUESTS, RequestRules
from mailbot.core.language import is_another, shown_part, words_to_judge
from mailbot.core.message import Address, Message
from mailbot.core.page_words import PageLine
from mailbot.core.quoting import QuoteRules, own_spans
from mailbot.core.screening_rules import Scoring
from mailbot.core.subject import SubjectRules, base_subject
from mailbot.core.weak_evidence import weak_evidence
from mailbot.errors import MailbotError
from mailbot.learning import Learning, model_in_use, model_kept_in
from mailbot.ports import Languages, Original, Phrases, ReadMessage
from mailbot.runner import keep_memory_together, spare_the_collector

log = structlog.get_logger()
NO_WORDS = ClassRules(version="", rules=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """The rules by which messages are read: what speaks for classes and flags, and where a message stops being its writer's.

    ``scoring``: the weak evidence of screening that is gathered on the way; None: none is. ``learning``: where the classifier
    learns from; None: the rules judge alone. ``requests``: by what requests for recorded information are known.
    ``directory``: the words by which services are known, and the names of people.
    """

    classes: ClassRules
    subjects: SubjectRules
    quoting: QuoteRules
    scoring: Scoring | None = None
    flags: FlagRules = NO_FLAGS
    learning: Learning | None = None
    requests: RequestRules = NO_REQUESTS
    directory: ClassRules = NO_WORDS

    @property
    def version(self) -> str:
        """Of the rules of classes and of flags."""
        return f"{self.classes.version}-{self.flags.words.version}"


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Reads when asked, and nothing before. What is quoted is left out where phrases are looked for."""

    phrases: Phrases
    rules: ReadingRules
    languages: Languages = field(default_factory=LangidLanguages)

    def read(self, contents: Sequence[bytes], soon: Sequence[bytes] = ()) -> list[ReadMessage]:  # noqa: ARG002
        """What each content says. Never raises, whatever the bytes."""
        messages = [read_message(content, self.rules) for content in contents]
        judged = self.judge([message.full_own_text for message in messages])
        return [
            ReadMessage(
                message=message, hits=hits, unreadable=why_unreadable(message), weak=self._weak(message), opinion=opinion
            )
            for message, (hits, opinion) in zip(messages, judged, strict=True)
        ]

    def judge(self, texts: Sequence[str]) -> list[tuple[tuple[Hit, ...], Opinion | None]]:
        """What speaks for classes and flags in each text (subject, empty line, body), and what the classifier thinks of it."""
        judged = self.phrases.judge(texts)
        return [((*hits, *self._language(text)), opinion) for text, (hits, opinion) in zip(texts, judged, strict=True)]

    def close(self) -> None:
        """Nothing is held."""

    def _language(self, text: str) -> Iterator[Hit]:
        """The flags that the language raises, with how sure it is."""
        for name, rule in self.rules.flags.languages.items():
            words = words_to_judge(text, rule)
            language, confidence = self.languages.language(words) if words else ("", 0.0)
            if words and is_another(language, confidence, rule):
                why = f"{name}: language {language}, confidence {confidence:.2f}"
                yield Hit(class_=name, rule=why, weight=RAISED_FROM, span=shown_part(text), language=language)

    def _weak(self, message: Message) -> tuple[Evidence, ...] | None:
        return weak_evidence(message, self.rules.scoring) if self.rules.scoring else None


def read_message(content: bytes, rules: ReadingRules) -> Message:
    """A message, and which parts of its text its writer wrote."""
    return with_own(parse(content), rules)


def with_own(message: Message, rules: ReadingRules) -> Message:
    """The message with the parts of its text that its writer wrote."""
    is_forward = base_subject(message.subject, rules.subjects).is_forward
    return replace(message, own=own_spans(message.text, rules.quoting, is_forward=is_forward))


def with_signature(message: Message, rules: ReadingRules, *, is_passed_on: bool = False) -> Message:
    """The message with the parts of its text that its writer wrote or signed with.

    ``is_passed_on``: a colleague passed it on, and its writer is the author of what they passed on.
    """
    return replace(message, own=own_spans(message.text, rules.quoting, is_forward=is_passed_on, with_signature=True))


@dataclass(frozen=True, slots=True)
class ReadOriginals:
    """Reads what a customer wrote for whoever takes it over. ``our_numbers``: phone numbers of ours and of partners."""

    rules: ReadingRules
    contact: ContactRules
    our_numbers: tuple[str, ...] = ()

    def read(
        self, content: bytes, received_at: datetime, customer: str, attach_at_most: int, *, is_all: bool = True
    ) -> Original:
        """The note, the message as it goes along, and its thread. ``is_all``: its bytes are all there, not its head alone."""
        from mailbot.adapters.contact_note import ContactReader  # here: the process that reads messages makes no notes

        message = parse(content)
        passed_on = bool(customer) and message.sender != customer.lower()
        named = replace(message, from_=Address(address=customer)) if passed_on else message
        own = with_signature(named, self.rules, is_passed_on=passed_on)
        references = (*(message.references or message.in_reply_to[:1]), message.message_id)
        return Original(
            note=ContactReader(self.contact, self.rules.subjects).read(own, received_at, self.our_numbers),
            enclosure=enclosure(content, message, attach_at_most, is_all=is_all, is_read=not why_unreadable(message)),
            references=tuple(filter(None, references)),
            words=own.own_text,
        )

    def text(self, content: bytes) -> str:
        """The whole text of a message."""
        return parse(content).text

    def words(self, content: bytes) -> str:
        """What the writer of a message wrote and signed with."""
        return with_signature(parse(content), self.rules).own_text

    def page(self, content: bytes) -> tuple[PageLine, ...]:
        """The lines of a message's page."""
        return lines_of(content)

    def files(self, content: bytes) -> tuple[File, ...]:
        """What goes with a message besides its text."""
        return files_of(content)


def spacy_reader(rules: ReadingRules, when_whole: Callable[[], object] = lambda: None) -> PlainReader:
    """A reader that looks for the phrases of these rules. Takes two seconds: spaCy is loaded.

    The rules judge alone until the classifier is there, which is followed by ``when_whole``: where none is kept it is trained
    meanwhile, which takes half a minute.
    """
    phrases = SpacyPhrases(rules.classes, rules.flags.words, rules.directory)
    if rules.learning is not None:
        Thread(target=_ask_a_classifier, args=(phrases, rules, rules.learning, when_whole), daemon=True).start()
    return PlainReader(phrases, rules)


def reader_alone(rules: ReadingRules) -> PlainReader:
    """The same for a process that does nothing else."""
    keep_memory_together()
    reader = spacy_reader(rules, spare_the_collector)
    spare_the_collector()
    return reader


def whole_judge(rules: ReadingRules, tell: Callable[[str], object]) -> PlainReader:
    """Rules and classifier together, for whoever can wait; ``tell`` is told why if it takes long. Raises PolicyError."""
    phrases = SpacyPhrases(rules.classes, rules.flags.words, rules.directory)
    if rules.learning is not None:
        phrases.ask(Classifier(model_in_use(rules.classes, rules.flags, rules.learning, tell)))
    return PlainReader(phrases, rules)


def judge_with(rules: ReadingRules, file: Path) -> PlainReader:
    """Rules and the classifier that this file keeps, whatever it has learnt from. Raises PolicyError."""
    phrases = SpacyPhrases(rules.classes, rules.flags.words, rules.directory)
    phrases.ask(Classifier(model_kept_in(file)))
    return PlainReader(phrases, rules)


def _ask_a_classifier(phrases: SpacyPhrases, rules: ReadingRules, learning: Learning, when_whole: Callable[[], object]) -> None:
    try:
        phrases.ask(Classifier(model_in_use(rules.classes, rules.flags, learning, lambda why: log.info("classifier", why=why))))
    except MailbotError as error:
        log.error("classifier", error=str(error), then="the rules judge alone")
    when_whole()
