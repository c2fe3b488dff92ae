"""Whom a flag brings a mail: the contact for other formats and languages (J16), or a role that is to know (F11)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from mailbot.core import screen
from mailbot.core.action import Action, ChangeCase, HideTexts, KeepSilent, Note, Permission, QueueLetter
from mailbot.core.case import RAW_OPENED, RESTRICTED_BY_STAFF, Case
from mailbot.core.case_command import CaseRestricted, FlagConfirmed, RawOpened
from mailbot.core.classify import Classification
from mailbot.core.decide.flagging import flag_actions
from mailbot.core.decide.named_owner import taken_from_owner
from mailbot.core.decide.occasion import Occasion, somebody_else
from mailbot.core.decide.wording import case_values
from mailbot.core.directory import Directory, Person, Rota, person_at
from mailbot.core.ladder import rota_members
from mailbot.core.letter import Audience, Lane, LetterValues, Purpose
from mailbot.core.policy import FlagPolicy, MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import SentBefore
from mailbot.core.text import key
from mailbot.errors import PermanentError

ACCESS = "access_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """A message that bears flags, as far as mails about it depend on it. ``named``: people of ours who are spared it."""

    classification: Classification
    values: LetterValues
    policy: MailboxPolicy
    before: SentBefore
    digest: str
    named: tuple[str, ...]
    observed: bool
    now: datetime


def flag_notices(flagged: Flagged) -> Iterator[Action]:
    """A mail for each flag that somebody in particular is to see to, in opening hours."""
    for name in flagged.classification.flags:
        flag = flagged.policy.pack.flags.get(name)
        if flag is not None and flag.tells:
            yield from _notices(flag, flag.tells, flag.next, f"flag:{name}:{flagged.digest}", flagged)


def _notices(flag: FlagPolicy, whom: str, what_next: str, key_: str, flagged: Flagged) -> Iterator[Action]:
    policy, before = flagged.policy, replace(flagged.before, spared=frozenset(flagged.named))
    calendar = policy.pack.working_calendar
    for address in told_by(whom, policy, calendar.local_date(flagged.now), flagged.now, before.excluded):
        permission = screen.permit_staff(address, policy, before)
        if not isinstance(permission, Permission):
            yield KeepSilent(reasons=permission)
            continue
        yield QueueLetter(
            permission=permission,
            purpose=Purpose.FLAG_NOTICE,
            letter=policy.pack.letters.flag_notice,
            audience=Audience.STAFF,
            lane=Lane.NOTICE,
            key=key_,
            values=replace(flagged.values, alarm_what=flag.words, what_next=what_next or None, customer_subject=None),
            not_before=calendar.next_opening(flagged.now).astimezone(UTC),
            observed=flagged.observed,
            reason=Reason(Purpose.FLAG_NOTICE.value, whom),
        )


def told_by(whom: str, policy: MailboxPolicy, today: date, now: datetime, excluded: frozenset[str]) -> tuple[str | None, ...]:
    """Addresses of whom a flag tells, each who is away replaced by a deputy; the mailbox's manager where there is nobody."""
    rota = Rota(name=whom, members=tuple(one.address for one in in_role(whom, policy.directory)))
    told = rota_members(policy.directory, rota, today, excluded=excluded)
    return tuple(one.address for one in told) or (somebody_else(policy.manager, policy, now, excluded),)


def in_role(whom: str, directory: Directory) -> tuple[Person, ...]:
    """Everybody of ours in a role, or our contact for other formats and languages."""
    if whom == ACCESS:
        contact = access_contact(directory)
        return (contact,) if contact else ()
    return tuple(one for one in directory.people if one.role and key(one.role) == key(whom))


def access_contact(directory: Directory) -> Person | None:
    """Who arranges other formats and languages with us; None where the directory names nobody."""
    ours = directory.organisations[0].access_contact if directory.organisations else ""
    return person_at(directory, ours) if ours else None


def with_access(values: LetterValues, classification: Classification, policy: MailboxPolicy) -> LetterValues:
    """The values of a receipt with the contact for other formats and languages, who may have been told already (J16, O8)."""
    contact = access_contact(policy.directory)
    if contact is None:
        return values
    shown = ", ".join(filter(None, (contact.name, contact.address, contact.phone)))
    flags = (policy.pack.flags.get(name) for name in classification.flags)
    told = any(flag is not None and flag.tells == ACCESS for flag in flags)
    return replace(values, access_told=shown) if told else replace(values, access_contact=shown)


