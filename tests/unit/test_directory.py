"""Who is told of what, when people are away, missing, or must not hear of it; and standards that are higher than a pack's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailbot.core.calendar import Hours, ShutDays
from mailbot.core.clock_rule import ClockRule, Unit
from mailbot.core.counting import due_on
from mailbot.core.directory import (
    Absence,
    Directory,
    Override,
    Person,
    Rota,
    Team,
    overrides_for,
    person,
    rota_named,
    team_named,
    team_of,
    unknown_mailboxes,
    with_mailbox,
)
from mailbot.core.ladder import Rung, Told, rota_members, who_is_told
from mailbot.core.override import pack_of, refused_overrides
from tests.invented import shipped_pack

TODAY = date(2026, 11, 23)
THIRD = date(2026, 12, 3)


def address(name: str) -> str:
    """The address of an invented person."""
    return f"{name.lower().replace(' ', '.')}@harbour.example"


def someone(name: str, *, until: date | None = None, deputy: str | None = None, team: str = "Desk") -> Person:
    """A person; with ``until``, away from the day before to that day."""
    away = (
        Absence(from_on=TODAY - timedelta(days=1), until_on=until, deputy=address(deputy) if deputy else None)
        if until
        else None
    )
    return Person(name=name, address=address(name), team=team, absences=(away,) if away else ())


def desk(**changes: str | None) -> Team:
    """A team that Cy manages and Dora directs."""
    return replace(
        Team(name="Desk", manager=address("Cy Moor"), director=address("Dora Vale"), mailboxes=("enquiries",)), **changes
    )


def told(
    people: Mapping[str, Person], step: Rung, owner: str | None = None, *, team: Team | None = None, excluded: str = ""
) -> Told:
    """Who is told today. Cy and Dora are there unless ``people`` says otherwise."""
    usual = {"Cy Moor": someone("Cy Moor"), "Dora Vale": someone("Dora Vale", team="")}
    directory = Directory(people=tuple((usual | dict(people)).values()))
    owned = address(owner) if owner else None
    found = who_is_told(directory, team or desk(), owned, step, TODAY, {address(excluded)} if excluded else ())
    assert found is not None
    return found


def named(*people: Person) -> dict[str, Person]:
    """People by name."""
    return {each.name: each for each in people}


# The ladder ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "name", "why"),
    [(Rung.OWNER, "Ada Finch", "owner"), (Rung.MANAGER, "Cy Moor", "manager"), (Rung.DIRECTOR, "Dora Vale", "director")],
)
def test_each_step_tells_its_own_person(step: Rung, name: str, why: str) -> None:
    """First the owner, then the manager, then the director hears that a case is late."""
    found = told(named(someone("Ada Finch")), step, "Ada Finch")
    assert (found.person.name, found.why) == (name, why)


def test_a_case_without_an_owner_is_the_manager_s() -> None:
    """What nobody owns is told to the manager, who reads why."""
    found = told({}, Rung.OWNER)
    assert (found.person.name, found.why) == ("Cy Moor", "manager, as nobody owns it")


def test_an_owner_who_left_is_no_owner() -> None:
    """An address that no longer stands among the people leads to the manager, not into the void."""
    found = told({}, Rung.OWNER, "Ada Finch")
    assert (found.person.name, found.why) == ("Cy Moor", "manager, as the owner is unknown here")


def test_a_deputy_stands_in_and_knows_for_whom() -> None:
    """Ada is away until 3 December, so Ben is told, as her deputy."""
    found = told(named(someone("Ada Finch", until=THIRD, deputy="Ben Marsh"), someone("Ben Marsh")), Rung.OWNER, "Ada Finch")
    assert (found.person.name, found.why) == ("Ben Marsh", "deputy of Ada Finch, who is away until 3 December")


def test_a_deputy_who_is_away_has_a_deputy_too() -> None:
    """Elin stands in for Ben, who stands in for Ada; an absence into next year says which year."""
    ada = someone("Ada Finch", until=THIRD, deputy="Ben Marsh")
    ben = someone("Ben Marsh", until=date(2027, 1, 4), deputy="Elin Ward")
    found = told(named(ada, ben, someone("Elin Ward")), Rung.OWNER, "Ada Finch")
    assert found.person.name == "Elin Ward"
    assert found.why == "deputy of Ben Marsh, who is away until 4 January 2027, for Ada Finch, who is away until 3 December"


def test_deputies_in_a_circle_end_at_the_manager() -> None:
    """Ada names Ben and Ben names Ada: both away, the manager is told."""
    ada, ben = someone("Ada Finch", until=THIRD, deputy="Ben Marsh"), someone("Ben Marsh", until=THIRD, deputy="Ada Finch")
    found = told(named(ada, ben), Rung.OWNER, "Ada Finch")
    assert (found.person.name, found.why) == ("Cy Moor", "manager, as Ada Finch is away until 3 December")


def test_the_team_s_deputy_stands_in_for_a_manager_who_named_nobody() -> None:
    """Cy is away and named nobody; the team's deputy is told, before the director is."""
    found = told(
        named(someone("Cy Moor", until=THIRD), someone("Ben Marsh")), Rung.MANAGER, team=desk(deputy=address("Ben Marsh"))
    )
    assert (found.person.name, found.why) == ("Ben Marsh", "deputy of Cy Moor, who is away until 3 December")


