"""What became of a run, step by step: the read model that the pages and the API share.

Four queries, however many steps a run took; attempts of one step stand together.
"""

import uuid
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from opsflows.runs.models import Execution, QueueItem, Step, Variable
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Graph, Node
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import all_kinds


@dataclass(frozen=True, slots=True)
class Place:
    """A step of the definition: the node's id, what it is called, and its kind's label and icon."""

    node_id: str
    label: str
    kind: str
    kind_label: str
    icon: str


@dataclass(frozen=True)
class TracedStep:
    """One step of a run with all its attempts, the oldest first; there is at least one."""

    place: Place
    iteration: str
    attempts: tuple[Step, ...]

    @property
    def last(self) -> Step:
        """The attempt that counts."""
        return self.attempts[-1]

    @property
    def earlier(self) -> tuple[Step, ...]:
        """The attempts that did not succeed."""
        return self.attempts[:-1]

    @property
    def status(self) -> str:
        """The status of the attempt that counts."""
        return self.last.step_status

    @property
    def started_at(self) -> datetime | None:
        """When the first attempt began."""
        return self.attempts[0].started_at

    @property
    def milliseconds(self) -> int | None:
        """From the beginning of the first attempt to the end of the last; None while it is not over."""
        began, ended = self.started_at, self.last.completed_at
        return None if began is None or ended is None else max(0, int((ended - began).total_seconds() * 1000))

    @property
    def explanation(self) -> Mapping[str, Any] | None:
        """Of a condition: each comparison with the value it saw (`Explanation.as_json`)."""
        output = self.last.output_data
        found = output.get("explanation") if isinstance(output, Mapping) else None
        return found if isinstance(found, Mapping) and "truth" in found else None


@dataclass(frozen=True)
class Trace:
    """A run, the steps it took in their order, and where it stands.

    `item` is None for a run that is over. `ahead` are the steps still to come, as far as that can be told: up to the
    next one that can be left by more than one way.
    """

    execution: Execution
    steps: tuple[TracedStep, ...]
    item: QueueItem | None
    variables: Mapping[str, Any]
    ahead: tuple[Place, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen any more."""
        return self.execution.execution_status in Execution.TERMINAL

    @cached_property
    def standing_at(self) -> Place | None:
        """Where the run stands."""
        node_id = self.item.node_id if self.item else None
        taken = {step.place.node_id: step.place for step in self.steps}
        return None if node_id is None else taken.get(node_id) or next(iter(self.ahead), None)

    @property
    def goes_on_at(self) -> datetime | None:
        """When a waiting run goes on by itself."""
        return self.item.scheduled_at if self.item and self.item.status == QueueItem.Status.WAITING else None


def trace(execution_id: uuid.UUID, *, account_id: uuid.UUID | None = None) -> Trace:
    """The trace of a run, of the account where one is named.

    Raises:
        Execution.DoesNotExist: no such run there.
    """
    rows = Execution.objects.filter(id=execution_id)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    execution = rows.select_related("workflow", "version", "event", "account").get()
    steps = list(Step.objects.filter(execution=execution))
    items = [] if execution.execution_status in Execution.TERMINAL else list(execution.queue_items.all()[:1])
    variables = Variable.objects.filter(execution=execution).order_by("created_at", "variable_name")
    graph = _graph(execution)
    item = items[0] if items else None
    return Trace(
        execution=execution,
        steps=_grouped(steps, graph),
        item=item,
        variables=dict(variables.values_list("variable_name", "variable_value")),
        ahead=_ahead(graph, item, {step.step_id for step in steps}),
    )


def place_of(node: Node) -> Place:
    """How a node of a definition is called."""
    return _place(node.id, node.label, node.kind)


def places(workflow_data: Any) -> Mapping[str, Place]:
    """How the nodes of a definition are called, by their id; empty where it cannot be read."""
    try:
        return {node.id: place_of(node) for node in read_graph(workflow_data).nodes}
    except InvalidDefinition:
        return {}


def _place(node_id: str, label: str, kind: str) -> Place:
    known = all_kinds().get(kind)
    kind_label, icon = (known.label, known.icon) if known else (kind, "bolt")
    return Place(node_id, label or kind_label or node_id, kind, kind_label, icon)


def _graph(execution: Execution) -> Graph | None:
    try:
        return read_graph(execution.version.workflow_data)
    except InvalidDefinition:
        return None


def _grouped(rows: Iterable[Step], graph: Graph | None) -> tuple[TracedStep, ...]:
    """Steps in the order in which they began; those of one walk bear one time, and then the definition decides."""
    ranks = _ranks(graph) if graph else {}
    groups: dict[tuple[str, str], list[Step]] = {}
    for row in sorted(rows, key=lambda step: (step.generation, step.attempt)):
        groups.setdefault((row.step_id, row.iteration), []).append(row)

    def position(attempts: Sequence[Step]) -> tuple[bool, Any, int, uuid.UUID]:
        first = attempts[0]
        return first.started_at is None, first.started_at or 0, ranks.get(first.step_id, len(ranks)), first.id

    return tuple(
        TracedStep(_place(attempts[0].step_id, *_names(attempts[0])), attempts[0].iteration, tuple(attempts))
        for attempts in sorted(groups.values(), key=position)
    )


def _names(row: Step) -> tuple[str, str]:
    config = row.step_config if isinstance(row.step_config, Mapping) else {}
    return str(config.get("label") or ""), str(config.get("kind") or "")


def _ranks(graph: Graph) -> dict[str, int]:
    """How far from the trigger each node is first met, breadth first."""
    ranks: dict[str, int] = {}
    queue = deque(node.id for node in graph.triggers)
    while queue:
        node_id = queue.popleft()
        if node_id not in ranks:
            ranks[node_id] = len(ranks)
            queue.extend(edge.target for edge in graph.outgoing.get(node_id, ()))
    return ranks


def _ahead(graph: Graph | None, item: QueueItem | None, taken: set[str]) -> tuple[Place, ...]:
    if graph is None or item is None:
        return ()
    ahead: list[Place] = []
    seen = set(taken)
    node = graph.by_id.get(item.node_id)
    while node is not None:
        if node.id not in seen:
            ahead.append(place_of(node))
            seen.add(node.id)
        targets = {edge.target for edge in graph.outgoing.get(node.id, ())}
        following = graph.by_id.get(targets.pop()) if len(targets) == 1 else None
        node = None if following is None or following.id in seen else following
    return tuple(ahead)
