"""What must be equal for a condition to hold: the key under which an index can find it."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from opsflows.rules.compare import value_keys
from opsflows.rules.conditions.tree import Group, Leaf, Node, Reference


@dataclass(frozen=True)
class Equality:
    """The condition cannot hold unless the keys of the event's value at `path` (`value_keys`) meet `keys`."""

    path: str
    keys: frozenset[Hashable]


def equalities(node: Node) -> Iterator[Equality]:
    """The equalities of the outermost AND, in the order they are written."""
    if isinstance(node, Group):
        if node.logic == "AND" or (node.logic == "OR" and len(node.children) == 1):
            for child in node.children:
                yield from equalities(child)
    elif (alternatives := _alternatives(node)) is not None:
        yield Equality(node.field, frozenset(key for value in alternatives for key in value_keys(value)))


def _alternatives(leaf: Leaf) -> list[object] | None:
    if isinstance(leaf.expected, Reference):
        return None
    match leaf.operator.name:
        case "equals":
            return [leaf.expected]
        case "in":
            return list(leaf.expected)
        case "is_true":
            return [True]
        case "is_false":
            return [False]
    return None
