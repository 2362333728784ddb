"""Which branch a claimed row leads, and how the branches stand that it waits for: a fixed number of queries."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsflows.runs.engine.claim import Claim
from opsflows.runs.engine.run import BranchPlace, ForkState
from opsflows.runs.models import Branch, Fork
from opsflows.workflows.compiled import CompiledGraph

_BRANCH = (
    "id",
    "position",
    "item",
    "fork_id",
    "fork__item_id",
    "fork__node_id",
    "fork__branch_id",
    "fork__join",
)

_Place = tuple[uuid.UUID, str, str, int]


@dataclass(frozen=True, slots=True)
class _Row:
    id: uuid.UUID
    position: int
    item: Any
    fork_id: uuid.UUID
    waiting_id: uuid.UUID
    node_id: str
    outer_id: uuid.UUID | None
    join: Mapping[str, Any]


class Branches:
    """The branches of a batch of claims, and the forks they wait at."""

    def __init__(self) -> None:
        self._rows: dict[uuid.UUID, _Row] = {}
        self._forks: dict[_Place, ForkState] = {}

    def read(self, claims: Sequence[Claim], graphs: Mapping[uuid.UUID, CompiledGraph]) -> None:
        """Read what `claims` need; `graphs` by run."""
        # One query for each depth at which branches stand in one another.
        wanted = {claim.branch_id for claim in claims if claim.branch_id is not None}
        while wanted:
            rows = [_Row(*row) for row in Branch.objects.filter(id__in=wanted).values_list(*_BRANCH)]
            self._rows.update((row.id, row) for row in rows)
            wanted = {row.outer_id for row in rows if row.outer_id is not None} - self._rows.keys()
        waiting = [claim for claim in claims if _waits(claim, graphs.get(claim.execution_id))]
        if waiting:
            self._read_forks(waiting)

    def place(self, claim: Claim, graph: CompiledGraph) -> BranchPlace | None:
        """The branch that the claimed row leads."""
        if claim.branch_id is None:
            return None
        chain = [self._rows[claim.branch_id]]
        while (outer := chain[-1].outer_id) is not None:
            chain.append(self._rows[outer])
        items: dict[str, Any] = {}
        for row in reversed(chain):
            if row.node_id in graph.iterating:
                items |= {row.join["itemName"]: row.item, "index": row.position}
        return BranchPlace(
            id=chain[0].id,
            fork_id=chain[0].fork_id,
            parents=tuple(row.waiting_id for row in chain),
            items=items,
        )

    def fork(self, claim: Claim) -> ForkState | None:
        """The fork at which the claimed row rests."""
        at = claim.position
        return self._forks.get((claim.execution_id, at.node_id, at.iteration, at.generation))

    def _read_forks(self, claims: Sequence[Claim]) -> None:
        ids = {claim.execution_id for claim in claims}
        nodes = {claim.position.node_id for claim in claims}
        iterations = {claim.position.iteration for claim in claims}
        forks = list(Fork.objects.filter(execution_id__in=ids, node_id__in=nodes, iteration__in=iterations))
        over = [fork.id for fork in forks if fork.status == Fork.Status.JOINED]
        branches: dict[uuid.UUID, list[dict[str, Any]]] = {fork.id: [] for fork in forks}
        rows = Branch.objects.filter(fork_id__in=over).order_by("position")
        for fork_id, *row in rows.values_list("fork_id", "position", "handle", "status", "output", "error_message"):
            names = ("position", "handle", "status", "output", "error")
            branches[fork_id].append(dict(zip(names, row, strict=True)))
        for fork in forks:
            self._forks[fork.execution_id, fork.node_id, fork.iteration, fork.generation] = ForkState(
                id=fork.id,
                is_joined=fork.status == Fork.Status.JOINED,
                failed_steps=fork.failed_steps,
                ends_run=fork.join.get("last", False),
                summary={
                    "total": fork.total,
                    "done": fork.done,
                    "failed": fork.failed,
                    "dropped": fork.dropped,
                    "branches": branches[fork.id],
                },
            )


def _waits(claim: Claim, graph: CompiledGraph | None) -> bool:
    node = graph.nodes.get(claim.position.node_id) if graph is not None and claim.position.resumes else None
    return node is not None and bool(node.bodies)
