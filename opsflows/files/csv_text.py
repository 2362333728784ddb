"""CSV with a header, and lists of objects: there and back."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from opsflows.files.store import FileProblem
from opsflows.rules.spreadsheets import is_formula
from opsflows.rules.text import excerpt, to_text

#: Columns of a file, and characters of one cell: what is longer, Python's own reader refuses.
MOST_COLUMNS, MOST_CELL = 1000, 131_072
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

#: Without leading zeros, which belong to codes and telephone numbers.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,100})(\.[0-9]{1,100})?")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a CSV text from the one that was asked for on; `is_cut` says that there are more."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    is_cut: bool


def read_csv(text: str, *, separator: str, numbers: bool, skip: int, most: int) -> Table:
    """At most `most` rows behind the first `skip`. Cells are texts; with `numbers`, what is plainly one is a number.

    Raises:
        FileProblem: it is no CSV with a header, naming the line.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=SEPARATORS[separator], strict=True)
    try:
        columns = _header(next(lines, []))
        rows = (_row(columns, cells, lines.line_num, numbers) for cells in lines if cells)
        wanted = list(islice(rows, skip, skip + most + 1))
    except csv.Error as error:
        raise FileProblem(f"Line {lines.line_num} is no CSV: {error}.") from None
    return Table(columns, wanted[:most], len(wanted) > most)


def columns_of(text: str, *, separator: str) -> Sequence[str]:
    """The names in its first line; none where it is empty. Raises `FileProblem`."""
    return read_csv(text, separator=separator, numbers=False, skip=0, most=0).columns if text.strip() else []


def write_csv(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, separator: str, with_header: bool, guarded: bool
) -> str:
    """`rows` as CSV. With `guarded`, a text that a spreadsheet would take for a formula begins with an apostrophe."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=SEPARATORS[separator], lineterminator="\r\n")
    if with_header:
        writer.writerow([_cell(name, guarded) for name in columns])
    for row in rows:
        writer.writerow([_cell(row.get(name), guarded) for name in columns])
    return written.getvalue()


def all_columns(rows: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """Every name that a row has, in the order in which they are met."""
    return list(dict.fromkeys(str(name) for row in rows for name in row))


def check_columns(names: Sequence[str]) -> None:
    """Raise `FileProblem` where a CSV cannot have these columns."""
    if len(names) > MOST_COLUMNS:
        raise FileProblem(f"It has {len(names):,} columns; at most {MOST_COLUMNS:,} are possible.")
    for number, name in enumerate(names):
        if not name.strip():
            raise FileProblem(f"Column {number + 1} has no name in the first line.")
        if name in names[:number]:
            raise FileProblem(f"Two columns are called {name!r}.")


def unguarded(column: str, known: Sequence[str]) -> str:
    """The one of the names `known` that stands in a file as `column`; without one, `column` itself."""
    plain = column.removeprefix("'")
    return plain if column not in known and plain in known and _cell(plain, guarded=True) == column else column


def _header(cells: Sequence[str]) -> Sequence[str]:
    if not cells:
        raise FileProblem("It is empty; the first line of a CSV names its columns.")
    check_columns(cells)
    return cells


def _row(columns: Sequence[str], cells: Sequence[str], line: int, numbers: bool) -> dict[str, Any]:
    if len(cells) > len(columns):
        raise FileProblem(f"Line {line} has {len(cells)} cells, and the first line names {len(columns)} columns.")
    found = list(_values(cells, numbers))
    # Some programs leave out empty cells at the end of a line.
    return dict(zip(columns, [*found, *[""] * (len(columns) - len(cells))], strict=True))


def _values(cells: Sequence[str], numbers: bool) -> Iterator[Any]:
    for cell in cells:
        if numbers and _NUMBER.fullmatch(cell):
            yield Decimal(cell) if "." in cell else int(cell)
        else:
            yield cell


def _cell(value: Any, guarded: bool) -> str:
    text = to_text(value)
    if guarded and isinstance(value, str) and is_formula(text):
        text = f"'{text}"
    if len(text) > MOST_CELL:
        raise FileProblem(
            f"content: a cell of a CSV has at most {MOST_CELL:,} characters, and {excerpt(text)} has {len(text):,}. "
            "Shorten it, or write a .jsonl file."
        )
    return text
