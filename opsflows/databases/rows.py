"""Rows as JSON that both of our databases can keep: numbers exact, dates as ISO texts, within a number and a size."""

import base64
import datetime
import math
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsflows.databases.failures import QueryFailed
from opsflows.jsontext import JsonError, dump_json, parse_json

#: Bytes of JSON that one query may bring; as much as an HTTP answer.
MAX_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Rows:
    """What a query brought. `truncated` says that there was more, beyond the number of rows or the size."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    truncated: bool


def collect(columns: Callable[[], Sequence[str]], found: Iterable[Sequence[Any]], *, most: int) -> Rows:
    """At most `most` of the rows `found`, none beyond `MAX_BYTES`; one more is asked for, to tell that there is more.

    `columns` is asked once the first row is there.

    Raises:
        QueryFailed: two columns have one name, one row alone is too large, or a value is none that can be kept.
    """
    names: Sequence[str] | None = None
    texts: list[str] = []
    size, truncated = 0, False
    for row in found:
        if names is None:
            names = _distinct(columns())
        if len(texts) == most:
            truncated = True
            break
        text = _text(names, row)
        size += len(text.encode("utf-8", "surrogatepass")) + 1
        if size > MAX_BYTES:
            if not texts:
                raise QueryFailed(f"One row alone is larger than {MAX_BYTES:,} bytes; ask for fewer columns.")
            truncated = True
            break
        texts.append(text)
    try:
        rows = parse_json(f"[{','.join(texts)}]")
    except JsonError as error:
        raise QueryFailed(f"The rows cannot be kept as they are. {error}") from None
    return Rows(list(names if names is not None else _distinct(columns())), rows, truncated)


def _distinct(names: Sequence[str]) -> Sequence[str]:
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise QueryFailed(f"Two columns are called {twice!r}; give one of them another name with AS.")
    return names


def _text(names: Sequence[str], row: Sequence[Any]) -> str:
    return dump_json({name: as_json(value) for name, value in zip(names, row, strict=True)})


def as_json(value: Any) -> Any:
    """A database's value as JSON: bytes in base64, a span of time in seconds, what JSON has no number for as text."""
    match value:
        case None | str() | int():
            return value
        case float():
            return Decimal(repr(value)) if math.isfinite(value) else str(value)
        case Decimal():
            return value if value.is_finite() else str(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode("ascii")
        case datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return Decimal(value // datetime.timedelta(microseconds=1)).scaleb(-6).normalize() + 0
        case uuid.UUID():
            return str(value)
        case dict():
            return {str(key): as_json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [as_json(inner) for inner in value]
        case _:
            return str(value)
