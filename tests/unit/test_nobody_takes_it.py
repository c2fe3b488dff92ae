"""A case was given to a person or a service and nobody takes it: who stands in, and when the manager hears of it."""

from dataclasses import replace
from datetime import UTC, date
from typing import Any

import pytest

from mailbot.core.action import Action, ChangeCase, Note, QueueLetter
from mailbot.core.case import ClockKind, Moment
from mailbot.core.classify import Classification
from mailbot.core.clock_action import AddDeadline
from mailbot.core.contact_note import ContactNote
from mailbot.core.decide import Findings, decide
from mailbot.core.directory import Absence, Person
from mailbot.core.enclosure import Enclosure
from mailbot.core.handover import Addition, HandoverMaterial
from mailbot.core.letter import Purpose
from mailbot.core.match import Match
from mailbot.core.message import Origin
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.screen import Screening, SentBefore
from mailbot.core.service import Organisation, Service
from mailbot.core.strong_evidence import Verdict
from mailbot.core.trigger import MessageArrived
from tests.invented import BO, DI, MANAGER, MO, MONDAY, OWNER, case, every, message, only, reached, rule, running, staffed

TAKING = running(rule(name="handover", kind=ClockKind.TAKING))
SAM = Person(name="Sam Sample", address="sam@harbour.example", team="Coast")
KIM = Person(name="Kim Sample", address="kim@harbour.example")
AWAY = Absence(from_on=date(2026, 11, 20), until_on=date(2026, 11, 30))
PIER = Service(name="Pier", contact=OWNER, organisation="Harbour Council", deputy=KIM.address)
GIVEN = {"owner": "Bo Sample", "owner_address": OWNER, "clocks": (TAKING,)}


def office(*, deputy: str | None, deputy_away: bool = False, away: bool = True) -> MailboxPolicy:
    """Bo is away, with this deputy by their own absence row; the organisation has one service, the pier."""
    bo = replace(BO, absences=(replace(AWAY, deputy=deputy),) if away else ())
    sam = replace(SAM, absences=(AWAY,) if deputy_away else ())
    usual = staffed(bo, MO, DI, sam, KIM)
    ours = Organisation(name="Harbour Council", domains=("harbour.example",))
    return replace(usual, directory=replace(usual.directory, organisations=(ours,), services=(PIER,)))


def told(moment: Moment, mailbox: MailboxPolicy, **standing: Any) -> tuple[list[str], list[str]]:
    """Who hears that nobody has taken it, and which steps follow."""
    known = case(**{**GIVEN, **standing})
    before = SentBefore(spared=frozenset(known.named))
    actions = decide(reached(TAKING, moment), known, None, mailbox, MONDAY.astimezone(UTC), before).actions
    letters = every(QueueLetter, actions)
    assert {one.purpose for one in letters} == {Purpose.NOT_TAKEN}
    return [one.permission.recipient for one in letters], [one.deadline.kind for one in every(AddDeadline, actions)]


MATERIAL = HandoverMaterial(note=ContactNote(received_at=MONDAY), enclosure=Enclosure(b"x"))
RISK = ("vulnerable_person",)


def away_note(mailbox: MailboxPolicy, material: HandoverMaterial = MATERIAL, **standing: Any) -> tuple[Action, ...]:
    """What Bo's automatic note brings about."""
    trigger = MessageArrived(
        message=message(sender=OWNER), origin=Origin.MAILBOX, received_at=MONDAY, born_at=MONDAY, live=True, by_staff=True
    )
    found = Findings(
        screening=Screening(verdict=Verdict.AUTO_REPLY, reasons=()),
        match=Match(reasons=(Reason("in-reply-to"),)),
        classification=Classification(class_="enquiry", best="enquiry", confidence=0.9),
        handed_over=True,
        material=material,
    )
    return decide(trigger, case(**{**GIVEN, **standing}), found, mailbox, MONDAY.astimezone(UTC)).actions


@pytest.mark.parametrize("away", [True, False])
def test_where_nobody_stands_in_for_a_person_the_manager_hears_at_once(away: bool) -> None:
    """The step of the deputy is not spent on nobody, and it is the last one: the manager hears of it once."""
    mailbox = office(deputy=None, away=away)
    assert told(Moment.DUE, mailbox) == ([OWNER], [Moment.OVERDUE_NEXT])
    assert told(Moment.OVERDUE_NEXT, mailbox) == ([MANAGER], [])


