"""How the steps of a definition are called, and which branches they stand in, for pages that show them."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from opsflows.runs.engine.scopes import place_of as variables_place
from opsflows.workflows.bodies import Home, homes
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import DEFAULT_HANDLE, Graph
from opsflows.workflows.kinds import ForkKind
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.wording.places import Place, place, place_of

__all__ = ["Place", "Plan", "place", "place_of", "places"]


def places(workflow_data: Any) -> Mapping[str, Place]:
    """How the nodes of a definition are called, by their id; empty where it cannot be read."""
    return {node.id: place_of(node) for node in Plan.of(workflow_data).graph.nodes}


@dataclass(frozen=True)
class Plan:
    """A definition as far as it can be read, for pages that must open whatever it holds."""

    graph: Graph

    @classmethod
    def of(cls, workflow_data: Any) -> "Plan":
        """The plan of a definition; an empty one where it cannot be read."""
        try:
            return cls(read_graph(workflow_data))
        except InvalidDefinition:
            return cls(Graph((), ()))

    @cached_property
    def bodies(self) -> dict[str, frozenset[str]]:
        """Of every fork, the ways out that lead into its branches."""
        found: dict[str, frozenset[str]] = {}
        for node in self.graph.nodes:
            kind = all_kinds().get(node.kind)
            if isinstance(kind, ForkKind):
                try:
                    found[node.id] = frozenset(kind.bodies(kind.Config.model_validate(node.config)))
                except ValidationError:
                    continue
        return found

    @cached_property
    def homes(self) -> Mapping[str, Home]:
        """Where each step stands."""
        return homes(self.graph, self.bodies) if self.bodies else {}

    @cached_property
    def iterating(self) -> frozenset[str]:
        """The forks whose branches are the items of a list."""
        kinds = all_kinds()
        return frozenset(
            node.id
            for node in self.graph.nodes
            if isinstance(kind := kinds.get(node.kind), ForkKind) and kind.iterates and node.id in self.bodies
        )

    @cached_property
    def ranks(self) -> dict[str, int]:
        """How far from the trigger each node is first met, breadth first."""
        ranks: dict[str, int] = {}
        queue = deque(node.id for node in self.graph.triggers)
        while queue:
            node_id = queue.popleft()
            if node_id not in ranks:
                ranks[node_id] = len(ranks)
                queue.extend(edge.target for edge in self.graph.outgoing.get(node_id, ()))
        return ranks

    def called(self, node_id: str) -> str:
        """What a step is called; its id where it is not known."""
        node = self.graph.by_id.get(node_id)
        return place_of(node).label if node else node_id

    def ahead(self, node_id: str, taken: Iterable[str]) -> tuple[Place, ...]:
        """The steps from `node_id` on that are still to come, up to the next that can be left by several ways.

        What comes behind a fork is what follows when its branches have joined. Nobody comes to what is disabled.
        """
        found: list[Place] = []
        seen = set(taken)
        graph = without_disabled(self.graph)
        node = graph.by_id.get(node_id)
        while node is not None:
            if node.id not in seen:
                found.append(place_of(node))
                seen.add(node.id)
            edges = graph.outgoing.get(node.id, ())
            is_fork = node.id in self.bodies
            targets = {edge.target for edge in edges if not is_fork or edge.handle == DEFAULT_HANDLE}
            following = graph.by_id.get(targets.pop()) if len(targets) == 1 else None
            node = None if following is None or following.id in seen else following
        return tuple(found)

    def variable_places(self, iterations: Iterable[str]) -> set[str]:
        """Where variables are kept that steps of these iterations see or set (engine/scopes.py)."""
        found = {""}
        for node in self.graph.nodes:
            for iteration in iterations:
                found.add(f"step {node.id} {iteration}".rstrip())
                found.add(variables_place(self.homes.get(node.id, ()), iteration, self.iterating))
        return found
