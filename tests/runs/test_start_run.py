"""Runs that no event started."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.events.emit import MAX_DEPTH, LoopError
from opsflows.runs.models import Execution
from opsflows.runs.start_run import NotStartable, start_by_hand, start_run
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.engine import Engine

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TASK = {"type": "create_task", "title": "Call {{name}}"}
WHERE = {"rules": [{"field": "value", "operator": "greater_than", "value": 10}]}


def test_a_run_started_by_hand_reads_what_it_was_given(
    actor: Actor, engine: Engine, live: Callable[..., Workflow]
) -> None:
    workflow = live("deal.won", TASK, conditions=WHERE)
    run = start_by_hand(actor=actor, workflow_id=workflow.pk, data={"name": "Ada", "value": 11}, now=NOW)
    engine.settle()
    run.refresh_from_db()
    assert (run.execution_status, run.origin) == ("completed", "person")
    assert engine.steps("step_id", "handle") == [("conditions", "true"), ("a1", "done")]


def test_a_condition_that_does_not_hold_ends_it(actor: Actor, engine: Engine, live: Callable[..., Workflow]) -> None:
    workflow = live("deal.won", TASK, conditions=WHERE)
    start_by_hand(actor=actor, workflow_id=workflow.pk, data={"value": 1}, now=NOW)
    engine.settle()
    assert engine.steps("step_id", "handle") == [("conditions", "false")]
    assert engine.run().execution_status == "completed"


def test_what_was_given_does_not_pass_for_what_a_step_answered(
    actor: Actor, engine: Engine, live: Callable[..., Workflow]
) -> None:
    workflow = live("deal.won", TASK, {"type": "set", "values": {"seen": "{{steps.a1.output.title}}"}})
    given = {"name": "Ada", "steps": {"a1": {"output": {"title": "Forged"}}}}
    start_by_hand(actor=actor, workflow_id=workflow.pk, data=given, now=NOW)
    engine.settle()
    assert engine.steps("output_data")[-1] == {"seen": "Call Ada"}


def test_a_key_starts_once(actor: Actor, live: Callable[..., Workflow]) -> None:
    workflow = live("deal.won", TASK)
    first = start_by_hand(actor=actor, workflow_id=workflow.pk, data={}, key="k", now=NOW)
    again = start_by_hand(actor=actor, workflow_id=workflow.pk, data={}, key="k", now=NOW)
    assert first.pk == again.pk
    assert Execution.objects.count() == 1


def test_what_was_never_published_is_not_started(actor: Actor) -> None:
    draft = create_workflow(
        actor=actor, name="Draft", workflow_data=to_graph({"trigger": "deal.won", "actions": [TASK]})
    )
    with pytest.raises(NotStartable, match="never published"):
        start_by_hand(actor=actor, workflow_id=draft.pk, data={}, now=NOW)


def test_a_chain_that_is_too_long_is_cut(live: Callable[..., Workflow]) -> None:
    with pytest.raises(LoopError, match="starts itself"):
        start_run(
            workflow=live("deal.won", TASK),
            data={},
            origin=Execution.Origin.WORKFLOW,
            origin_id=None,
            depth=MAX_DEPTH + 1,
            now=NOW,
        )


def test_a_viewer_and_another_account_start_nothing(
    account: PlatformAccount, actor: Actor, live: Callable[..., Workflow]
) -> None:
    workflow = live("deal.won", TASK)
    viewer = Actor(account_id=account.pk, user_id=None, role="viewer", door="api")
    with pytest.raises(Forbidden, match="runs:start"):
        start_by_hand(actor=viewer, workflow_id=workflow.pk, data={}, now=NOW)
    stranger = Actor(
        account_id=PlatformAccount.objects.create(slug="b", name="B").pk, user_id=None, role="admin", door="api"
    )
    with pytest.raises(Workflow.DoesNotExist):
        start_by_hand(actor=stranger, workflow_id=workflow.pk, data={}, now=NOW)