def test_the_deputy_a_manager_named_comes_before_the_team_s() -> None:
    """For this absence Cy named Elin; the team's usual deputy is told only if Elin is away too."""
    cy, team = someone("Cy Moor", until=THIRD, deputy="Elin Ward"), desk(deputy=address("Ben Marsh"))
    ben, elin = someone("Ben Marsh"), someone("Elin Ward")
    assert told(named(cy, ben, elin), Rung.MANAGER, team=team).person == elin
    assert told(named(cy, ben, someone("Elin Ward", until=THIRD)), Rung.MANAGER, team=team).person == ben


def test_a_manager_without_a_deputy_leaves_it_to_the_director() -> None:
    """Nobody stands in for Cy, so Dora hears of it a step earlier."""
    found = told(named(someone("Cy Moor", until=THIRD)), Rung.OWNER)
    assert found.person.name == "Dora Vale"
    assert found.why == "director, as nobody owns it and Cy Moor is away until 3 December"


def test_a_team_without_a_director_ends_at_its_manager() -> None:
    """The last step has somebody too."""
    found = told({}, Rung.DIRECTOR, team=desk(director=None))
    assert (found.person.name, found.why) == ("Cy Moor", "manager, as the team has no director")


def test_a_colleague_is_told_when_manager_and_director_are_away() -> None:
    """A member of the team comes before anybody else who is there."""
    people = named(
        someone("Zoe Other", team=""), someone("Cy Moor", until=THIRD), someone("Dora Vale", until=THIRD), someone("Elin Ward")
    )
    assert told(people, Rung.MANAGER).person.name == "Elin Ward"
    assert told(people, Rung.MANAGER).why.startswith("member of Desk, as Cy Moor is away until 3 December and Dora Vale")
    del people["Elin Ward"]
    assert told(people, Rung.MANAGER).person.name == "Zoe Other"


def test_when_everybody_is_away_somebody_is_told_all_the_same() -> None:
    """An alert never goes nowhere: the manager finds it on coming back."""
    found = told(named(someone("Cy Moor", until=THIRD), someone("Dora Vale", until=THIRD)), Rung.MANAGER)
    assert found.person.name == "Cy Moor"
    assert found.why.startswith("told though away, and so is everybody, as Cy Moor is away until 3 December")


def test_the_last_day_of_an_absence_is_a_day_away() -> None:
    """Ada, away until 3 December, is told again from the fourth."""
    ada = someone("Ada Finch", until=THIRD)
    assert ada.absence_on(THIRD) is not None
    assert ada.absence_on(THIRD + timedelta(days=1)) is None
    assert ada.absence_on(TODAY - timedelta(days=2)) is None


# F11: whoever is complained about --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "excluded", "name", "why"),
    [
        (Rung.OWNER, "Ada Finch", "Cy Moor", "manager, as the owner must not be told"),
        (Rung.OWNER, "Cy Moor", "Ada Finch", "owner"),
        (Rung.MANAGER, "Cy Moor", "Dora Vale", "director, as the manager must not be told"),
        (Rung.DIRECTOR, "Dora Vale", "Cy Moor", "manager, as the director must not be told"),
    ],
)
def test_nobody_hears_of_a_complaint_about_themselves(step: Rung, excluded: str, name: str, why: str) -> None:
    """Whoever is complained about is passed over at every step, and the alert does not say their name."""
    found = told(named(someone("Ada Finch")), step, "Ada Finch", excluded=excluded)
    assert (found.person.name, found.why) == (name, why)


