"""Conditions and texts about one item at a time.

In a condition, a field is the item's own: `status` and `item.status` are the same, and a field that the item lacks is
missing, whatever the event has by that name. A value `{{item.total}}` is the item's, `{{limit}}` the run's.
"""

from collections.abc import Mapping
from typing import Any

from opsflows.rules import Condition, RuleError, compile_condition
from opsflows.rules.conditions.named import Expanded
from opsflows.runs.steps.data.paths import ITEM

#: Past this depth a condition is refused anyway.
_MAX_DEPTH = 40


def compile_item_condition(tree: Any, *, path: str) -> Condition:
    """The condition that `tree` says about an item; ask it with `item_scope`.

    Raises:
        RuleError: with everything that is wrong.
    """
    condition = compile_condition(_about_item(tree, 0), path=path)
    if any(leaf.operator.against_previous for leaf in condition.comparisons()):
        raise RuleError.of(path, "uses changed, which is about the event; compare two fields of the item instead.")
    return condition


def item_scope(scope: Mapping[str, Any], item: Any) -> dict[str, Any]:
    """What is read about `item`: itself by that name, and all that the run knows."""
    return {**scope, ITEM: item}


def says_nothing(tree: Any) -> bool:
    """Whether no condition was written at all, which would always hold."""
    if isinstance(tree, Expanded):  # a saved segment; what it says is not known while it is a draft
        return False
    if isinstance(tree, Mapping):
        return not any(tree.get(key) for key in ("field", "operator", "rules", "conditions"))
    return not tree


def _about_item(tree: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return tree
    if isinstance(tree, list | tuple):
        return [_about_item(part, depth + 1) for part in tree]
    if not isinstance(tree, Mapping):
        return tree
    inner = {
        key: _about_item(part, depth + 1) if key in ("rules", "conditions") else part for key, part in tree.items()
    }
    if isinstance(field := inner.get("field"), str):
        inner["field"] = _of_item(field)
    return Expanded(inner, tree.label) if isinstance(tree, Expanded) else inner


def _of_item(field: str) -> str:
    is_plain = field.strip() and "{{" not in field and field != ITEM and not field.startswith(f"{ITEM}.")
    return f"{ITEM}.{field}" if is_plain else field
