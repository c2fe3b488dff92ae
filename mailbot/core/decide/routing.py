"""Whom a new case goes to by what it speaks of, as the pack says, and who is spared it because it names them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mailbot.core import screen
from mailbot.core.action import Action, ChangeCase, KeepSilent, Note, OpenCase, Permission, QueueLetter
from mailbot.core.calendar import last_day
from mailbot.core.case import ASSIGNED, Case
from mailbot.core.classify import Classification
from mailbot.core.clock import OWED
from mailbot.core.clock_action import StartClock
from mailbot.core.decide.findings import Findings
from mailbot.core.decide.passing_on import Passing, passing
from mailbot.core.decide.wanted import wanted
from mailbot.core.decide.wording import receipt_values
from mailbot.core.directory import Person, team_named
from mailbot.core.ladder import Rung, Told, contact_on, who_is_told
from mailbot.core.letter import Audience, Lane, LetterValues, Purpose
from mailbot.core.message import Span
from mailbot.core.policy import MailboxPolicy, Pack
from mailbot.core.reason import Reason
from mailbot.core.route import PERSON, Route
from mailbot.core.route_rule import SERVICE_FOUND
from mailbot.core.screen import SentBefore

MOST_SPANS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where a new case goes. ``service``: what it is about, if that is sure, else ``proposed`` has the best.

    ``named``: people of ours whom it names and who are spared it. ``told``: whose it is by a rule; None: a person decides.
    ``passing``: a rule hands it over, or would.
    """

    service: str = ""
    proposed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    told: Told | None = None
    passing: Passing | None = None
    notes: tuple[Note, ...] = ()

    @property
    def owner(self) -> tuple[str, str] | None:
        """Name and address of whose it is."""
        return (self.told.person.name, self.told.person.address) if self.told else None


def routed(found: Route, class_: str, classification: Classification, policy: MailboxPolicy, now: datetime) -> Routed:
    """Route a message of ``class_`` by the services that it speaks of and the rules of the pack."""
    named = spared(found, classification, policy.pack)
    service = found.service or ""
    left_out, today = frozenset(named), policy.pack.working_calendar.local_date(now)
    handed = passing(found, class_, classification, policy, today, left_out)
    told = None if handed else _whose(service, class_, classification, policy, now, left_out)
    notes = [*_services(found), *_spared(found, named)]
    if told:
        notes.append(Note(kind=ASSIGNED, reason=Reason("routed", f"{told.person.name}, {told.why}")))
    proposed = () if service else tuple(candidate.service for candidate in found.ranked)
    return Routed(service=service, proposed=proposed, named=named, told=told, passing=handed, notes=tuple(notes))


def is_given(findings: Findings, policy: MailboxPolicy, now: datetime) -> bool:
    """Whether somebody has the new case of a message at once, by a rule."""
    if not findings.route.service and all(rule.to == SERVICE_FOUND for rule in policy.pack.routes.rules):
        return False
    class_ = wanted(findings.classification, findings.request, policy.pack).class_
    return routed(findings.route, class_, findings.classification, policy, now).told is not None


def spared(found: Route, classification: Classification, pack: Pack) -> tuple[str, ...]:
    """Addresses of the people of ours whom a complaint names, or whatever else the pack spares them (F11)."""
    routes = pack.routes
    classes = {classification.class_, classification.best, *classification.also}
    if not classes & {*routes.spare_named_in} and not {*classification.flags} & {*routes.spare_named_with}:
        return ()
    return everybody_named(found)


def named_later(case: Case, found: Route, classification: Classification, pack: Pack) -> list[ChangeCase]:
    """A later message of a case names people of ours who are spared it from now on."""
    is_one = case.class_ in pack.routes.spare_named_in
    named = everybody_named(found) if is_one else spared(found, classification, pack)
    new = tuple(address for address in named if address not in case.named)
    if not new:
        return []
    reason = Reason("named-people-spared", f"{len(new)} of the directory", _once([hit.span for hit in found.named]))
    return [ChangeCase(case_id=case.id, named=(*case.named, *new), reason=reason)]


