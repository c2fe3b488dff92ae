"""The log of contacts: what settles which line, whose area a service is, and files in which nothing runs."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, StringIO
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from mailbot.adapters.contact_files import COLUMNS, as_csv, as_xlsx
from mailbot.core.case import Channel
from mailbot.core.contact_log import (
    ContactAction,
    LoggedContact,
    ServiceArea,
    area_of,
    month_bounds,
    still_to_settle,
    totals,
    workload,
)
from mailbot.core.directory import Directory
from mailbot.core.service import Category, Organisation, Service

RECEIVED, INFORMED, REFERRED = ContactAction.RECEIVED, ContactAction.INFORMED, ContactAction.REFERRED
LONDON = ZoneInfo("Europe/London")
EVIL = ("=1+1", "+44 20", "-5", "@SUM(A1)", "\t=1", "\r=1")


def contact(service: str = "Parks", at: datetime = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)) -> LoggedContact:
    area = ServiceArea(organisation="Harbour Council", service=service, category=Category(number=448, name="Parks"))
    return LoggedContact(area=area, channel=Channel.IN_PERSON, at=at, action=ContactAction.FIRST_CONTACT, reference="HC-1")


@pytest.mark.parametrize("actions", list(product(ContactAction, repeat=3)))
@pytest.mark.parametrize("new", [INFORMED, ContactAction.FIRST_CONTACT, REFERRED])
@pytest.mark.parametrize("answered", range(4))
def test_what_nothing_was_done_about_is_settled_and_what_ended_before_stays(
    actions: tuple[ContactAction, ...], new: ContactAction, answered: int
) -> None:
    """An answer never undoes a handover, and a later matter never rewrites how an earlier one ended.

    What somebody else has and nobody has answered follows the case to the next one.
    """
    changed = still_to_settle(actions, new, answered)
    follows = [number for number in range(answered, 3) if actions[number] is REFERRED and new is REFERRED]
    settled = [number for number, action in enumerate(actions) if action is RECEIVED]
    newest = [2] if actions[2] is INFORMED and new is not INFORMED else []
    assert sorted(changed) == sorted({*follows, *settled, *newest})


def test_a_service_says_whose_area_it_is_and_nothing_sure_is_ours() -> None:
    """A partner's service counts for the partner; without a directory the organisation's own name stands."""
    pier = Service(name="Pier", contact="", organisation="Pier Trust", category=Category(number=611, name="Coast"))
    known = Directory(organisations=(Organisation(name="Harbour Council"), Organisation(name="Pier Trust")), services=(pier,))
    assert area_of(known, "pier", "Us") == ServiceArea(organisation="Pier Trust", service="Pier", category=pier.category)
    assert area_of(known, "", "Us") == ServiceArea(organisation="Harbour Council")
    assert area_of(Directory(), "", "Us") == ServiceArea(organisation="Us")


def test_both_files_say_the_same_in_local_time() -> None:
    """Half past eight in London's summer is half past nine on its clocks."""
    row = ["Harbour Council", "448", "Parks", "Parks", "in person", "2026-07-01", "09:30", "first contact"]
    assert list(csv.reader(StringIO(as_csv([contact()], LONDON).decode("utf-8-sig")))) == [list(COLUMNS), row]
    sheet = load_workbook(BytesIO(as_xlsx([contact()], LONDON))).active
    assert [[cell.value for cell in each] for each in sheet.iter_rows()] == [list(COLUMNS), row]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", EVIL)
def test_no_text_becomes_a_formula(text: str) -> None:
    """In CSV it is told to be text by an apostrophe; in a spreadsheet its cell is one of text."""
    (_, row) = csv.reader(StringIO(as_csv([contact(text)], LONDON).decode("utf-8-sig"), newline=""))
    assert row[3] == f"'{text}"
    cell = load_workbook(BytesIO(as_xlsx([contact(text)], LONDON))).active["D2"]  # type: ignore[index]
    assert (cell.data_type, str(cell.value).replace("_x000D_", "\r")) in {("s", text), ("s", text.replace("\r", "\n"))}


def test_a_month_goes_from_midnight_to_midnight_of_the_place() -> None:
    """December ends with the year, and a summer month begins an hour before UTC's."""
    since, until = month_bounds("2026-12", LONDON)
    assert (since.isoformat(), until.isoformat()) == ("2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00")
    assert month_bounds("2026-07", LONDON)[0].astimezone(UTC) == datetime(2026, 6, 30, 23, tzinfo=UTC)


def test_the_summary_counts_each_organisation_by_what_was_done() -> None:
    """By name; what did not happen is not named."""
    pier = replace(contact(), area=ServiceArea(organisation="Arch Trust"), action=REFERRED)
    lines = ["Arch Trust: 2 (2 referred)", "Harbour Council: 2 (1 informed, 1 first contact)"]
    assert [*totals([contact(), pier, replace(contact(), action=INFORMED), pier])] == lines


def test_workload_has_days_in_their_order_and_local_hours() -> None:
    """Monday before Friday, and an hour of summer is an hour of the clock on the wall."""
    friday, monday = datetime(2026, 7, 3, 8, 30, tzinfo=UTC), datetime(2026, 7, 6, 8, 59, tzinfo=UTC)
    lines = [replace(contact(), at=at, mailbox="desk", class_=class_) for at, class_ in ((friday, "foi"), (monday, "enquiry"))]
    found = [(one.by, one.value, one.contacts) for one in workload(lines, LONDON)]
    assert found == [
        ("hour", "09:00", 2),
        ("weekday", "Monday", 1),
        ("weekday", "Friday", 1),
        ("mailbox", "desk", 2),
        ("class", "enquiry", 1),
        ("class", "foi", 1),
    ]
    assert not list(workload((), LONDON))
