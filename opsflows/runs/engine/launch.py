"""Begin the branches of a fork: as many at once, and as fast, as its join allows."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from opsflows.queue.bulk import insert_rows
from opsflows.queue.ids import new_id
from opsflows.runs.engine.scopes import inner_iteration
from opsflows.runs.models import Branch, Fork, QueueItem
from opsflows.workflows.compiled import CompiledGraph

#: Branches without a step that are gone through by one statement.
MOST_EMPTY = 1000

_ITEM = (
    "id",
    "account",
    "workflow",
    "execution",
    "priority",
    "scheduled_at",
    "status",
    "node_id",
    "iteration",
    "generation",
    "attempt",
    "entered_at",
    "resumes",
    "cancel_requested",
    "created_at",
    "fence",
    "claims",
    "branch",
)


class Owner(Protocol):
    """The run that a fork belongs to, as far as its branches inherit from it."""

    @property
    def account_id(self) -> uuid.UUID: ...

    @property
    def workflow_id(self) -> uuid.UUID: ...

    @property
    def priority(self) -> int: ...

    @property
    def graph(self) -> CompiledGraph: ...


def launch(fork: Fork, *, owner: Owner, now: datetime) -> None:
    """Begin what there is room for; the fork's counters are left for the caller to save."""
    node = owner.graph.nodes[fork.node_id]
    handles, iterates = node.handles, fork.node_id in owner.graph.iterating
    # Where no way leads on, none will be under way: they are gone through by the thousand.
    at_once = int(fork.join["concurrency"]) if node.bodies & handles.keys() else MOST_EMPTY
    while (room := _room(fork, at_once)) > 0:
        begun: list[uuid.UUID] = []
        empty: list[uuid.UUID] = []
        rows: list[tuple[Any, ...]] = []
        for branch_id, position, handle, stood_at in _next(fork, room):
            fork.launched += 1
            if "again" in fork.join:
                fork.join["again"] = position + 1
            target = stood_at or handles.get(handle)
            if target is None:
                # Nothing to do on this way: it is over as soon as it is begun.
                empty.append(branch_id)
                fork.done += 1
                continue
            begun.append(branch_id)
            due = _start(fork, now)
            iteration = inner_iteration(fork.iteration, position) if iterates else fork.iteration
            rows.append(_item(fork, owner, branch_id, node_id=target, iteration=iteration, due=due, now=now))
        insert_rows(QueueItem, _ITEM, rows)
        Branch.objects.filter(id__in=begun).update(status=Branch.Status.RUNNING)
        Branch.objects.filter(id__in=empty).update(status=Branch.Status.COMPLETED, completed_at=now)


def _room(fork: Fork, at_once: int) -> int:
    under_way = fork.launched - fork.done - fork.failed - fork.dropped
    return min(at_once - under_way, fork.total - fork.launched)


def _next(fork: Fork, room: int) -> Iterable[tuple[uuid.UUID, int, str, str | None]]:
    """The branches that are to be begun, in their order; of those that are taken up again, with where they stood."""
    rows = fork.branches.filter(status=Branch.Status.PENDING, position__gte=_first(fork)).order_by("position")
    return list(rows.values_list("id", "position", "handle", "node_id")[:room])


def _first(fork: Fork) -> int:
    """Where to look for the first: all before it were begun. Where some are taken up again, `again` says how far."""
    first: int = fork.join.get("again", fork.launched)
    return first


def _start(fork: Fork, now: datetime) -> datetime:
    """When the next branch may begin: at once, or in the next window of the rate."""
    rate, window = fork.join["rate"], timedelta(seconds=float(fork.join["window"]))
    if rate is None:
        return now
    if fork.window_at is None or now >= fork.window_at + window:
        fork.window_at, fork.window_count = now, 0
    elif fork.window_count >= rate:
        fork.window_at, fork.window_count = fork.window_at + window, 0
    fork.window_count += 1
    return max(now, fork.window_at)


def _item(
    fork: Fork, owner: Owner, branch_id: uuid.UUID, *, node_id: str, iteration: str, due: datetime, now: datetime
) -> tuple[Any, ...]:
    status = QueueItem.Status.QUEUED if due <= now else QueueItem.Status.WAITING
    return (
        new_id(),
        owner.account_id,
        owner.workflow_id,
        fork.execution_id,
        owner.priority,
        due,
        status.value,
        node_id,
        iteration,
        fork.generation,
        1,
        due,
        False,
        False,
        now,
        0,
        0,
        branch_id,
    )
