"""A definition's graph: React Flow's nodes and edges, read and typed, and the hash of what they mean."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from opsflows.jsontext import content_hash

TRIGGER = "trigger"
#: The trigger kind that listens to an event by name. Triggers are no step kinds: nothing runs them.
EVENT = "event"
#: Nothing starts it by itself; people, the API, lists and other workflows do, as they may any workflow.
MANUAL = "manual"
#: The trigger kind that starts it at times of its own (opsflows/schedules).
SCHEDULE = "schedule"
TRIGGER_KINDS = (EVENT, MANUAL, SCHEDULE)
CONDITION = "condition"
#: The way out that an edge without `sourceHandle` takes.
DEFAULT_HANDLE = "done"
#: The way out that every step has besides its kind's own.
ERROR_HANDLE = "error"


@dataclass(frozen=True, slots=True)
class StepHandling:
    """What one step says about its failures; what it leaves open (None) follows the workflow's `errorHandling`.

    `timeout` bounds the step in all, waits and repeats included.
    """

    on_error: str | None = None
    retry_count: int | None = None
    retry_delay: int | None = None
    timeout: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One box of the graph. An empty `label` means the kind's own."""

    id: str
    type: str
    kind: str
    label: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    critical: bool | None = None
    handling: "StepHandling | None" = None
    #: What test runs take for the step's answer instead of asking it; None: nothing is pinned.
    pinned: Mapping[str, Any] | None = None
    #: Kept and passed over (`passed_over.py`).
    disabled: bool = False

    @property
    def is_trigger(self) -> bool:
        return self.type == TRIGGER

    @property
    def path(self) -> str:
        """What messages call this place."""
        return node_path(self.id)


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One arrow: out of `source` by `handle` into `target`."""

    source: str
    handle: str
    target: str


@dataclass(frozen=True)
class Graph:
    """Nodes with different ids, and edges; the rest is for validation to say."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def outgoing(self) -> Mapping[str, list[Edge]]:
        """The edges out of each node, in the order of the definition."""
        outgoing: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            outgoing[edge.source].append(edge)
        return outgoing

    @cached_property
    def triggers(self) -> list[Node]:
        return [node for node in self.nodes if node.is_trigger]

    def handles(self, node_id: str) -> dict[str, str]:
        """Where each way out of the node leads."""
        return {edge.handle: edge.target for edge in self.outgoing.get(node_id, ())}

    def first(self) -> Node | None:
        """The step right behind the only trigger."""
        if len(self.triggers) != 1:
            return None
        first = self.by_id.get(self.handles(self.triggers[0].id).get(DEFAULT_HANDLE, ""))
        return None if first is None or first.is_trigger else first

    def entry(self) -> Node | None:
        """The condition right behind the trigger that has no way for "false": it decides whether a run starts."""
        first = self.first()
        if first is None or first.kind != CONDITION or "cases" in first.config:
            return None
        return None if "false" in self.handles(first.id) else first


def node_path(node_id: str) -> str:
    """What messages call the node with this id."""
    return f"nodes[{node_id}]"


def edge_path(edge: Edge) -> str:
    """What messages call an edge."""
    return f"edges[{edge.source}:{edge.handle}→{edge.target}]"


def definition_hash(graph: Graph, settings: Mapping[str, Any]) -> str:
    """SHA-256 of what the definition does, wherever its boxes lie and in whatever order its lists are."""
    return content_hash(canonical(graph, settings))


def canonical(graph: Graph, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The definition without what only the drawing needs."""
    return {
        "nodes": [_canonical_node(node) for node in sorted(graph.nodes, key=lambda node: node.id)],
        "edges": [[edge.source, edge.handle, edge.target] for edge in sorted(graph.edges)],
        "settings": _canonical_value(settings),
    }


def _canonical_node(node: Node) -> dict[str, Any]:
    # Of the type only "trigger" means something; how the builder draws a step follows from its kind.
    canonical: dict[str, Any] = {"id": node.id, "kind": node.kind, "config": _canonical_value(node.config)}
    if node.is_trigger:
        canonical["type"] = TRIGGER
    if node.label:
        canonical["label"] = node.label
    if node.critical is not None:
        canonical["critical"] = node.critical
    if node.disabled:
        canonical["disabled"] = True
    if node.handling is not None:
        given = {name: getattr(node.handling, name) for name in ("on_error", "retry_count", "retry_delay")}
        canonical["handling"] = {name: value for name, value in given.items() if value is not None}
        if node.handling.timeout is not None:
            canonical["handling"]["timeout"] = int(node.handling.timeout.total_seconds())
    return canonical


def _canonical_value(value: Any) -> Any:
    """PostgreSQL writes 1e2 as 100 and -0.0 as 0.0; the hash must not care on which database a draft has lain."""
    if isinstance(value, Mapping):
        return {key: _canonical_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical_value(item) for item in value]
    if isinstance(value, Decimal):
        return Decimal(format(abs(value) if value == 0 else value, "f"))
    return value
