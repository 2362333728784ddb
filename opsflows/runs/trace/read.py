"""A run as it stands: its steps, where it is in the queue, and its variables.

Of a list, the steps about its items are left out: they are shown for one item at a time. So a page costs four queries,
and two more where the run goes on in branches, however many steps were taken.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import F, Q

from opsflows.runs.engine.scopes import iterations_around
from opsflows.runs.models import Branch, Execution, Fork, QueueItem, Step, Variable
from opsflows.runs.trace.opened import OpenedItem, opened_item
from opsflows.runs.trace.places import Place, Plan, place_of
from opsflows.runs.trace.progress import ForkProgress, progress_of
from opsflows.runs.trace.steps import Attempts, Level, TracedStep, Value, grouped
from opsflows.runs.trace.values import values_after

#: Places of the queue that are read: the run's own, its branches, and what is held.
_MOST_ITEMS = 100


@dataclass(frozen=True)
class Trace:
    """A run, the steps it took in their order, and where it stands.

    `items` are its places in the queue, its own first; there are none once it is over. `ahead` are the steps still to
    come, as far as that can be told: up to the next one that can be left by more than one way. Where `opened` is an
    item of a list, all this is about that item.
    """

    execution: Execution
    plan: Plan
    steps: tuple[TracedStep, ...]
    items: tuple[QueueItem, ...]
    variables: tuple[Value, ...]
    opened: OpenedItem | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen any more."""
        return self.execution.execution_status in Execution.TERMINAL

    @cached_property
    def item(self) -> QueueItem | None:
        """Where the run itself stands, or the branch about the item that is opened."""
        branch = self.opened.branch.id if self.opened else None
        return next((item for item in self.items if item.branch_id == branch), None)

    @cached_property
    def held(self) -> QueueItem | None:
        """Where a person has to decide; the first of such places."""
        return next((item for item in self.items if item.status == QueueItem.Status.HELD), None)

    @cached_property
    def ahead(self) -> tuple[Place, ...]:
        """The steps still to come, from where the run stands."""
        taken = {step.place.node_id for step in self.steps}
        return self.plan.ahead(self.item.node_id, taken) if self.item else ()

    @cached_property
    def standing_at(self) -> Place | None:
        """Where the run stands; of one that waits for a person, what they have to decide about."""
        item = self.held or self.item
        if item is None:
            return None
        taken = {step.place.node_id: step.place for step in self.steps}
        node = self.plan.graph.by_id.get(item.node_id)
        return taken.get(item.node_id) or (place_of(node) if node else None)

    @cached_property
    def fork(self) -> ForkProgress | None:
        """The fork whose branches the run waits for."""
        standing = self.item.node_id if self.item else None
        return next((step.fork for step in self.steps if step.place.node_id == standing), None)

    @property
    def goes_on_at(self) -> datetime | None:
        """When a waiting run goes on by itself."""
        return self.item.scheduled_at if self.item and self.item.status == QueueItem.Status.WAITING else None

    def item_at(self, step: TracedStep) -> QueueItem | None:
        """The place in the queue that stands at this step."""
        here = (step.place.node_id, step.iteration)
        return next((item for item in self.items if (item.node_id, item.iteration) == here), None)


def trace(
    execution_id: uuid.UUID, *, account_id: uuid.UUID | None = None, item: tuple[uuid.UUID, int] | None = None
) -> Trace:
    """The trace of a run, of the account where one is named; or of one `item`: a fork's id, and the position.

    Raises:
        Execution.DoesNotExist: no such run there.
        Branch.DoesNotExist: no such item in it.
    """
    rows = Execution.objects.filter(id=execution_id)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    execution = rows.select_related("workflow", "version", "event", "account").get()
    plan = Plan.of(execution.version.workflow_data)
    opened = opened_item(execution, plan, *item) if item is not None else None
    iteration = opened.iteration if opened else ""
    around = iterations_around(iteration)
    seen = list(Step.objects.filter(execution=execution, iteration__in=around))
    steps = grouped((step for step in seen if step.iteration == iteration), plan)
    items = [] if execution.execution_status in Execution.TERMINAL else _items(execution, opened)
    forks = _forks(execution, iteration, steps, plan)
    level = Level(
        plan=plan,
        steps=steps,
        forks=forks,
        branches=_branches([fork for fork in forks.values() if fork.node_id not in plan.iterating]),
        items={item.branch_id: item for item in items if item.branch_id is not None},
        values=values_after(seen, plan),
    )
    return Trace(
        execution=execution,
        plan=plan,
        steps=level.at(opened.home if opened else ()),
        items=tuple(items),
        variables=_variables(execution, plan, around),
        opened=opened,
    )


def _items(execution: Execution, opened: OpenedItem | None) -> list[QueueItem]:
    """Those of this level, and some that are held wherever they are."""
    iteration = opened.iteration if opened else ""
    here = Q(iteration=iteration)
    rows = execution.queue_items.filter(here if opened else here | Q(status=QueueItem.Status.HELD))
    return list(rows.order_by("iteration", F("branch").asc(nulls_first=True))[:_MOST_ITEMS])


def _forks(execution: Execution, iteration: str, steps: Sequence[Attempts], plan: Plan) -> Mapping[str, ForkProgress]:
    """The forks of this level by node, of each the latest; one query, and none where there is no fork."""
    nodes = [attempts[0].step_id for attempts in steps if attempts[0].step_id in plan.bodies]
    if not nodes:
        return {}
    rows = Fork.objects.filter(execution=execution, node_id__in=nodes, iteration=iteration).order_by("generation")
    return {fork.node_id: progress_of(fork) for fork in rows}


def _branches(forks: Iterable[ForkProgress]) -> Mapping[uuid.UUID, list[Branch]]:
    found: dict[uuid.UUID, list[Branch]] = {fork.id: [] for fork in forks}
    rows = Branch.objects.filter(fork__in=found).order_by("fork", "position") if found else ()
    for branch in rows:
        found[branch.fork_id].append(branch)
    return found


def _variables(execution: Execution, plan: Plan, iterations: Iterable[str]) -> tuple[Value, ...]:
    rows = Variable.objects.filter(execution=execution)
    if plan.iterating:
        # Each item may have set its own.
        rows = rows.filter(place__in=plan.variable_places(iterations))
    rows = rows.order_by("created_at", "variable_name")
    return tuple(
        Value(name, value, scope, False)
        for name, value, scope in rows.values_list("variable_name", "variable_value", "scope")
    )
