"""What a row of an imported table may say."""

from dataclasses import dataclass
from datetime import date

from mailbot.core.service import PageKind

PAGES = tuple(kind.value for kind in PageKind)
SERVICE_COLUMNS = (
    "service",
    "organisation",
    "team",
    "contact",
    "contact_email",
    "contact_phone",
    "deputy",
    "deputy_email",
    "synonyms",
    "category_number",
    "category",
    "hours",
    "url",
    *PAGES,
)
PEOPLE_COLUMNS = ("name", "email", "phone", "team", "role", "organisation", "from", "until", "deputy")
"""Whoever a row names, and one absence of theirs if it has ``from``."""
AWAY_COLUMNS = ("person", "from", "until", "deputy")
TAKE_OUT = "-"
"""In a cell: what stands in the directory goes. An empty cell leaves it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody (a name or an address) is away from one day to another, both included. ``where``: what says so."""

    where: str
    person: str
    from_on: date
    until_on: date
    deputy: str = ""
