"""An occasion: a case at a moment, with all that a letter about it depends on, and the two ways of writing one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from mailbot.core import screen
from mailbot.core.action import Action, KeepSilent, Permission, QueueLetter
from mailbot.core.case import Case, RunningClock
from mailbot.core.clock_rule import ClockRule
from mailbot.core.decide.wording import case_values, letter_words, other_contact
from mailbot.core.event_letters import EventLetters
from mailbot.core.ladder import Rung, who_is_told
from mailbot.core.letter import Audience, Lane, LetterValues, Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore

LANES = {
    Purpose.DIGEST: Lane.DIGEST,
    Purpose.OVERDUE_ALERT: Lane.ALERT,
    Purpose.NO_OWNER: Lane.ALERT,
    Purpose.ALARM: Lane.ALERT,
    Purpose.UNDELIVERED: Lane.ALERT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """``key`` names what brings the letter (a deadline, a command): one letter of a purpose to one person for each."""

    case: Case
    policy: MailboxPolicy
    now: datetime
    before: SentBefore
    key: str
    running: RunningClock | None = None

    @property
    def today(self) -> date:
        return self.policy.pack.working_calendar.local_date(self.now)

    @property
    def opening(self) -> datetime:
        """Now while the office is open, otherwise when it opens next."""
        return self.policy.pack.working_calendar.next_opening(self.now).astimezone(UTC)

    def rule(self) -> ClockRule | None:
        """The rule of the clock it is about, as the pack has it now; None if the pack no longer has it."""
        if self.running is None:
            return None
        return self.policy.pack.rule(self.running.name, self.case.class_, self.case.channel, self.running.law, self.case.also)

    def values(self, more: Mapping[str, str | None]) -> LetterValues:
        return replace(case_values(self.policy, self.case, self.running), **more)

    def address_of(self, rung: Rung) -> str | None:
        """Who is told at this step of the ladder; without a team, the mailbox's manager."""
        excluded = self.before.excluded
        if self.policy.team is None:
            at_home = self.case.owner_address if rung is Rung.OWNER else None
            return at_home if at_home and at_home.lower() not in excluded else self.policy.manager
        told = who_is_told(
            self.policy.directory, self.policy.team, self.case.owner_address, rung, self.today, excluded=excluded
        )
        return told.person.address if told else self.policy.manager

    def tell(self, rung: Rung, purpose: Purpose, more: Mapping[str, str | None] | None = None) -> list[Action]:
        """A mail to staff, in opening hours."""
        return self.tell_address(self.address_of(rung), purpose, more)

    def tell_address(self, address: str | None, purpose: Purpose, more: Mapping[str, str | None] | None = None) -> list[Action]:
        permission = screen.permit_staff(address, self.policy, self.before)
        if not isinstance(permission, Permission):
            return [KeepSilent(reasons=permission)]
        letter = QueueLetter(
            permission=permission,
            purpose=purpose,
            letter=letter_for(self.policy.pack.letters, purpose),
            audience=Audience.STAFF,
            lane=LANES.get(purpose, Lane.NOTICE),
            key=self.key,
            values=self.values(more or {}),
            not_before=self.opening,
            clock_id=self.running.id if self.running else None,
            observed=self.case.observed,
            reason=Reason(purpose.value, self.running.name if self.running else ""),
        )
        return [letter]

    def write(self, purpose: Purpose, more: Mapping[str, str | None], states_date: date | None = None) -> list[Action]:
        """A letter to the customer, in opening hours; silence with every reason if none may go."""
        permission = screen.permit_notice(self.case, self.policy, self.before)
        if not isinstance(permission, Permission):
            return [
                KeepSilent(reasons=permission),
                *(self._ask_a_person(purpose) if permission == (screen.UNREACHABLE,) else []),
            ]
        letter = QueueLetter(
            permission=permission,
            purpose=purpose,
            letter=letter_for(self.policy.pack.letters, purpose),
            audience=Audience.CUSTOMER,
            language=self.case.language,
            lane=Lane.NOTICE,
            key=self.key,
            values=self.values(more),
            not_before=self.opening,
            clock_id=self.running.id if self.running else None,
            observed=self.case.observed,
            states_date=states_date,
            in_reply_to=self.case.last_message_id,
            references=(self.case.last_message_id,) if self.case.last_message_id else (),
            reason=Reason(purpose.value, self.running.name if self.running else ""),
        )
        return [letter]

    def _ask_a_person(self, purpose: Purpose) -> list[Action]:
        """A letter is due that would not arrive: somebody has to reach the customer in another way."""
        more = {
            "letter_words": letter_words(purpose),
            "failed_address": self.case.customer,
            "failure": "nothing arrives at this address any more, so it was not sent",
            "other_contact": other_contact(self.case, ()),
        }
        return self.tell(Rung.OWNER, Purpose.UNDELIVERED, more)


def somebody_else(address: str | None, policy: MailboxPolicy, now: datetime, excluded: frozenset[str]) -> str | None:
    """Whom a mail to a member of staff reaches: themselves, or instead of somebody who is excluded, somebody else.

    Their own address where nobody else is known: nothing arrives there, but it may work again, and silence helps nobody.
    ``screen.permit_staff`` stops what must not go there.
    """
    if not address or address.lower() not in excluded or policy.team is None:
        return address
    today = policy.pack.working_calendar.local_date(now)
    told = who_is_told(policy.directory, policy.team, None, Rung.MANAGER, today, excluded=excluded)
    return told.person.address if told else address


def goes_to_the_customer(actions: Iterable[Action]) -> bool:
    """Whether one of these is a letter to the customer."""
    return any(isinstance(action, QueueLetter) and action.audience is Audience.CUSTOMER for action in actions)


def letter_for(letters: EventLetters, purpose: Purpose) -> str:
    """The letter that a pack names for a purpose."""
    named = {Purpose.OVERDUE_ALERT: letters.overdue}
    return named.get(purpose) or str(getattr(letters, purpose.value))
