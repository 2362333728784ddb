"""A draft in hand: nodes by their id and edges, to be changed and put back as `workflow_data`."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from opsflows.workflows.graph import DEFAULT_HANDLE, ERROR_HANDLE, TRIGGER
from opsflows.workflows.kinds import ForkKind, StepKind
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.ways_out import ways_of

#: One way out of one step.
Way = tuple[str, str]


class Document:
    """A working copy. Nodes are replaced, never written into, so that what is not touched stays the same object."""

    def __init__(self, workflow_data: Mapping[str, Any]) -> None:
        self._rest = workflow_data
        self.nodes: dict[str, Mapping[str, Any]] = {
            node["id"]: node for node in _objects(workflow_data, "nodes") if isinstance(node.get("id"), str)
        }
        self.edges: list[Mapping[str, Any]] = [
            edge for edge in _objects(workflow_data, "edges") if {"source", "target"} <= edge.keys()
        ]

    def data(self) -> dict[str, Any]:
        """The draft as it is stored."""
        return {**self._rest, "nodes": list(self.nodes.values()), "edges": list(self.edges)}

    def kind_of(self, node_id: str) -> StepKind | None:
        """The step's kind; None for triggers and for what no app brings."""
        return None if self.is_trigger(node_id) else all_kinds().get(self.kind_name(node_id))

    def kind_name(self, node_id: str) -> str:
        return str(self.facts(node_id).get("kind") or "")

    def facts(self, node_id: str) -> Mapping[str, Any]:
        """The node's `data`."""
        found = self.nodes[node_id].get("data")
        return found if isinstance(found, Mapping) else {}

    def config(self, node_id: str) -> Mapping[str, Any]:
        found = self.facts(node_id).get("config")
        return found if isinstance(found, Mapping) else {}

    def is_trigger(self, node_id: str) -> bool:
        return self.nodes[node_id].get("type") == TRIGGER

    @property
    def trigger(self) -> str | None:
        """The first trigger's id."""
        return next(filter(self.is_trigger, self.nodes), None)

    def out(self, node_id: str) -> dict[str, str]:
        """Where each way out of the node leads, as far as that is there."""
        return {
            handle_of(edge): edge["target"]
            for edge in self.edges
            if edge["source"] == node_id and edge["target"] in self.nodes
        }

    def all_out(self) -> dict[str, dict[str, str]]:
        """What `out` says, of every node: one walk over the edges instead of one for each."""
        found: dict[str, dict[str, str]] = {node_id: {} for node_id in self.nodes}
        for edge in self.edges:
            if edge["source"] in found and edge["target"] in found:
                found[edge["source"]][handle_of(edge)] = edge["target"]
        return found

    def into(self, node_id: str) -> list[Way]:
        """The ways that lead into the node."""
        return [
            (edge["source"], handle_of(edge))
            for edge in self.edges
            if edge["target"] == node_id and edge["source"] in self.nodes
        ]

    def ways(self, node_id: str) -> tuple[str, ...]:
        """The ways out that the node has by its configuration, without the one for errors."""
        if self.is_trigger(node_id):
            return (DEFAULT_HANDLE,)
        kind = self.kind_of(node_id)
        if kind is None:
            return tuple(handle for handle in self.out(node_id) if handle != ERROR_HANDLE) or (DEFAULT_HANDLE,)
        return ways_of(kind, self.config(node_id))

    def bodies(self, node_id: str) -> tuple[str, ...]:
        """The ways out that lead into branches of a fork."""
        kind = self.kind_of(node_id)
        if not isinstance(kind, ForkKind):
            return ()
        try:
            return tuple(kind.bodies(kind.Config.model_validate(self.config(node_id))))
        except ValidationError:
            return tuple(handle for handle in self.out(node_id) if handle not in (*kind.outcomes, ERROR_HANDLE))

    def link(self, source: str, handle: str, target: str | None) -> None:
        """Let the way lead to `target`, or nowhere. An edge that is there keeps its place and its id."""
        for index, edge in enumerate(self.edges):
            if edge["source"] == source and handle_of(edge) == handle:
                if target is None:
                    del self.edges[index]
                elif edge["target"] != target:
                    self.edges[index] = new_edge(source, handle, target)
                return
        if target is not None:
            self.edges.append(new_edge(source, handle, target))

    def drop(self, gone: Iterable[str]) -> None:
        """Take nodes out, and the edges at them."""
        out = set(gone)
        self.nodes = {node_id: node for node_id, node in self.nodes.items() if node_id not in out}
        self.edges = [edge for edge in self.edges if edge["source"] not in out and edge["target"] not in out]

    def change(self, node_id: str, **facts: Any) -> None:
        """Set fields of the node's `data`; None takes one away."""
        changed = {key: value for key, value in {**self.facts(node_id), **facts}.items() if value is not None}
        self.nodes[node_id] = {**self.nodes[node_id], "data": changed}


def handle_of(edge: Mapping[str, Any]) -> str:
    """The way out that the edge takes."""
    return str(edge.get("sourceHandle") or DEFAULT_HANDLE)


def new_edge(source: str, handle: str, target: str) -> dict[str, Any]:
    """An edge as the rule form draws it."""
    name = f"{source}-{target}" if handle == DEFAULT_HANDLE else f"{source}-{handle}-{target}"
    return {"id": name, "source": source, "target": target, "sourceHandle": handle}


def _objects(workflow_data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = workflow_data.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
