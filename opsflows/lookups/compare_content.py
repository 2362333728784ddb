"""What differs between two contents of a table, row by row."""

from dataclasses import dataclass
from typing import Any

from opsflows.lookups.table_content import Content


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that is in both, and the columns in which it differs: name, before, after."""

    key: str
    values: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Keys that are new, keys that are gone, and rows that say something else; `same` counts the others."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[ChangedRow, ...]
    same: int

    @property
    def is_none(self) -> bool:
        return not (self.added or self.removed or self.changed)


def compare(before: Content, after: Content) -> Difference:
    """The difference; both have the same columns."""
    old, new = before.by_key, after.by_key
    changed = []
    for key, row in new.items():
        was = old.get(key)
        if was is not None and was != row:
            values = zip(after.columns, was, row, strict=True)
            different = tuple((column.name, left, right) for column, left, right in values if left != right)
            changed.append(ChangedRow(key, different))
    added = tuple(key for key in new if key not in old)
    return Difference(
        added=added,
        removed=tuple(key for key in old if key not in new),
        changed=tuple(changed),
        same=len(new) - len(added) - len(changed),
    )
