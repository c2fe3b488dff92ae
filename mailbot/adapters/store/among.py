"""One of many rows, or one of several words of our own, as the database takes them best."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import ARRAY, Column, ColumnElement, Text, any_, cast, func, literal, literal_column, select


def among(dialect: str, column: Column[int], values: Sequence[int]) -> ColumnElement[bool]:
    """``column IN values`` for thousands of values, which go as one text: many parameters cost more than their rows."""
    if dialect == "postgresql":
        return column == any_(cast(literal(f"{{{','.join(map(str, values))}}}", Text), ARRAY(column.type)))
    return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))


def one_of(column: Column[str], words: Iterable[str]) -> ColumnElement[bool]:
    """``column IN words``, written out and not bound.

    SQLAlchemy writes a list of bound values into the statement each time that it is executed, and only of words that are
    written out does SQLite see that a partial index serves.
    """
    return column.in_([literal_column(f"'{word}'") for word in words])
