"""One of many rows, in the dialect of the database."""

import json
from collections.abc import Sequence

from sqlalchemy import ARRAY, Column, ColumnElement, Text, any_, cast, func, literal, select


def among(dialect: str, column: Column[int], values: Sequence[int]) -> ColumnElement[bool]:
    """``column IN values`` for thousands of values, which go as one text: many parameters cost more than their rows."""
    if dialect == "postgresql":
        return column == any_(cast(literal(f"{{{','.join(map(str, values))}}}", Text), ARRAY(column.type)))
    return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))
