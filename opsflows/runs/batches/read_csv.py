"""An uploaded CSV file as rows. What makes the whole file doubtful is refused; a row that is wrong is left out."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from opsflows.runs.batches.parts import MOST_ROWS, Row
from opsflows.runs.batches.problems import Problems
from opsflows.runs.batches.refusal import WrongList

MOST_BYTES = 10 * 1024 * 1024
MOST_COLUMNS = 200
LONGEST_NAME = 255
#: What one cell may hold, in characters. It is also the csv module's own limit.
LONGEST_CELL = 131_072

#: Without leading zeros, which belong to codes and telephone numbers.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,100})(\.[0-9]{1,100})?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
#: What a run knows by itself under this name goes before what its data says.
_TAKEN = frozenset({"steps"})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class CsvFile:
    """A file whose first line is read. `rows()` reads the others, once, and notes what it leaves out."""

    columns: Sequence[str]
    numbers: bool
    _lines: Any
    _start: int
    problems: Problems = field(default_factory=Problems)

    def rows(self) -> Iterator[Row]:
        """The line in which each row begins, and its cells, one for each column. Empty lines are passed over.

        Raises:
            WrongList: the file cannot be read to its end, or has too many rows.
        """
        line, count = self._start, 0
        try:
            for cells in self._lines:
                begins, line = line, self._lines.line_num + 1
                if not any(cell and not cell.isspace() for cell in cells):
                    continue
                # A separator at the end of every line makes a cell of nothing.
                while len(cells) > len(self.columns) and not cells[-1].strip():
                    cells.pop()
                count += 1
                if count > MOST_ROWS:
                    raise WrongList(f"There are more than {MOST_ROWS:,} rows; split the file.")
                if problem := self._problem(cells):
                    self.problems.note(begins, problem)
                else:
                    yield begins, self._values(cells)
        except csv.Error as error:
            raise _unreadable(self._lines, error) from None

    def _problem(self, cells: Sequence[str]) -> str:
        if len(cells) > len(self.columns):
            return f"It has {len(cells):,} cells, and the first line names {len(self.columns):,} columns."
        if any("\x00" in cell for cell in cells):
            return "It holds the character U+0000, which cannot be stored."
        return ""

    def _values(self, cells: Sequence[str]) -> list[Any]:
        read = [_value(cell) for cell in cells] if self.numbers else list(cells)
        # Spreadsheets leave out empty cells at the end of a line.
        return [*read, *[""] * (len(self.columns) - len(cells))]


def read_csv(content: bytes, *, numbers: bool) -> CsvFile:
    """The file, up to its first line. Cells are texts; with `numbers`, what is plainly a number, true or false is that.

    Raises:
        WrongList: it is too large, no text, or its first line names no columns.
    """
    if len(content) > MOST_BYTES:
        raise WrongList(f"The file has {len(content):,} bytes; at most {MOST_BYTES:,} are taken. Split it.")
    text = _text(content)
    if not text.strip():
        raise WrongList("The file is empty; its first line names the columns, the others are rows.")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        columns = _columns(next((cells for cells in lines if any(map(str.strip, cells))), []))
    except csv.Error as error:
        raise _unreadable(lines, error) from None
    return CsvFile(columns, numbers, lines, lines.line_num + 1)


def _text(content: bytes) -> str:
    if content.startswith(_UTF_16):
        raise WrongList("The file is UTF-16; save it as UTF-8, in a spreadsheet as “CSV UTF-8”.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"Line {line:,}: this is not UTF-8. Save the file as UTF-8, in a spreadsheet as “CSV UTF-8”."
        raise WrongList(message) from None


def _separator(text: str) -> str:
    """What divides the first line, outside of quotation marks; a comma where nothing does."""
    first = re.split(r"[\r\n]", re.sub(r'"[^"]*"', "", text.lstrip("\r\n")[:LONGEST_CELL]), maxsplit=1)[0]
    return max(",;\t", key=first.count)


def _columns(cells: Sequence[str]) -> Sequence[str]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise WrongList(f"The first line names {len(names):,} columns; at most {MOST_COLUMNS} are taken.")
    for number, name in enumerate(names):
        if not name:
            raise WrongList(f"Column {number + 1} has no name; the first line names each column.")
        if name in names[:number]:
            raise WrongList(f"Two columns are called “{name[:60]}”; give each a name of its own.")
        if len(name) > LONGEST_NAME:
            raise WrongList(f"The name of column {number + 1} is longer than {LONGEST_NAME} characters.")
        if "\x00" in name:
            raise WrongList(f"The name of column {number + 1} holds the character U+0000, which cannot be stored.")
        if name in _TAKEN:
            raise WrongList(f"A column cannot be called “{name}”: every run calls its own steps so. Rename it.")
    return names


def _value(cell: str) -> Any:
    text = cell.strip()
    if _NUMBER.fullmatch(text):
        return Decimal(text) if "." in text else int(text)
    return _BOOLEANS.get(text.lower(), cell)


def _unreadable(lines: Any, error: csv.Error) -> WrongList:
    if "field larger" in str(error):
        return WrongList(f"Line {lines.line_num:,}: a cell has more than {LONGEST_CELL:,} characters.")
    hint = "Look for a quotation mark that is not closed, or one inside of a cell that is not doubled."
    return WrongList(f"Line {lines.line_num:,}: this cannot be read as CSV ({error}). {hint}")
