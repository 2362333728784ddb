"""What a step reads: the dotted paths of its texts, comparisons and formulas, as they stand in the definition."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.rules import Condition, Formula, ValueTemplate
from opsflows.rules.conditions.tree import Leaf, Reference
from opsflows.workflows.compiled import examine_node
from opsflows.workflows.graph import Node


def reads_of(node: Node) -> dict[str, list[Any]]:
    """Each path that the step reads, with the values it is compared with there. What cannot be read has none."""
    found: dict[str, list[Any]] = defaultdict(list)
    if node.is_trigger:
        return found
    examined = examine_node(node)
    for path in sorted(examined.template.variables) if examined.template else ():
        found[path]
    for part in _parts(examined.compiled):
        if isinstance(part, Formula | ValueTemplate):
            for path in sorted(part.variables):
                found[path]
            continue
        for leaf in part.comparisons():
            _add(found, leaf)
    return found


def _parts(compiled: Any) -> Iterator[Condition | Formula | ValueTemplate]:
    if isinstance(compiled, Condition | Formula | ValueTemplate):
        yield compiled
    elif isinstance(compiled, Mapping):
        yield from (part for part in compiled.values() if isinstance(part, Condition | Formula | ValueTemplate))


def _add(found: dict[str, list[Any]], leaf: Leaf) -> None:
    if isinstance(leaf.expected, Reference):
        found[leaf.field]
        found[leaf.expected.path]
        return
    found[leaf.field].append(leaf.expected)