def test_a_deputy_who_is_complained_about_does_not_stand_in() -> None:
    """Ada is away and her deputy is the one complained about: the manager is told."""
    ada = someone("Ada Finch", until=THIRD, deputy="Ben Marsh")
    found = told(named(ada, someone("Ben Marsh")), Rung.OWNER, "Ada Finch", excluded="BEN MARSH")
    assert found.person.name == "Cy Moor"
    assert "Ben" not in found.why


def test_if_everybody_is_complained_about_nobody_is_told() -> None:
    """The only case in which an alert has no address."""
    directory = Directory(people=(someone("Cy Moor"),))
    assert who_is_told(directory, desk(), None, Rung.OWNER, TODAY, [address("Cy Moor")]) is None


# The rota --------------------------------------------------------------------------------------------------------------


def test_a_rota_rings_its_members_and_the_deputies_of_those_away() -> None:
    """Each in order, nobody twice, nobody who is complained about."""
    people = (someone("Ada Finch", until=THIRD, deputy="Ben Marsh"), someone("Ben Marsh"), someone("Cy Moor"))
    rota = Rota(name="duty", members=tuple(each.address for each in people))
    directory = Directory(people=people, rotas=(rota,))
    assert [each.name for each in rota_members(directory, rota, TODAY)] == ["Ben Marsh", "Cy Moor"]
    assert [each.name for each in rota_members(directory, rota, TODAY, [address("Ben Marsh")])] == ["Cy Moor"]
    assert rota_named(directory, " DUTY") is rota
    assert rota_named(directory, "night") is None


def test_a_rota_of_people_away_rings_them_all_the_same() -> None:
    """An alarm at night reaches somebody on holiday rather than nobody."""
    people = (someone("Ada Finch", until=THIRD), someone("Ben Marsh", until=THIRD))
    rota = Rota(name="duty", members=tuple(each.address for each in people))
    assert rota_members(Directory(people=people), rota, TODAY) == people


def test_a_webhook_is_not_printed() -> None:
    """Its address may hold a token, and must not reach a log by accident."""
    assert "token" not in repr(Rota(name="duty", members=(), webhook="https://hooks.example/token"))


# Laws ------------------------------------------------------------------------------------------------------------------

NAMES = ("Ada Finch", "Ben Marsh", "Cy Moor", "Dora Vale", "Elin Ward")
some_address = st.sampled_from([address(name) for name in NAMES])
absences = st.one_of(
    st.just(()),
    st.builds(lambda deputy: (Absence(from_on=TODAY, until_on=THIRD, deputy=deputy),), st.one_of(st.none(), some_address)),
)
offices = st.tuples(*(absences for _ in NAMES)).map(
    lambda away: Directory(
        people=tuple(
            Person(name=name, address=address(name), team="Desk" if name < "C" else "", absences=days)
            for name, days in zip(NAMES, away, strict=True)
        )
    )
)
teams = st.builds(
    lambda manager, director, deputy: Team(name="Desk", manager=manager, director=director, deputy=deputy),
    some_address,
    st.one_of(st.none(), some_address),
    st.one_of(st.none(), some_address),
)


@given(offices, teams, st.one_of(st.none(), some_address), st.sampled_from(Rung), st.sets(some_address))
def test_whoever_is_away_or_excluded_the_ladder_holds(
    office: Directory, team: Team, owner: str | None, step: Rung, excluded: set[str]
) -> None:
    """Never somebody excluded, by address or by name; nobody away while anybody is there; nobody at all only if all are out."""
    found = who_is_told(office, team, owner, step, TODAY, excluded)
    may_be_told = [each for each in office.people if each.address not in excluded]
    assert (found is None) == (not may_be_told)
    if found is None:
        return
    assert found.person in may_be_told
    assert not any(each.name in found.why for each in office.people if each.address in excluded)
    assert found.person.absence_on(TODAY) is None or all(each.absence_on(TODAY) for each in may_be_told)
    holder = {Rung.OWNER: owner, Rung.MANAGER: team.manager, Rung.DIRECTOR: team.director}[step]
    own = next((each for each in may_be_told if each.address == holder and each.absence_on(TODAY) is None), None)
    assert own is None or (found.person, found.why) == (own, step.value)


