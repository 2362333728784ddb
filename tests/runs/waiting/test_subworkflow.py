"""A workflow that has another one do a part."""

from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs.cancel import cancel
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.activate import set_active
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.runs.engine import Engine
from tests.runs.graphs import graph
from tests.runs.kinds import OutsideProbe
from tests.runs.waiting.conftest import Publish

pytestmark = pytest.mark.django_db

REST = {"type": "delay", "duration": "1 hour"}


def sub(**config: Any) -> dict[str, Any]:
    return {"type": "subworkflow", "workflowId": "Child", **config}


def seen(text: str) -> dict[str, Any]:
    return {"type": "probe_outside", "note": text}


def notes() -> list[str]:
    return [request["note"] for _, request in OutsideProbe.seen]


def runs(name: str) -> list[Execution]:
    return list(Execution.objects.filter(workflow__workflow_name=name).order_by("id"))


def statuses() -> dict[str, str]:
    rows = Execution.objects.values_list("workflow__workflow_name", "execution_status")
    return dict(rows)


def parent(publish_flow: Publish, **config: Any) -> Workflow:
    more = {key: config.pop(key) for key in ("settings",) if key in config}
    return publish_flow("sub -> after", "sub.timeout -> late", "sub.error -> oh", name="Parent",
        sub=sub(**config), after=seen("{{steps.sub.output.status}} {{steps.sub.output.output.note}}"),
        late=seen("late"), oh=seen("{{steps.sub.error}}"), **more)  # fmt: skip


def test_the_run_waits_for_the_other_and_reads_what_its_last_step_answered(
    engine: Engine, publish_flow: Publish
) -> None:
    publish_flow("rest -> call", name="Child", event="a.b", rest=REST, call=seen("{{name}} {{extra}}"))
    parent(publish_flow, data={"extra": "{{value}}"})
    engine.emit("deal.won", name="Acme", value=7)
    engine.settle()
    assert statuses() == {"Parent": "waiting", "Child": "waiting"}
    [child], [first] = runs("Child"), runs("Parent")
    assert (child.origin, child.origin_id, child.depth) == ("workflow", first.pk, 1)
    engine.pass_time(hours=1)
    assert statuses() == {"Parent": "completed", "Child": "completed"}
    assert notes() == ["Acme 7", "completed Acme 7"]
    assert engine.output("sub")["execution_id"] == str(child.pk)
    assert QueueItem.objects.count() == 0


