"""A need (`needs.py`) as SQL over the payload: jsonb on PostgreSQL, text on SQLite."""

from typing import Any

from django.db.models import BooleanField, Expression, F, Func
from django.db.models.sql.compiler import SQLCompiler

from opsflows.studio.backtest.needs import Every, Need, Some, Text

#: A list has them, and no object of JSON would: where a path names one, PostgreSQL finds something else than we do.
_OF_LISTS = frozenset({"size", "first", "last"})
_ANYTHING = "TRUE"


class MayHold(Func):
    """Whether the payload can hold what is needed; says yes wherever it is not certain."""

    output_field = BooleanField()

    def __init__(self, data: str | Expression, need: Need) -> None:
        super().__init__(F(data) if isinstance(data, str) else data)
        self.need = need

    def as_sql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, _none = compiler.compile(self.get_source_expressions()[0])
        write = _in_jsonb if connection.vendor == "postgresql" else _in_text
        return _written(self.need, column, write)


def _written(need: Need, column: str, write: Any) -> tuple[str, list[Any]]:
    if isinstance(need, Text):
        sql, parameters = write(need, column)
        return sql, parameters
    assert isinstance(need, Every | Some)  # noqa: S101  (there is no fourth)
    parts = [_written(inner, column, write) for inner in need.needs]
    joined = (" AND " if isinstance(need, Every) else " OR ").join(sql for sql, _ in parts)
    return f"({joined})", [parameter for _, parameters in parts for parameter in parameters]


def _in_text(need: Text, column: str) -> tuple[str, list[Any]]:
    """A text stands in JSON as it is between quotes, or it is written with an escape, which begins with a backslash.

    Wherever it stands: SQLite's own functions would find the first of two equal keys, where we read the last.
    """
    found = " OR ".join([f"instr({column}, %s) > 0"] * len(need.values))
    return f"({found} OR instr({column}, %s) > 0)", [*(f'"{value}"' for value in need.values), "\\"]


def _in_jsonb(need: Text, column: str) -> tuple[str, list[Any]]:
    """At the path, and at every place where the rest of the path is one key (`rules/lookup.py`)."""
    if _OF_LISTS & set(need.segments):
        return _ANYTHING, []
    places = [[*need.segments[:position], ".".join(need.segments[position:])] for position in range(len(need.segments))]
    found = " OR ".join([f"{column} #>> %s::text[] = ANY(%s::text[])"] * len(places))
    # What is no object stands under the name `data`.
    whole = f"jsonb_typeof({column}) <> 'object'"
    return f"({whole} OR {found})", [each for place in places for each in (place, list(need.values))]