def names_are_hidden(classification: Classification, policy: MailboxPolicy) -> bool:
    """Whether no name of anybody of ours is recorded of a message with these flags (F11)."""
    flags = (policy.pack.flags.get(name) for name in classification.flags)
    return any(flag is not None and flag.opens for flag in flags)


# What staff say ----------------------------------------------------------------------------------------------------------


def confirmed(command: FlagConfirmed, occasion: Occasion, values: LetterValues) -> list[Action]:
    """Whoever was told of a flag says that the next role is to hear of it. Raises PermanentError where none is."""
    case, policy = occasion.case, occasion.policy
    flag = policy.pack.flags.get(command.flag)
    if flag is None or not flag.then:
        raise PermanentError(f"{case.reference}: the policy tells nobody else of '{command.flag}'")
    if not command.raised:
        raise PermanentError(f"{case.reference} bears no flag '{command.flag}'; 'mailbot case show' lists those that it has")
    told = _notices(flag, flag.then, "", f"confirmed:{command.flag}:{case.id}", _said((), occasion, values))
    return [Note(kind="flag", reason=Reason(f"confirmed-{command.flag}", f"{flag.then}, by {command.by}")), *told]


def restricted(command: CaseRestricted, occasion: Occasion) -> list[Action]:
    """A person says that a case is about somebody of ours: from now on it is one, as if its message had borne the flag.

    The flag is the first of the pack with ``opens``. Of a case that is one already, only whom else it is about is news.
    Raises PermanentError where no flag has it, or where there is no news.
    """
    case, pack = occasion.case, occasion.policy.pack
    name = next((name for name, flag in pack.flags.items() if flag.opens), None)
    if name is None:
        raise PermanentError(f"{case.reference}: pack {pack.name} says of no flag who opens its messages, so none can be kept")
    if case.restricted and not command.names_somebody:
        raise PermanentError(f"{case.reference} is about somebody of ours already; 'mailbot case confirm' tells the next role")
    reason = Reason(RESTRICTED_BY_STAFF, f"by {command.by}: {command.hidden.reason}")
    named = tuple(dict.fromkeys((*case.named, *command.named)))
    hides = HideTexts(case_id=case.id, hidden=command.hidden, reason=reason)
    changed = ChangeCase(case_id=case.id, restricted=True, named=named, reason=reason)
    shown = replace(case, subject=command.hidden.subject(case.subject), named=named)
    taken = taken_from_owner(replace(occasion, case=shown, key=f"owner-named:{case.id}:{case.version}"), named)
    if case.restricted:
        return [hides, changed, *taken]
    flagged = _said((name,), occasion, replace(case_values(occasion.policy, shown, None), reference=case.reference))
    flagged = replace(flagged, named=named)
    return [hides, changed, *taken, *flag_actions(flagged.classification, pack, flagged.digest), *flag_notices(flagged)]


def _said(flags: tuple[str, ...], occasion: Occasion, values: LetterValues) -> Flagged:
    """A case of which a person, and no message, says that it bears these flags."""
    case = occasion.case
    return Flagged(
        classification=Classification(class_=case.class_, best=case.class_, confidence=1.0, flags=flags),
        values=values,
        policy=occasion.policy,
        before=occasion.before,
        digest=f"case-{case.id}",
        named=case.named,
        observed=case.observed,
        now=occasion.now,
    )


def opened_raw(command: RawOpened, case: Case, policy: MailboxPolicy) -> list[Action]:
    """A message is opened as it came. Of a case in which names are hidden only by whom the pack says; each time is logged.

    Raises PermanentError for anybody else.
    """
    roles = tuple(dict.fromkeys(flag.opens for flag in policy.pack.flags.values() if flag.opens))
    may = {one.address for role in roles for one in in_role(role, policy.directory)} - {*case.named}
    if case.restricted and command.address.lower() not in may:
        known = "" if command.address else f"; nobody in the services file has login = '{command.by}', as you are signed in"
        raise PermanentError(f"{case.reference}: its messages open only for the {' or '.join(roles) or 'named role'}{known}")
    return [Note(kind="opened", reason=Reason(RAW_OPENED, f"message {command.number}, by {command.by}: {command.why}"))]
