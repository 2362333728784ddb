"""The smallest change of an event that makes a condition hold, proven by the condition itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsflows.rules import Clock, Condition, compile_condition, lookup
from opsflows.rules.conditions.leaf import leaf_predicate
from opsflows.rules.conditions.tree import Node, parse_tree
from opsflows.studio.explain.change import Change, Wish
from opsflows.studio.explain.put import put
from opsflows.studio.explain.values import values_for
from opsflows.studio.explain.ways import Way, by_field, ways


def smallest_change(conditions: Any, scope: Mapping[str, Any], clock: Clock) -> list[Change] | None:
    """The fewest fields that would have had to be another for `conditions` to hold, each with a value that does it.

    Where every comparison looks at a field of its own, there is no smaller change. Where several look at the same
    field, one value has to suit them all. Whatever is returned was tried: with it, the condition holds.

    Args:
        conditions: as `compile_condition` takes them, with what names in them stand for put in.

    Returns:
        Empty where the condition holds as it is; None where no change was found that can be proven.

    Raises:
        RuleError: the condition is broken.
    """
    return smallest_for(compile_condition(conditions), parse_tree(conditions, "conditions"), scope, clock)


def smallest_for(condition: Condition, tree: Node, scope: Mapping[str, Any], clock: Clock) -> list[Change] | None:
    """The same for a condition that is compiled and parsed already."""
    if condition.matches(scope, clock):
        return []
    found = _Search(scope, clock)
    for way in ways(tree, is_met=found.is_met, is_possible=found.is_possible):
        changes = found.changes(way)
        if changes is not None and condition.matches(with_changes(scope, changes), clock):
            return changes
    return None


def with_changes(scope: Mapping[str, Any], changes: Sequence[Change]) -> Mapping[str, Any]:
    """The scope as it would have had to be."""
    for change in changes:
        scope = put(scope, change.field, change.value) or scope
    return scope


class _Search:
    """Values for fields, each question answered once."""

    def __init__(self, scope: Mapping[str, Any], clock: Clock) -> None:
        self.scope = scope
        self.clock = clock
        self._found: dict[tuple[str, tuple[tuple[int, bool], ...]], Change | None] = {}

    def is_met(self, wish: Wish) -> bool:
        return self._holds(wish, self.scope)

    def is_possible(self, wish: Wish) -> bool:
        return self._change(wish.leaf.field, [wish]) is not None

    def changes(self, way: Way) -> list[Change] | None:
        """One change for each field; None where no value suits everything that is wanted of one."""
        found = [self._change(field, wishes) for field, wishes in by_field(way).items()]
        changes = [change for change in found if change is not None]
        return changes if len(changes) == len(found) else None

    def _change(self, field: str, wishes: Sequence[Wish]) -> Change | None:
        key = field, tuple((id(wish.leaf), wish.truth) for wish in wishes)
        if key not in self._found:
            self._found[key] = self._look_for(field, wishes)
        return self._found[key]

    def _look_for(self, field: str, wishes: Sequence[Wish]) -> Change | None:
        seen = lookup(self.scope, field)
        for value in values_for([wish.leaf for wish in wishes], seen, self.scope, self.clock):
            changed = put(self.scope, field, value)
            if changed is not None and all(self._holds(wish, changed) for wish in wishes):
                unmet = tuple(wish for wish in wishes if not self.is_met(wish))
                return Change(field, seen, value, unmet)
        return None

    def _holds(self, wish: Wish, scope: Mapping[str, Any]) -> bool:
        return leaf_predicate(wish.leaf)(scope, self.clock) is wish.truth
