"""The kinds of columns that tables are made of. Times are aware UTC through one column type."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    String,
    TypeDecorator,
    false,
    text,
)

_as_json = json.JSONEncoder().encode
KEPT_MOMENTS = 256  # a transaction writes the same moment again and again


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. A naive one is refused: somebody forgot where it came from."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """SQLite keeps text: written directly it costs a third of SQLAlchemy's own way to the same text."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a naive time cannot be stored")
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    return None if value is None else _written(_in_utc(value))


@lru_cache(maxsize=KEPT_MOMENTS)
def _written(utc: datetime) -> str:
    """Only what is in UTC is kept: in other zones the two readings of a repeated hour are equal."""
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def as_json(value: Any) -> str:
    """What JSON columns keep of a value. Most of what is written is an empty list."""
    return "[]" if value == [] else _as_json(value)


def row_id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=nullable)


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=False, server_default=false())


def count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, default=0, server_default=text("0"))


def moment(name: str, *, nullable: bool = True) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


def word(name: str, **options: Any) -> Column[str]:
    return Column(name, String(400), nullable=options.pop("nullable", False), **options)
