"""One of many rows, or one of several words of our own, as the database takes them best."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class RowNumbers(TypeDecorator[Sequence[int]]):
    """Many numbers, bound as one text: many parameters cost more than their rows."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> str:
        numbers = ",".join(map(str, value or ()))
        return f"{{{numbers}}}" if dialect.name == "postgresql" else f"[{numbers}]"


class Among(FunctionElement[bool]):
    """``column IN numbers``. The statement is one text however many they are."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Column[int], numbers: ColumnElement[Sequence[int]]) -> None:
        super().__init__(column, numbers)

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        """As it is: SQLAlchemy would write ``= 1`` after it, and SQLite would use no index."""
        return self


@compiles(Among)
def _in_json(among: Among, compiler: Any, **how: Any) -> str:
    column, numbers = (compiler.process(part, **how) for part in among.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608  # names and parameters


@compiles(Among, "postgresql")
def _in_array(among: Among, compiler: Any, **how: Any) -> str:
    column, numbers = (compiler.process(part, **how) for part in among.clauses)
    return f"{column} = ANY(CAST({numbers} AS INTEGER[]))"


def among(column: Column[int], values: Sequence[int]) -> ColumnElement[bool]:
    """``column IN values``, for thousands of values."""
    return Among(column, literal(values, RowNumbers()))


def among_these(column: Column[int]) -> ColumnElement[bool]:
    """``column IN these``, for a statement that is made once and given the values ``these`` whenever it is executed."""
    return Among(column, bindparam("these", type_=RowNumbers()))


def among_texts(dialect: str, column: Column[str]) -> ColumnElement[bool]:
    """``column IN`` the list that is bound as ``these``, however long: as one value, for statements that are made once."""
    if dialect == "postgresql":
        return column == any_(bindparam("these", type_=ARRAY(Text)))
    return column.in_(select(func.json_each(bindparam("these", type_=JSON)).table_valued("value").c.value))


def one_of(column: Column[str], words: Iterable[str]) -> ColumnElement[bool]:
    """``column IN words``, written out and not bound.

    SQLAlchemy writes a list of bound values into the statement each time that it is executed, and only of words that are
    written out does SQLite see that a partial index serves.
    """
    return column.in_([literal_column(f"'{word}'") for word in words])
