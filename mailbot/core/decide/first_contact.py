"""An answer at first contact: the web pages that may say at once what a customer asks (N1, N5)."""

from collections.abc import Iterator

from mailbot.core.policy import MailboxPolicy
from mailbot.core.route import Route
from mailbot.core.service import Page, PageKind, Service

MOST_PAGES = 3
_FIRST = (PageKind.FAQ, PageKind.FORMS, PageKind.GENERAL, PageKind.KEY_CONTACTS, PageKind.LEAFLETS)
"""The kinds of page that may answer a question, those that answer most first."""


def pages_for(found: Route, class_: str, policy: MailboxPolicy) -> str | None:
    """Up to three pages of the service that a message is about, a line each, for a receipt; None without any.

    Only of a service that is sure, only in receipts of classes for which the pack says so, only from the directory.
    """
    if class_ not in policy.pack.routes.pages_for or found.service is None:
        return None
    service = policy.directory.service(found.service)
    lines = [f"- {name}: {url}" for name, url in dict(_pages(service)).items()] if service else []
    return "\n".join(lines[:MOST_PAGES]) or None


def _pages(service: Service) -> Iterator[tuple[str, str]]:
    """The service's own page, then the others by kind."""
    if service.url:
        yield service.name, service.url
    for page in sorted((page for page in service.pages if page.kind in _FIRST), key=_order):
        yield page.name, page.url


def _order(page: Page) -> int:
    return _FIRST.index(page.kind)
