"""A workflow that is started with each run that fails."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs.failing.links import run_link
from opsflows.runs.models import Execution
from opsflows.workflows.activate import set_active
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]
TELL = "{{workflow.name}} at {{step.label}}: {{error}} ({{run.status}}, {{data.deal.name}}) {{run.link}}"
SET = {"type": "set", "values": {"told": TELL}}
STEP = {"type": "probe_outside", "label": "Post", "note": "a"}


def handled_by(name: str) -> dict[str, Any]:
    return {"errorHandling": {"errorWorkflow": name}}


def by_workflow(name: str) -> list[Execution]:
    return list(Execution.objects.filter(workflow__workflow_name=name).order_by("id"))


@pytest.mark.parametrize("by_id", [True, False])
def test_it_gets_the_failed_run(engine: Engine, publish_flow: Publish, by_id: bool) -> None:
    mender = publish_flow(a=SET, name="Mender")
    Workflow.objects.filter(pk=mender.pk).update(is_active=True)
    publish_flow(a=STEP, name="Deals", settings=handled_by(str(mender.pk) if by_id else "Mender"))
    # What it is called later does not matter.
    Workflow.objects.filter(pk=mender.pk).update(workflow_name="Renamed")
    OutsideProbe.script[:] = [Fail("no luck")]
    # The mender listens to the same event, as every flow of these tests does: it is started twice.
    engine.emit("deal.won", deal={"name": "Acme"})
    engine.settle()
    [failed] = by_workflow("Deals")
    [started] = [run for run in by_workflow("Renamed") if run.origin == "failure"]
    assert (started.origin_id, started.depth, started.execution_status) == (failed.pk, failed.depth + 1, "completed")
    assert started.trigger_data["step"] == {"id": "a", "label": "Post", "kind": "probe_outside"}
    link = run_link(failed.pk)
    [told] = [step for step in started.steps.all() if step.step_id == "a"]
    assert told.output_data == {"told": f"Deals at Post: Post: no luck (failed, Acme) {link}"}


def test_it_is_started_once_for_each_end(engine: Engine, publish_flow: Publish, actor: Actor) -> None:
    from opsflows.runs.replay.take_up import take_up

    publish_flow(a=SET, name="Mender")
    publish_flow(a=STEP, name="Deals", settings=handled_by("Mender"))
    OutsideProbe.script[:] = [Fail("one"), Fail("two")]
    engine.emit("deal.won")
    engine.settle()
    engine.crash()
    engine.settle()
    assert Execution.objects.filter(origin="failure").count() == 1
    take_up(actor=actor, execution_id=by_workflow("Deals")[0].pk, now=engine.now)
    engine.settle()
    errors = [run.trigger_data["error"] for run in Execution.objects.filter(origin="failure").order_by("id")]
    assert errors == ["Post: one", "Post: two"]


def test_no_circle(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(a=SET, name="B")
    publish_flow(a=STEP, name="A", settings=handled_by("B"))
    # B fails, too, and names A for that, whose failure led to it.
    workflow = Workflow.objects.get(workflow_name="B")
    republish(workflow, a=STEP, settings=handled_by("A"), event="never.sent")
    OutsideProbe.script[:] = [Fail("one"), Fail("two"), Fail("three")]
    engine.emit("deal.won")
    engine.settle()
    [a], [b] = by_workflow("A"), by_workflow("B")
    assert (a.execution_status, b.execution_status, b.origin) == ("failed", "failed", "failure")
    assert b.error_message is not None
    assert "The error workflow 'A' was not started" in b.error_message
    assert "go round in a circle" in b.error_message


def test_a_chain_is_bounded(engine: Engine, publish_flow: Publish) -> None:
    """Through an event the circle is not seen, and the depth still ends it."""
    publish_flow(a=SET, name="Again", event="x.y")
    republish(Workflow.objects.get(workflow_name="Again"), a={"type": "emit_event", "event": "deal.won"}, event="x.y")
    publish_flow(a={"type": "stop", "outcome": "failure", "reason": "no"}, name="Deals", settings=handled_by("Again"))
    engine.emit("deal.won")
    engine.settle()
    runs = list(Execution.objects.all())
    assert 4 < len(runs) < 30
    assert "chain of workflows" in " ".join(run.error_message or "" for run in runs)


@pytest.mark.parametrize(("how", "says"), [("pause", "is paused"), ("delete", "was deleted")])
def test_what_cannot_be_started_is_said_on_the_run(
    engine: Engine, publish_flow: Publish, actor: Actor, how: str, says: str
) -> None:
    mender = publish_flow(a=SET, name="Mender", event="x.y")
    publish_flow(a=STEP, name="Deals", settings=handled_by("Mender"))
    if how == "pause":
        set_active(actor=actor, workflow=mender, active=False, now=engine.now)
    else:
        from opsflows.workflows.delete_workflow import delete_workflow

        delete_workflow(actor=actor, workflow_id=mender.pk, now=engine.now)
    OutsideProbe.script[:] = [Fail("no luck")]
    engine.emit("deal.won")
    engine.settle()
    [failed] = by_workflow("Deals")
    assert failed.error_message is not None
    assert failed.error_message.startswith("Post: no luck\nThe error workflow 'Mender' was not started: ")
    assert says in failed.error_message


def test_one_that_is_left_out_is_said_as_well(engine: Engine, publish_flow: Publish) -> None:
    limits = {"maxExecutionsPerHour": 1, "throttleAction": "drop"}
    publish_flow(a=SET, name="Mender", event="x.y", settings=limits)
    publish_flow(a=STEP, name="Deals", settings=handled_by("Mender"))
    OutsideProbe.script[:] = [Fail("one"), Fail("two")]
    for _ in range(2):
        engine.emit("deal.won")
        engine.settle()
    errors = [run.error_message or "" for run in by_workflow("Deals")]
    assert ["was left out" in error for error in errors] == [False, True]
    assert "at most 1 run of this workflow may start in an hour" in errors[1]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Nobody", "There is no workflow 'Nobody' in this account"),
        ("Twice", "Several workflows are called 'Twice'"),
        ("Draft", "was never published"),
        (" ", "Name a workflow by its id or its exact name"),
        (5, "must be a valid string"),
    ],
)
def test_publishing_checks_that_it_is_there(publish_flow: Publish, actor: Actor, name: object, says: str) -> None:
    from opsflows.workflows.save_draft import create_workflow

    publish_flow(a=SET, name="Twice")
    publish_flow(a=SET, name="Twice")
    create_workflow(actor=actor, name="Draft", workflow_data={"nodes": [], "edges": []})
    with pytest.raises(InvalidDefinition) as refused:
        publish_flow(a=STEP, settings={"errorHandling": {"errorWorkflow": name}})
    [problem] = refused.value.problems
    assert problem.path == "settings.errorHandling.errorWorkflow"
    assert says in problem.message


def republish(workflow: Workflow, *, settings: dict[str, Any] | None = None, event: str, **steps: Any) -> None:
    from opsflows.accounts.actor import system_actor
    from opsflows.workflows.publish import publish
    from opsflows.workflows.save_draft import update_draft
    from tests.runs.conftest import NOW
    from tests.runs.graphs import graph

    actor = system_actor(workflow.account_id)
    workflow.refresh_from_db()
    changed = update_draft(
        actor=actor,
        workflow=workflow,
        workflow_data=graph(event=event, **steps),
        settings=settings or {},
        revision=workflow.revision,
    )
    publish(actor=actor, workflow=changed, now=NOW)
