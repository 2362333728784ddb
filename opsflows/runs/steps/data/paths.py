"""Fields of an item, by their dotted path; `item` is the item itself."""

from collections.abc import Callable
from typing import Any, TypeAlias

from opsflows.rules.lookup import MISSING, split_path, walk
from opsflows.rules.text import excerpt

#: What the entry of a list that is worked on is called, in paths, conditions and texts.
ITEM = "item"
MAX_PATH = 200

#: The value in an item, or `MISSING`.
Reader: TypeAlias = Callable[[Any], Any]


def reader(path: str) -> Reader:
    """How to find the value at `path` in an item. `total`, `item.total` are the same; `item` is the whole."""
    if path == ITEM:
        return lambda item: item
    segments = split_path(path.removeprefix(f"{ITEM}."))
    if len(segments) == 1:
        name = segments[0]
        return lambda item: item.get(name, MISSING) if isinstance(item, dict) else walk(item, segments)
    return lambda item: walk(item, segments)


def path_problem(path: str) -> str | None:
    """What is wrong with a path as an author wrote it."""
    if not path.strip():
        return "Name the field, for example customer.email."
    if len(path) > MAX_PATH:
        return f"A field's path has at most {MAX_PATH} characters."
    if "{{" in path:
        return f"A field of each item is written without braces: {excerpt(path.strip('{} '))}."
    if not all(split_path(path)):
        return f"{excerpt(path)} has an empty part; write parts separated by single dots."
    return None


def place(document: dict[str, Any], path: str, value: Any) -> None:
    """Put `value` into `document`, which is changed; each dot goes one object deeper."""
    *parents, last = split_path(path)
    for parent in parents:
        inner = document.get(parent)
        # A copy, because what is inside may belong to the item that was worked on.
        document[parent] = document = dict(inner) if isinstance(inner, dict) else {}
    document[last] = value


def clashing(paths: list[str]) -> list[tuple[int, str]]:
    """Each path that is one before it, or stands inside or around it; with its position, and that other path."""
    found = []
    for position, path in enumerate(paths):
        for other in paths[:position]:
            if f"{path}.".startswith(f"{other}.") or other.startswith(f"{path}."):
                found.append((position, other))
                break
    return found
