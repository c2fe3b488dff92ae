"""What admins do with letters: keep a draft, publish, go back. Each is one transaction, under their name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mailbot.core.letter import LetterSource, LetterSpec
from mailbot.core.letter_file import LetterFile
from mailbot.core.letter_lint import lint_letter
from mailbot.core.letter_variant import letter_of
from mailbot.core.letter_version import SHIPPED, LetterVersion, VersionState
from mailbot.core.lint import LintRules, in_words
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.errors import PermanentError, PolicyError
from mailbot.pipeline.rule_examples import holes
from mailbot.ports import CheckedLetter, Clock, Happened, Letters, Store, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A letter as it is used now; ``number`` 0: as its files have it."""

    number: int
    spec: LetterSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCommands:
    """Commands of the person named ``actor``."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    actor: str
    wording: LintRules

    def publish(self, file: LetterFile, note: str, where: str) -> LetterVersion:
        """From the next letter on this text is used. ``where``: what a mistake's sentence calls the file.

        Raises PolicyError for a letter with a mistake, a hole or wording that lint finds, PermanentError where another version
        is in force than the one that the file was made from: the text is then kept as a draft.
        """
        self._accept(file.source, where)
        with self.store.transaction() as transaction:
            kept = self._publish(transaction, file, note)
            other = transaction.letters.get(kept.name, transaction.letters.in_force(kept.name))
        if kept.state is VersionState.DRAFT:
            raise PermanentError(_overtaken(kept, other))
        return kept

    def publish_all(self, files: Mapping[str, LetterFile], note: str) -> list[LetterVersion]:
        """Publish those that differ from what is in force, all or none. ``files`` by what a mistake's sentence calls them.

        Raises PolicyError for a mistake, a hole or wording that lint finds, PermanentError where somebody published one of them
        meanwhile.
        """
        new = [(where, file) for where, file in files.items() if file.source != self.in_force(file.source.name).source]
        for where, file in new:
            self._accept(file.source, where)
        with self.store.transaction() as transaction:
            done = [self._publish(transaction, file, note) for _, file in new]
            for version in done:
                if version.state is VersionState.DRAFT:
                    raise PermanentError(
                        f"letter '{version.name}': somebody published another version meanwhile; nothing was done"
                    )
        return done

    def publish_draft(self, name: str, number: int, note: str) -> LetterVersion:
        """Publish what was kept as a draft, as ``publish`` does. Raises PermanentError where that number is no draft."""
        draft = self.version(name, number)
        if draft.state is not VersionState.DRAFT or draft.source is None:
            raise PermanentError(
                f"{version_words(name, number)} is no draft; 'mailbot letter revert {name} {number}' uses it again"
            )
        return self.publish(LetterFile(draft.source, draft.based_on), note, version_words(name, number))

    def draft(self, file: LetterFile, note: str) -> LetterVersion:
        """Keep a text, with whatever mistakes it may have, for later."""
        self.letters.shipped(letter_of(file.source.name))
        with self.store.transaction() as transaction:
            number = transaction.letters.next_number(file.source.name)
            return self._add(transaction, self._new(file, number, VersionState.DRAFT, note))

    def revert(self, name: str, number: int, note: str) -> LetterVersion:
        """Publish an earlier version again, 0: the letter as its files have it. Raises PermanentError, PolicyError."""
        source = None if number == SHIPPED else self.version(name, number).source
        old = source or self.letters.shipped(name)
        self.check(old, version_words(name, number))
        with self.store.transaction() as transaction:
            new = transaction.letters.next_number(name)
            file = LetterFile(old, transaction.letters.in_force(name))
            version = self._new(file, new, VersionState.PUBLISHED, note or f"back to version {number}")
            return self._add(transaction, replace(version, source=source))

    def in_force(self, name: str) -> LetterFile:
        """The letter as it is used now, ready to be edited. Raises PolicyError for an unknown letter."""
        with self.store.view() as transaction:
            if number := transaction.letters.in_force(name):
                return LetterFile(transaction.letters.source(name, number), number)
        return LetterFile(self.letters.shipped(name), number)

    def version(self, name: str, number: int) -> LetterVersion:
        """One version of a letter. Raises PermanentError if there is none."""
        with self.store.view() as transaction:
            found = transaction.letters.get(name, number)
        if found is None:
            raise PermanentError(f"letter '{name}' has no version {number}; see 'mailbot letter history {name}'")
        return found

    def source(self, name: str, number: int) -> LetterSource:
        """The texts of a version. Raises PolicyError for an unknown letter, PermanentError for an unknown version."""
        return (self.version(name, number).source if number else None) or self.letters.shipped(name)

    def history(self, name: str) -> list[LetterVersion]:
        """Every version of a letter, the oldest first. Raises PolicyError for an unknown letter."""
        self.letters.shipped(letter_of(name))
        with self.store.view() as transaction:
            return transaction.letters.history(name)

    def check(self, source: LetterSource, where: str) -> CheckedLetter:
        """The letter, if it can be written for every case that its packs send it for. Raises PolicyError."""
        checked = self.letters.check(source, where)
        for trouble in holes(checked, self.policies.values()):
            raise PolicyError(f"{where}: {trouble}")
        return checked

    def in_force_now(self) -> list[InForce]:
        """Every letter with the version in force."""
        with self.store.view() as transaction:
            numbers = transaction.letters.all_in_force()
            sources = {name: transaction.letters.source(name, number) for name, number in numbers.items()}
        names = (*self.letters.names, *(name for name in sources if name not in self.letters.names))
        found = [sources.get(name) or self.letters.shipped(name) for name in names]
        return [
            InForce(number=numbers.get(each.name, SHIPPED), spec=self.letters.check(each, each.name).spec) for each in found
        ]

    def _accept(self, source: LetterSource, where: str) -> None:
        """Whether a text may be published. One that was in force may come back, whatever lint finds by now: see ``revert``."""
        letter = self.check(source, where)
        if found := lint_letter(letter.spec, source, letter.render, self.wording):
            raise PolicyError("\n".join(in_words(found, where)))

    def _publish(self, transaction: Transaction, file: LetterFile, note: str) -> LetterVersion:
        """Published if the file was made from what is in force now, and kept as a draft if not."""
        name = file.source.name
        number = transaction.letters.next_number(name)
        state = VersionState.PUBLISHED if transaction.letters.in_force(name) == file.based_on else VersionState.DRAFT
        return self._add(transaction, self._new(file, number, state, note))

    def _new(self, file: LetterFile, number: int, state: VersionState, note: str) -> LetterVersion:
        return LetterVersion(
            name=file.source.name,
            number=number,
            state=state,
            author=self.actor,
            at=self.clock.now(),
            note=note,
            based_on=file.based_on,
            source=file.source,
        )

    def _add(self, transaction: Transaction, version: LetterVersion) -> LetterVersion:
        transaction.letters.add(version)
        reason = Reason(f"command-letter-{version.state.value}", f"{version.name} {version.number}")
        kind = f"letter-{version.state.value}"
        transaction.cases.add_event(Happened(at=version.at, actor=self.actor, kind=kind, reason=reason))
        return version


def check_published(store: Store, letters: Letters, policies: Iterable[MailboxPolicy]) -> None:
    """Whether every version in force can still be written by these rules. Raises PolicyError."""
    policies = tuple(policies)
    with store.view() as transaction:
        for name, number in transaction.letters.all_in_force().items():
            where = version_words(name, number)
            checked = letters.check(transaction.letters.source(name, number), where)
            for trouble in holes(checked, policies):
                raise PolicyError(f"{where}: {trouble}; publish a right one, or 'mailbot letter revert {name} 0'")


def version_words(name: str, number: int) -> str:
    """What people call a version of a letter."""
    return f"letter {name}, version {number}" if number else f"letter {name} as it came"


def _overtaken(draft: LetterVersion, other: LetterVersion | None) -> str:
    by = f", which {other.author} published on {other.at:%d %B %Y}: {other.note or 'no note'}" if other else ""
    name, number = draft.name, other.number if other else SHIPPED
    return (
        f"letter '{name}': your text was made from version {draft.based_on}, and version {number} is in force now{by}. "
        f"Nothing is lost: yours is kept as draft {draft.number}. See 'mailbot letter diff {name} {number} {draft.number}', "
        f"bring both together, write 'Version: {number}' into your file, and publish it again"
    )
