"""Finding a value by its dotted path.

``items.0.sku`` goes into objects by key and into lists by index. Where a step of the path finds nothing, the rest of
the path is tried as one key, so a key that itself contains dots (``{"utm.source": …}``) is found as well; nesting wins
over such a key. A list also has ``size``, ``first`` and ``last``.
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

Segments: TypeAlias = tuple[str, ...]


class _Missing(enum.Enum):
    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing.MISSING
Missing: TypeAlias = Literal[_Missing.MISSING]


def split_path(path: str) -> Segments:
    """The segments of a dotted path."""
    return tuple(path.split("."))


def lookup(scope: Mapping[str, Any], path: str) -> Any | Missing:
    """The value at `path`, or `MISSING` where there is none; a null that is there is ``None``, not `MISSING`."""
    return walk(scope, split_path(path))


def walk(scope: Mapping[str, Any], segments: Segments) -> Any | Missing:
    """`lookup` for a path that is split already."""
    current: Any = scope
    for position, segment in enumerate(segments):
        found = _step(current, segment)
        if found is MISSING:
            rest = len(segments) - position
            return _step(current, ".".join(segments[position:])) if rest > 1 else MISSING
        current = found
    return current


def _step(container: Any, segment: str) -> Any | Missing:
    if isinstance(container, dict):
        return container.get(segment, MISSING)
    if isinstance(container, list | tuple):
        return _item(container, segment)
    if isinstance(container, Mapping):
        try:
            return container[segment]
        except KeyError:
            return MISSING
    return MISSING


def _item(items: Sequence[Any], segment: str) -> Any | Missing:
    if segment.isdecimal() and segment.isascii() and len(segment) < 10:
        index = int(segment)
        return items[index] if 0 <= index < len(items) else MISSING
    if segment == "size":
        return len(items)
    if segment in ("first", "last") and items:
        return items[0 if segment == "first" else -1]
    return MISSING
