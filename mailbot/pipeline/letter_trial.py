"""A letter filled in before it is published: with what is known of a case, or with invented values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from mailbot.core.case import Case
from mailbot.core.decide.clarifying import lacking
from mailbot.core.decide.wording import case_values
from mailbot.core.draft import DraftState
from mailbot.core.letter import LetterValues, Rendered
from mailbot.core.letter_html import rendered
from mailbot.core.letter_sample import FULLEST
from mailbot.core.letter_variant import language_of, pack_of
from mailbot.core.mime import Headers
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.tongue import Tongue
from mailbot.errors import PermanentError
from mailbot.pipeline.clarifying import known_lacks
from mailbot.ports import CheckedLetter, Clock, Composed, Happened, Letters, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A letter with values for it. ``invented``: the names that nothing is known of, and that the sample's values fill."""

    letter: CheckedLetter
    policy: MailboxPolicy
    values: LetterValues
    invented: tuple[str, ...] = ()

    @property
    def rendered(self) -> Rendered:
        """The letter as its reader would get it."""
        return self.letter.render(self.values, self.tongue)

    @property
    def tongue(self) -> Tongue:
        """The language that it is written in, as the pack speaks it."""
        return self.policy.pack.manner(self.letter.language).tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTrials:
    """Nothing here changes a case, and nothing goes to a customer."""

    store: Store
    letters: Letters
    policies: Mapping[str, MailboxPolicy]
    clock: Clock
    actor: str

    def form(self, name: str, reference: str) -> str:
        """The form of a letter that a case's customer gets: by its pack, in its language. Raises PermanentError."""
        policy, case = self._found(reference)
        with self.store.view() as transaction:
            return self.letters.in_force(name, transaction.letters, policy.pack.manner(case.language)).spec.name

    def issued(self, name: str, reference: str) -> Rendered | None:
        """The letter as somebody wrote it for this case and another issued it; None where nobody did. Raises PermanentError."""
        _, case = self._found(reference)
        with self.store.view() as transaction:
            last = transaction.drafts.newest(case.id, name)
        language = language_of(self.form(name, reference))
        return rendered(last.text, language) if last and last.state is DraftState.ISSUED else None

    def with_case(self, letter: CheckedLetter, reference: str) -> Trial:
        """By what is known of a case now; the date is that of its clock that is due first. Raises PermanentError."""
        policy, case = self._found(reference)
        running = min(case.clocks, key=lambda one: one.due_at, default=None)
        with self.store.view() as transaction:
            lacks = known_lacks(transaction, case)
        known = replace(lacking(case_values(policy, case, running), lacks), reference=case.reference)
        invented = letter.missing(known)
        values = replace(known, **{item.name: getattr(FULLEST, item.name) for item in fields(known) if item.name in invented})
        return Trial(letter=letter, policy=policy, values=values, invented=invented)

    def with_values(self, letter: CheckedLetter, values: LetterValues) -> Trial:
        """By invented values, as the first mailbox would send it that has its pack and language, if any has."""
        pack, language = pack_of(letter.spec.name), letter.language

        def fits(policy: MailboxPolicy) -> bool:
            return pack in ("", policy.pack.name) and policy.pack.manner(language).tongue.code == language

        policies = tuple(self.policies.values())
        return Trial(letter=letter, policy=next(filter(fits, policies), policies[0]), values=values)

    def composed(self, trial: Trial, address: str) -> Composed:
        """The trial's final bytes for a colleague, marked as a test in its sender. Raises PermanentError for anybody else.

        Only colleagues: what is tried may hold a customer's words, and no test may reach a customer.
        """
        policy = trial.policy
        if not policy.is_colleague(address.lower()):
            raise PermanentError(f"{address} is no colleague's address; a test goes only to staff")
        headers = Headers(
            from_name=f"Test, {policy.organisation}",
            from_address=policy.address,
            reply_to=policy.reply_to,
            recipient=address,
            date=self.clock.now(),
            in_reply_to="",
            references=(),
            audience=trial.letter.spec.audience,
            font=policy.pack.font,
        )
        return self.letters.composed(trial.letter, trial.values, headers, trial.tongue)

    def _found(self, reference: str) -> tuple[MailboxPolicy, Case]:
        with self.store.view() as transaction:
            case_id = transaction.cases.find(reference)
            case = transaction.cases.get(case_id) if case_id is not None else None
        if case is None:
            raise PermanentError(f"there is no case {reference}")
        if case.mailbox not in self.policies:
            raise PermanentError(f"{case.reference}: its mailbox '{case.mailbox}' is not configured any more")
        return self.policies[case.mailbox], case

    def note_test(self, trial: Trial) -> None:
        """Somebody sent a letter to a colleague to see it."""
        reason = Reason("command-letter-tested", trial.letter.spec.name)
        with self.store.transaction() as transaction:
            happened = Happened(at=self.clock.now(), actor=self.actor, kind="letter-tested", reason=reason)
            transaction.cases.add_event(happened)
