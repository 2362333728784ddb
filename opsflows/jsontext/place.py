"""Where in a document something stands, written as people point at it: `payload.items[2].name`."""

from collections.abc import Iterator, Sequence
from typing import Any

MAX_STEP = 60
MAX_PLACE = 200

Step = str | int


def walk(document: Any) -> Iterator[tuple[Sequence[Step], Any]]:
    """Every value in the order of the text, each with the keys and indexes that lead to it.

    The path is one list that changes as the walk goes on, so that wide documents cost no more than they weigh.
    """
    path: list[Step] = []
    yield path, document
    levels = [_entries(document)]
    while levels:
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
            del path[-1:]
            continue
        step, value = entry
        path.append(step)
        yield path, value
        levels.append(_entries(value))


def written(path: Sequence[Step]) -> str:
    """The path as text, empty for the document itself; of a long one the end is shown."""
    # As many steps from the end as could be shown at all.
    steps = path[-MAX_PLACE:]
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{_short(step)}" for step in steps).removeprefix(".")
    return text if len(text) <= MAX_PLACE else f"…{text[-MAX_PLACE:]}"


def _short(key: str) -> str:
    return key if len(key) <= MAX_STEP else f"{key[:MAX_STEP]}…"


def _entries(value: Any) -> Iterator[tuple[Step, Any]]:
    if isinstance(value, dict):
        return iter(value.items())
    return iter(enumerate(value)) if isinstance(value, list) else iter(())
