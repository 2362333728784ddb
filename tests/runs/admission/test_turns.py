"""`concurrency`: so many at once, the others in order."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from opsflows.accounts.actor import Actor
from opsflows.records.models import Task
from opsflows.runs.cancel import cancel
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Execution, Gate, Pace, QueueItem
from opsflows.runs.resolve_unclear import resolve_unclear
from opsflows.runs.start_run import start_by_hand
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail, Unclear
from opsflows.workflows.publish import publish
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.graphs import publisher
from tests.runs.kinds import DatabaseProbe, OutsideProbe, UnsafeProbe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]

TASK = {"type": "create_task", "title": "{{n}}"}
HOUR = {"type": "delay", "duration": "1 hour"}
ONE: dict[str, object] = {"concurrency": {"limit": 1}}
PER_CUSTOMER: dict[str, object] = {"concurrency": {"limit": 1, "key": "{{customer}}"}}
BLOCKED = QueueItem.Status.BLOCKED


def titles() -> list[str]:
    return list(Task.objects.order_by("id").values_list("title", flat=True))


def send(engine: Engine, *numbers: int, **data: object) -> None:
    for number in numbers:
        engine.emit("deal.won", n=number, **data)
    engine.settle()


def nobody_is_there() -> bool:
    return not Gate.objects.exists() and not QueueItem.objects.exists()


def test_one_after_the_other_in_the_order_of_their_events(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", TASK, HOUR, {"type": "create_task", "title": "{{n}} done"}, settings=ONE)
    send(engine, 0, 1, 2)
    assert titles() == ["0"]
    assert QueueItem.objects.filter(status=BLOCKED).count() == 2
    engine.pass_time(hours=1)
    assert titles() == ["0", "0 done", "1"]
    send(engine, 3)
    engine.pass_time(hours=1)
    engine.pass_time(hours=1)
    engine.pass_time(hours=1)
    assert titles() == ["0", "0 done", "1", "1 done", "2", "2 done", "3", "3 done"]
    assert nobody_is_there()


def test_customers_do_not_wait_for_each_other(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", TASK, HOUR, settings=PER_CUSTOMER)
    for number, customer in enumerate(["ada", "bob", "ada", "ada", "bob"]):
        engine.emit("deal.won", n=number, customer=customer)
    # A number and its text are the same customer; those without one take turns among themselves.
    send(engine, 5, customer=7)
    send(engine, 6, customer="7")
    send(engine, 7, 8)
    assert sorted(titles()) == ["0", "1", "5", "7"]
    engine.pass_time(hours=1)
    assert sorted(titles()[4:]) == ["2", "4", "6", "8"]
    engine.pass_time(hours=1)
    assert titles()[8:] == ["3"]
    engine.pass_time(hours=1)
    assert nobody_is_there()


def test_two_at_once(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", TASK, HOUR, settings={"concurrency": {"limit": 2}})
    send(engine, *range(5))
    assert sorted(titles()) == ["0", "1"]
    engine.pass_time(hours=1)
    assert sorted(titles()) == ["0", "1", "2", "3"]


def test_quick_runs_follow_each_other_at_once(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", TASK, settings=ONE)
    send(engine, *range(8))
    assert titles() == [str(number) for number in range(8)]
    assert nobody_is_there()


def test_every_end_lets_the_next_one_in(engine: Engine, live: Callable[..., Workflow], actor: Actor) -> None:
    live("deal.won", {"type": "probe_outside"}, {"type": "probe_unsafe"}, TASK, HOUR, settings=ONE)
    OutsideProbe.script[:] = [Fail("no", final=True)]
    UnsafeProbe.script[:] = [Unclear("the line went dead"), Unclear("again")]
    send(engine, *range(5))
    # The first failed. The second waits for a person, and holds its place.
    held = Execution.objects.get(execution_status=Execution.Status.NEEDS_ATTENTION)
    assert (titles(), QueueItem.objects.filter(status=BLOCKED).count()) == ([], 3)
    resolve_unclear(actor=actor, execution_id=held.pk, verdict="it_happened", now=engine.now)
    engine.settle()
    assert titles() == ["1"]
    cancel(actor=actor, execution_id=held.pk, now=engine.now)
    engine.settle()
    # The third waits for a person too.
    held = Execution.objects.get(execution_status=Execution.Status.NEEDS_ATTENTION)
    cancel(actor=actor, execution_id=held.pk, now=engine.now)
    engine.settle()
    assert titles() == ["1", "3"]
    engine.pass_time(hours=1)
    assert titles() == ["1", "3", "4"]
    engine.pass_time(hours=1)
    assert nobody_is_there()


def test_a_person_who_says_that_the_last_step_happened_ends_the_run(
    engine: Engine, live: Callable[..., Workflow], actor: Actor
) -> None:
    live("deal.won", TASK, {"type": "probe_unsafe"}, settings=ONE)
    UnsafeProbe.script[:] = [Unclear("the line went dead")]
    send(engine, 0, 1)
    assert titles() == ["0"]
    held = Execution.objects.get(execution_status=Execution.Status.NEEDS_ATTENTION)
    resolve_unclear(actor=actor, execution_id=held.pk, verdict="it_happened", now=engine.now)
    engine.settle()
    assert titles() == ["0", "1"]
    assert nobody_is_there()


def test_time_in_the_line_does_not_count(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", TASK, {"type": "delay", "duration": "2 hours"}, settings={**ONE, "timeout": "90 minutes"})
    send(engine, 0, 1)
    blocked = Execution.objects.get(execution_status=Execution.Status.WAITING, current_step=None)
    assert blocked.deadline_at is None
    # The first runs into its time limit, which is an end like any other.
    engine.pass_time(minutes=90)
    assert titles() == ["0", "1"]
    blocked.refresh_from_db()
    assert (blocked.started_at, blocked.deadline_at) == (NOW, NOW + timedelta(hours=3))
    engine.pass_time(minutes=89)
    blocked.refresh_from_db()
    assert blocked.execution_status == Execution.Status.WAITING
    engine.pass_time(minutes=1)
    blocked.refresh_from_db()
    assert blocked.execution_status == Execution.Status.TIMEOUT
    assert nobody_is_there()


def test_who_is_cancelled_in_the_line_leaves_it(engine: Engine, live: Callable[..., Workflow], actor: Actor) -> None:
    live("deal.won", TASK, HOUR, settings=ONE)
    send(engine, 0, 1, 2)
    for item in QueueItem.objects.filter(status=BLOCKED).order_by("turn")[:1]:
        cancel(actor=actor, execution_id=item.execution_id, now=engine.now)
    engine.settle()
    assert titles() == ["0"]
    engine.pass_time(hours=1)
    assert titles() == ["0", "2"]


def test_a_person_takes_a_turn_like_anybody(engine: Engine, live: Callable[..., Workflow], actor: Actor) -> None:
    workflow = live("deal.won", TASK, HOUR, settings=PER_CUSTOMER)
    send(engine, 0, customer="ada")
    for number, customer in ((1, "ada"), (2, "bob")):
        start_by_hand(actor=actor, workflow_id=workflow.pk, data={"n": number, "customer": customer}, now=engine.now)
    engine.settle()
    assert titles() == ["0", "2"]
    engine.pass_time(hours=1)
    assert titles() == ["0", "2", "1"]


def test_a_run_with_branches_holds_one_place(engine: Engine, actor: Actor) -> None:
    each = {"type": "foreach", "items": "{{list}}", "concurrency": 3}
    publisher(actor)("each.each -> wait", "each.done -> task", each=each, wait=HOUR, task=TASK, settings=ONE)
    send(engine, 0, 1, list=[1, 2, 3])
    assert titles() == []
    engine.pass_time(hours=1)
    assert titles() == ["0"]
    run = Execution.objects.exclude(execution_status=Execution.Status.COMPLETED).get()
    # Cancelled with its branches, it leaves like any other.
    send(engine, 2, list=[])
    cancel(actor=actor, execution_id=run.pk, now=engine.now)
    engine.settle()
    assert titles() == ["0", "2"]
    assert nobody_is_there()


def test_turns_and_the_hour_together(engine: Engine, live: Callable[..., Workflow]) -> None:
    """Whoever comes in waits there for the hour: what is counted is when runs begin, not when they came."""
    workflow = live(
        "deal.won",
        TASK,
        {"type": "delay", "duration": "10 minutes"},
        settings={
            "concurrency": {"limit": 1},
            "maxExecutionsPerHour": 2,
        },
    )
    send(engine, *range(5))
    begun = []
    for _ in range(12 * 3):
        engine.pass_time(minutes=5)
        begun.append(len(titles()))
    assert titles() == ["0", "1", "2", "3", "4"]
    assert [begun.index(count) * 5 + 5 for count in (2, 3, 4, 5)] == [10, 60, 70, 120]
    assert nobody_is_there()
    assert Pace.objects.get(workflow=workflow).dropped == 0


def test_more_at_once_from_now_on(engine: Engine, live: Callable[..., Workflow], actor: Actor) -> None:
    workflow = live("deal.won", TASK, HOUR, settings=ONE)
    send(engine, *range(6))
    for settings, count in (({"concurrency": {"limit": 3}}, 3), ({"concurrency": {"limit": 1}}, 3), ({}, 6)):
        workflow.settings = settings
        workflow.save()
        publish(actor=actor, workflow=workflow, now=engine.now)
        engine.settle()
        assert len(titles()) == count
    engine.pass_time(hours=1)
    assert nobody_is_there()


def test_those_who_wait_outlive_their_workflow(engine: Engine, live: Callable[..., Workflow], actor: Actor) -> None:
    workflow = live("deal.won", TASK, HOUR, settings={**ONE, "maxExecutionsPerHour": 10})
    send(engine, 0, 1)
    delete_workflow(actor=actor, workflow_id=workflow.pk, now=engine.now)
    engine.pass_time(hours=1)
    assert titles() == ["0", "1"]
    engine.pass_time(hours=1)
    assert nobody_is_there()


def test_a_version_that_cannot_be_read_lets_one_in_at_a_time(
    engine: Engine, live: Callable[..., Workflow], monkeypatch: pytest.MonkeyPatch
) -> None:
    live("deal.won", TASK, HOUR, settings={"concurrency": {"limit": 5}})
    send(engine, *range(7))

    def broken(_: object) -> None:
        raise InvalidDefinition([])

    monkeypatch.setattr("opsflows.runs.admission.rules.definition", broken)
    engine.pass_time(hours=1)
    # All five left at once, and one came in.
    assert sorted(titles()) == [str(number) for number in range(6)]
    engine.pass_time(hours=1)
    assert len(titles()) == 7


class Died(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_while_leaving(
    engine: Engine, live: Callable[..., Workflow], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The commit that ends one and lets the next one in is made, or it is not."""
    live("deal.won", {"type": "probe_database", "note": "{{n}}"}, settings=ONE)
    for number in range(4):
        engine.emit("deal.won", n=number)

    def die(*_: object) -> None:
        raise Died

    if moment == "after":
        monkeypatch.setattr(RunsLane, "_committed", die)
    else:
        monkeypatch.setattr("opsflows.runs.engine.checkpoint.after_end", lambda *_, **__: die())
    with pytest.raises(Died):
        engine.settle()
    monkeypatch.undo()
    inside = QueueItem.objects.exclude(status=BLOCKED).count()
    assert (inside, QueueItem.objects.filter(status=BLOCKED).count()) == (1, 2 if moment == "after" else 3)
    engine.crash()
    engine.settle()
    assert Execution.objects.filter(execution_status=Execution.Status.COMPLETED).count() == 4
    assert [DatabaseProbe.applied[str(number)] for number in range(1, 4)] == [1, 1, 1]
    assert nobody_is_there()
