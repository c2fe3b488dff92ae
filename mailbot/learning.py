"""The classifier in use: kept, or trained from the shipped examples, or one that has learnt from staff's corrections too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mailbot.adapters.rule_files.corpus import Corpus, load_corpus
from mailbot.adapters.spacy_model import Model, SpacyPhrases, keeping
from mailbot.core.class_rules import ClassRules
from mailbot.core.example import Example
from mailbot.core.flag import FlagRules
from mailbot.errors import PolicyError


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """Where the classifier learns from and is kept. ``own``: the name of the model that has learnt from corrections too."""

    rules: Path
    models: Path
    own: str

    @property
    def own_file(self) -> Path:
        return keeping.file_of(self.models, f"own-{self.own}")


def model_in_use(rules: ClassRules, flags: FlagRules, learning: Learning, tell: Callable[[str], object]) -> Model:
    """The organisation's own model if it belongs to these examples and rules, else the one of the shipped examples.

    Where that is not kept, or its file is damaged, it is trained and kept, and ``tell`` is told why. Raises PolicyError for a
    malformed example.
    """
    corpus = _corpus(rules, learning)
    version = shipped_version(corpus, rules, flags)
    own = keeping.load(learning.own_file)
    if isinstance(own, Model) and own.version.startswith(version):
        return own
    file = keeping.file_of(learning.models, version)
    kept = keeping.load(file)
    if isinstance(kept, Model) and kept.version == version:
        return kept
    tell(f"the classifier is trained, which takes half a minute: {kept if isinstance(kept, str) else 'its file was renamed'}")
    model = trained(rules, flags, corpus, version)
    try:
        keeping.save(model, file)
    except OSError as error:
        tell(f"the classifier is trained at each start: {file} cannot be written: {error.strerror}")
    return model


def model_kept_in(file: Path) -> Model:
    """The model that this file keeps. Raises PolicyError where it keeps none that can be used."""
    model = keeping.load(file)
    if isinstance(model, str):
        raise PolicyError(f"{file}: {model}; write the file of a classifier that 'mailbot train' or the daemon has kept")
    return model


def trained_with(rules: ClassRules, flags: FlagRules, learning: Learning, own: Sequence[Example]) -> Model:
    """A model that has learnt from these corrections too. Raises PolicyError for a malformed example."""
    corpus = _corpus(rules, learning)
    lessons = "".join(f"{one.id} {one.label} {one.full_text}" for one in own)
    return trained(rules, flags, corpus, f"{shipped_version(corpus, rules, flags)}-{keeping.digest(lessons)}", own)


def shipped_version(corpus: Corpus, rules: ClassRules, flags: FlagRules) -> str:
    """The version of the model of the shipped examples."""
    from mailbot.adapters.spacy_model.training import version_of

    return version_of(corpus.version, f"{rules.version} {flags.words.version}")


def trained(rules: ClassRules, flags: FlagRules, corpus: Corpus, version: str, own: Sequence[Example] = ()) -> Model:
    """Train on these examples and corrections, which say nothing of flags. Takes some fifteen seconds of the processor."""
    from mailbot.adapters.spacy_model.flag_training import train_flags
    from mailbot.adapters.spacy_model.training import fold_of, train

    phrases = SpacyPhrases(rules, flags.words)
    lessons = (*corpus.examples, *own)
    shown = {one.label for one in lessons}
    classes = [rule.class_ for rule in rules.rules if rule.class_ in shown]  # of any other the rules alone know
    model = train(lessons, classes, version, phrases.scores, len(own))
    spoken = phrases.scores([one.full_text for one in corpus.examples])
    learnt = train_flags(corpus.examples, list(map(fold_of, corpus.examples)), flags.least_precision, spoken)
    return replace(model, flags=learnt)


def _corpus(rules: ClassRules, learning: Learning) -> Corpus:
    return load_corpus(learning.rules, {rule.class_ for rule in rules.rules})
