"""Which cases a rule hands over, and which wait for a person."""

from dataclasses import replace
from datetime import date

import pytest

from mailbot.core.classify import Classification
from mailbot.core.decide.passing_on import passing
from mailbot.core.directory import Absence, Directory, Person, Team
from mailbot.core.policy import MailboxPolicy
from mailbot.core.route import Candidate, Route
from mailbot.core.route_rule import HandOver, RoutePolicy, RouteRule
from mailbot.core.service import Organisation, Service
from tests import invented
from tests.invented import shipped_pack

TODAY = date(2026, 1, 5)
LEE = Person(name="Lee Park", address="lee@harbour.example")
GIL = Person(name="Gil Moss", address="gil@harbour.example")
HOME = Person(name="Mo Reed", address="mo@harbour.example", team="Desk")
DIRECTORY = Directory(
    organisation="Harbour Council",
    people=(LEE, GIL, HOME),
    teams=(Team(name="Desk", manager=HOME.address),),
    organisations=(Organisation(name="Harbour Council", domains=("harbour.example",)), Organisation(name="Pier Trust")),
    services=(
        Service(name="Parks", contact=LEE.address, organisation="Harbour Council", deputy=GIL.address),
        Service(name="Desk", contact=HOME.address, organisation="Harbour Council"),
        Service(name="Pier", contact=GIL.address, organisation="Pier Trust"),
        Service(name="Nobody's", contact="", organisation="Harbour Council"),
    ),
)


def policy(hand_over: HandOver = HandOver.ALL) -> MailboxPolicy:
    rules = (RouteRule(to="service", classes=("service_request", "complaint", "unsure"), hand_over=hand_over),)
    pack = replace(shipped_pack(), routes=RoutePolicy(sure_from=1, rules=rules))
    return replace(invented.policy(), pack=pack, directory=DIRECTORY, team=DIRECTORY.teams[0])


def said(class_: str, *flags: str) -> Classification:
    return Classification(class_=class_, best=class_, confidence=0.99, flags=flags)


def about(service: str, *, sure: bool = True) -> Route:
    return Route(ranked=(Candidate(service=service, score=4, hits=()), Candidate(service="Pier", score=1, hits=())), sure=sure)


def test_a_sure_service_of_another_team_gets_it() -> None:
    """Its contact has it, or whoever stands in while they are away."""
    found = passing(about("Parks"), "service_request", said("service_request"), policy(), TODAY, frozenset())
    assert found is not None
    assert (found.waits, found.told and found.told.person, found.best) == ("", LEE, ("Parks", "Pier"))
    away = replace(LEE, absences=(Absence(from_on=TODAY, until_on=TODAY),))
    absent = replace(policy(), directory=replace(DIRECTORY, people=(away, GIL, HOME)))
    deputy = passing(about("Parks"), "service_request", said("service_request"), absent, TODAY, frozenset())
    assert deputy is not None
    assert deputy.told is not None
    assert deputy.told.person == GIL


@pytest.mark.parametrize(
    ("service", "class_", "flags", "sure", "why"),
    [
        ("Parks", "complaint", (), True, "your complaint"),
        ("Parks", "service_request", ("vulnerable_person",), True, "a customer writes of somebody who may be at risk"),
        ("Parks", "service_request", ("emergency",), True, "a customer writes of danger to life"),
        ("Parks", "service_request", (), False, "the service is not sure"),
        ("Parks", "unsure", (), True, "the class is not sure"),
        ("Nobody's", "service_request", (), True, "Nobody's has nobody who can be told"),
    ],
)
def test_what_is_not_sure_or_not_a_rules_to_decide_waits(
    service: str, class_: str, flags: tuple[str, ...], sure: bool, why: str
) -> None:
    """Complaints, people at risk, what a letter of its own confirms, what is unsure, and a service without a contact."""
    found = passing(about(service, sure=sure), class_, said(class_, *flags), policy(), TODAY, frozenset())
    assert found is not None
    assert found.waits == why


def test_whoever_is_named_is_passed_over() -> None:
    """Neither contact nor deputy gets what names them (F11); if that leaves nobody, it waits."""
    one = passing(about("Parks"), "service_request", said("service_request"), policy(), TODAY, frozenset({LEE.address}))
    both = frozenset({LEE.address, GIL.address})
    none = passing(about("Parks"), "service_request", said("service_request"), policy(), TODAY, both)
    assert one is not None
    assert one.told is not None
    assert one.told.person == GIL
    assert none is not None
    assert none.waits == "Parks has nobody who can be told"


def test_what_is_our_own_work_is_not_handed_over() -> None:
    """The mailbox's own team keeps its cases, and where the rule says partners, every team of ours does."""
    assert passing(about("Desk"), "service_request", said("service_request"), policy(), TODAY, frozenset()) is None
    partners = policy(HandOver.PARTNERS)
    assert passing(about("Parks"), "service_request", said("service_request"), partners, TODAY, frozenset()) is None
    assert passing(about("Pier"), "service_request", said("service_request"), partners, TODAY, frozenset()) is not None
    nobody = policy(HandOver.NO)
    assert passing(about("Parks"), "service_request", said("service_request"), nobody, TODAY, frozenset()) is None


def test_deputies_that_stand_in_for_one_another_end_with_the_contact() -> None:
    """Two who are away and name each other: the contact has it though away, and nothing goes round in a circle."""
    away = [
        replace(one, absences=(Absence(from_on=TODAY, until_on=TODAY, deputy=other.address),))
        for one, other in ((LEE, GIL), (GIL, LEE))
    ]
    circle = replace(policy(), directory=replace(DIRECTORY, people=(*away, HOME)))
    found = passing(about("Parks"), "service_request", said("service_request"), circle, TODAY, frozenset())
    assert found is not None
    assert found.told is not None
    assert found.told.person.address == LEE.address
    assert "told though away" in found.told.why


def test_what_hides_names_is_never_handed_over_by_a_rule() -> None:
    """Whatever the pack says of the flag elsewhere: its message goes along nowhere."""
    flags = {"personnel": replace(shipped_pack().flags["personnel"], opens="information manager")}
    told = replace(policy(), pack=replace(policy().pack, flags=flags))
    handover = replace(told.pack.handover, person_decides_with=()) if told.pack.handover else None
    told = replace(told, pack=replace(told.pack, handover=handover))
    found = passing(about("Parks"), "service_request", said("service_request", "personnel"), told, TODAY, frozenset())
    assert found is not None
    assert found.waits == "a message is about the conduct of a member of staff"
