"""Rows out of a spreadsheet: pasted (tabs between the values) or CSV (commas, semicolons), below a line of names."""

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from opsflows.lookups.table_content import MAX_ROWS, Column, Content, WrongContent, read_rows
from opsflows.rules.spreadsheets import is_formula
from opsflows.rules.text import excerpt, to_text

#: Bytes of a file.
MAX_FILE = 2_000_000


@dataclass(frozen=True, slots=True)
class Pasted:
    """The names of the columns, and the rows below them with the line in which each begins."""

    names: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def text_of(data: bytes) -> str:
    """A file as text.

    Raises:
        WrongContent: it is none, or too large.
    """
    if len(data) > MAX_FILE:
        raise WrongContent([f"The file has {len(data):,} bytes; at most {MAX_FILE:,} are read."])
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise WrongContent(["This is no text in UTF-8. In the spreadsheet, save it as “CSV UTF-8”."]) from None


def read_pasted(text: str) -> Pasted:
    """What was pasted. Empty lines are passed over.

    Raises:
        WrongContent: there is no line of names, too many rows, or a quotation mark that is never closed.
    """
    text = text.lstrip("\ufeff")
    rows = list(_lines(text))
    if not rows:
        raise WrongContent(["There is nothing in it. The first line names the columns, the others are rows."])
    if len(rows) - 1 > MAX_ROWS:
        raise WrongContent([f"There are {len(rows) - 1:,} rows; a table has at most {MAX_ROWS:,}."])
    return Pasted(rows[0][1], tuple(rows[1:]))


def replaced_by(content: Content, pasted: Pasted) -> Content:
    """The table with the pasted rows and no others. Columns that were not pasted are empty.

    Raises:
        WrongContent: with what is wrong, by line.
    """
    places = _places(content.columns, pasted.names)
    return _read(content.columns, [(line, _cells(places, cells)) for line, cells in _fitting(pasted)])


def updated_by(content: Content, pasted: Pasted) -> Content:
    """The table with the pasted rows changed or added at the end; others, and columns not pasted, stay.

    Raises:
        WrongContent: with what is wrong, by line.
    """
    places = _places(content.columns, pasted.names)
    # On its own first, so that messages speak of lines and a key that stands there twice is seen.
    fresh = _read(content.columns, [(line, _cells(places, cells)) for line, cells in _fitting(pasted)])
    rows = content.by_key
    for row in fresh.rows:
        old = rows.get(row[0], (None,) * len(content.columns))
        rows[row[0]] = tuple(old[number] if place is None else row[number] for number, place in enumerate(places))
    return read_rows(content.columns, list(rows.values()))


def as_csv(content: Content) -> str:
    """The table as CSV, which reads back as the same. What a spreadsheet would calculate begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in content.columns])
    writer.writerows([[_guarded(value) for value in row] for row in content.rows])
    return out.getvalue()


def in_words(value: Any) -> str:
    """A value as people type it, and as `read_value` takes it again."""
    return ("yes" if value else "no") if isinstance(value, bool) else to_text(value)


def _guarded(value: Any) -> str:
    text = in_words(value)
    # One more than there are, so that one is taken away again.
    return f"'{text}" if isinstance(value, str) and is_formula(text.lstrip("'")) else text


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and is_formula(cell.lstrip("'")) else cell


def _lines(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = "\t" if "\t" in first else ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, tuple(_unguarded(cell.strip()) for cell in cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise WrongContent([f"Line {reader.line_num}: this cannot be read as CSV ({error})."]) from None


def _places(columns: Sequence[Column], names: Sequence[str]) -> list[int | None]:
    """For each column where its values stand in a pasted row; None where they do not."""
    given = [name.casefold() for name in names]
    known = {column.name.casefold(): column.name for column in columns}
    problems = [f"The column {excerpt(name)} stands there twice." for name in names if given.count(name.casefold()) > 1]
    for name in names:
        if name.casefold() not in known:
            close = difflib.get_close_matches(name.casefold(), known, n=1)
            hint = f"did you mean {known[close[0]]}?" if close else f"the columns are {', '.join(known.values())}."
            problems.append(f"There is no column {excerpt(name)}; {hint}")
    if columns[0].name.casefold() not in given:
        problems.append(f"The first line must name the column {columns[0].name}, which is the key.")
    if problems:
        raise WrongContent(list(dict.fromkeys(problems)))
    return [given.index(column.name.casefold()) if column.name.casefold() in given else None for column in columns]


def _fitting(pasted: Pasted) -> list[tuple[int, tuple[str, ...]]]:
    """The rows, each as long as the line of names: a spreadsheet leaves empty values at the end out."""
    width = len(pasted.names)
    problems = [
        f"Line {line}: it has {len(cells)} values for {width} columns."
        for line, cells in pasted.rows
        if len(cells) > width
    ]
    if problems:
        raise WrongContent(problems)
    return [(line, cells + ("",) * (width - len(cells))) for line, cells in pasted.rows]


def _cells(places: Sequence[int | None], cells: Sequence[str]) -> list[str]:
    return ["" if place is None else cells[place] for place in places]


def _read(columns: tuple[Column, ...], rows: Sequence[tuple[int, list[str]]]) -> Content:
    return read_rows(columns, [cells for _, cells in rows], [f"Line {line}" for line, _ in rows])
