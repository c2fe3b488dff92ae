"""What an organisation and its partners offer: services with their contacts and web pages (N1, N5, N11)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from mailbot.core.calendar import Hours
from mailbot.core.text import key, listed


class PageKind(StrEnum):
    """The seven kinds of page that a partner keeps for each service (N11)."""

    KEY_CONTACTS = "key_contacts"
    FAQ = "faq"
    LEAFLETS = "leaflets"
    GENERAL = "general_information"
    FORMS = "forms"
    CAMPAIGNS = "campaigns"
    DEMOCRATIC = "democratic_information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the web about a service."""

    kind: PageKind
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """The number and name of a service in the list of local government services (LGSL, in the log LAWS: N7)."""

    number: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Ours, or a partner's. Contacts are addresses of people, empty where nobody is named.

    ``web_contact`` hears of gaps in the pages (N9), ``log_contact`` gets the monthly log (N8), ``access_contact`` arranges
    other formats and languages (J16, O8). ``another``: another organisation before the law, which is told nothing of a
    customer without consent or notice (N6).
    """

    name: str
    domains: tuple[str, ...] = ()
    contact: str = ""
    web_contact: str = ""
    log_contact: str = ""
    access_contact: str = ""
    another: bool = False
    phone: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of an organisation, known by its name. ``contact`` and ``deputy`` are addresses of people.

    ``synonyms``: what else people say for it. ``team``: whose work it is, or empty. ``hours`` may be empty: the pack's hold.
    """

    name: str
    contact: str
    organisation: str
    deputy: str | None = None
    synonyms: tuple[str, ...] = ()
    category: Category | None = None
    hours: Mapping[int, Hours] = field(default_factory=dict)
    url: str = ""
    team: str = ""
    pages: tuple[Page, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Every name it goes by, its own first."""
        return (self.name, *self.synonyms)

    @property
    def lacks(self) -> tuple[PageKind, ...]:
        """The kinds of page that it has none of (N11)."""
        return tuple(kind for kind in PageKind if kind not in {page.kind for page in self.pages})


def service_named(services: Iterable[Service], name: str) -> Service | None:
    """The service with this name, in whatever case."""
    return next((each for each in services if key(each.name) == key(name)), None)


def find_service(services: Sequence[Service], words: str) -> Service:
    """The one service with this name, synonym, or part of its name.

    Raises ValueError if there is none, or several: it names them.
    """
    wanted = key(words)
    ways = (
        [each for each in services if key(each.name) == wanted],
        [each for each in services if wanted in map(key, each.synonyms)],
        [each for each in services if wanted and wanted in key(each.name)],
    )
    found = next(filter(None, ways), [])
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"'{words}' may be {listed(each.name for each in found)}; write the whole name")
    names = {key(each.name): each.name for each in services}
    near = get_close_matches(wanted, names, n=1)
    raise ValueError(f"there is no service '{words}'" + (f"; did you mean {names[near[0]]}?" if near else ""))


def organisation_named(organisations: Iterable[Organisation], name: str) -> Organisation | None:
    """The organisation with this name, in whatever case."""
    return next((each for each in organisations if key(each.name) == key(name)), None)


def is_known_domain(organisations: Iterable[Organisation], address: str) -> bool:
    """Whether a copy may go to an address: it is at a domain that the directory names."""
    return organisation_of(organisations, address) is not None


def organisation_of(organisations: Iterable[Organisation], address: str) -> Organisation | None:
    """Whose domain, or a part of whose domain, an address is at; None: nobody's in the directory."""
    host = address.lower().rpartition("@")[2]
    return next((each for each in organisations if any(f".{host}".endswith(f".{domain}") for domain in each.domains)), None)
