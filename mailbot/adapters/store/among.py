"""One of many rows, in the dialect of the database."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Column, ColumnElement, any_, literal


def among(dialect: str, column: Column[int], values: Sequence[int]) -> ColumnElement[bool]:
    """``column IN values`` for hundreds of values. PostgreSQL is given one array: its driver is slow with many parameters."""
    if dialect == "postgresql":
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(values)
