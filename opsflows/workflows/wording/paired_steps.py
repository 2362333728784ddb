"""Which steps of two definitions are the same step: by id, by what they say, or by most of it.

The rule form numbers its actions anew when one is put in front, so that the id alone would tell nonsense. Whichever of
the two definitions is taken for the older, the pairs are the same.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from opsflows.jsontext import canonical_json
from opsflows.workflows.graph import Node

#: The share of a configuration that has to be the same for two steps with other ids to be one.
_ENOUGH = 0.5
#: Where more pairs than these are possible, only steps that stand about in the same place are held against each other.
_MANY = 10_000
_NEAR = 40


@dataclass
class Pairs:
    """`pairs` are (old, new); what is left has no other."""

    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    removed: list[Node] = field(default_factory=list)
    added: list[Node] = field(default_factory=list)


def paired_steps(old: Sequence[Node], new: Sequence[Node]) -> Pairs:
    """The steps of two definitions, each given in the order in which they are read."""
    found = Pairs(removed=[*old], added=[*new])
    _take(found, lambda node: (node.id, _said(node)))
    _take(found, _said)
    _take(found, lambda node: (node.id, node.kind))
    _take_alike(found)
    return found


def _take(found: Pairs, key: Callable[[Node], Hashable]) -> None:
    """Pair those with the same key, in their order."""
    waiting: dict[Hashable, list[Node]] = defaultdict(list)
    for node in found.removed:
        waiting[key(node)].append(node)
    _keep(found, [(waiting[key(node)].pop(0), node) for node in found.added if waiting[key(node)]])


def _take_alike(found: Pairs) -> None:
    """Pair those of one kind that say mostly the same, the most alike first."""
    is_large = len(found.removed) * len(found.added) > _MANY
    older, newer = ([_fields(node) for node in side] for side in (found.removed, found.added))
    candidates = [
        (-alike, abs(i - j), min(i, j), i, j)
        for i, one in enumerate(found.removed)
        for j, other in _about(found.added, i if is_large else None)
        if one.kind == other.kind and (alike := _alike(one, other, older[i], newer[j])) >= _ENOUGH
    ]
    # Two places crossed tie, and neither takes the other's partner: the order of the sides does not matter.
    taken: tuple[set[int], set[int]] = set(), set()
    pairs = []
    for *_, i, j in sorted(candidates):
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            pairs.append((found.removed[i], found.added[j]))
    _keep(found, pairs)


def _about(nodes: Sequence[Node], place: int | None) -> Iterator[tuple[int, Node]]:
    """Those around a place, each with its own; all of them where it is None."""
    first, end = (0, len(nodes)) if place is None else (max(0, place - _NEAR), place + _NEAR + 1)
    return zip(range(first, len(nodes)), nodes[first:end], strict=False)


def _fields(node: Node) -> dict[str, str]:
    return {str(key): canonical_json(value) for key, value in node.config.items()}


def _alike(one: Node, other: Node, older: Mapping[str, str], newer: Mapping[str, str]) -> float:
    if one.label and one.label == other.label:
        return 1.0
    keys = older.keys() | newer.keys()
    return len(older.items() & newer.items()) / len(keys) if keys else 1.0


def _keep(found: Pairs, pairs: Sequence[tuple[Node, Node]]) -> None:
    gone = {id(node) for pair in pairs for node in pair}
    found.pairs += pairs
    found.removed = [node for node in found.removed if id(node) not in gone]
    found.added = [node for node in found.added if id(node) not in gone]


def _said(node: Node) -> str:
    """All of a step but its id."""
    handling = node.handling
    told = [handling.on_error, handling.retry_count, handling.retry_delay, str(handling.timeout)] if handling else None
    return canonical_json([node.kind, node.label, node.config, node.critical, told, node.disabled])
