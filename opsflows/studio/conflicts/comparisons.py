"""Comparisons of a condition as a proof takes them apart: one field, one plain operator, and whether it is to hold."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_moment
from opsflows.rules.conditions.tree import Group, Leaf, Node, Reference
from opsflows.rules.lookup import MISSING, split_path
from opsflows.studio.conflicts.probe import PROBE

#: A condition that always holds, and one that never does.
ALWAYS = Group("AND", ())
NEVER = Group("NOT", (ALWAYS,))

#: A condition, and whether it is to hold.
Claim = tuple[Node, bool]


@dataclass(frozen=True)
class Comparison:
    """One leaf, and whether it is to hold."""

    leaf: Leaf
    holds: bool

    @cached_property
    def key(self) -> tuple[str, str, str]:
        """The same for comparisons that say the same; with the opposite of `wants` they cannot both be."""
        return self.leaf.field, self.operator, repr(self.leaf.expected)

    @cached_property
    def operator(self) -> str:
        """The operator without its negation."""
        name = self.leaf.operator.name
        return name.replace("not_", "", 1) if self.leaf.operator.negated else name

    @property
    def wants(self) -> bool:
        """What the plain operator has to say, of a field that is there."""
        return self.holds is not self.leaf.operator.negated

    @property
    def is_opaque(self) -> bool:
        """Whether nothing can be said of it from the field alone: it looks at another field, or at the one before."""
        return isinstance(self.leaf.expected, Reference) or self.leaf.operator.against_previous

    @cached_property
    def is_relative(self) -> bool:
        """Whether it depends on the moment at which it is asked."""
        return self.operator in ("before", "after") and as_day(self.leaf.expected) is None

    def allows(self, seen: Any, clock: Clock) -> bool:
        """Whether it comes out as it should for a field that is `seen`. Not for opaque ones."""
        return truth(self.leaf, seen, clock) is self.holds


def truth(leaf: Leaf, seen: Any, clock: Clock) -> bool:
    """What `leaf` says of a field that is `seen`, as rules/conditions/leaf.py does."""
    operator = leaf.operator
    if seen is MISSING:
        return operator.when_missing is not operator.negated
    return operator.build(leaf.expected)(seen, clock) is not operator.negated


def as_day(expected: Any) -> Any:
    """The date or moment that `expected` is whatever the clock says; None for relative ones and other things."""
    text = expected.strip() if isinstance(expected, str) else expected
    return as_moment(text, PROBE.zone) if isinstance(text, str) else None


def leaves_of(node: Node) -> Iterator[Leaf]:
    """Every comparison in it."""
    if isinstance(node, Leaf):
        yield node
        return
    for child in node.children:
        yield from leaves_of(child)


def renamed(leaf: Leaf, field: str) -> Leaf:
    """The same comparison of another field."""
    return replace(leaf, field=field, segments=split_path(field))
