"""Partners and services of a file in ``rules/services`` as values; every name in it is known by now."""

from collections.abc import Iterable, Sequence

from mailbot.adapters.rule_files.offer_rows import OrganisationRow, PartnerRow, ServiceRow
from mailbot.adapters.rule_files.opening import opening_hours
from mailbot.adapters.rule_files.services_rows import ServicesFile
from mailbot.core.directory import Person, people_named
from mailbot.core.service import Category, Organisation, Page, Service
from mailbot.core.text import key


def organisations(found: ServicesFile, names: Sequence[Person]) -> tuple[Organisation, ...]:
    """Ours, then the partners."""
    ours = _organisation(found.organisation, names, another=False)
    return (ours, *(_organisation(row, names, another=row.another) for row in found.partner))


def _organisation(row: OrganisationRow | PartnerRow, names: Sequence[Person], *, another: bool) -> Organisation:
    return Organisation(
        name=row.name,
        domains=row.domains,
        contact=address_of(names, row.contact),
        web_contact=address_of(names, row.web_contact),
        log_contact=address_of(names, row.log_contact),
        access_contact=address_of(names, row.access_contact),
        another=another,
        phone=row.phone,
        website=row.website,
    )


def offered(where: str, row: ServiceRow, found: ServicesFile, names: Sequence[Person]) -> Service:
    """A service. ``where`` begins what is said of a mistake in its hours; raises PolicyError for one."""
    partners = (partner.name for partner in found.partner)
    return Service(
        name=" ".join(row.name.split()),
        contact=address_of(names, row.contact),
        organisation=as_written(row.organisation, partners) or found.organisation.name,
        deputy=address_of(names, row.deputy) or None,
        synonyms=tuple(" ".join(synonym.split()) for synonym in row.synonyms),
        category=Category(number=row.category.number, name=row.category.name) if row.category else None,
        hours=opening_hours(where, row.hours),
        url=row.url,
        team=as_written(row.team, (team.name for team in found.team)),
        pages=tuple(Page(kind=page.kind, name=page.name, url=page.url) for page in row.pages),
    )


def as_written(name: str, names: Iterable[str]) -> str:
    """The name as the file writes it where it is defined; empty if it is none of these."""
    return next((each for each in names if key(each) == key(name)), "")


def address_of(names: Sequence[Person], words: str) -> str:
    """The address of the one person with this name or address; empty for no words."""
    return people_named(names, words)[0].address if words else ""
