"""One comparison: the closure that decides it, and the account of how it was decided."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from opsflows.rules.clock import Clock
from opsflows.rules.compare import equals
from opsflows.rules.conditions.explain import Explanation, describe_leaf
from opsflows.rules.conditions.tree import Leaf, Reference
from opsflows.rules.lookup import MISSING, Missing, Segments, walk
from opsflows.rules.variables import ClockScope

Scope: TypeAlias = Mapping[str, Any]
Predicate: TypeAlias = Callable[[Scope, Clock], bool]

#: Where the record's values before the event stand, for ``changed``.
PREVIOUS = "previous"


def leaf_predicate(leaf: Leaf) -> Predicate:
    """The closure that decides `leaf`; what can be prepared is prepared here, once."""
    operator, get = leaf.operator, _getter(leaf.segments)
    if operator.against_previous:
        return lambda scope, clock: _changed(_before(leaf, scope), get(scope), _has_previous(scope))
    if isinstance(leaf.expected, Reference):
        return lambda scope, clock: _compare(leaf, get(scope), _expected(leaf, scope, clock), clock)
    test, negated, on_missing = (
        operator.build(leaf.expected),
        operator.negated,
        operator.when_missing != operator.negated,
    )

    def matches(scope: Scope, clock: Clock) -> bool:
        seen = get(scope)
        if seen is MISSING:
            return on_missing
        return test(seen, clock) is not negated

    return matches


def explain_leaf(leaf: Leaf, scope: Scope, clock: Clock) -> Explanation:
    """The truth of `leaf` with the values it saw."""
    seen = walk(scope, leaf.segments)
    if leaf.operator.against_previous:
        expected, missing = _before(leaf, scope), not _has_previous(scope)
        truth = _changed(expected, seen, not missing)
    else:
        expected, missing = _expected(leaf, scope, clock), seen is MISSING
        truth = _compare(leaf, seen, expected, clock)
    return describe_leaf(
        leaf.field,
        leaf.operator,
        expected=expected,
        seen=seen,
        truth=truth,
        missing=missing,
        clock=clock,
        label=leaf.label,
    )


def _compare(leaf: Leaf, seen: Any | Missing, expected: Any | Missing, clock: Clock) -> bool:
    operator = leaf.operator
    if seen is MISSING:
        return operator.when_missing != operator.negated
    # Another field's value was not checked when the rule was saved; one that does not fit compares with nothing.
    if isinstance(leaf.expected, Reference) and (expected is MISSING or operator.check(expected) is not None):
        return operator.negated
    return operator.build(expected)(seen, clock) is not operator.negated


def _expected(leaf: Leaf, scope: Scope, clock: Clock) -> Any | Missing:
    if isinstance(leaf.expected, Reference):
        return walk(ClockScope(scope, clock), leaf.expected.segments)
    return leaf.expected


def _has_previous(scope: Scope) -> bool:
    return isinstance(scope.get(PREVIOUS), Mapping)


def _before(leaf: Leaf, scope: Scope) -> Any | Missing:
    return walk(scope[PREVIOUS], leaf.segments) if _has_previous(scope) else MISSING


def _changed(before: Any | Missing, seen: Any | Missing, has_previous: bool) -> bool:
    if not has_previous:
        return False
    nothing = (None, MISSING)
    if before in nothing or seen in nothing:
        return not (before in nothing and seen in nothing)
    return not equals(before, seen)


def _getter(segments: Segments) -> Callable[[Scope], Any | Missing]:
    if len(segments) == 1:
        name = segments[0]
        return lambda scope: scope.get(name, MISSING)
    return lambda scope: walk(scope, segments)
