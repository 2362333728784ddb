"""Entry conditions taken apart, so that many live workflows that say the same share one compiled copy of it.

An account may have a rule per customer: ten thousand conditions that differ in one comparison each. Sharing the others
saves most of the memory, most of the time to load, and keeps what is asked for every event close at hand.
"""

import sys
from collections.abc import Callable, Hashable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from opsflows.rules import Clock, compile_condition
from opsflows.rules.conditions.named import Expanded

#: An `in` with more alternatives than this would fill the index rather than help it.
MAX_KEYS = 100

#: A dotted path of the event, and the keys one of which the value there must have (`rules.Equality`, kept small).
Needed = tuple[str, tuple[Hashable, ...]]

_GROUP_KEYS = frozenset({"logic", "rules", "conditions"})
_LEAF_KEYS = frozenset({"field", "operator", "value"})


class Part:
    """One condition of several that must all hold."""

    __slots__ = ("__weakref__", "matches", "needed")

    #: Whether it holds for an event.
    matches: Callable[[Mapping[str, Any], Clock], bool]
    #: What must be equal for it to hold.
    needed: tuple[Needed, ...]

    def __init__(self, tree: Any) -> None:
        condition = compile_condition(tree)
        self.matches = condition.matches
        self.needed = tuple(
            (sys.intern(equality.path), tuple(equality.keys))
            for equality in condition.equalities()
            if len(equality.keys) <= MAX_KEYS
        )


_shared: WeakValueDictionary[tuple[str, str, str], Part] = WeakValueDictionary()


def parts_of(conditions: Any) -> tuple[Part, ...]:
    """Conditions that hold, all of them, where `conditions` does; None always holds.

    Raises:
        RuleError: the condition is broken.
    """
    return tuple(_part(tree) for tree in _conjuncts(conditions))


def _conjuncts(tree: Any) -> list[Any]:
    if tree is None:
        return []
    if isinstance(tree, list):
        return _apart(tree)
    if not isinstance(tree, Mapping) or tree.keys() - _GROUP_KEYS or len(tree.keys() & {"rules", "conditions"}) != 1:
        return [tree]
    logic, items = tree.get("logic"), tree.get("rules", tree.get("conditions"))
    is_and = not logic or (isinstance(logic, str) and logic.upper() == "AND")
    if not is_and or not isinstance(items, list):
        return [tree]
    return [part for item in items for part in _conjuncts(item)] if isinstance(tree, Expanded) else _apart(items)


def _apart(items: list[Any]) -> list[Any]:
    """A segment that many workflows name is taken apart as well, so that they share what is in it."""
    return [part for item in items for part in (_conjuncts(item) if isinstance(item, Expanded) else [item])]


def _part(tree: Any) -> Part:
    if not isinstance(tree, Mapping) or tree.keys() - _LEAF_KEYS or not isinstance(tree.get("field"), str):
        return Part(tree)
    # repr, because 1, 1.0, "1" and true are different values to compare with.
    key = (tree["field"], repr(tree.get("operator")), repr(tree.get("value")))
    if (part := _shared.get(key)) is None:
        part = _shared[key] = Part(tree)
    return part
