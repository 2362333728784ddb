"""One thing that differs inside of a step, a condition or the settings."""

from dataclasses import dataclass
from typing import Literal

from opsflows.outbound.redact import MASK

Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Part:
    """`said` is complete in itself; `before` and `after` are the two values, as far as there are two."""

    kind: Kind
    said: str
    before: str = ""
    after: str = ""
    #: Whether it is one comparison of a condition, with another value or operator.
    is_comparison: bool = False


def turned(where: str, before: str, after: str) -> Part:
    """What stands at `where` became something else; both are in words, and may read the same."""
    if before == after == MASK:
        return Part("changed", f"{where}: changed; what it says is not shown here", before, after)
    if before == after:
        return Part("changed", f"{where}: written otherwise, and reads the same: {after}", before, after)
    return Part("changed", f"{where}: {before} → {after}", before, after)