@pytest.mark.parametrize("service", ["", "Pier"])
def test_the_deputy_of_the_absence_stands_in(service: str) -> None:
    """Before the service's own deputy where there is one; the manager is told after that, if need be."""
    mailbox = office(deputy=SAM.address)
    assert told(Moment.OVERDUE_NEXT, mailbox, service=service) == ([SAM.address], [Moment.OVERDUE_LAST])
    assert told(Moment.OVERDUE_LAST, mailbox, service=service) == ([MANAGER], [])


def test_a_deputy_stands_in_only_while_somebody_is_away_and_only_if_there() -> None:
    """An absence that is over, or a deputy who is away too: the manager, or the service's deputy."""
    assert told(Moment.OVERDUE_NEXT, office(deputy=SAM.address, deputy_away=True)) == ([MANAGER], [])
    assert told(Moment.OVERDUE_NEXT, office(deputy=SAM.address, deputy_away=True), service="Pier")[0] == [KIM.address]
    assert told(Moment.OVERDUE_NEXT, office(deputy=SAM.address, away=False), service="Pier")[0] == [KIM.address]


def clerks(*others: Person, bo: Person = BO) -> MailboxPolicy:
    """Bo is a clerk of the team, and so are these."""
    usual = office(deputy=None)
    known = {one.address: one for one in usual.directory.people}
    bo = replace(bo, role="clerk", absences=known[OWNER].absences)
    people = (bo, *(one for one in usual.directory.people if one.address != OWNER), *others)
    return replace(usual, directory=replace(usual.directory, people=people))


LOU = Person(name="Lou Sample", address="lou@harbour.example", team="Harbour", role="Clerk")


def test_a_colleague_of_the_same_team_and_role_stands_in_where_no_absence_says_who() -> None:
    """After the deputies that are named, in the order of the file; nobody away, of another team or without a role."""
    absent, elsewhere = replace(LOU, absences=(AWAY,)), replace(LOU, team="Coast")
    ida = replace(LOU, name="Ida Sample", address="ida@harbour.example")
    assert told(Moment.OVERDUE_NEXT, clerks(LOU, ida)) == ([LOU.address], [Moment.OVERDUE_LAST])
    assert told(Moment.OVERDUE_NEXT, clerks(absent, ida))[0] == [ida.address]
    assert told(Moment.OVERDUE_NEXT, clerks(LOU), service="Pier")[0] == [KIM.address]
    for nobody in (elsewhere, absent, replace(LOU, role="")):
        assert told(Moment.OVERDUE_NEXT, clerks(nobody)) == ([MANAGER], [])
    assert told(Moment.OVERDUE_NEXT, clerks(LOU), named=(LOU.address,)) == ([MANAGER], [])
    assert told(Moment.OVERDUE_NEXT, clerks(LOU), named=(OWNER,)) == ([MANAGER], [])


def test_the_deputy_of_a_team_stands_in_for_its_manager() -> None:
    """A case that was given to the manager by name goes to whoever the team's row says."""
    usual = clerks(LOU)
    team = replace(usual.directory.teams[0], deputy=LOU.address)
    mailbox = replace(usual, team=team, directory=replace(usual.directory, teams=(team,)))
    assert told(Moment.OVERDUE_NEXT, mailbox, owner="Mo Sample", owner_address=MANAGER)[0] == [LOU.address]


def test_a_case_of_somebody_away_goes_to_their_colleague_by_role() -> None:
    """The absence names nobody: the history says why it is the colleague who has it, and the customer hears of it."""
    actions = away_note(clerks(LOU))
    changed = only(ChangeCase, actions)
    assert changed.owner == ("Lou Sample", LOU.address)
    assert changed.reason.detail == "by name: Lou Sample, Clerk of Harbour like Bo Sample"
    assert [letter.purpose for letter in every(QueueLetter, actions)] == [Purpose.HANDOVER, Purpose.NOT_TAKEN]


