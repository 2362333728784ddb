"""A workflow as one reads it: when, only if, then."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opsflows.outbound import redact_value
from opsflows.rules import RuleError
from opsflows.rules.conditions.explain import list_in_words
from opsflows.rules.conditions.tree import Group, Leaf, Reference, parse_tree
from opsflows.rules.text import to_text
from opsflows.runs.trace.explained import wanted
from opsflows.runs.trace.places import Place, place_of
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import CONDITION, Graph, Node
from opsflows.workflows.named_conditions import left_open
from opsflows.workflows.read_graph import read_graph

_JOINED = {"AND": "all of these hold", "OR": "one of these holds", "NOT": "not all of these hold"}
_HANDLES = {"true": "if yes", "false": "if no", "error": "if it fails", "done": "then"}
#: What says most about a step, the first that its configuration has.
_TELLING = ("title", "subject", "message", "url", "event", "duration", "until", "reason", "table", "items")
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition in words: a comparison, or a group (`parts`) under the sentence that joins it."""

    sentence: str
    parts: tuple["Clause", ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One step: its number, what it does, and where it leads if that is not simply the next line."""

    number: int
    place: Place
    gist: str
    condition: Clause | None
    ways: tuple[tuple[str, int], ...]
    config: Any


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole workflow in words. `problem` says why it cannot be read at all."""

    trigger: str = ""
    only_if: Clause | None = None
    lines: tuple[Line, ...] = ()
    problem: str = ""


def reading(workflow_data: Any) -> Reading:
    """`workflow_data` in words; secrets in it are masked."""
    try:
        graph = read_graph(workflow_data)
    except InvalidDefinition as error:
        return Reading(problem=str(error))
    trigger = str(graph.triggers[0].config.get("event") or "") if graph.triggers else ""
    entry = graph.entry()
    order = [node for node in _in_order(graph) if not node.is_trigger and node is not entry]
    numbers = {node.id: number for number, node in enumerate(order, 1)}
    return Reading(
        trigger=trigger,
        only_if=_clause_of(entry) if entry else None,
        lines=tuple(_line(node, numbers, graph) for node in order),
    )


def in_words(conditions: Any) -> Clause:
    """A condition as Rules writes it, in words."""
    try:
        return _clause(parse_tree(left_open(conditions), "conditions"))
    except RuleError as error:
        return Clause(f"a condition that cannot be read: {error.problems[0].message}")


def gist(config: Mapping[str, Any]) -> str:
    """The one thing in a step's configuration that tells what it is about."""
    named = [config[key] for key in ("values", "formulas") if isinstance(config.get(key), Mapping)]
    listed = [config[key] for key in ("branches", "variants") if isinstance(config.get(key), list)]
    named += [[each.get("name") for each in names if isinstance(each, Mapping)] for names in listed]
    found = ", ".join(str(name) for names in named for name in names)
    found = found or next((to_text(config[name]) for name in _TELLING if config.get(name)), "")
    return found if len(found) <= _LONGEST else f"{found[: _LONGEST - 1]}…"


def _line(node: Node, numbers: Mapping[str, int], graph: Graph) -> Line:
    number = numbers[node.id]
    config = redact_value(node.config)
    edges = graph.outgoing.get(node.id, ())
    ways = tuple(
        (_HANDLES.get(edge.handle, edge.handle), numbers[edge.target])
        for edge in edges
        if edge.target in numbers
        and (len(edges) > 1 or numbers[edge.target] != number + 1 or edge.handle not in _HANDLES)
    )
    condition = _clause_of(node) if node.kind == CONDITION else None
    return Line(number, place_of(node), gist(config), condition, ways, None if condition else config)


def _in_order(graph: Graph) -> list[Node]:
    """From the trigger on, each branch to its end before the next; what nothing leads to comes last."""
    order: dict[str, Node] = {}
    stack = [node.id for node in reversed(graph.triggers)]
    while stack:
        node = graph.by_id.get(stack.pop())
        if node is not None and node.id not in order:
            order[node.id] = node
            stack.extend(edge.target for edge in reversed(graph.outgoing.get(node.id, [])))
    return [*order.values(), *(node for node in graph.nodes if node.id not in order)]


def _clause_of(node: Node) -> Clause:
    cases = node.config.get("cases")
    if not isinstance(cases, list) or not cases:
        return in_words(node.config.get("conditions"))
    value = to_text(node.config.get("value"))
    parts = (_case(case, value) for case in cases if isinstance(case, Mapping))
    return Clause("the first of these that holds, else “else”", tuple(parts))


def _case(case: Mapping[str, Any], value: str) -> Clause:
    name = to_text(case.get("name"))
    if case.get("conditions") is None:
        return Clause(f"“{name}”: {value} {wanted(case)}")
    found = in_words(case["conditions"])
    return Clause(f"“{name}”: {found.sentence}", found.parts)


def _clause(node: Group | Leaf) -> Clause:
    if isinstance(node, Leaf) and node.label:
        return Clause(f"{node.field} {list_in_words(node.operator, node.label)}")
    if isinstance(node, Leaf):
        expected = f" {_value(node.expected)}" if node.operator.takes_value else ""
        return Clause(f"{node.field} {node.operator.label}{expected}")
    if node.label:
        return Clause(f"{'not ' if node.logic == 'NOT' else ''}in segment “{node.label}”")
    parts = tuple(_clause(child) for child in node.children)
    if len(parts) == 1 and node.logic != "NOT":
        return parts[0]
    return Clause(_JOINED[node.logic] if parts else "always", parts)


def _value(value: Any) -> str:
    """As people write it: numbers with their thousands apart, texts in quotes."""
    if isinstance(value, Reference):
        return f"the field {value.path}"
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, bool) or value is None:
        return to_text(value) or "nothing"
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}" if isinstance(value, int) else to_text(value)
