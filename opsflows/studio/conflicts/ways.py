"""What has to be so for a step to be reached: the conditions that are checked on the way to it."""

from collections.abc import Iterator

from opsflows.rules.conditions.tree import Group, Leaf, Reference
from opsflows.studio.conflicts.comparisons import Claim, Comparison, leaves_of
from opsflows.studio.conflicts.rule import Rule, is_check

#: A step that checks conditions, and the way it is left by.
Turn = tuple[str, str]


def on_every_way(rule: Rule) -> dict[str, frozenset[Turn]]:
    """Of each step that is reached, the turns that every way to it takes."""
    incoming: dict[str, list[tuple[str, str]]] = {}
    for edge in rule.graph.edges:
        incoming.setdefault(edge.target, []).append((edge.source, edge.handle))
    found: dict[str, frozenset[Turn]] = {node.id: frozenset() for node in rule.graph.triggers}
    for node_id in _in_order(rule):
        before = [
            found[source] | ({(source, handle)} if is_check(rule.graph.by_id[source]) else set())
            for source, handle in incoming.get(node_id, ())
            if source in found
        ]
        if before:
            found[node_id] = frozenset.intersection(*map(frozenset, before))
    return found


def claims_of(rule: Rule, turns: frozenset[Turn]) -> list[Claim]:
    """What the turns say, as far as it is still so when a later step is reached."""
    found: list[Claim] = []
    for node_id, handle in sorted(turns):
        found += [claim for each in _turn(rule, node_id, handle) for claim in _steady(rule, each)]
    return found


def decides(rule: Rule, turns: frozenset[Turn]) -> bool:
    """Whether the event alone decides that these turns are taken, so that `claims_of` says all there is to them."""
    for node_id, handle in turns:
        claims = _turn(rule, node_id, handle)
        if not claims or not all(_is_steady(rule, leaf) for node, _ in claims for leaf in leaves_of(node)):
            return False
    return True


def entry_claims(rule: Rule) -> list[Claim]:
    """What has to hold for a run to start."""
    return [] if rule.entry is None else [(rule.entry, True)]


def _turn(rule: Rule, node_id: str, handle: str) -> list[Claim]:
    conditions = rule.conditions_of(node_id)
    if set(conditions) == {"true"}:
        return [(conditions["true"], handle == "true")] if handle in ("true", "false") else []
    found: list[Claim] = []
    if handle not in conditions and handle != "else":
        return []
    for name, condition in conditions.items():
        if name == handle:
            return [*found, (condition, True)]
        found.append((condition, False))
    return found


def _steady(rule: Rule, claim: Claim) -> Iterator[Claim]:
    """The parts of a claim that do not change between two steps."""
    node, holds = claim
    if isinstance(node, Group) and len(node.children) > 1 and (node.logic, holds) in (("AND", True), ("OR", False)):
        for child in node.children:
            yield from _steady(rule, (child, holds))
    elif all(_is_steady(rule, leaf) for leaf in leaves_of(node)):
        yield claim


def _is_steady(rule: Rule, leaf: Leaf) -> bool:
    if isinstance(leaf.expected, Reference) or leaf.segments[0] in rule.set_names:
        return False
    return not Comparison(leaf, True).is_relative


def _in_order(rule: Rule) -> list[str]:
    """Each step behind all that lead to it."""
    waiting = {node.id: 0 for node in rule.graph.nodes}
    for edge in rule.graph.edges:
        if edge.target in waiting and edge.source in waiting:
            waiting[edge.target] += 1
    ready = [node_id for node_id, count in waiting.items() if not count]
    order: list[str] = []
    while ready:
        node_id = ready.pop()
        order.append(node_id)
        for edge in rule.graph.outgoing.get(node_id, ()):
            if edge.target in waiting:
                waiting[edge.target] -= 1
                if not waiting[edge.target]:
                    ready.append(edge.target)
    return order
