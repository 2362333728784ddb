"""A condition's explanation as pages and the API show it: what goes under a secret name is masked."""

from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.outbound import redact_value
from opsflows.outbound.redact import MASK
from opsflows.rules import Clock, Condition
from opsflows.rules.conditions.tree import Leaf, Reference
from opsflows.studio.explain.change import is_secret_path


def explained(condition: Condition, scope: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """`Explanation.as_json`, leaf by leaf with the value seen, without secrets."""
    found = condition.explain(scope, clock).as_json()
    return _masked(found, iter(condition.comparisons()))


def _masked(node: dict[str, Any], leaves: Iterator[Leaf]) -> dict[str, Any]:
    if "logic" in node:
        return {**node, "children": [_masked(child, leaves) for child in node["children"]]}
    # Both are walked in the order in which the comparisons are written.
    leaf = next(leaves)
    is_secret = is_secret_path(leaf.field) or (
        isinstance(leaf.expected, Reference) and is_secret_path(leaf.expected.path)
    )
    if not is_secret and all(redact_value(node[key]) == node[key] for key in ("seen", "expected")):
        return node
    word = "yes" if node["truth"] else "no"
    sentence = f"{leaf.field} {leaf.operator.label}: {word}, the values are not shown here."
    return {**node, "sentence": sentence, "expected": MASK, "seen": MASK}
