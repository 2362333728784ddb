"""Whether no text is left that begins, ends and contains what comparisons say. Letters count alike in any case."""

from collections.abc import Sequence

from opsflows.rules.text import to_text
from opsflows.studio.conflicts.comparisons import Comparison

_PARTS = ("starts_with", "ends_with", "contains")


def no_spelling(comparisons: Sequence[Comparison]) -> bool:
    """Of texts, and of numbers as they are written."""
    wanted: dict[str, list[str]] = {name: [] for name in _PARTS}
    refused: dict[str, list[str]] = {name: [] for name in _PARTS}
    for each in comparisons:
        if each.operator in _PARTS:
            (wanted if each.wants else refused)[each.operator].append(to_text(each.leaf.expected).casefold())
    starts, ends = wanted["starts_with"], wanted["ends_with"]
    held = [*starts, *ends, *wanted["contains"]]
    return (
        _differ(starts, str.startswith)
        or _differ(ends, str.endswith)
        or any(start.startswith(part) for part in refused["starts_with"] for start in starts)
        or any(end.endswith(part) for part in refused["ends_with"] for end in ends)
        or any(part in text for part in refused["contains"] for text in held)
    )


def _differ(parts: list[str], has: object) -> bool:
    longest = max(parts, key=len, default="")
    return not all(has(longest, part) for part in parts)  # type: ignore[operator]
