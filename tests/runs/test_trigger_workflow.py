"""One workflow starts another."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.records.models import Task
from opsflows.runs.models import Execution
from opsflows.workflows.activate import set_active
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
Live = Callable[..., Workflow]

TASK = {"type": "create_task", "title": "{{name}}/{{extra}}"}


def start(target: object, **config: Any) -> dict[str, Any]:
    return {"type": "trigger_workflow", "workflowId": str(target), **config}


@pytest.mark.parametrize("by", ["pk", "workflow_name"])
def test_another_workflow_runs_with_the_same_data(engine: Engine, live: Live, by: str) -> None:
    second = live("second.one", TASK, name="Second")
    live("deal.won", start(getattr(second, by), data={"extra": "{{value}}"}))
    engine.emit("deal.won", name="Acme", value=7)
    engine.settle()
    first, other = Execution.objects.order_by("pk")
    assert (other.workflow, other.execution_status) == (second, Execution.Status.COMPLETED)
    assert (other.origin, other.origin_id, other.depth, other.event) == ("workflow", first.pk, 1, None)
    assert Task.objects.get().title == "Acme/7"


def test_what_is_not_to_be_passed_is_not(engine: Engine, live: Live) -> None:
    second = live("second.one", TASK, name="Second")
    live("deal.won", start(second.pk, passData=False, data={"extra": "only this"}))
    engine.emit("deal.won", name="Acme")
    engine.settle()
    assert Task.objects.get().title == "/only this"


def test_it_is_started_once_however_often_the_step_is_tried(
    engine: Engine, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = live("second.one", TASK, name="Second")
    live("deal.won", start(second.pk), {"type": "create_task", "title": "After"})
    calls: list[int] = []
    create = Task.save

    def once(self: Task, *args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("by design")
        create(self, *args, **kwargs)

    monkeypatch.setattr(Task, "save", once)
    engine.emit("deal.won", name="Acme")
    engine.settle()
    engine.pass_time(hours=1)
    assert Execution.objects.filter(workflow=second).count() == 1
    assert {run.execution_status for run in Execution.objects.all()} == {"completed"}


@pytest.mark.parametrize("state", ["draft", "paused", "deleted", "unknown", "theirs", "twice", "empty"])
def test_what_cannot_be_started_is_said(engine: Engine, live: Live, actor: Actor, state: str) -> None:
    draft = create_workflow(actor=actor, name="Draft", workflow_data=to_graph({"trigger": "a.b", "actions": [TASK]}))
    set_active(actor=actor, workflow=live("a.b", TASK, name="Paused"), active=False, now=engine.now)
    gone = set_active(actor=actor, workflow=live("a.b", TASK, name="Gone"), active=False, now=engine.now)
    Workflow.objects.filter(pk=gone.pk).update(deleted_at=engine.now)
    theirs = live("a.b", TASK, name="Theirs")
    Workflow.objects.filter(pk=theirs.pk).update(account=PlatformAccount.objects.create(slug="b", name="B"))
    for _ in range(2):
        live("a.b", TASK, name="Twice")
    wanted, reason = {
        "draft": (draft.pk, "never published"),
        "paused": ("Paused", "“Paused” is paused"),
        "deleted": (gone.pk, "no workflow"),
        "unknown": (uuid.uuid4(), "no workflow"),
        "theirs": (theirs.pk, "no workflow"),
        "twice": ("Twice", "several workflows"),
        "empty": ("{{nothing}}", "names no workflow"),
    }[state]
    live("deal.won", start(wanted))
    engine.emit("deal.won")
    engine.settle()
    run = engine.run()
    assert run.execution_status == Execution.Status.FAILED
    assert reason in (run.error_message or "")


def test_a_workflow_that_starts_itself_is_cut(engine: Engine, live: Live) -> None:
    live("deal.won", start("Loop"), name="Loop", settings={"errorHandling": {"onError": "continue"}})
    engine.emit("deal.won")
    engine.settle()
    depths = list(Execution.objects.order_by("depth").values_list("depth", flat=True))
    assert depths == list(range(9))
    last = Execution.objects.get(depth=8)
    assert last.execution_status == Execution.Status.FAILED
    assert "at most 8" in (last.error_message or "")
