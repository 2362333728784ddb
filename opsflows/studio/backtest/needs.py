"""What the payload's text must hold for a condition to hold: enough for the database to pass over most events.

Only what is certain is said. A text that spells neither a number nor a boolean equals nothing but the very same text,
so for `equals` and `in` the database may look first. Everything else may hold in more ways than SQL can tell (`"100"`
is 100, `"TRUE"` is true, `contains` folds case, what is missing satisfies `not_equals`), so it is left to Python. What
the database lets through is always more than what holds, never less; the condition itself decides.
"""

from dataclasses import dataclass
from typing import TypeAlias

from opsflows.rules import value_keys
from opsflows.rules.conditions.tree import Group, Leaf, Node, Reference

#: More alternatives than this would cost the database more than they spare Python.
MOST_VALUES = 50
#: Where values do not come from the payload alone (`runs/start.py`, `entry_scope`).
_NOT_OF_PAYLOAD = frozenset({"event", "execution", "steps", "data"})


@dataclass(frozen=True, slots=True)
class Text:
    """One of `values`, as a whole JSON text, is found at the dotted path of these segments."""

    segments: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of them are needed."""

    needs: tuple["Need", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of them is needed."""

    needs: tuple["Need", ...]


Need: TypeAlias = Text | Every | Some


def need_of(node: Node | None) -> Need | None:
    """What `node` cannot hold without; None where nothing certain can be said."""
    if node is None:
        return None
    if isinstance(node, Leaf):
        return _of_leaf(node)
    return _of_group(node)


def any_of(needs: list[Need | None]) -> Need | None:
    """What one of several cannot hold without."""
    known = tuple(need for need in needs if need is not None)
    if not known or len(known) < len(needs):
        return None
    return known[0] if len(known) == 1 else Some(known)


def _of_group(group: Group) -> Need | None:
    found = [need_of(child) for child in group.children]
    match group.logic:
        case "AND":
            known = tuple(need for need in found if need is not None)
            return Every(known) if known else None
        case "OR":
            return any_of(found)
    return None


def _of_leaf(leaf: Leaf) -> Text | None:
    if isinstance(leaf.expected, Reference) or leaf.segments[0] in _NOT_OF_PAYLOAD:
        return None
    match leaf.operator.name:
        case "equals":
            values = (leaf.expected,)
        case "in":
            values = tuple(leaf.expected)
        case _:
            return None
    if len(values) > MOST_VALUES or not all(_is_plain_text(value) for value in values):
        return None
    return Text(leaf.segments, values)


def _is_plain_text(value: object) -> bool:
    """Whether only the same text equals it: one that has no other key than itself (`rules/compare.py`)."""
    return isinstance(value, str) and value_keys(value) == (value,)
