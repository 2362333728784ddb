"""Conditions of a draft that never hold or always do, and ways that are never taken."""

from collections.abc import Iterator
from typing import Any

from opsflows.rules.conditions.tree import Group, Node
from opsflows.studio.conflicts.comparisons import Claim, leaves_of
from opsflows.studio.conflicts.conflict import Conflict
from opsflows.studio.conflicts.rule import Rule, is_check, label_of
from opsflows.studio.conflicts.satisfiable import cannot_hold
from opsflows.studio.conflicts.ways import claims_of, on_every_way


def dead_conditions(rule: Rule) -> Iterator[Conflict]:
    """Of the condition that decides whether a run starts, and of those that are checked on the way."""
    if rule.entry is not None and _says_something(rule.entry):
        yield from _of_entry(rule, rule.entry)
        if cannot_hold([(rule.entry, True)]):
            return
    turns = on_every_way(rule)
    for node in rule.steps:
        if is_check(node) and node.id in turns:
            yield from _of_step(rule, node.id, claims_of(rule, turns[node.id]))


def _of_entry(rule: Rule, entry: Node) -> Iterator[Conflict]:
    at: dict[str, Any] = {"node_id": rule.entry_id}
    if cannot_hold([(entry, True)]):
        yield Conflict(
            "never", "“Only if” can never hold, so this workflow would never start.", detail=_why(entry), **at
        )
    elif cannot_hold([(entry, False)]):
        yield Conflict("always", "“Only if” holds for every event, so it decides nothing.", **at)
    elif isinstance(entry, Group) and entry.logic == "OR":
        for number, child in enumerate(entry.children, 1):
            if cannot_hold([(child, True)]):
                yield Conflict("never", f"Of the ways in which “only if” may hold, number {number} never does.", **at)


def _of_step(rule: Rule, node_id: str, before: list[Claim]) -> Iterator[Conflict]:
    at: dict[str, Any] = {"node_id": node_id}
    label = label_of(rule.graph.by_id[node_id])
    conditions = rule.conditions_of(node_id)
    if set(conditions) == {"true"}:
        condition = conditions["true"]
        if not _says_something(condition):
            return
        if cannot_hold([(condition, True)]):
            yield Conflict("never", f"The condition of “{label}” can never hold.", detail=_why(condition), **at)
        elif cannot_hold([(condition, False)]):
            yield Conflict("always", f"The condition of “{label}” always holds.", **at)
        elif cannot_hold([*before, (condition, True)]):
            sentence = f"The condition of “{label}” never holds here: what is checked before it rules that out."
            yield Conflict("unreachable", sentence, **at)
        elif cannot_hold([*before, (condition, False)]):
            sentence = f"The condition of “{label}” always holds here: what is checked before it says so already."
            yield Conflict("always", sentence, **at)
        return
    earlier: list[Claim] = []
    for name, condition in conditions.items():
        if cannot_hold([(condition, True)]):
            yield Conflict("never", f"Case “{name}” of “{label}” can never hold.", detail=_why(condition), **at)
        elif cannot_hold([*earlier, (condition, True)]):
            sentence = f"Case “{name}” of “{label}” is never reached: the cases before it cover all that it would take."
            yield Conflict("unreachable", sentence, **at)
        elif cannot_hold([*before, *earlier, (condition, True)]):
            sentence = f"Case “{name}” of “{label}” is never reached: what is checked before it rules that out."
            yield Conflict("unreachable", sentence, **at)
        earlier.append((condition, False))
    if conditions and cannot_hold(earlier) and "else" in rule.graph.handles(node_id):
        yield Conflict("unreachable", f"“Else” of “{label}” is never reached: one of its cases always holds.", **at)


def _says_something(node: Node) -> bool:
    return next(leaves_of(node), None) is not None


def _why(node: Node) -> str:
    """The one field that makes it impossible, where it is one."""
    if isinstance(node, Group) and node.logic == "AND":
        for field in dict.fromkeys(leaf.field for leaf in leaves_of(node)):
            of_field = [
                (child, True) for child in node.children if {leaf.field for leaf in leaves_of(child)} == {field}
            ]
            if of_field and cannot_hold(of_field):
                return f"What it asks of {field} cannot all be so at once."
    return ""
