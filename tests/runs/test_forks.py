"""Branches: begun together with their fork, each on its own, joined as the step says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs.cancel import cancel
from opsflows.runs.models import Branch, Execution, Fork, QueueItem, Step
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail, Retry, Unclear
from tests.runs.engine import Engine
from tests.runs.graphs import publisher
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]


@pytest.fixture
def publish_flow(actor: Actor) -> Callable[..., Workflow]:
    return publisher(actor)


def two_branches(**config: Any) -> dict[str, Any]:
    return {"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}], **config}


def test_branches_are_gone_at_once_and_join(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "fork.left -> l1",
        "l1 -> l2",
        "fork.right -> r1",
        "fork -> after",
        fork=two_branches(),
        l1={"type": "probe_outside", "note": "l1"},
        l2={"type": "set", "values": {"seen": "{{steps.l1.output.note}}{{steps.r1.output.note}}"}},
        r1={"type": "probe_outside", "note": "r1"},
        after={"type": "set", "values": {"both": "{{steps.l1.output.note}} {{steps.r1.output.note}} {{seen}}"}},
    )
    engine.emit("deal.won")
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.error_message) == ("completed", None)
    # What the other branch answers is not read before they joined.
    assert engine.output("l2") == {"seen": "l1"}
    assert engine.output("after") == {"both": "l1 r1 l1"}
    assert engine.output("fork")["branches"]["left"] == {
        "status": "completed",
        "output": {"seen": "l1"},
        "error": None,
    }
    assert QueueItem.objects.count() == 0
    assert Fork.objects.get().status == "joined"


def test_a_failed_branch_fails_the_join_and_the_others_are_finished(
    engine: Engine, publish_flow: Callable[..., Workflow]
) -> None:
    publish_flow(
        "fork.left -> l1",
        "fork.right -> r1",
        "r1 -> r2",
        fork=two_branches(),
        l1={"type": "stop", "outcome": "failure", "reason": "no luck"},
        r1={"type": "delay", "duration": "1 hour"},
        r2={"type": "probe_outside", "note": "r2"},
    )
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == "running"
    engine.pass_time(hours=1)
    run = engine.run()
    assert run.execution_status == "failed"
    assert "1 of 2 branches failed. left: Stop: no luck" in (run.error_message or "")
    assert len(OutsideProbe.seen) == 1


def test_an_optional_branch_may_fail(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "fork.left -> l1",
        "fork -> after",
        fork={"type": "parallel", "branches": [{"name": "left", "optional": True}, {"name": "right"}]},
        l1={"type": "stop", "outcome": "failure", "reason": "no luck"},
        after={"type": "set", "values": {"left": "{{steps.fork.output.branches.left.status}}"}},
    )
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == "completed"
    assert engine.output("after") == {"left": "failed"}


def test_any_goes_on_with_the_first_and_gives_the_rest_up(
    engine: Engine, publish_flow: Callable[..., Workflow]
) -> None:
    publish_flow(
        "fork.left -> l1",
        "fork.right -> r1",
        "r1 -> r2",
        "fork -> after",
        fork=two_branches(wait_for="any"),
        l1={"type": "probe_outside", "note": "l1"},
        r1={"type": "delay", "duration": "1 hour"},
        r2={"type": "probe_outside", "note": "r2"},
        after={"type": "set", "values": {"x": 1}},
    )
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == "completed"
    assert [request["note"] for _, request in OutsideProbe.seen] == ["l1"]
    assert QueueItem.objects.count() == 0
    assert set(Branch.objects.values_list("handle", "status")) == {("left", "completed"), ("right", "dropped")}
    assert Step.objects.get(step_id="r1").step_status == "skipped"


def test_too_few_that_succeed_fail_the_join(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "fork.left -> l1",
        "fork.right -> r1",
        fork=two_branches(wait_for=2),
        l1={"type": "stop", "outcome": "failure", "reason": "no luck"},
        r1={"type": "delay", "duration": "1 hour"},
    )
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == "failed"
    assert QueueItem.objects.count() == 0


def foreach(**config: Any) -> dict[str, Any]:
    return {"type": "foreach", "items": "{{contacts}}", "item": "contact", **config}


def test_each_item_has_steps_and_a_key_of_its_own(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "list.each -> call",
        "call -> mark",
        "list -> after",
        list=foreach(concurrency=2, collect="{{steps.call.output.note}}"),
        call={"type": "probe_outside", "note": "{{index}} {{contact.name}}"},
        mark={"type": "set", "values": {"mine": "{{contact.name}}"}, "scope": "local"},
        after={"type": "set", "values": {"all": "{{steps.list.output.results}}", "mine": "{{mine}}"}},
    )
    engine.emit("deal.won", contacts=[{"name": name} for name in "abcde"])
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.error_message) == ("completed", None)
    assert engine.output("after") == {"all": ["0 a", "1 b", "2 c", "3 d", "4 e"], "mine": None}
    assert len({key for key, _ in OutsideProbe.seen}) == 5
    assert sorted(Step.objects.filter(step_id="mark").values_list("iteration", flat=True)) == list("01234")
    fork = Fork.objects.get()
    assert (fork.total, fork.done, fork.failed, fork.status) == (5, 5, 0, "joined")


def test_no_more_are_under_way_than_the_concurrency_says(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow("list.each -> rest", list=foreach(concurrency=3), rest={"type": "delay", "duration": "1 hour"})
    engine.emit("deal.won", contacts=list(range(7)))
    engine.settle()
    for under_way, done in ((3, 0), (3, 3), (1, 6)):
        assert QueueItem.objects.filter(branch__isnull=False).count() == under_way
        assert Fork.objects.get().done == done
        engine.pass_time(hours=1)
    assert engine.run().execution_status == "completed"


def test_a_rate_spreads_the_items_over_time(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "list.each -> call",
        list=foreach(concurrency=100, rate=10, per="1 minute"),
        call={"type": "probe_outside", "note": "{{contact}}"},
    )
    engine.emit("deal.won", contacts=list(range(25)))
    for minute in range(3):
        engine.pass_time(seconds=1 if minute == 0 else 60)
        assert len(OutsideProbe.seen) == min(25, 10 * (minute + 1))
    assert engine.run().execution_status == "completed"


def test_failed_items_are_counted_and_named(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "list.each -> call",
        "list -> after",
        list=foreach(),
        call={"type": "probe_outside", "note": "{{contact}}"},
        after={"type": "set", "values": {"x": 1}},
        settings={"errorHandling": {"retryCount": 0}},
    )
    OutsideProbe.script.extend([Fail("first"), *[Retry("later")]])
    engine.emit("deal.won", contacts=list(range(4)))
    engine.settle()
    assert engine.run().execution_status == "completed"
    output = engine.output("list")
    assert (output["done"], output["failed"]) == (2, 2)
    assert output["errors"][0] == {"index": 0, "error": "Outside probe: first"}
    assert engine.run().failed_steps == 2


def test_a_list_can_stop_at_the_first_failure(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow("list.each -> call", list=foreach(on_item_error="stop"), call={"type": "probe_outside"})
    OutsideProbe.script.append(Fail("first"))
    engine.emit("deal.won", contacts=list(range(4)))
    engine.settle()
    run = engine.run()
    assert run.execution_status == "failed"
    assert "Item 1 of 4 failed" in (run.error_message or "")
    assert len(OutsideProbe.seen) == 1


def test_lists_stand_in_one_another(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "outer.each -> inner",
        "inner.each -> call",
        "inner -> sum",
        outer={"type": "foreach", "items": "{{teams}}", "item": "team", "collect": "{{steps.sum.output.names}}"},
        inner={
            "type": "foreach",
            "items": "{{team.people}}",
            "item": "person",
            "concurrency": 5,
            "collect": "{{steps.call.output.note}}",
        },
        call={"type": "probe_outside", "note": "{{team.name}}/{{person}}"},
        sum={"type": "set", "values": {"names": "{{steps.inner.output.results}}"}},
    )
    engine.emit("deal.won", teams=[{"name": "x", "people": ["a", "b"]}, {"name": "y", "people": ["c"]}])
    engine.settle()
    assert engine.run().execution_status == "completed"
    assert engine.output("outer")["results"] == [["x/a", "x/b"], ["y/c"]]


@pytest.mark.parametrize("depth", [1, 2])
def test_cancelling_ends_the_branches_too(
    engine: Engine, publish_flow: Callable[..., Workflow], actor: Actor, depth: int
) -> None:
    edges = ["outer.each -> rest"] if depth == 1 else ["outer.each -> fork", "fork.left -> rest"]
    publish_flow(
        *edges,
        outer={"type": "foreach", "items": "{{contacts}}", "concurrency": 2},
        **({"fork": two_branches()} if depth == 2 else {}),
        rest={"type": "delay", "duration": "1 hour"},
    )
    engine.emit("deal.won", contacts=[1, 2, 3])
    engine.settle()
    cancel(actor=actor, execution_id=engine.run().id, now=engine.now)
    engine.settle()
    assert engine.run().execution_status == "cancelled"
    assert QueueItem.objects.count() == 0
    assert not Step.objects.filter(step_status__in=["running", "waiting"]).exists()
    assert not Fork.objects.exclude(status="joined").exists()


def test_a_run_that_takes_too_long_gives_its_branches_up(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "fork.left -> rest",
        fork=two_branches(),
        rest={"type": "delay", "duration": "3 hours"},
        settings={"timeout": "1 hour"},
    )
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    assert engine.run().execution_status == "timeout"
    assert QueueItem.objects.count() == 0


def test_an_unclear_call_in_a_branch_waits_for_a_person(
    engine: Engine, publish_flow: Callable[..., Workflow], actor: Actor
) -> None:
    from opsflows.runs.resolve_unclear import resolve_unclear

    publish_flow("fork.left -> call", fork=two_branches(), call={"type": "probe_outside"})
    OutsideProbe.script.append(Unclear("who knows"))
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.NEEDS_ATTENTION
    resolve_unclear(actor=actor, execution_id=engine.run().id, verdict="it_happened", now=engine.now)
    engine.settle()
    assert engine.run().execution_status == "completed"


def test_a_crash_in_the_middle_repeats_nothing_that_was_committed(
    engine: Engine, publish_flow: Callable[..., Workflow]
) -> None:
    publish_flow(
        "list.each -> call",
        "call -> rest",
        list=foreach(concurrency=4),
        call={"type": "create_task", "title": "{{contact}}"},
        rest={"type": "delay", "duration": "1 hour"},
    )
    engine.emit("deal.won", contacts=list(range(10)))
    for _ in range(40):
        engine.runs.work(engine.now)
        engine.routing.work(engine.now)
        engine.crash()
        engine.now += timedelta(minutes=10)
    engine.settle()
    from opsflows.records.models import Task

    assert engine.run().execution_status == "completed"
    assert sorted(Task.objects.values_list("title", flat=True)) == [str(number) for number in range(10)]


def test_a_step_is_in_a_branch_or_outside_of_it(publish_flow: Callable[..., Workflow]) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        publish_flow(
            "fork.left -> end",
            "fork -> end",
            fork=two_branches(),
            end={"type": "set", "values": {"x": 1}},
        )
    [problem] = refused.value.problems
    assert problem.path == "nodes[end]"
    assert "“left” of 'fork'" in problem.message


def test_the_last_item_that_a_person_resolves_ends_the_list(
    engine: Engine, publish_flow: Callable[..., Workflow], actor: Actor
) -> None:
    from opsflows.runs.resolve_unclear import resolve_unclear

    publish_flow("list.each -> call", list=foreach(concurrency=2), call={"type": "probe_outside"})
    OutsideProbe.script.extend([Unclear("who knows"), Unclear("who knows")])
    engine.emit("deal.won", contacts=[1, 2])
    engine.settle()
    resolve_unclear(actor=actor, execution_id=engine.run().id, verdict="it_happened", now=engine.now)
    assert engine.run().execution_status == Execution.Status.NEEDS_ATTENTION
    resolve_unclear(actor=actor, execution_id=engine.run().id, verdict="it_happened", now=engine.now)
    engine.settle()
    assert engine.run().execution_status == "completed"
    assert engine.output("list")["done"] == 2