@given(offices, st.lists(some_address, min_size=1), st.sets(some_address))
def test_a_rota_is_silent_only_if_all_its_members_are_excluded(
    office: Directory, members: list[str], excluded: set[str]
) -> None:
    """Each person rings once; an alarm has no address only where every member is complained about."""
    rang = rota_members(office, Rota(name="duty", members=tuple(members)), TODAY, excluded)
    assert len({each.address for each in rang}) == len(rang)
    assert not {each.address for each in rang} & excluded
    assert bool(rang) == bool(set(members) - excluded)


# Finding ---------------------------------------------------------------------------------------------------------------

OFFICE = Directory(
    people=(someone("Ada Finch"), someone("Ada Moor"), replace(someone("Ada Moor"), address="ada.two@harbour.example")),
    teams=(desk(),),
)


@pytest.mark.parametrize("words", ["Ada Finch", " ada  FINCH ", "Ada.Finch@Harbour.example", "finch", "Finch Ada"])
def test_a_person_is_found_by_name_or_address(words: str) -> None:
    """In whatever case, and by a part of the name where only one person has it."""
    assert person(OFFICE, words).address == address("Ada Finch")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Ada Moor", "'Ada Moor' may be Ada Moor <ada.moor@harbour.example> and Ada Moor <ada.two@harbour.example>; write the"),
        ("ada", "Ada Finch <ada.finch@harbour.example>, Ada Moor <ada.moor@harbour.example> and Ada Moor <ada.two@"),
        ("Ada Fynch", "there is nobody called 'Ada Fynch'; did you mean Ada Finch?"),
        ("Zebedee", "there is nobody called 'Zebedee'"),
        ("", "there is nobody called ''"),
        ("fin", "there is nobody called 'fin'"),
    ],
)
def test_a_name_that_is_nobody_s_or_several_people_s_is_refused(words: str, said: str) -> None:
    """Nothing goes to the wrong Ada: the candidates are named."""
    with pytest.raises(ValueError, match=r"nobody called|may be") as caught:
        person(OFFICE, words)
    assert said in str(caught.value)


def test_a_team_is_found_by_its_mailbox_or_name() -> None:
    """A mailbox may be added to a team; one that is not watched is told apart."""
    assert team_of(OFFICE, "enquiries") == desk()
    assert team_of(OFFICE, "foi") is None
    assert team_named(OFFICE, "desk") == desk()
    assert team_named(OFFICE, "Harbour") is None
    more = with_mailbox(OFFICE, OFFICE.teams[0], "foi")
    assert team_of(more, "foi") == team_of(more, "enquiries")
    assert unknown_mailboxes(more, {"enquiries"}) == ("foi",)


# Higher standards (O7) -------------------------------------------------------------------------------------------------


def override(**changes: object) -> Override:
    """A standard of the mailbox for the answer to an enquiry: ten working days in place of the pack's fourteen."""
    usual: dict[str, object] = {
        "clock": "response",
        "amount": 10,
        "unit": Unit.WORKING_DAYS,
        "classes": ("enquiry",),
        "mailbox": "enquiries",
    }
    return Override(**(usual | changes))  # type: ignore[arg-type]


def office(*overrides: Override) -> Directory:
    """An organisation with these standards."""
    return Directory(teams=(desk(),), overrides=overrides, version="v1")


def clock(directory: Directory, class_: str, name: str = "response", mailbox: str = "enquiries") -> ClockRule:
    """The clock of this name for a class in the mailbox."""
    found = pack_of(directory, mailbox, shipped_pack()).clocks_for(class_)
    return next(rule for rule in found if rule.name == name)


def refusal(*overrides: Override) -> str:
    """What is said of the one override that is refused."""
    (refused,) = refused_overrides(office(*overrides), "enquiries", shipped_pack())
    return refused.why


def test_a_mailbox_may_answer_sooner_than_its_pack() -> None:
    """Only the class it speaks of, only in this mailbox, and the reason for the date names whose standard it is."""
    raised = office(override())
    assert refused_overrides(raised, "enquiries", shipped_pack()) == ()
    assert clock(raised, "enquiry").amount == 10
    assert "higher standard of mailbox enquiries" in clock(raised, "enquiry").source
    assert clock(raised, "complaint").amount == 14
    assert clock(raised, "complaint").source == clock(Directory(), "complaint").source
    assert clock(raised, "enquiry", mailbox="foi").amount == 14
    assert pack_of(raised, "foi", shipped_pack()) is shipped_pack()


