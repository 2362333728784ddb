"""What the ways out of a step are called, and in which order they stand."""

from collections.abc import Sequence

from opsflows.workflows.graph import DEFAULT_HANDLE, ERROR_HANDLE

_WORDS = {
    "true": "yes",
    "false": "no",
    "each": "for each item",
    ERROR_HANDLE: "if it fails",
    "else": "otherwise",
    "changes_requested": "changes requested",
    "timeout": "timed out",
}


def word_for(handle: str, *, is_fork: bool, is_only: bool) -> str:
    """The way out in a word or two; empty where nothing has to be said: a row simply goes on."""
    if handle == DEFAULT_HANDLE:
        return "" if is_only else "when all are over" if is_fork else "then"
    return _WORDS.get(handle) or " ".join(handle.split())


def rank_of(handle: str, order: Sequence[str]) -> int:
    """Where the way stands among those in `order`: unknown ones behind the known, the one for errors last."""
    if handle == ERROR_HANDLE:
        return len(order) + 1
    return order.index(handle) if handle in order else len(order)
