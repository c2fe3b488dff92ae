"""Letters that staff write: a text from the case, handed in, checked by somebody else, and issued or sent back (F6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mailbot.core.action import Decision
from mailbot.core.case import Case
from mailbot.core.decide import decide, staff_values
from mailbot.core.draft import BODY_AFTER, Draft, DraftFile, DraftState, draft_findings
from mailbot.core.issuing_rule import LetterIssued
from mailbot.core.letter import LetterSpec, Written
from mailbot.core.lint import Finding, LintRules, in_words, lint, long_sentences
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.tongue import ENGLISH
from mailbot.errors import PermanentError, PolicyError
from mailbot.pipeline.record import Recording, record
from mailbot.pipeline.sent_today import sent_today
from mailbot.ports import CheckedLetter, Clock, Happened, Letters, Store, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A letter that was handed in and waits to be checked."""

    reference: str
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCommands:
    """Commands of the person named ``actor``."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    actor: str
    wording: LintRules

    def blank(self, reference: str, letter: str) -> DraftFile:
        """The letter as the case fills it in, or what was last written of it. Raises PermanentError, PolicyError."""
        letter = self.letters.named(letter)
        with self.store.view() as transaction:
            case, policy = self._case(transaction, reference)
            last = transaction.drafts.newest(case.id, letter)
            text = last.text if last and last.state is not DraftState.ISSUED else self._blank(transaction, case, policy, letter)
            return DraftFile(letter=letter, reference=case.reference, text=text)

    def submit(self, file: DraftFile, where: str) -> None:
        """Hand a letter in. Raises PolicyError with everything that keeps it from being issued."""
        with self.store.transaction() as transaction:
            case, policy = self._case(transaction, file.reference)
            letter = self.letters.named(file.letter)
            self._accept(transaction, case, policy, letter, file.text, where)
            self._add(transaction, case, letter, file.text, DraftState.SUBMITTED)

    def waiting(self) -> list[Waiting]:
        """What waits to be checked, the oldest first."""
        with self.store.view() as transaction:
            found = transaction.drafts.waiting()
            cases = transaction.cases.many([one.case_id for one in found])
            return [Waiting(reference=cases[one.case_id].reference, draft=one) for one in found]

    def send_back(self, reference: str, letter: str, reason: str) -> None:
        """Give a letter back to its writer. Raises PermanentError where none waits."""
        with self.store.transaction() as transaction:
            case, _ = self._case(transaction, reference)
            letter = self.letters.named(letter)
            waiting = _waiting(transaction, case, letter)
            self._add(transaction, case, letter, waiting.text, DraftState.SENT_BACK, reason)

    def issue(self, reference: str, letter: str) -> Decision:
        """Let a letter go that was handed in. It is checked once more: dates may have moved since.

        Raises PermanentError where none waits, for whoever wrote it where the pack wants another, and where none may go.
        """
        with self.store.transaction() as transaction:
            case, policy = self._case(transaction, reference)
            letter = self.letters.named(letter)
            waiting = _waiting(transaction, case, letter)
            if policy.pack.issuing.by_another and waiting.author == self.actor:
                raise PermanentError(f"{case.reference}: you wrote this letter; somebody else checks and issues it")
            spec = self._accept(transaction, case, policy, letter, waiting.text, f"{case.reference}, {letter}")
            now = self.clock.now()
            serves = spec.serves
            assert serves is not None  # noqa: S101  # what cannot be issued is not accepted
            command = LetterIssued(letter=letter, serves=serves, asks=spec.asks, at=now, text=waiting.text)
            before = sent_today(transaction, self.policies, [case], now).about(case)
            decision = decide(command, case, None, policy, now, before)
            about = Recording(policy=policy, now=now, actor=self.actor, case_id=case.id, reference=case.reference)
            record(transaction, self.letters, decision, about)
            self._add(transaction, case, letter, waiting.text, DraftState.ISSUED)
            return decision

    def _case(self, transaction: Transaction, reference: str) -> tuple[Case, MailboxPolicy]:
        case_id = transaction.cases.find(reference)
        if case_id is None:
            raise PermanentError(f"there is no case {reference}")
        case = transaction.cases.get(transaction.turns.merged_into(case_id))
        if case.mailbox not in self.policies:
            raise PermanentError(f"{case.reference}: its mailbox '{case.mailbox}' is not configured any more")
        return case, self.policies[case.mailbox]

    def _letter(self, transaction: Transaction, case: Case, policy: MailboxPolicy, name: str) -> CheckedLetter:
        """In the language of the case, if the letter is there in it."""
        found = self.letters.in_force(name, transaction.letters, policy.pack.manner(case.language))
        if found.spec.serves is None:
            raise PermanentError(f"letter '{name}' is mailbot's own; staff write those that have 'serves' in their letter.toml")
        return found

    def _blank(self, transaction: Transaction, case: Case, policy: MailboxPolicy, letter: str) -> Written:
        values = replace(staff_values(policy, case, letter, self.clock.now()), reference=case.reference)
        found = self._letter(transaction, case, policy, letter)
        return found.written(values, policy.pack.manner(found.language).tongue)

    def _accept(  # what is judged, and by what it is
        self, transaction: Transaction, case: Case, policy: MailboxPolicy, letter: str, text: Written, where: str
    ) -> LetterSpec:
        """The letter's description, if nothing keeps this text from leaving. Raises PolicyError with all that does."""
        blank, form = self._blank(transaction, case, policy, letter), self._letter(transaction, case, policy, letter)
        tongue = policy.pack.manner(form.language).tongue
        found: list[Finding] = [*draft_findings(text, blank, case.reference, tongue)]
        if not found:
            judged = lint(text.body, self.wording) if tongue is ENGLISH else long_sentences(text.body, self.wording)
            found = [replace(one, place="body") for one in judged]
        if found:
            raise PolicyError("\n".join(in_words(map(_in_file, found), where)))
        return form.spec

    def _add(  # one for each column
        self, transaction: Transaction, case: Case, letter: str, text: Written, state: DraftState, note: str = ""
    ) -> None:
        now = self.clock.now()
        draft = Draft(case_id=case.id, letter=letter, state=state, author=self.actor, at=now, text=text, note=note)
        transaction.drafts.add(draft)
        reason = Reason(f"letter-{state.value.replace('_', '-')}", f"{letter}: {note}" if note else letter)
        transaction.cases.add_event(Happened(at=now, actor=self.actor, kind="draft", reason=reason, case_id=case.id))


def _in_file(finding: Finding) -> Finding:
    """The finding by its line in the file that the writer has."""
    return replace(finding, place="", line=finding.line + BODY_AFTER if finding.line else 0)


def _waiting(transaction: Transaction, case: Case, letter: str) -> Draft:
    found = transaction.drafts.newest(case.id, letter)
    if found is None or found.state is not DraftState.SUBMITTED:
        raise PermanentError(f"{case.reference}: no letter '{letter}' waits; see 'mailbot case drafts'")
    return found
