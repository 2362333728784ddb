"""One item of a list: the branch that is about it, and the way there, from the outside in."""

import uuid
from dataclasses import dataclass

from opsflows.runs.engine.scopes import inner_iteration
from opsflows.runs.models import Branch, Execution
from opsflows.runs.trace.places import Plan
from opsflows.runs.trace.progress import ForkProgress, progress_of
from opsflows.workflows.bodies import Home


@dataclass(frozen=True, slots=True)
class Crumb:
    """An item around the one that is opened, or that one: `position` counts from 0."""

    label: str
    fork_id: uuid.UUID
    position: int


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """The item at `branch.position` of `fork`; its steps stand in `home` and bear `iteration`."""

    branch: Branch
    fork: ForkProgress
    crumbs: tuple[Crumb, ...]
    home: Home
    iteration: str


def opened_item(execution: Execution, plan: Plan, fork_id: uuid.UUID, position: int) -> OpenedItem:
    """The item at `position` of a list of this run: one query for each list around it.

    Raises:
        Branch.DoesNotExist: there is no such item, or it is the branch of no list.
    """
    rows = Branch.objects.select_related("fork").filter(fork__execution=execution)
    branch = rows.get(fork_id=fork_id, position=position)
    fork = branch.fork
    if fork.node_id not in plan.iterating:
        raise Branch.DoesNotExist(f"{fork.node_id!r} is no list.")
    crumbs: list[Crumb] = []
    outer: Branch | None = branch
    while outer is not None:
        if outer.fork.node_id in plan.iterating:
            crumbs.append(Crumb(plan.called(outer.fork.node_id), outer.fork_id, outer.position))
        outer = rows.get(pk=outer.fork.branch_id) if outer.fork.branch_id is not None else None
    return OpenedItem(
        branch=branch,
        fork=progress_of(fork),
        crumbs=tuple(reversed(crumbs)),
        home=(*plan.homes.get(fork.node_id, ()), (fork.node_id, branch.handle)),
        iteration=inner_iteration(fork.iteration, branch.position),
    )


def item_around(branch_id: uuid.UUID, plan: Plan) -> tuple[uuid.UUID, int] | None:
    """The item that a branch is about or stands in: the list's fork, and the position. None outside of lists."""
    branch: Branch | None = Branch.objects.select_related("fork").get(pk=branch_id)
    while branch is not None and branch.fork.node_id not in plan.iterating:
        outer = branch.fork.branch_id
        branch = None if outer is None else Branch.objects.select_related("fork").get(pk=outer)
    return None if branch is None else (branch.fork_id, branch.position)
