"""What a file holds, as bytes and as what steps work with: text, JSON, JSON lines, CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, Literal

from opsflows.files.csv_text import all_columns, check_columns, columns_of, read_csv, unguarded, write_csv
from opsflows.files.store import FileProblem
from opsflows.jsontext import JsonError, dump_json, parse_json
from opsflows.rules.text import to_text

Format = Literal["csv", "json", "jsonl", "text"]
Separator = Literal["comma", "semicolon", "tab", "pipe"]

#: Rows that one step reads or writes, and bytes of what it reads, as JSON; as much as an HTTP answer.
MOST_ROWS, MAX_READ = 10_000, 1_048_576

_BOM = "\ufeff"
_BY_ENDING: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How rows and texts are written in a file."""

    format: Format
    separator: Separator = "comma"
    columns: Sequence[str] = ()
    numbers: bool = False
    bom: bool = False
    guard_formulas: bool = True


def format_of(name: str) -> Format:
    """By the ending of the name."""
    return _BY_ENDING.get(PurePosixPath(name).suffix.lower(), "text")


def read(content: bytes, spelling: Spelling, *, skip: int, most: int) -> dict[str, Any]:
    """What the file holds, as a step's output: `rows` (with `columns` of a CSV), or `content`.

    `truncated` says that rows come behind those that were asked for.

    Raises:
        FileProblem: it is not what its format says.
    """
    text = _text(content)
    match spelling.format:
        case "csv":
            table = read_csv(
                text, separator=spelling.separator, numbers=spelling.numbers, skip=skip, most=min(most, MOST_ROWS)
            )
            return _rows(table.rows, is_cut=table.is_cut) | {"columns": list(table.columns)}
        case "jsonl":
            lines = (line for line in enumerate(text.split("\n"), 1) if line[1].strip())
            wanted = list(islice(lines, skip, skip + min(most, MOST_ROWS) + 1))
            rows = [_document(line, f"Line {number}") for number, line in wanted[:most]]
            return _rows(rows, is_cut=len(wanted) > len(rows))
        case "json":
            _check_size(content)
            return {"content": _document(text, "The file")}
        case _:
            _check_size(content)
            return {"content": text}


def written(content: Any, spelling: Spelling) -> bytes:
    """A whole file that holds `content`.

    Raises:
        FileProblem: a file of this format cannot hold it.
    """
    start = _BOM if spelling.bom else ""
    return f"{start}{_spelled(content, spelling, before='')}".encode()


def appended(before: bytes, content: Any, spelling: Spelling) -> bytes:
    """What the file holds, and behind it `content`, on lines of its own.

    Raises:
        FileProblem: it is JSON, which has no end to write behind, or the columns do not fit.
    """
    if spelling.format == "json":
        raise FileProblem("A JSON file has one document; append to a .jsonl file, which has one on each line.")
    if not before:
        return written(content, spelling)
    text = _text(before)
    joint = "" if text.endswith("\n") else "\r\n" if spelling.format == "csv" else "\n"
    return before + f"{joint}{_spelled(content, spelling, before=text)}".encode()


def count_of(content: Any, spelling: Spelling) -> int | None:
    """How many rows `content` is, where the format has rows."""
    return len(_as_list(content)) if spelling.format in ("csv", "jsonl") else None


def _spelled(content: Any, spelling: Spelling, *, before: str) -> str:
    match spelling.format:
        case "csv":
            return _csv(_objects(content), spelling, before)
        case "jsonl":
            return "".join(f"{dump_json(row)}\n" for row in _as_list(content))
        case "json":
            return dump_json(content)
        case _:
            text = to_text(content)
            return text if not before or text.endswith("\n") else f"{text}\n"


def _csv(rows: Sequence[Mapping[str, Any]], spelling: Spelling, before: str) -> str:
    known = columns_of(before, separator=spelling.separator) if before else []
    given = all_columns(rows)
    if not known:
        check_columns(spelling.columns or given)
    # As the file spells them: `@id` is `'@id` where formulas are guarded against.
    columns = [unguarded(name, given) for name in known] or spelling.columns or given
    if not columns:
        # No row and no name: a file of nothing.
        return ""
    if known and (unknown := [name for name in given if name not in columns]):
        raise FileProblem(f"The file has no column {unknown[0]!r}; it has {', '.join(columns[:20])}.")
    return write_csv(
        rows, columns, separator=spelling.separator, with_header=not known, guarded=spelling.guard_formulas
    )


def _objects(content: Any) -> Sequence[Mapping[str, Any]]:
    rows = _as_list(content)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise FileProblem(f"content: a CSV is written from a list of objects, and entry {number} is none.")
    return rows


def _as_list(content: Any) -> Sequence[Any]:
    rows = content if isinstance(content, list) else [] if content is None else [content]
    if len(rows) > MOST_ROWS:
        raise FileProblem(f"content: it has {len(rows):,} rows; at most {MOST_ROWS:,} are written at once.")
    return rows


def _rows(rows: Iterable[Any], *, is_cut: bool) -> dict[str, Any]:
    """As many of `rows` as a step may answer with."""
    kept: list[Any] = []
    size = 0
    for row in rows:
        size += len(dump_json(row).encode("utf-8", "surrogatepass"))
        if size > MAX_READ:
            if not kept:
                raise FileProblem(f"One row alone is larger than {MAX_READ:,} bytes.")
            return {"rows": kept, "count": len(kept), "truncated": True}
        kept.append(row)
    return {"rows": kept, "count": len(kept), "truncated": is_cut}


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileProblem(f"It is not UTF-8: byte {error.start + 1} cannot be read. Save it as UTF-8.") from None
    if "\x00" in text:
        raise FileProblem("It holds the character U+0000, which cannot be kept; it may be no text at all.")
    return text.removeprefix(_BOM)


def _document(text: str, what: str) -> Any:
    try:
        return parse_json(text)
    except JsonError as error:
        raise FileProblem(f"{what} is no JSON. {error}") from None


def _check_size(content: bytes) -> None:
    if len(content) > MAX_READ:
        raise FileProblem(
            f"It has {len(content):,} bytes; at most {MAX_READ:,} are read at once. CSV and .jsonl can be read in "
            "parts, with skip and limit."
        )
