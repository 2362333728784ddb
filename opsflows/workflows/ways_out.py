"""The ways out of a step, as its configuration has them."""

from collections.abc import Mapping
from typing import Any

from opsflows.workflows.graph import CONDITION, DEFAULT_HANDLE, Edge, Graph, Node
from opsflows.workflows.kinds import ForkKind, StepKind
from opsflows.workflows.registry import all_kinds


def ways_of(kind: StepKind | None, config: Mapping[str, Any]) -> tuple[str, ...]:
    """In the kind's own order, without the one for errors; where it is not finished, those that it has in any case.

    What has no kind (a trigger, a step that nobody knows) has the one way that everything has.
    """
    if kind is None:
        return (DEFAULT_HANDLE,)
    try:
        return tuple(kind.ways_out(kind.Config.model_validate(dict(config))))
    except (TypeError, ValueError):
        # A draft may hold anything; pydantic's own error is a ValueError.
        return kind.outcomes


def ways_out_of(node: Node) -> tuple[str, ...]:
    """The same of a step as it was read."""
    return ways_of(all_kinds().get(node.kind), node.config)


def way_on(node: Node) -> str | None:
    """The way out by which the flow goes on where the step is passed over; None: the row ends there.

    It is the first, wired or not: what was meant for "rejected", for a time that ran out or for an error must not
    happen because nobody asks any more. It follows from the configuration alone, never from how edges are listed.
    """
    kind = all_kinds().get(node.kind)
    # The other ways of a fork lead into branches, which are no way on.
    ways = kind.outcomes if isinstance(kind, ForkKind) else ways_out_of(node)
    return ways[0] if ways else None


def edges_in_order(graph: Graph, node: Node) -> list[Edge]:
    """Its edges as people read them: the answers of a condition in turn; of other steps first what leads aside."""
    edges = graph.outgoing.get(node.id, [])
    if len(edges) < 2:
        return list(edges)
    kind = all_kinds().get(node.kind)
    parts = kind is not None and kind.step_type == CONDITION
    rank = {way: at for at, way in enumerate(ways_out_of(node))}
    last = None if parts else way_on(node)
    return sorted(edges, key=lambda edge: (edge.handle == last, rank.get(edge.handle, len(rank))))