def test_a_higher_standard_leaves_every_class_its_clocks() -> None:
    """A rule is parted, not doubled: each class has the same clocks as before."""
    pack = shipped_pack()
    for class_ in pack.classes:
        after = pack_of(office(override()), "enquiries", pack).clocks_for(class_)
        assert sorted(rule.name for rule in after) == sorted(rule.name for rule in pack.clocks_for(class_)), class_


def test_a_decision_can_name_the_file_that_raised_the_standard() -> None:
    """The version of the pack changes with the file of standards."""
    assert pack_of(office(override()), "enquiries", shipped_pack()).version == f"{shipped_pack().version}+v1"


def test_a_laxer_standard_is_refused() -> None:
    """Nobody promises less than the organisation did, whether in the same unit or in another."""
    assert refusal(override(amount=15)) == (
        "amount: 15 working days can end later than the 14 working days of the pack or team; write a span that never does"
    )
    assert refusal(override(amount=19, unit=Unit.CALENDAR_DAYS)).startswith("amount: 19 calendar days can end later")
    assert refusal(override(amount=1, unit=Unit.CALENDAR_MONTHS)).startswith("amount: 1 calendar month can end later")


def test_the_same_standard_or_a_shorter_one_in_another_unit_holds() -> None:
    """Fourteen working days hold two weekends at least: eighteen calendar days never end later, nineteen may."""
    for held in (override(amount=14), override(amount=18, unit=Unit.CALENDAR_DAYS)):
        assert refused_overrides(office(held), "enquiries", shipped_pack()) == ()


def test_a_mailbox_cannot_undo_what_its_team_promised() -> None:
    """The team says ten days for all it serves; a mailbox may say eight and not twelve."""
    of_team = override(mailbox=None, team="DESK")
    assert overrides_for(office(override(), of_team), "enquiries") == (of_team, override())
    assert clock(office(of_team), "enquiry").source.endswith("higher standard of team DESK")
    assert clock(office(override(amount=8), of_team), "enquiry").amount == 8
    assert "12 working days can end later than the 10 working days" in refusal(override(amount=12), of_team)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"clock": "respones"}, "clock: pack generic has no clock 'respones'; write one of receipt, acknowledgement, response"),
        ({"classes": ("enquiries",)}, "classes: no clock 'response' of pack generic is for 'enquiries'; leave it out"),
        ({"classes": ("foi_request",)}, "classes: the clock for 'foi_request' is the law's (Freedom of Information Act 2000"),
    ],
)
def test_a_standard_for_no_clock_or_for_the_law_s_is_refused(changes: dict[str, object], said: str) -> None:
    """A misspelt clock would promise nothing; a date of the law is not an organisation's to set."""
    assert refusal(override(**changes)).startswith(said)


def test_a_standard_for_all_classes_leaves_the_law_alone() -> None:
    """Without classes every answer of the pack is due sooner, and the information request keeps its twenty days."""
    raised = office(override(classes=()))
    assert refused_overrides(raised, "enquiries", shipped_pack()) == ()
    assert {clock(raised, class_).amount for class_ in ("enquiry", "complaint", "suggestion")} == {10}
    assert clock(raised, "foi_request") == clock(Directory(), "foi_request")


@given(st.integers(1, 40), st.sampled_from(Unit), st.dates(date(2026, 1, 1), date(2028, 6, 30)))
def test_what_is_not_refused_is_never_later(amount: int, unit: Unit, received_on: date) -> None:
    """Whatever standard an organisation writes, no customer waits longer for it."""
    raised = office(override(amount=amount, unit=unit))
    assume(not refused_overrides(raised, "enquiries", shipped_pack()))
    calendar = shipped_pack().working_calendar
    before, after = (due_on(clock(each, "enquiry"), calendar, received_on, (), 0) for each in (Directory(), raised))
    assert after <= before


def test_a_team_s_hours_and_shut_days_reach_its_mailbox_and_move_no_date() -> None:
    """Letters go when the team is there, and its closure is no holiday of the law."""
    closure = ShutDays(from_on=date(2026, 12, 29), until_on=date(2026, 12, 31), name="winter closure")
    mornings = {0: Hours(time(9), time(12))}
    directory = Directory(teams=(replace(desk(), hours=mornings),), shut=(closure,))
    calendar = pack_of(directory, "enquiries", shipped_pack()).working_calendar
    assert calendar.hours == mornings
    assert not calendar.is_open_on(date(2026, 12, 29))
    assert calendar.is_working_day(date(2026, 12, 29))
    assert pack_of(directory, "foi", shipped_pack()).working_calendar.hours == shipped_pack().working_calendar.hours
