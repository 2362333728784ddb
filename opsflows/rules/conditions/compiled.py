"""A checked condition turned into closures once, and then asked many times."""

from collections.abc import Iterator

from opsflows.rules.clock import Clock
from opsflows.rules.conditions.equality import Equality, equalities
from opsflows.rules.conditions.explain import Explanation, explain_group, explain_segment
from opsflows.rules.conditions.leaf import Predicate, Scope, explain_leaf, leaf_predicate
from opsflows.rules.conditions.tree import Leaf, Node, parse_tree


class Condition:
    """A condition that can be evaluated. Immutable; one may be used by many threads."""

    __slots__ = ("_equalities", "_node", "matches")

    matches: Predicate  #: ``matches(scope, clock)``: whether the condition holds.

    def __init__(self, node: Node) -> None:
        self.matches = _predicate(node)
        self._node = node
        self._equalities = tuple(equalities(node))

    def explain(self, scope: Scope, clock: Clock) -> Explanation:
        """Why it holds or does not. Every comparison is made, also those that `matches` would not need."""
        return _explain(self._node, scope, clock)

    def equalities(self) -> list[Equality]:
        """What must be equal for the condition to hold (see `Equality`); empty if nothing must."""
        return list(self._equalities)

    def comparisons(self) -> list[Leaf]:
        """Every comparison in it, in the order they are written."""
        return list(_leaves(self._node))


def compile_condition(tree: object, *, path: str = "conditions") -> Condition:
    """The condition that `tree` says, in either shape of Rules; ``None``, ``{}`` and an empty group always hold.

    Args:
        tree: ``{"logic": "AND", "rules": [...]}``, ``{"conditions": [...], "logic": "AND"}``, a list (all must hold)
            or one single ``{"field", "operator", "value"}``.
        path: what the messages call the place where the condition stands.

    Raises:
        RuleError: with everything that is wrong.
    """
    return Condition(parse_tree(tree, path))


def _predicate(node: Node) -> Predicate:
    if isinstance(node, Leaf):
        return leaf_predicate(node)
    parts = tuple(_predicate(child) for child in node.children)
    if not parts:
        return lambda scope, clock: True
    if len(parts) == 1 and node.logic != "NOT":
        return parts[0]
    return {"AND": _all, "OR": _any, "NOT": _not_all}[node.logic](parts)


def _all(parts: tuple[Predicate, ...]) -> Predicate:
    def matches(scope: Scope, clock: Clock) -> bool:
        for part in parts:  # noqa: SIM110  (a generator would cost more than the comparisons)
            if not part(scope, clock):
                return False
        return True

    return matches


def _any(parts: tuple[Predicate, ...]) -> Predicate:
    def matches(scope: Scope, clock: Clock) -> bool:
        for part in parts:  # noqa: SIM110  (as above)
            if part(scope, clock):
                return True
        return False

    return matches


def _not_all(parts: tuple[Predicate, ...]) -> Predicate:
    matches = _all(parts)
    return lambda scope, clock: not matches(scope, clock)


def _leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    for child in node.children:
        yield from _leaves(child)


def _explain(node: Node, scope: Scope, clock: Clock) -> Explanation:
    if isinstance(node, Leaf):
        return explain_leaf(node, scope, clock)
    children = tuple(_explain(child, scope, clock) for child in node.children)
    if node.label and children:
        return explain_segment(node.label, negated=node.logic == "NOT", inner=children[0])
    truths = [child.truth for child in children]
    held = any(truths) if node.logic == "OR" and truths else all(truths)
    return explain_group(node.logic, held is (node.logic != "NOT") or not truths, children)
