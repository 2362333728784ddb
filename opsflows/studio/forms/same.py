"""Whether two values of a config are written the same: 1, 1.0 and true are equal to Python, and not to a rule."""

from collections.abc import Mapping
from typing import Any

from opsflows.rules.text import to_text


def same(one: Any, other: Any) -> bool:
    """Whether nothing was changed between `one` and `other`."""
    if isinstance(one, Mapping):
        return (
            isinstance(other, Mapping)
            and one.keys() == other.keys()
            and all(same(value, other[key]) for key, value in one.items())
        )
    if isinstance(one, list | tuple):
        return isinstance(other, list | tuple) and len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool) and to_text(one) == to_text(other)
