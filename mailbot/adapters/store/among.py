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
    bindparam,
    literal,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class RowNumbers(TypeDecorator[Sequence[int]]):
    """Many numbers, bound as one text: many parameters cost more than their rows."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> str:
        numbers = ",".join(map(str, value or ()))
        return f"{{{numbers}}}" if dialect.name == "postgresql" else f"[{numbers}]"


class Texts(TypeDecorator[Sequence[str]]):
    """Many texts, bound as one array or one JSON text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else JSON())


class Among(FunctionElement[bool]):
    """``column IN values``. The statement is one text however many they are."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Column[Any], values: ColumnElement[Sequence[Any]]) -> None:
        super().__init__(column, values)

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        """As it is: SQLAlchemy would write ``= 1`` after it, and SQLite would use no index."""
        return self


@compiles(Among)
def _in_json(among: Among, compiler: Any, **how: Any) -> str:
    column, values = (compiler.process(part, **how) for part in among.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # names and parameters


@compiles(Among, "postgresql")
def _in_array(among: Among, compiler: Any, **how: Any) -> str:
    column, values = (compiler.process(part, **how) for part in among.clauses)
    kind = "TEXT" if isinstance(list(among.clauses)[1].type, Texts) else "INTEGER"
    return f"{column} = ANY(CAST({values} AS {kind}[]))"


def among(column: Column[int], values: Sequence[int]) -> ColumnElement[bool]:
    """``column IN values``, for thousands of values."""
    return Among(column, literal(values, RowNumbers()))


def among_these(column: Column[int]) -> ColumnElement[bool]:
    """``column IN these``, for a statement that is made once and given the values ``these`` whenever it is executed."""
    return Among(column, bindparam("these", type_=RowNumbers()))


def among_texts(column: Column[str]) -> ColumnElement[bool]:
    """``column IN these`` like ``among_these``, for texts."""
    return Among(column, bindparam("these", type_=Texts()))


def one_of(column: Column[str], words: Iterable[str]) -> ColumnElement[bool]:
    """``column IN words``, written out and not bound.

    SQLAlchemy writes a list of bound values into the statement each time that it is executed, and only of words that are
    written out does SQLite see that a partial index serves.
    """
    return column.in_([literal_column(f"'{word}'") for word in words])
