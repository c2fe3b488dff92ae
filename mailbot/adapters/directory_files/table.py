"""A table from a CSV or XLSX file, as text. Nothing in it is calculated: a formula is the text that it is written as."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from mailbot.core.text import clean_text
from mailbot.errors import PermanentError

MOST_BYTES = 5_000_000
MOST_UNPACKED = 50_000_000
MOST_ROWS = 10_000
MOST_CELLS = 64
MOST_CHARACTERS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One line of the file: its number, and its cells by column in lower case, without space around them."""

    line: int
    values: dict[str, str]


def read_table(path: Path, columns: Sequence[str], needed: str) -> list[TableRow]:
    """The rows of a table whose first line names some of ``columns``, ``needed`` among them; empty rows are left out.

    Raises PermanentError, which names file and line, for a file that cannot be read, is too large or has other columns.
    """
    content = _content(path)
    lines = _of_workbook(path, content) if path.suffix.lower() == ".xlsx" else _of_csv(path, content)
    found = [(number, [clean_text(cell).strip() for cell in cells]) for number, cells in enumerate(lines, 1)]
    names = [name.lower().replace(" ", "_") for name in found[0][1]] if found else []
    while names and not names[-1]:
        names.pop()
    _check_columns(path, names, columns, needed)
    return [_row(path, number, names, cells) for number, cells in found[1:] if any(cells)]


def names_of(path: Path) -> list[str]:
    """What the first line of a table names, as ``read_table`` reads it."""
    content = _content(path)
    lines = _of_workbook(path, content) if path.suffix.lower() == ".xlsx" else _of_csv(path, content)
    return [clean_text(cell).strip().lower().replace(" ", "_") for cell in next(iter(lines), [])]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PermanentError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise PermanentError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB; take out what is no table")
    return content


def _row(path: Path, number: int, names: Sequence[str], cells: Sequence[str]) -> TableRow:
    if any(cells[len(names) :]):
        raise PermanentError(f"{path}, line {number}: it has more cells than line 1 names columns")
    for name, cell in zip(names, cells, strict=False):
        if len(cell) > MOST_CHARACTERS:
            raise PermanentError(f"{path}, line {number}, {name}: is longer than {MOST_CHARACTERS} characters")
    return TableRow(line=number, values=dict(zip(names, [*cells, *[""] * len(names)], strict=False)))


def _check_columns(path: Path, names: Sequence[str], columns: Sequence[str], needed: str) -> None:
    if needed not in names:
        raise PermanentError(f"{path}: line 1 must name the column {needed}, and may name {', '.join(columns)}")
    if unknown := [name for name in names if name not in columns]:
        raise PermanentError(f"{path}: line 1 names a column '{unknown[0]}' that is not known; known: {', '.join(columns)}")
    if twice := [name for name in names if names.count(name) > 1]:
        raise PermanentError(f"{path}: line 1 names the column '{twice[0]}' twice; keep one")


def _of_csv(path: Path, content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PermanentError(f"{path} is not UTF-8; save it as 'CSV UTF-8'") from None
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _bounded(path, reader)
    except csv.Error as error:
        raise PermanentError(f"{path}, line {reader.line_num}: {error}; is a quotation mark missing?") from None


def _of_workbook(path: Path, content: bytes) -> list[list[str]]:
    """The first sheet. It is read as it was saved: no formula is calculated and no other file is opened."""
    from xml.etree.ElementTree import ParseError

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_a_bomb(path, content)
        book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        rows = sheet.iter_rows(values_only=True, max_col=MOST_CELLS + 1)
        return _bounded(path, ([_text(value) for value in row] for row in rows))
    except (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, IndexError, TypeError, OSError):
        raise PermanentError(f"{path} is no workbook that can be read; save it as XLSX again, or as 'CSV UTF-8'") from None


def _refuse_a_bomb(path: Path, content: bytes) -> None:
    with ZipFile(BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
            raise PermanentError(f"{path} unpacks to more than {MOST_UNPACKED // 1_000_000} MB; take out what is no table")


def _bounded(path: Path, rows: Iterable[Sequence[str]]) -> list[list[str]]:
    found = list[list[str]]()
    for row in rows:
        cells = list(_without_end(row))
        if len(cells) > MOST_CELLS:
            raise PermanentError(f"{path}, line {len(found) + 1}: has more than {MOST_CELLS} cells")
        if len(found) > MOST_ROWS:
            raise PermanentError(f"{path} has more than {MOST_ROWS} lines; bring it in in parts")
        found.append(cells)
    return found


def _without_end(row: Sequence[str]) -> Iterator[str]:
    """The cells up to the last that says something."""
    last = max((at for at, cell in enumerate(row) if cell.strip()), default=-1)
    yield from row[: last + 1]


def _text(value: object) -> str:
    """A cell as text: dates by the calendar, whole numbers without a point, formulas as they are written."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "text", value))
