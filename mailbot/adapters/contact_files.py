"""The log of contacts as files: CSV (RFC 4180, UTF-8) and XLSX. It has what the log is for (N7), and nothing of anybody."""

import csv
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from io import BytesIO, StringIO

from mailbot.core.contact_log import LoggedContact
from mailbot.core.enclosure import File

COLUMNS = ("organisation", "category number", "category", "service", "channel", "date", "time", "action")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell of CSV that begins so may be run by the program that opens it (OWASP: CSV injection)."""


def as_csv(contacts: Sequence[LoggedContact], zone: tzinfo) -> bytes:
    """With a byte order mark, so that spreadsheets read it as UTF-8. What looks like a formula has an apostrophe before it."""
    text = StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    rows.writerows([_defused(cell) for cell in row] for row in _rows(contacts, zone))
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(contacts: Sequence[LoggedContact], zone: tzinfo) -> bytes:
    """One sheet, its first row the columns. Every cell is text: nothing in it is a formula."""
    from xlsxwriter import Workbook

    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("contacts")
        for number, row in enumerate((COLUMNS, *_rows(contacts, zone))):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return out.getvalue()


def files_of(month: str, contacts: Sequence[LoggedContact], zone: tzinfo) -> tuple[File, ...]:
    """A month's contacts in both forms, as they go with a mail."""
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return (
        File(filename=f"contacts-{month}.csv", content_type="text/csv", content=as_csv(contacts, zone)),
        File(filename=f"contacts-{month}.xlsx", content_type=sheet, content=as_xlsx(contacts, zone)),
    )


def _rows(contacts: Sequence[LoggedContact], zone: tzinfo) -> Iterator[tuple[str, ...]]:
    for one in contacts:
        area, at = one.area, one.at.astimezone(zone)
        number, name = (str(area.category.number), area.category.name) if area.category else ("", "")
        words = (one.channel.value.replace("_", " "), f"{at:%Y-%m-%d}", f"{at:%H:%M}", one.action.value.replace("_", " "))
        yield area.organisation, number, name, area.service, *words


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
