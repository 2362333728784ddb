"""The scope of a condition with one field changed, found by the same rules as `opsflows.rules.lookup` reads by."""

from collections.abc import Mapping
from typing import Any

from opsflows.rules import MISSING, lookup
from opsflows.rules.lookup import split_path

#: Facts that stand beside the event's own fields; no change of the event reaches them.
_FACTS = frozenset({"execution", "steps"})


class _Unreachable(Exception):  # noqa: N818  (an answer, not a fault)
    """No change of the event puts a value there."""


def put(scope: Mapping[str, Any], path: str, value: Any) -> dict[str, Any] | None:
    """A scope in which `path` reads `value`, or nothing where that is `MISSING`; None where there is no such scope.

    What is not on the way to `path` is shared with `scope`.
    """
    segments = split_path(path)
    if segments[0] in _FACTS or (segments[0] == "event" and _is_fact(scope.get("event"))):
        return None
    try:
        changed: dict[str, Any] = _changed(scope, segments, value)
    except _Unreachable:
        return None
    return changed if lookup(changed, path) is value or lookup(changed, path) == value else None


def _is_fact(value: Any) -> bool:
    # What an event itself carries under this name stands in the fact's place.
    return isinstance(value, Mapping) and value.keys() == {"id", "name", "source", "occurred_at"}


def _changed(container: Any, segments: tuple[str, ...], value: Any) -> Any:
    if isinstance(container, Mapping):
        return _in_object(container, segments, value)
    if isinstance(container, list | tuple):
        return _in_list(list(container), segments, value)
    raise _Unreachable


def _in_object(container: Mapping[str, Any], segments: tuple[str, ...], value: Any) -> dict[str, Any]:
    first, rest = segments[0], segments[1:]
    dotted = ".".join(segments)
    key = dotted if rest and first not in container and dotted in container else first
    if key == first and rest:
        inner = container.get(first)
        if value is MISSING and inner is None:
            raise _Unreachable
        return {**container, first: _changed({} if inner is None else inner, rest, value)}
    kept = dict(container)
    if value is MISSING:
        kept.pop(key, None)
    else:
        kept[key] = value
    return kept


def _in_list(items: list[Any], segments: tuple[str, ...], value: Any) -> list[Any]:
    first, rest = segments[0], segments[1:]
    if first in ("first", "last") and items:
        index = 0 if first == "first" else len(items) - 1
    elif first.isdecimal() and first.isascii() and len(first) < 10:
        index = int(first)
    else:
        raise _Unreachable
    if (value is MISSING and not rest) or index > len(items):
        raise _Unreachable
    if index == len(items):
        items.append({} if rest else value)
    items[index] = _changed(items[index], rest, value) if rest else value
    return items
