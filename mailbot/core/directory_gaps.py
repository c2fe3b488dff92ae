"""What each organisation's part of the directory lacks (N11)."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.directory import Directory
from mailbot.core.service import Organisation, Service, is_known_domain


@dataclass(frozen=True, slots=True)
class Gap:
    """What a service lacks, or (``about`` is empty) the organisation itself."""

    about: str
    lacks: tuple[str, ...]


def gaps_of(directory: Directory, organisation: Organisation) -> Iterator[Gap]:
    """What an organisation lacks, then each of its services that lacks anything."""
    services = [each for each in directory.services if each.organisation == organisation.name]
    lacks = [what for what, has in _of_organisation(organisation) if not has]
    lacks += [] if services else ["services"]
    if lacks:
        yield Gap("", tuple(lacks))
    for service in services:
        if missing := (*_reachable(directory, service), *_of_service(service)):
            yield Gap(service.name, missing)


def _of_organisation(organisation: Organisation) -> Iterator[tuple[str, bool]]:
    yield "a contact", bool(organisation.contact)
    yield "a contact for web pages", bool(organisation.web_contact)
    yield "a contact for the monthly log", bool(organisation.log_contact)
    yield "a contact for other formats and languages", bool(organisation.access_contact)
    yield "its e-mail domains", bool(organisation.domains)


def _reachable(directory: Directory, service: Service) -> Iterator[str]:
    """Who cannot be copied in on a handover: nobody is outside the domains that the directory names."""
    for post, address in (("contact", service.contact), ("deputy", service.deputy)):
        if address and not is_known_domain(directory.organisations, address):
            domain = address.rpartition("@")[2]
            yield f"a {post} who can be copied in ({domain} stands in no organisation's domains)"


def _of_service(service: Service) -> Iterator[str]:
    if not service.deputy:
        yield "a deputy"
    if not service.category:
        yield "a category"
    if not service.url:
        yield "a web page"
    yield from (kind.value.replace("_", " ") for kind in service.lacks)
