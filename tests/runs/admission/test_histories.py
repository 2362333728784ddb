"""Random histories: events, time, cancelling, crashes, commits that fail. After each step the gates are right."""

import random
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.records.models import Task
from opsflows.runs.cancel import NotRunning, cancel
from opsflows.runs.engine import checkpoint
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Execution, Gate, QueueItem
from opsflows.runs.start_run import start_by_hand
from opsflows.workflows.models import Workflow
from tests.runs.admission.watching import check_gates
from tests.runs.engine import Engine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]

CUSTOMERS = ("ada", "bob", "")


class Died(BaseException):
    """Stands for the end of the process."""


class History:
    def __init__(self, engine: Engine, actor: Actor, workflow: Workflow, dice: random.Random) -> None:
        self.engine, self.actor, self.workflow, self.dice = engine, actor, workflow, dice
        self.sent = 0

    def event(self) -> None:
        for _ in range(self.dice.randint(1, 4)):
            self.engine.emit("deal.won", n=self.sent, customer=self.dice.choice(CUSTOMERS))
            self.sent += 1
        if self.dice.random() < 0.5:
            self.engine.route_elsewhere()

    def by_hand(self) -> None:
        data = {"n": "x", "customer": self.dice.choice(CUSTOMERS)}
        start_by_hand(actor=self.actor, workflow_id=self.workflow.pk, data=data, now=self.engine.now)

    def time(self) -> None:
        self.engine.pass_time(minutes=self.dice.choice([1, 20, 45]))

    def work(self) -> None:
        self.engine.settle()

    def cancel(self) -> None:
        ids = list(Execution.objects.exclude(execution_status__in=Execution.TERMINAL).values_list("pk", flat=True))
        if ids:
            try:
                cancel(actor=self.actor, execution_id=self.dice.choice(ids), now=self.engine.now)
            except NotRunning:
                raise AssertionError("it was not over a moment ago") from None

    def crash(self) -> None:
        self.engine.crash()

    def die_in_the_commit(self) -> None:
        """Before the commit that lets the next one in, or right behind it."""

        def die(*_: Any, **__: Any) -> None:
            raise Died

        with pytest.MonkeyPatch.context() as patch:
            if self.dice.random() < 0.5:
                patch.setattr(checkpoint, "after_end", die)
            else:
                patch.setattr(RunsLane, "_committed", die)
            with suppress(Died):
                self.engine.settle()
        self.engine.crash()


@pytest.mark.parametrize(("limit", "seed"), [(1, 1), (1, 2), (2, 1)])
def test_gates_are_right_after_whatever_happens(
    engine: Engine, live: Callable[..., Workflow], actor: Actor, limit: int, seed: int
) -> None:
    workflow = live(
        "deal.won",
        {"type": "create_task", "title": "{{customer}} {{n}}"},
        {"type": "delay", "duration": "30 minutes"},
        {"type": "probe_outside"},
        settings={"concurrency": {"limit": limit, "key": "{{customer}}"}, "timeout": "40 minutes"},
    )
    dice = random.Random(seed * 10 + limit)
    history = History(engine, actor, workflow, dice)
    acts = [history.event] * 4 + [history.time] * 3 + [history.work] * 2
    acts += [history.by_hand, history.cancel, history.cancel, history.crash, history.die_in_the_commit]
    for _ in range(35):
        dice.choice(acts)()
        check_gates(limit)
    while QueueItem.objects.exists():
        engine.pass_time(minutes=30)
        check_gates(limit)
    assert not Gate.objects.exists()
    assert not Execution.objects.exclude(execution_status__in=Execution.TERMINAL).exists()
    if limit == 1:
        _assert_in_order()


def _assert_in_order() -> None:
    """Per customer the runs of events began in the order of the events."""
    begun: dict[str, list[int]] = defaultdict(list)
    for title in Task.objects.order_by("id").values_list("title", flat=True):
        customer, _, number = title.rpartition(" ")
        if number.isdigit():
            begun[customer].append(int(number))
    assert any(begun.values())
    assert all(numbers == sorted(numbers) for numbers in begun.values()), begun
