"""Contents of tables, kept by their hash: written when a table is saved, read by runs through the process's memory.

A version names the hash and not the rows: a table of some thousand rows would otherwise lie in every version that
names it, and be loaded with each. Nothing is written when a workflow is published or tried.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from opsflows.lookups.models import LookupSnapshot
from opsflows.lookups.table_content import Content, content_from

#: Values that one process keeps of all tables together, some 100 bytes each.
MAX_CELLS = 1_000_000


class Rows:
    """A content as runs read it."""

    def __init__(self, columns: tuple[str, ...], rows: Mapping[str, tuple[Any, ...]]) -> None:
        self.columns = columns
        self._rows = rows

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self._rows) * len(self.columns)

    def get(self, key: str) -> dict[str, Any] | None:
        """The row under exactly this key, by the names of the columns."""
        row = self._rows.get(key)
        return None if row is None else dict(zip(self.columns, row, strict=True))

    def like(self, key: str) -> tuple[str, ...]:
        """The keys that are the same but for capitals."""
        return self._folded.get(key.casefold(), ())

    @cached_property
    def _folded(self) -> dict[str, tuple[str, ...]]:
        folded: dict[str, tuple[str, ...]] = {}
        for key in self._rows:
            folded[key.casefold()] = (*folded.get(key.casefold(), ()), key)
        return folded


_read: OrderedDict[tuple[uuid.UUID, str], Rows] = OrderedDict()
_lock = threading.Lock()


def keep(account_id: uuid.UUID, content: Content) -> LookupSnapshot:
    """The snapshot of `content`, which may be there already. Inside the caller's transaction."""
    wanted: dict[str, Any] = {"account_id": account_id, "content_hash": content.hash}
    found = LookupSnapshot.objects.filter(**wanted).first()
    if found is not None:
        return found
    fresh = LookupSnapshot(
        **wanted,
        columns=content.columns_as_json(),
        rows=[list(row) for row in content.rows],
        row_count=len(content.rows),
    )
    # Another table may come to the same content at this moment.
    LookupSnapshot.objects.bulk_create([fresh], ignore_conflicts=True)
    return LookupSnapshot.objects.get(**wanted)


def content_of(snapshot: LookupSnapshot) -> Content:
    """What the snapshot keeps."""
    return content_from(snapshot.columns, snapshot.rows)


def rows_of(account_id: uuid.UUID, content_hash: str) -> Rows:
    """The content with this hash, from memory or with one query.

    Raises:
        LookupSnapshot.DoesNotExist: the account has none.
    """
    key = (account_id, content_hash)
    with _lock:
        if (known := _read.get(key)) is not None:
            _read.move_to_end(key)
            return known
    content = content_of(LookupSnapshot.objects.get(account_id=account_id, content_hash=content_hash))
    rows = Rows(tuple(column.name for column in content.columns), content.by_key)
    with _lock:
        _read[key] = rows
        kept = sum(each.size for each in _read.values())
        while kept > MAX_CELLS and len(_read) > 1:
            kept -= _read.popitem(last=False)[1].size
    return rows
