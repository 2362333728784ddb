"""A list cut into parts: each as many rows as one piece of the job starts, compressed."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from opsflows.jsontext import dump_json
from opsflows.jsontext.parse import read_stored

#: Rows of a part: a piece of the job takes a fraction of a second, and nobody waits longer for the database.
SIZE = 100
MOST_ROWS = 50_000

#: A row's number in its list (of a CSV file the line), and what its source keeps of it.
Row = tuple[int, Any]


def packed(rows: Iterable[Row]) -> Iterator[tuple[int, bytes]]:
    """For each part how many rows it has, and the part; never more of the list in memory than one part."""
    left = iter(rows)
    while part := list(islice(left, SIZE)):
        yield len(part), zlib.compress(dump_json(part).encode("utf-8"))


def unpacked(part: bytes) -> list[Row]:
    """The rows of a part."""
    return [(number, kept) for number, kept in read_stored(zlib.decompress(part).decode("utf-8"))]
