"""Partners and services of the file of an organisation: the sample loads, and every mistake is refused."""

from datetime import date
from pathlib import Path

import pytest

from mailbot.core.ladder import contact_on
from mailbot.core.service import Category, PageKind, find_service, organisation_of
from tests.unit.test_services import changed, read, refusal

TODAY = date(2026, 11, 23)
CHRISTMAS = date(2026, 12, 24)
LIGHTING = '[[service]]\nname = "Street lighting"\n'
TWICE = '\n[[service]]\nname = "STREET  lighting"\ncontact = "Ada Finch"\n'
OF_ADA = 'absent = [{ from = 2026-12-21, until = 2027-01-03, deputy = "Ben Marsh" }]'
OF_BEN = 'role = "team leader"\n'


def test_the_sample_has_a_partner_and_services(tmp_path: Path) -> None:
    """Ours comes first; a service without an organisation is ours, and says where its pages are."""
    found = read(tmp_path)
    assert [each.name for each in found.organisations] == ["Harbour Council", "Harbour Trust"]
    assert [each.another for each in found.organisations] == [False, True]
    lighting, pier = found.services
    assert (lighting.organisation, lighting.contact) == ("Harbour Council", "ben.marsh@harbour.example")
    assert lighting.category == Category(number=567, name="Street lighting")
    assert {page.kind for page in lighting.pages} == {PageKind.FORMS, PageKind.FAQ}
    assert set(lighting.lacks) == set(PageKind) - {PageKind.FORMS, PageKind.FAQ}
    assert (pier.organisation, pier.hours[5].opens.hour) == ("Harbour Trust", 10)


def test_a_service_is_found_by_what_people_call_it(tmp_path: Path) -> None:
    """Its name, a synonym, a part of its name; a slip is answered with the nearest name."""
    services = read(tmp_path).services
    assert {find_service(services, words).name for words in ("street LIGHTING", "lamp post", "lighting")} == {"Street lighting"}
    with pytest.raises(ValueError, match="there is no service 'Pier and promenad e'; did you mean Pier and promenade"):
        find_service(services, "Pier and promenad e")


def test_an_address_belongs_to_the_organisation_of_its_domain(tmp_path: Path) -> None:
    """A part of a partner's domain is the partner's; a domain that only ends alike is nobody's."""
    organisations = read(tmp_path).organisations
    names = {
        address: getattr(organisation_of(organisations, address), "name", None)
        for address in ("a@example.org", "a@mail.EXAMPLE.org", "a@notexample.org", "a@harbour.example", "nobody")
    }
    assert list(names.values()) == ["Harbour Trust", "Harbour Trust", None, "Harbour Council", None]


def test_while_the_contact_is_away_a_deputy_answers(tmp_path: Path) -> None:
    """The deputy of the absence comes first, then the service's, then the team's; nobody there: the contact though away."""
    lone = "absent = [{ from = 2026-12-21, until = 2027-01-03 }]"
    services = ('contact = "Ben Marsh"\ndeputy = "Ada Finch"', 'contact = "Ada Finch"\ndeputy = "Cora Lind"')
    named, without = read(tmp_path, changed(services)), read(tmp_path, changed(services, (OF_ADA, lone)))
    lone_contact = (services[0], 'contact = "Ada Finch"')
    alone = read(tmp_path, changed(lone_contact, (OF_ADA, lone)))
    empty = read(tmp_path, changed(lone_contact, (OF_ADA, lone), (OF_BEN, f"{OF_BEN}{lone}\n")))
    told = [contact_on(each, each.services[0], CHRISTMAS) for each in (named, without, alone, empty)]
    assert [(each.person.name, each.why) for each in told if each] == [
        ("Ben Marsh", "deputy of Ada Finch, who is away until 3 January 2027"),
        ("Cora Lind", "deputy for Street lighting"),
        ("Ben Marsh", "deputy of Customer Services"),
        ("Ada Finch", "contact, told though away, and so is everybody who stands in"),
    ]
    there = contact_on(named, named.services[0], TODAY)
    assert there
    assert (there.person.name, there.why) == ("Ada Finch", "contact")