def test_nobody_who_was_away_in_this_case_gets_it_back_by_a_note() -> None:
    """Contact and deputy are both away by their own replies: it stops there, and the manager hears of it."""
    material = replace(MATERIAL, away=(KIM.name,))
    actions = away_note(office(deputy=None, away=False), material=material, service="Pier")
    assert every(ChangeCase, actions) == []
    assert "nobody-stands-in" in [one.reason.rule for one in every(Note, actions)]
    assert only(QueueLetter, actions).permission.recipient == MANAGER


@pytest.mark.parametrize(("kind", "moves"), [(ClockKind.RESPONSE, True), (ClockKind.SURVEY, False)])
def test_who_took_it_and_is_away_now_hands_it_on_while_an_answer_is_owed(kind: ClockKind, moves: bool) -> None:
    """What a customer adds must not lie in an empty office; once the answer has gone, a note changes nothing."""
    actions = away_note(office(deputy=SAM.address), clocks=(running(rule(kind=kind)),))
    assert bool(every(ChangeCase, actions)) == moves
    assert bool(every(QueueLetter, actions)) == moves


@pytest.mark.parametrize(("another", "flags", "sent"), [(False, RISK, 2), (True, RISK, 1), (True, ("other_format",), 2)])
def test_a_deputy_of_another_organisation_gets_nothing_added_that_a_person_decides_about(
    another: bool, flags: tuple[str, ...], sent: int
) -> None:
    """N6: the message that the contact had goes on, what was added of somebody at risk does not."""
    usual, note = office(deputy=SAM.address), ContactNote(received_at=MONDAY)
    people = tuple(replace(one, organisation="Pier Trust") if one.name == SAM.name else one for one in usual.directory.people)
    trust = Organisation(name="Pier Trust", domains=("pier.example",), another=another)
    ours = usual.directory.organisations
    mailbox = replace(usual, directory=replace(usual.directory, people=people, organisations=(*ours, trust)))
    later = (Addition(note=note, enclosure=Enclosure(b"y")),)
    material = HandoverMaterial(note=note, enclosure=Enclosure(b"x"), later=later, flags=flags, consented=True)
    handed = every(QueueLetter, away_note(mailbox, material=material))[0]
    assert (handed.purpose, len(handed.enclosed)) == (Purpose.HANDOVER, sent)


def test_somebody_whom_the_case_names_never_stands_in() -> None:
    """F11: neither by the absence nor by the service; then it is the manager's."""
    mailbox = office(deputy=SAM.address)
    assert told(Moment.OVERDUE_NEXT, mailbox, named=(SAM.address,)) == ([MANAGER], [])
    assert told(Moment.OVERDUE_NEXT, mailbox, named=(SAM.address,), service="Pier")[0] == [KIM.address]
    assert told(Moment.OVERDUE_NEXT, mailbox, named=(SAM.address, KIM.address), service="Pier") == ([MANAGER], [])


def test_a_case_of_somebody_away_goes_to_the_deputy_of_their_absence() -> None:
    """Given by name, with no service: the deputy has it by name, the customer hears of it, and so does the manager."""
    actions = away_note(office(deputy=SAM.address))
    changed = only(ChangeCase, actions)
    assert (changed.owner, changed.service) == ((SAM.name, SAM.address), None)
    assert changed.reason.detail == "by name: Sam Sample, deputy of Bo Sample, who is away until 30 November"
    handed, alert = every(QueueLetter, actions)
    assert (handed.purpose, handed.permission.copies, handed.values.instead_of) == (
        Purpose.HANDOVER,
        (SAM.address,),
        "Bo Sample",
    )
    assert (alert.purpose, alert.permission.recipient) == (Purpose.NOT_TAKEN, MANAGER)


@pytest.mark.parametrize(("deputy", "named"), [(None, ()), (SAM.address, (SAM.address,))])
def test_a_case_of_somebody_away_without_a_deputy_stays_with_them(deputy: str | None, named: tuple[str, ...]) -> None:
    """Nobody is chosen by chance, and nobody whom the case names."""
    actions = away_note(office(deputy=deputy), named=named)
    assert every(ChangeCase, actions) == []
    assert "nobody-stands-in" in [one.reason.rule for one in every(Note, actions)]
    assert only(QueueLetter, actions).permission.recipient == MANAGER
