"""Partners and services in ``rules/services`` as they are written, and every mistake that shows in the file alone."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mailbot.adapters.rule_files.checks import STRICT, known_names
from mailbot.core.service import PageKind
from mailbot.core.text import key

_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_URL = re.compile(r"https?://[^\s<>\"]+")
CONTACTS = ("contact", "web_contact", "log_contact", "access_contact")

Reference = Callable[[str, str], Iterator[str]]
"""What is wrong with words, at a key of the file, that should name one person of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRow:
    name: str
    time_zone: str = ""
    phone: str = ""
    website: str = ""
    domains: tuple[str, ...] = ()
    contact: str = ""
    web_contact: str = ""
    log_contact: str = ""
    access_contact: str = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    name: str
    another: bool
    domains: tuple[str, ...]
    contact: str
    web_contact: str = ""
    log_contact: str = ""
    access_contact: str = ""
    phone: str = ""
    website: str = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    number: int
    name: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    kind: PageKind
    name: str
    url: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    name: str
    contact: str
    deputy: str = ""
    organisation: str = ""
    team: str = ""
    synonyms: tuple[str, ...] = ()
    category: CategoryRow | None = None
    hours: dict[str, str] = field(default_factory=dict)
    url: str = ""
    pages: tuple[PageRow, ...] = ()
    __pydantic_config__ = STRICT


def organisation_troubles(ours: OrganisationRow, partners: Sequence[PartnerRow], reference: Reference) -> Iterator[str]:
    """What is wrong with the organisations, ours first."""
    domains, names = dict[str, str](), dict[str, str]()
    places = ("organisation", *(f"partner[{number}]" for number, _ in enumerate(partners, 1)))
    rows: tuple[OrganisationRow | PartnerRow, ...] = (ours, *partners)
    for where, row in zip(places, rows, strict=True):
        if not row.name.strip() and where != "organisation":
            yield f"{where}.name: write the full name of the partner"
        yield from _once(f"{where}.name", row.name, names, where)
        for number, domain in enumerate(row.domains, 1):
            if not _DOMAIN.fullmatch(domain):
                yield f"{where}.domains[{number}]: write a domain in lower case, such as council.example"
            yield from _once(f"{where}.domains[{number}]", domain, domains, where)
        if where != "organisation" and not row.contact:
            yield f"{where}.contact: is empty; write the name or address of a [[person]], who hears of what changes"
        for name in CONTACTS:
            if words := getattr(row, name):
                yield from reference(f"{where}.{name}", words)
        if row.website and not _URL.fullmatch(row.website):
            yield f"{where}.website: write an address that begins with https://, or leave it out"


def unknown_partner(ours: str, partners: Iterable[PartnerRow], where: str, name: str) -> Iterator[str]:
    """What is wrong with the name of an organisation; an empty one is ours."""
    names = [ours, *(each.name for each in partners)]
    if name and key(name) not in map(key, names):
        yield f"{where}: there is no organisation '{name}'; {known_names(names, '[[partner]]')}"


def service_troubles(
    ours: str, partners: Sequence[PartnerRow], services: Sequence[ServiceRow], reference: Reference
) -> Iterator[str]:
    """What is wrong with the services."""
    names, words = dict[str, str](), dict[str, str]()
    for number, row in enumerate(services, 1):
        where = f"service[{number}]"
        if not row.name.strip():
            yield f"{where}.name: write what people call the service"
        yield from _once(f"{where}.name", row.name, names, where)
        yield from unknown_partner(ours, partners, f"{where}.organisation", row.organisation)
        yield from _synonyms(where, row, words)
        yield from _contacts(where, row, reference)
        yield from _pages(where, row)
        if row.category is not None and (row.category.number <= 0 or not row.category.name.strip()):
            yield f'{where}.category: write its number and its name, such as {{ number = 524, name = "Refuse collection" }}'
    yield from _names_as_synonyms(services, words)


def _synonyms(where: str, row: ServiceRow, words: dict[str, str]) -> Iterator[str]:
    for number, synonym in enumerate(row.synonyms, 1):
        place = f"{where}.synonyms[{number}]"
        if not synonym.strip():
            yield f"{place}: is empty; write a word that people use for the service, or take it out"
        first = words.setdefault(_word(row, synonym), where)
        if first != where:
            yield f"{place}: '{synonym}' means {first} too, of the same organisation; keep it for one of them"


def _names_as_synonyms(services: Sequence[ServiceRow], words: dict[str, str]) -> Iterator[str]:
    """A service's own name must not be another word for a sister of it."""
    for number, row in enumerate(services, 1):
        other = words.get(_word(row, row.name), f"service[{number}]")
        if other != f"service[{number}]":
            yield f"{other}.synonyms: '{row.name}' is the name of service[{number}], of the same organisation; take it out"


def _word(row: ServiceRow, word: str) -> str:
    return f"{key(row.organisation)}\n{key(word)}"


def _contacts(where: str, row: ServiceRow, reference: Reference) -> Iterator[str]:
    if not row.contact.strip():
        yield f"{where}.contact: is empty; write the name or address of a [[person]]: a service without contact reaches nobody"
    for name in ("contact", "deputy"):
        if words := getattr(row, name).strip():
            yield from reference(f"{where}.{name}", words)
    if row.deputy and key(row.deputy) == key(row.contact):
        yield f"{where}.deputy: the contact cannot be the deputy too; write somebody else, or leave it out"


def _pages(where: str, row: ServiceRow) -> Iterator[str]:
    if row.url and not _URL.fullmatch(row.url):
        yield f"{where}.url: write an address that begins with https://, or leave it out"
    for number, page in enumerate(row.pages, 1):
        if not page.name.strip():
            yield f"{where}.pages[{number}].name: write what the page is called"
        if not _URL.fullmatch(page.url):
            yield f"{where}.pages[{number}].url: write an address that begins with https://"


def _once(where: str, value: str, seen: dict[str, str], place: str) -> Iterator[str]:
    first = seen.setdefault(key(value), place)
    if first != place:
        yield f"{where}: '{value}' stands already in {first}; write another, or keep one of them"
