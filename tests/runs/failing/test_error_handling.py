"""What a step's failure means, as Rules has it: for one step, for the workflow; published and run."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from opsflows.runs.models import QueueItem
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Done, Fail, Retry
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]


def probe(note: str = "a", **rest: Any) -> dict[str, Any]:
    return {"type": "probe_outside", "note": note, "label": note.upper(), **rest}


def handling(**settings: Any) -> dict[str, Any]:
    return {"errorHandling": settings}


def notes() -> list[str]:
    return [request["note"] for _, request in OutsideProbe.seen]


def run_it(engine: Engine, *script: Any) -> None:
    OutsideProbe.script[:] = script
    engine.emit("deal.won")
    engine.settle()


@pytest.mark.parametrize(
    ("workflow", "step", "goes_on"),
    [
        ("stop", None, False),
        ("continue", None, True),
        ("stop", "continue", True),
        ("continue", "stop", False),
        ("branch", None, False),
        ("branch", "continue", True),
    ],
)
def test_the_step_goes_before_the_workflow(
    engine: Engine, publish_flow: Publish, workflow: str, step: str | None, goes_on: bool
) -> None:
    publish_flow(
        "a -> b",
        a=probe("a", **({"onError": step} if step else {})),
        b={"type": "set", "values": {"why": "{{steps.a.error}}", "way": "{{steps.a.handle}}"}},
        settings=handling(onError=workflow),
    )
    run_it(engine, Fail("no luck"))
    assert engine.run().execution_status == ("completed" if goes_on else "failed")
    assert engine.run().failed_steps == 1
    assert engine.output("b") == ({"why": "no luck", "way": "error"} if goes_on else None)


def test_a_way_out_for_errors_is_taken(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "a -> b",
        "a.error -> c",
        a=probe("a", onError="branch"),
        b=probe("b"),
        c={"type": "set", "values": {"why": "{{steps.a.error}}"}},
    )
    run_it(engine, Fail("no luck"))
    assert (engine.run().execution_status, engine.run().failed_steps) == ("completed", 1)
    assert engine.output("c") == {"why": "no luck"}
    assert notes() == ["a"]
    run_it(engine)
    assert notes() == ["a", "a", "b"]


def test_a_way_out_for_errors_comes_after_the_repeats(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "a.error -> c",
        a=probe("a", onError="retry", retryCount=2, retryDelay=10),
        c={"type": "set", "values": {"why": "{{steps.a.error}}"}},
    )
    run_it(engine, Fail("one"), Fail("two"), Fail("three"))
    assert engine.run().execution_status == "waiting"
    engine.pass_time(minutes=1)
    engine.pass_time(minutes=1)
    assert engine.output("c") == {"why": "three (tried 3 times)"}
    assert notes() == ["a", "a", "a"]


@pytest.mark.parametrize(
    ("workflow", "step", "times"),
    [
        ({}, {}, 4),
        ({"retryCount": 1}, {}, 2),
        ({"retryCount": 1}, {"retryCount": 3}, 4),
        ({"retryCount": 5}, {"retryCount": 0}, 1),
    ],
)
def test_how_often_it_is_tried(
    engine: Engine, publish_flow: Publish, workflow: dict[str, Any], step: dict[str, Any], times: int
) -> None:
    publish_flow(a=probe("a", **step), settings=handling(**workflow))
    run_it(engine, *[Retry("busy") for _ in range(20)])
    for _ in range(6):
        engine.pass_time(hours=1)
    assert engine.run().execution_status == "failed"
    assert len(OutsideProbe.seen) == times
    assert len({key for key, _ in OutsideProbe.seen}) == 1


@pytest.mark.parametrize(("kind", "tried"), [("stop", 1), ("retry", 3)])
def test_what_is_final_is_tried_again_only_where_that_is_said(
    engine: Engine, publish_flow: Publish, kind: str, tried: int
) -> None:
    publish_flow(a=probe(), settings=handling(onError=kind, retryCount=2))
    run_it(engine, *[Fail("no") for _ in range(5)])
    for _ in range(4):
        engine.pass_time(hours=1)
    assert len(OutsideProbe.seen) == tried


@pytest.mark.parametrize(("workflow", "step", "bound"), [(60, None, 60), (60, 600, 600)])
def test_how_long_it_waits_before_it_is_tried_again(
    engine: Engine, publish_flow: Publish, workflow: int, step: int | None, bound: int
) -> None:
    publish_flow(
        a=probe("a", **({"retryDelay": step} if step else {})), settings=handling(retryDelay=workflow, retryCount=9)
    )
    run_it(engine, *[Retry("busy") for _ in range(3)])
    for doubled in (1, 2, 4):
        due = QueueItem.objects.get().scheduled_at
        # Drawn between half of the bound and the whole, or below it; never later.
        assert timedelta(0) < due - engine.now <= timedelta(seconds=bound * doubled)
        engine.pass_time(seconds=(due - engine.now).total_seconds())
    assert engine.run().execution_status == "completed"


def test_the_time_limit_of_a_step_bounds_its_repeats(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(a=probe("a", stepTimeout="10 minutes", retryCount=20, retryDelay=3600))
    after = timedelta(minutes=4)
    run_it(engine, *[Retry("busy", after=after) for _ in range(9)])
    engine.pass_time(minutes=4)
    engine.pass_time(minutes=4)
    # A fourth try would come after 12 minutes.
    assert engine.run().execution_status == "failed"
    assert engine.run().error_message == "A: busy (tried 3 times)"
    assert len(OutsideProbe.seen) == 3


@pytest.mark.parametrize(
    ("on_error", "edges", "status"),
    [("stop", [], "failed"), ("continue", ["a -> b"], "completed"), ("branch", ["a.error -> b"], "completed")],
)
def test_the_time_limit_of_a_step_that_waits(
    engine: Engine, publish_flow: Publish, on_error: str, edges: list[str], status: str
) -> None:
    extra = {"b": {"type": "set", "values": {"why": "{{steps.a.error}}"}}} if edges else {}
    publish_flow(
        *edges, a={"type": "delay", "duration": "2 days", "stepTimeout": "1 hour", "onError": on_error}, **extra
    )
    run_it(engine)
    engine.pass_time(minutes=59)
    assert engine.run().execution_status == "waiting"
    engine.pass_time(minutes=1)
    assert engine.run().execution_status == status
    if edges:
        assert engine.output("b") == {"why": "It took longer than its time limit of 1 hour."}


def test_the_time_limit_of_a_list_gives_its_items_up(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "list.each -> rest",
        "list.error -> after",
        list={"type": "foreach", "items": "{{xs}}", "concurrency": 2, "stepTimeout": 3600},
        rest={"type": "delay", "duration": "2 hours"},
        after={"type": "set", "values": {"why": "{{steps.list.error}}"}},
    )
    engine.emit("deal.won", xs=[1, 2, 3])
    engine.settle()
    engine.pass_time(hours=1)
    assert engine.run().execution_status == "completed"
    assert "time limit" in engine.output("after")["why"]
    assert not QueueItem.objects.exists()


def test_within_a_branch(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "list.each -> a",
        "a -> b",
        list={"type": "foreach", "items": "{{xs}}"},
        a=probe("a{{item}}", onError="continue"),
        b=probe("b{{item}}", onError="retry", retryCount=1),
    )
    OutsideProbe.script[:] = [Fail("no"), Fail("later"), Done(), Done(), Fail("x"), Fail("y")]
    engine.emit("deal.won", xs=[1, 2])
    engine.settle()
    for _ in range(3):
        engine.pass_time(hours=1)
    output = engine.output("list")
    assert (output["done"], output["failed"]) == (1, 1)
    assert output["errors"] == [{"index": 1, "error": "B{{ITEM}}: y (tried 2 times)"}]
    assert notes() == ["a1", "b1", "b1", "a2", "b2", "b2"]
    assert (engine.run().execution_status, engine.run().failed_steps) == ("completed", 2)


def test_in_the_form_of_a_rule(engine: Engine, live: Callable[..., Workflow]) -> None:
    live(
        "deal.won",
        probe("a", onError="continue", retryCount=1, retryDelay=5),
        probe("b", stepTimeout="1 hour"),
        settings=handling(onError="stop"),
    )
    run_it(engine, Retry("busy"), Retry("busy"))
    engine.pass_time(minutes=1)
    assert notes() == ["a", "a", "b"]
    assert engine.run().execution_status == "completed"


@pytest.mark.parametrize(
    ("settings", "path", "says"),
    [
        ({"onError": "ignore"}, "onError", "'stop', 'continue', 'retry' or 'branch'"),
        ({"retryCount": -1}, "retryCount", "greater than or equal to 0"),
        ({"retryCount": 99}, "retryCount", "less than or equal to 20"),
        ({"retryCount": "often"}, "retryCount", "must be a valid integer"),
        ({"retryDelay": 0}, "retryDelay", "greater than or equal to 1"),
        ({"notifyOnFailure": "ops@example.com"}, "notifyOnFailure", "must be a valid list"),
        ({"notifyOnFailure": ["ops"]}, "notifyOnFailure[0]", "'ops' is not an email address"),
        ({"notifyOnFailure": ["a@example.com"] * 21}, "notifyOnFailure", "at most 20"),
        ({"onFailure": "stop"}, "onFailure", "not known here"),
        ("stop", "", "must be"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(publish_flow: Publish, settings: Any, path: str, says: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        publish_flow(a=probe(), settings={"errorHandling": settings})
    [problem] = refused.value.problems
    assert problem.path == f"settings.errorHandling.{path}".rstrip(".")
    assert says in problem.message
    assert "Input" not in problem.message


@pytest.mark.parametrize("where", ["step", "workflow"])
def test_a_step_that_decides_where_to_go_cannot_be_passed_over(
    engine: Engine, publish_flow: Publish, where: str
) -> None:
    """None of its ways is the next step: a run that just ended there would look as if all had been done."""
    wait = {"type": "wait_for_event", "event": "invoice.paid", "field": "id", "value": "{{nothing}}"}
    handling = {"errorHandling": {"onError": "continue"}} if where == "workflow" else {}
    own = {"onError": "continue"} if where == "step" else {}
    publish_flow("wait.received -> a", wait={**wait, **own}, a=probe("a"), settings=handling)
    run_it(engine)
    assert engine.run().execution_status == "failed"
    assert (engine.run().error_message or "").startswith("Wait for an event: value: is empty")