def everybody_named(found: Route) -> tuple[str, ...]:
    """Addresses of the people of ours whom a message names."""
    return tuple(dict.fromkeys(hit.class_.removeprefix(PERSON) for hit in found.named))


def _whose(
    service: str,
    class_: str,
    classification: Classification,
    policy: MailboxPolicy,
    now: datetime,
    left_out: frozenset[str],
) -> Told | None:
    """Who has it by the pack's rule; None where no rule fits, the service is not sure, or a partner offers it."""
    rule, directory = policy.pack.routes.rule_for(class_, classification.flags), policy.directory
    if rule is None:
        return None
    today = policy.pack.working_calendar.local_date(now)
    if rule.to != SERVICE_FOUND:
        team = team_named(directory, rule.to)
        return who_is_told(directory, team, None, Rung.MANAGER, today, excluded=left_out) if team else None
    offered = directory.service(service) if service else None
    ours = directory.organisations[0].name if directory.organisations else ""
    return contact_on(directory, offered, today, left_out) if offered and offered.organisation == ours else None


def _services(found: Route) -> Iterator[Note]:
    """The services with what speaks for each: names and scores in words, the customer's words as places in the text."""
    if not found.ranked:
        return
    scores = ", ".join(f"{candidate.service} {candidate.score:.1f}" for candidate in found.ranked)
    spans = [hit.span for candidate in found.ranked for hit in candidate.hits]
    yield Note(kind="route", reason=Reason("service-sure" if found.sure else "service-proposed", scores, _once(spans)))


def _spared(found: Route, named: tuple[str, ...]) -> Iterator[Note]:
    """The history counts those who are spared and shows where they are named; it does not name them again (F11)."""
    if named:
        spans = _once([hit.span for hit in found.named])
        yield Note(kind="route", reason=Reason("named-people-spared", f"{len(named)} of the directory", spans))


def _once(spans: list[Span]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(spans))[:MOST_SPANS]


def new_case_given(
    goes: Routed,
    opened: OpenCase,
    clocks: Iterable[StartClock],
    policy: MailboxPolicy,
    before: SentBefore,
    key: str,
    now: datetime,
) -> list[Action]:
    """The mail that tells whoever has a new case by a rule, in opening hours; it is about the clock that binds."""
    if goes.told is None:
        return []
    person = goes.told.person
    permission = screen.permit_staff(person.address, policy, replace(before, spared=frozenset(goes.named)))
    if not isinstance(permission, Permission):
        return [KeepSilent(reasons=permission)]
    binding = min((one for one in clocks if one.kind in OWED), key=lambda one: (not one.law, one.due_at), default=None)
    letter = QueueLetter(
        permission=permission,
        purpose=Purpose.ASSIGNMENT,
        letter=policy.pack.letters.assignment,
        audience=Audience.STAFF,
        lane=Lane.NOTICE,
        key=key,
        values=_values(goes, person, opened, binding, policy),
        not_before=policy.pack.working_calendar.next_opening(now).astimezone(UTC),
        observed=opened.observed,
        reason=Reason(Purpose.ASSIGNMENT.value, goes.told.why),
    )
    return [letter]


def _values(goes: Routed, person: Person, opened: OpenCase, binding: StartClock | None, policy: MailboxPolicy) -> LetterValues:
    class_policy = policy.pack.classes.get(opened.class_)
    due_on = last_day(binding.due_at, policy.pack.working_calendar.zone) if binding else None
    rule = policy.pack.rule(binding.name, opened.class_, opened.channel, binding.law, opened.also) if binding else None
    return replace(
        receipt_values(policy, class_policy, opened.subject, opened.opened_at, due_on),
        owner=person.name,
        owner_contact=person.address,
        clock_title=(rule.title if rule else "") or (binding.name.replace("-", " ") if binding else None),
        service=goes.service or None,
    )
