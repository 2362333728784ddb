"""Filters that work on lists, and those that take any value."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from opsflows.jsontext import dump_json
from opsflows.rules.arithmetic import EXACT
from opsflows.rules.compare import equals, is_empty
from opsflows.rules.lookup import MISSING, split_path, walk
from opsflows.rules.templates.filters.arguments import is_nothing, number
from opsflows.rules.templates.limits import check_items, check_length
from opsflows.rules.text import to_text


def default(value: Any, instead: Any) -> Any:
    """`value`, or `instead` where it is missing or empty. Zero and false are values."""
    return instead if is_empty(value) else value


def size(value: Any) -> int:
    """How many items a list or an object has, or how many characters a text."""
    return len(value) if isinstance(value, list | tuple | Mapping) else len(to_text(value))


def join(value: Any, between: Any = ", ") -> str:
    """The items of a list as one text."""
    items, separator = [to_text(item) for item in _items(value, "join")], to_text(between)
    check_length(sum(map(len, items)) + len(separator) * len(items), "The filter join")
    return separator.join(items)


def first(value: Any) -> Any:
    items = _items(value, "first")
    return items[0] if items else None


def last(value: Any) -> Any:
    items = _items(value, "last")
    return items[-1] if items else None


def reverse(value: Any) -> list[Any]:
    return _items(value, "reverse")[::-1]


def pick(value: Any, path: Any) -> list[Any]:
    """The value at `path` of every item, null where an item has none."""
    segments = split_path(to_text(path))
    found = [_inside(item, segments) for item in _items(value, "map")]
    return [None if item is MISSING else item for item in found]


def where(value: Any, path: Any, expected: Any = True) -> list[Any]:
    """The items whose value at `path` equals `expected`."""
    segments = split_path(to_text(path))
    return [item for item in _items(value, "where") if equals(_inside(item, segments), expected)]


def total(value: Any, path: Any = None) -> Decimal:
    """The sum of the items, or of the value at `path` of every item."""
    result = Decimal(0)
    for item in _items(value, "sum") if path is None else pick(value, path):
        result = EXACT.add(result, number(item, "sum"))
    return result


def unique(value: Any) -> list[Any]:
    """The items without those that read the same as one before."""
    seen: dict[str, Any] = {}
    for item in _items(value, "uniq"):
        seen.setdefault(to_text(item), item)
    return list(seen.values())


def _items(value: Any, name: str) -> list[Any]:
    if is_nothing(value):
        return []
    items = list(value) if isinstance(value, list | tuple) else [value]
    check_items(len(items), f"The list of the filter {name}")
    return items


def _inside(item: Any, segments: tuple[str, ...]) -> Any:
    return walk(item, segments) if isinstance(item, Mapping) else MISSING


def to_json(value: Any) -> str:
    return dump_json(None if value is MISSING else value)


FILTERS: dict[str, Callable[..., Any]] = {
    "default": default,
    "first": first,
    "join": join,
    "json": to_json,
    "last": last,
    "map": pick,
    "reverse": reverse,
    "size": size,
    "sum": total,
    "uniq": unique,
    "where": where,
}