def test_whoever_is_excluded_answers_for_no_service(tmp_path: Path) -> None:
    """The deputy does; nobody if both are excluded."""
    found = read(tmp_path)
    ben, ada = found.services[0].contact, found.services[0].deputy or ""
    told = contact_on(found, found.services[0], TODAY, {ben})
    assert told
    assert told.person.name == "Ada Finch"
    assert contact_on(found, found.services[0], TODAY, {ben, ada}) is None


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('contact = "Ben Marsh"\n', "", "service[1].contact: is missing; write it"),
        (
            'contact = "Ben Marsh"\n',
            'contact = " "\n',
            "service[1].contact: is empty; write the name or",
        ),
        ('contact = "Ben Marsh"\n', 'contact = "Bob"\n', "service[1].contact: there is no [[person]] 'Bob'"),
        ('contact = "Ben Marsh"\n', 'contact = "Ada Finch"\n', "service[1].deputy: the contact cannot be the deputy too"),
        ('deputy = "Ada Finch"\n', 'deputy = "Bob"\n', "service[1].deputy: there is no [[person]] 'Bob'"),
        (
            'organisation = "Harbour Trust"\ncontact',
            'organisation = "Trust"\ncontact',
            "service[2].organisation: there is no organisation 'Trust'; write one of Harbour Council, Harbour Trust",
        ),
        (
            'organisation = "Harbour Trust"\nrole',
            'organisation = "Trust"\nrole',
            "person[6].organisation: there is no organisation 'Trust'",
        ),
        ('team = "Customer Services"\nsyn', 'team = "Costumes"\nsyn', "service[1].team: there is no team 'Costumes'"),
        (LIGHTING, TWICE + LIGHTING, "service[2].name: 'Street lighting' stands already in service[1]"),
        ('"lamp post"', '"street  LIGHT", "lamp post", " "', "service[1].synonyms[4]: is empty"),
        ("number = 567", "number = 0", "service[1].category: write its number and its name"),
        ('kind = "faq"', 'kind = "questions"', "service[1].pages[2].kind: write one of"),
        ('name = "How long repairs take"', 'name = ""', "service[1].pages[2].name: write what the page is called"),
        ('url = "https://www.harbour.example/street-lighting/faq"', 'url = "faq"', "service[1].pages[2].url: write an address"),
        ('url = "https://pier.harbour.example"', 'url = "pier"', "service[2].url: write an address that begins with https://"),
        ('saturday = "10:00-16', 'saturday = "10-16', "service[2].hours.saturday: write opening and closing time"),
        ('domains = ["example.org"]', 'domains = ["@example.org"]', "partner[1].domains[1]: write a domain in lower case"),
        (
            'domains = ["example.org"]',
            'domains = ["harbour.example"]',
            "partner[1].domains[1]: 'harbour.example' stands",
        ),
        ("another = true\n", "", "partner[1].another: is missing; write it"),
        ('contact = "Femi Holt"\n\n', "\n", "partner[1].contact: is missing; write it"),
        ('web_contact = "Ben Marsh"', 'web_contact = "Bob"', "organisation.web_contact: there is no [[person]] 'Bob'"),
        (
            'name = "Harbour Trust"\n',
            'name = "harbour council"\n',
            "partner[1].name: 'harbour council' stands already",
        ),
        (
            OF_BEN,
            OF_BEN + 'absent = [{ from = 2026-12-24, until = 2026-12-24, deputy = "Ada Finch" }]\n',
            "person[2].absent: on 2026-12-24 the deputies lead round: ben.marsh@harbour.example, ada.finch@harbour.example",
        ),
    ],
)
def test_a_mistake_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """File, place and key, and what to write instead."""
    assert said in refusal(tmp_path, changed((right, wrong)))


def test_a_synonym_means_one_service_of_an_organisation(tmp_path: Path) -> None:
    """Two services of ours cannot share a word; a partner's service may have it too."""
    ours = '\n[[service]]\nname = "Beacons"\ncontact = "Ada Finch"\nsynonyms = ["Lamp post"]\n'
    assert "service[1].synonyms[2]: 'lamp post' means service[2] too" not in (said := refusal(tmp_path, changed() + ours))
    assert "service[3].synonyms[1]: 'Lamp post' means service[1] too, of the same organisation; keep it for one" in said
    theirs = ours.replace('name = "Beacons"', 'name = "Beacons"\norganisation = "Harbour Trust"')
    assert len(read(tmp_path, changed() + theirs).services) == 3


def test_a_service_s_name_is_no_other_one_s_synonym(tmp_path: Path) -> None:
    """Whoever wrote it would not know which of the two is meant."""
    named = '\n[[service]]\nname = "Lamp post"\ncontact = "Ada Finch"\n'
    assert "service[1].synonyms: 'Lamp post' is the name of service[3], of the same organisation" in refusal(
        tmp_path, changed() + named
    )


def test_deputies_that_lead_round_on_different_days_are_no_loop(tmp_path: Path) -> None:
    """They stand in for one another in turn."""
    apart = 'absent = [{ from = 2027-01-04, until = 2027-01-09, deputy = "Ada Finch" }]\n'
    assert read(tmp_path, changed((OF_BEN, OF_BEN + apart))).people[1].absences
