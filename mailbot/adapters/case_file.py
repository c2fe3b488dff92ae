"""A CSV file of open cases, as another system exports it: UTF-8, with commas or semicolons, the columns named on line 1."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from mailbot.core.decide.old_case import COLUMNS, OPTIONAL, Mistake
from mailbot.errors import PermanentError

if TYPE_CHECKING:
    from _csv import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One line of the file: its number and its cells by column."""

    line: int
    values: dict[str, str]


def read_case_file(path: Path) -> tuple[list[CaseRow], list[Mistake]]:
    """The rows, and the lines with more or fewer cells than columns. Raises PermanentError for a file that is no such list."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PermanentError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PermanentError(f"{path} is not UTF-8; save it as 'CSV UTF-8'") from None
    names = text.partition("\n")[0]
    delimiter = ";" if names.count(";") > names.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        _check_columns(path, columns)
        return _rows(reader, columns)
    except csv.Error as error:
        raise PermanentError(f"{path}, line {reader.line_num}: {error}; is a quotation mark missing?") from None


def _rows(reader: "Reader", columns: Sequence[str]) -> tuple[list[CaseRow], list[Mistake]]:
    rows, mistakes, line = list[CaseRow](), list[Mistake](), reader.line_num + 1
    for cells in reader:
        if len(cells) == len(columns):
            rows.append(CaseRow(line=line, values=dict(zip(columns, cells, strict=True))))
        elif any(cell.strip() for cell in cells):
            what = f"it has {len(cells)} cells and line 1 names {len(columns)}; put text with separators into quotation marks"
            mistakes.append(Mistake(line=line, column="", what=what))
        line = reader.line_num + 1
    return rows, mistakes


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise PermanentError(f"{path}: line 1 must name the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    unknown = [column for column in columns if column not in (*COLUMNS, *OPTIONAL)]
    if unknown:
        known = ", ".join((*COLUMNS, *OPTIONAL))
        raise PermanentError(f"{path}: line 1 names a column '{unknown[0]}' that is not known; take it out; known: {known}")
    twice = [column for column in columns if columns.count(column) > 1]
    if twice:
        raise PermanentError(f"{path}: line 1 names the column '{twice[0]}' twice; keep one")