def test_without_waiting_it_goes_on_at_once(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", name="Child", event="a.b", rest=REST, call=seen("{{name}}."))
    publish_flow("sub -> after", name="Parent", sub=sub(wait=False, passData=False), after=seen("on"))
    engine.emit("deal.won", name="Acme")
    engine.settle()
    assert statuses() == {"Parent": "completed", "Child": "waiting"}
    engine.pass_time(hours=1)
    assert notes() == ["on", "."]


def test_the_failure_of_the_other_is_the_failure_of_the_step(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(name="Child", event="a.b", stop={"type": "stop", "outcome": "failure", "reason": "no luck"})
    parent(publish_flow)
    engine.emit("deal.won")
    engine.settle()
    assert statuses() == {"Parent": "completed", "Child": "failed"}
    assert notes() == ["“Child” failed: Stop: no luck"]


def test_a_retry_starts_it_anew(engine: Engine, publish_flow: Publish) -> None:
    OutsideProbe.script[:] = [Fail("first"), Fail("second")]
    publish_flow(name="Child", event="a.b", call=seen("tried"))
    publish_flow("sub -> after", name="Parent", sub=sub(onError="retry", retryCount=3), after=seen("on"))
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    engine.pass_time(hours=1)
    assert [run.execution_status for run in runs("Child")] == ["failed", "failed", "completed"]
    assert notes() == ["tried", "tried", "tried", "on"]


@pytest.mark.parametrize("bound", [{"timeout": "2 hours"}, {"stepTimeout": "2 hours"}])
def test_when_its_time_is_over_the_other_is_cancelled(
    engine: Engine, publish_flow: Publish, bound: dict[str, str]
) -> None:
    publish_flow("rest -> call", name="Child", event="a.b", rest={"type": "delay", "duration": "1 day"}, call=seen("x"))
    parent(publish_flow, **bound)
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=2)
    assert statuses() == {"Parent": "completed", "Child": "cancelled"}
    assert notes() == (["late"] if "timeout" in bound else ["It took longer than its time limit of 2 hours."])
    engine.pass_time(days=1)
    assert len(notes()) == 1


def test_a_late_end_wakes_nobody(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(name="Child", event="a.b", rest=REST)
    publish_flow("sub.timeout -> again", name="Parent", sub=sub(timeout="10 minutes"), again=sub(timeout="3 hours"))
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(minutes=10)
    assert [run.execution_status for run in runs("Child")] == ["cancelled", "waiting"]
    assert runs("Parent")[0].execution_status == "waiting"
    engine.pass_time(hours=1)
    assert engine.output("again")["execution_id"] == str(runs("Child")[1].pk)


def test_the_end_counts_although_the_time_is_just_over(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", name="Child", event="a.b", rest=REST, call=seen("x"))
    parent(publish_flow, timeout="1 hour")
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    assert statuses()["Parent"] == "completed"
    # Whichever of the two was recorded first: never neither, and never both.
    assert ("late" in notes()) != ("completed x" in notes())


@pytest.mark.parametrize("depth", [1, 2])
def test_cancelling_cancels_whoever_is_waited_for(
    engine: Engine, publish_flow: Publish, actor: Actor, depth: int
) -> None:
    publish_flow(name="Grandchild", event="a.b", rest=REST)
    if depth == 1:
        publish_flow(name="Child", event="a.b", rest=REST)
    else:
        publish_flow(name="Child", event="a.b", sub=sub(workflowId="Grandchild"))
    parent(publish_flow)
    engine.emit("deal.won")
    engine.settle()
    cancel(actor=actor, execution_id=runs("Parent")[0].pk, now=engine.now)
    engine.settle()
    assert set(statuses().values()) == {"cancelled"}
    assert QueueItem.objects.count() == 0
    assert not Step.objects.filter(step_status__in=["running", "waiting"]).exists()


def test_a_branch_that_is_given_up_cancels_whom_it_waits_for(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(name="Child", event="a.b", rest={"type": "delay", "duration": "1 day"})
    publish_flow(
        "fork.left -> sub",
        "fork.right -> rest",
        name="Parent",
        fork={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}], "wait_for": "any"},
        sub=sub(),
        rest=REST,
    )
    engine.emit("deal.won")
    engine.settle()
    assert statuses()["Child"] == "waiting"
    engine.pass_time(hours=1)
    assert statuses() == {"Parent": "completed", "Child": "cancelled"}


def test_branches_wait_each_for_a_run_of_their_own(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", name="Child", event="a.b", rest=REST, call=seen("{{name}}"))
    publish_flow(
        "list.each -> sub",
        "list -> after",
        name="Parent",
        list={
            "type": "foreach", "items": "{{names}}", "concurrency": 3, "collect": "{{steps.sub.output.output.note}}",
        },
        sub=sub(data={"name": "{{item}}"}),
        after={"type": "set", "values": {"all": "{{steps.list.output.results}}"}},
    )  # fmt: skip
    engine.emit("deal.won", names=["a", "b", "c"])
    engine.settle()
    engine.pass_time(hours=1)
    assert engine.output("after") == {"all": ["a", "b", "c"]}


def test_cancelling_the_other_wakes_who_waits_for_it(engine: Engine, publish_flow: Publish, actor: Actor) -> None:
    publish_flow(name="Child", event="a.b", rest=REST)
    parent(publish_flow)
    engine.emit("deal.won")
    engine.settle()
    cancel(actor=actor, execution_id=runs("Child")[0].pk, now=engine.now)
    engine.settle()
    assert statuses()["Parent"] == "completed"
    assert notes() == ["“Child” was cancelled."]


def test_an_exit_of_the_run_cancels_whom_it_waits_for(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(name="Child", event="a.b", rest=REST)
    parent(publish_flow, settings={"exits": [{"event": "order.completed"}]})
    engine.emit("deal.won")
    engine.settle()
    engine.emit("order.completed")
    engine.settle()
    assert statuses() == {"Parent": "completed", "Child": "cancelled"}
    assert notes() == []


def test_a_child_that_ends_at_an_exit_ended_well(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(name="Child", event="a.b", rest=REST, settings={"exits": [{"event": "order.completed"}]})
    parent(publish_flow)
    engine.emit("deal.won")
    engine.settle()
    engine.emit("order.completed")
    engine.settle()
    assert notes() == ["completed "]


def test_a_crash_leaves_no_run_without_the_other(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", name="Child", event="a.b", rest=REST, call=seen("x"))
    parent(publish_flow)
    engine.emit("deal.won")
    for _ in range(10):
        engine.routing.work(engine.now)
        engine.runs.work(engine.now)
        engine.crash()
    engine.pass_time(hours=1)
    assert statuses() == {"Parent": "completed", "Child": "completed"}
    assert len(runs("Child")) == 1


def test_the_newest_version_is_run_of_the_workflow_that_was_meant(
    engine: Engine, publish_flow: Publish, actor: Actor
) -> None:
    child = publish_flow(name="Child", event="a.b", call=seen("old"))
    parent(publish_flow)
    newer = graph(event="a.b", call=seen("new"))
    child = update_draft(actor=actor, workflow=child, revision=child.revision, name="Renamed", workflow_data=newer)
    publish(actor=actor, workflow=child, now=engine.now)
    publish_flow(name="Child", event="a.b", call=seen("impostor"))
    engine.emit("deal.won")
    engine.settle()
    assert notes() == ["new", "completed new"]


@pytest.mark.parametrize("state", ["paused", "deleted", "variable"])
def test_what_cannot_be_started_is_said(engine: Engine, publish_flow: Publish, actor: Actor, state: str) -> None:
    child = publish_flow(name="Child", event="a.b", call=seen("x"))
    parent(publish_flow, workflowId="{{which}}" if state == "variable" else "Child")
    set_active(actor=actor, workflow=child, active=False, now=engine.now)
    if state == "deleted":
        Workflow.objects.filter(pk=child.pk).update(deleted_at=engine.now)
    engine.emit("deal.won", which="Chlid")
    engine.settle()
    [note] = notes()
    assert note.startswith("workflowId: ")
    assert {"paused": "is paused", "deleted": "no workflow", "variable": "no workflow 'Chlid'"}[state] in note


def test_a_run_that_is_left_out_by_a_limit_is_no_answer(engine: Engine, publish_flow: Publish) -> None:
    limited = {"maxExecutionsPerHour": 1, "throttleAction": "drop"}
    publish_flow(name="Child", event="a.b", settings=limited, call=seen("x"))
    parent(publish_flow)
    for _ in range(2):
        engine.emit("deal.won")
        engine.settle()
    assert notes()[:2] == ["x", "completed x"]
    assert notes()[2].startswith("“Child” was cancelled: ")


def test_a_workflow_that_runs_itself_is_cut(engine: Engine, publish_flow: Publish, actor: Actor) -> None:
    workflow = create_workflow(actor=actor, name="Loop", workflow_data=graph(sub=sub(workflowId="Loop")), settings={})
    publish(actor=actor, workflow=workflow, now=engine.now)
    engine.emit("deal.won")
    engine.settle()
    assert {run.execution_status for run in runs("Loop")} == {"failed"}
    assert sorted(run.depth for run in runs("Loop")) == list(range(9))
    assert "at most 8" in (Execution.objects.get(depth=0).error_message or "")
