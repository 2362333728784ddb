"""What a table holds: columns with their types, rows with a key that is there once. Pure; texts become values here."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsflows.jsontext import content_hash
from opsflows.rules.compare import as_boolean, as_number
from opsflows.rules.text import excerpt, to_text

MAX_ROWS = 5000
#: With the key's.
MAX_COLUMNS = 20
#: Characters of one value.
MAX_VALUE = 1000
#: Characters of all rows together.
MAX_CONTENT = 500_000
#: Problems that are told at once.
MAX_TOLD = 10

TYPES = ("text", "number", "boolean")
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,49}", re.ASCII)
_WORDS = {"yes": True, "no": False}

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, which texts read it by, and the type of its values (`TYPES`)."""

    name: str
    type: str = "text"


@dataclass(frozen=True, slots=True)
class Content:
    """Columns, the key's first, and rows in the order that staff gave them, with a value or None for each column."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()

    @property
    def hash(self) -> str:
        """The same for equal contents."""
        return content_hash([self.columns_as_json(), [list(row) for row in self.rows]])

    @property
    def by_key(self) -> dict[str, Row]:
        return {row[0]: row for row in self.rows}

    def columns_as_json(self) -> list[dict[str, str]]:
        return [{"name": column.name, "type": column.type} for column in self.columns]


class WrongContent(ValueError):  # noqa: N818  (reads as what it says)
    """A table that cannot be; `problems` are sentences, the first `MAX_TOLD` of many."""

    def __init__(self, problems: Sequence[str]) -> None:
        more = [f"And {len(problems) - MAX_TOLD} more."] if len(problems) > MAX_TOLD else []
        self.problems = [*problems[:MAX_TOLD], *more]
        super().__init__(" ".join(self.problems))


def read_columns(columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns, the key's first.

    Raises:
        WrongContent: with everything that is wrong.
    """
    found = tuple(columns)
    problems = list(_column_problems(found))
    if problems:
        raise WrongContent(problems)
    return found


def read_rows(columns: tuple[Column, ...], rows: Sequence[Sequence[Any]], names: Sequence[str] = ()) -> Content:
    """The table of these rows; texts become values of their column's type, and empty ones None.

    `names` say what messages call the rows, where that is not their number from 1.

    Raises:
        WrongContent: with what is wrong.
    """
    if len(rows) > MAX_ROWS:
        raise WrongContent([f"There are {len(rows):,} rows; a table has at most {MAX_ROWS:,}."])
    problems: list[str] = []
    found: list[Row] = []
    seen: dict[str, str] = {}
    size = 0
    for number, cells in enumerate(rows):
        where = names[number] if names else f"Row {number + 1}"
        row, wrong = _read_row(columns, cells, where)
        problems += wrong
        if row is None:
            continue
        if row[0] in seen:
            problems.append(f"{where}: the key {excerpt(row[0])} stands in {seen[row[0]].lower()} already.")
        seen.setdefault(row[0], where)
        size += sum(len(to_text(value)) for value in row)
        found.append(row)
    if size > MAX_CONTENT:
        problems.append(f"The values have {size:,} characters in all; at most {MAX_CONTENT:,} are kept.")
    if problems:
        raise WrongContent(problems)
    return Content(columns, tuple(found))


def read_value(value: Any, column: Column) -> Any:
    """`value` as the column holds it: a text that spells a number or yes and no is one, nothing is None.

    Raises:
        WrongContent: it is none; the message goes behind the column's name.
    """
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    if column.type == "number":
        number = as_number(value)
        if number is None:
            raise WrongContent(
                [f"{excerpt(value)} is not a number, such as 1234.5, without a sign for thousands or money."]
            )
        is_whole = isinstance(number, Decimal) and isinstance(value, str) and number == number.to_integral_value()
        return int(number) if is_whole and "." not in value else number
    if column.type == "boolean":
        said = _WORDS.get(value.lower()) if isinstance(value, str) else None
        said = as_boolean(value) if said is None else said
        if said is None:
            raise WrongContent([f"{excerpt(value)} is neither yes nor no."])
        return said
    text = to_text(value)
    if len(text) > MAX_VALUE:
        raise WrongContent([f"it has {len(text):,} characters; at most {MAX_VALUE:,} are kept."])
    if "\x00" in text:
        raise WrongContent(["it holds a character that no text has (NUL)."])
    return text


def as_mapping(columns: Sequence[Column], row: Row) -> dict[str, Any]:
    """The row by its columns' names."""
    return {column.name: value for column, value in zip(columns, row, strict=True)}


def content_from(columns: Iterable[Mapping[str, str]], rows: Iterable[Sequence[Any]]) -> Content:
    """What a snapshot keeps."""
    return Content(tuple(Column(**column) for column in columns), tuple(tuple(row) for row in rows))


def _column_problems(columns: Sequence[Column]) -> Iterator[str]:
    if len(columns) < 2:
        yield "A table has a key and at least one more column."
    if len(columns) > MAX_COLUMNS:
        yield f"There are {len(columns)} columns; a table has at most {MAX_COLUMNS}, with the key."
    for column in columns:
        if not _COLUMN.fullmatch(column.name):
            yield (
                f"{excerpt(column.name)} cannot be the name of a column: 1 to 50 letters, digits, hyphens and "
                "underscores, without spaces, because texts read it by that name."
            )
        if column.type not in TYPES:
            yield f"{column.name}: values are text, number or boolean, not {excerpt(column.type)}."
    names = [column.name.casefold() for column in columns]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"Two columns are called {excerpt(name)}."
    if columns and columns[0].type != "text":
        yield "The key is a text; numbers are found by how they are written."


def _read_row(columns: tuple[Column, ...], cells: Sequence[Any], where: str) -> tuple[Row | None, list[str]]:
    if len(cells) != len(columns):
        return None, [f"{where}: it has {len(cells)} values for {len(columns)} columns."]
    problems: list[str] = []
    row: list[Any] = []
    for column, cell in zip(columns, cells, strict=True):
        try:
            row.append(read_value(cell, column))
        except WrongContent as error:
            problems.append(f"{where}, {column.name}: {error}")
    if not problems and row[0] is None:
        problems.append(f"{where}: the key ({columns[0].name}) is empty.")
    return (None if problems else tuple(row)), problems
