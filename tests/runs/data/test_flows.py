"""Data steps in a row, in a run."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs.dry_run import dry_run
from opsflows.runs.models import Execution, Step, Variable
from opsflows.workflows.inputs import inputs_of
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.workflows.rules import edge, graph, node, stop, trigger

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = (
    {
        "type": "filter",
        "items": "{{contacts}}",
        "conditions": {"field": "updated_at", "operator": "after", "value": "{{last_sync}}"},
        "save_as": "changed",
    },
    {"type": "sort", "items": "{{changed}}", "by": [{"field": "score", "order": "descending"}], "save_as": "sorted"},
    {"type": "take", "items": "{{sorted}}", "count": 2},
    {
        "type": "transform",
        "input": "{{steps.a3.output.items}}",
        "fields": [
            {"name": "Name", "value": "{{item.first | upcase}}"},
            {"name": "Active", "field": "active", "convert": "people"},
            {"name": "Changed", "field": "updated_at", "convert": "people"},
        ],
        "save_as": "table",
    },
    {
        "type": "calculate",
        "aggregates": [{"name": "mean", "function": "average", "items": "{{sorted}}", "field": "score", "decimals": 1}],
    },
    {"type": "json", "do": "write", "input": "{{table}}", "save_as": "text"},
    {
        "type": "score",
        "lines": [
            {"label": "Mean", "points": 1, "conditions": {"field": "mean", "operator": "less_than", "value": 6.5}}
        ],
    },
)
CONTACTS = [
    {"first": "ada", "score": 5, "active": True, "updated_at": "2026-01-02T10:00:00Z"},
    {"first": "bob", "score": 9, "active": False, "updated_at": "2025-01-02T10:00:00Z"},
    {"first": "cleo", "score": "7.5", "active": None, "updated_at": "2026-01-03T10:00:00Z"},
]


def test_one_step_works_on_what_the_other_made(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("sync.due", *ROWS)
    engine.emit("sync.due", contacts=CONTACTS, last_sync="2026-01-01")
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.error_message) == (Execution.Status.COMPLETED, None)
    variables = dict(Variable.objects.values_list("variable_name", "variable_value"))
    assert variables["table"] == [
        {"Name": "CLEO", "Active": "", "Changed": "01/03/2026 11:00 AM"},
        {"Name": "ADA", "Active": "Yes", "Changed": "01/02/2026 11:00 AM"},
    ]
    # Halves are rounded up.
    assert variables["mean"] == Decimal("6.3")
    assert variables["text"].startswith('[{"Name":"CLEO"')
    assert Step.objects.get(step_id="a7").output_data["total"] == 1


def test_a_dry_run_makes_the_same(actor: Actor) -> None:
    workflow = create_workflow(actor=actor, name="Sync", workflow_data=to_graph({"trigger": "s.d", "actions": [*ROWS]}))
    found = dry_run(actor=actor, workflow=workflow, data={"contacts": CONTACTS, "last_sync": "2026-01-01"}, now=NOW)
    assert found.status == "completed"
    assert found.steps[-1].output["explanation"] == "1 point: Mean +1."


def test_who_starts_it_by_hand_is_asked_for_what_the_event_carries() -> None:
    drawn = read_graph(to_graph({"trigger": "sync.due", "actions": [*ROWS]}))
    assert [each.path for each in inputs_of(drawn, references={}, schema={})] == ["contacts", "last_sync"]


def test_what_is_invalid_goes_its_own_way(engine: Engine, actor: Actor, live: Callable[..., Workflow]) -> None:
    check = node("check", "validate", fields=[{"field": "email", "required": True, "type": "email"}])
    edges = [edge("trigger", "check"), edge("check", "good", "valid"), edge("check", "bad", "invalid")]
    drawn = graph(trigger("lead.new"), check, stop("good"), stop("bad"), edges=edges)
    publish(actor=actor, workflow=create_workflow(actor=actor, name="Check", workflow_data=drawn), now=NOW)
    engine.emit("lead.new", email="ada@example.com")
    engine.emit("lead.new", email="nobody")
    engine.settle()
    assert sorted(engine.steps("step_id")) == ["bad", "check", "check", "good"]


def test_a_step_that_cannot_work_fails_with_its_reason(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("sync.due", {"type": "sort", "items": "{{contacts}}", "by": [{"field": "score"}]})
    engine.emit("sync.due", contact=[])
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    assert "items: there is no list" in (engine.run().error_message or "")
