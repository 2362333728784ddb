"""CRM actions before there is a connection: checked when published, plain about it when they run."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.runs.models import Execution
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

MAPPING = {"Name": "{{customerName}}", "Amount": "{{value}}"}
CREATE = {"type": "salesforce_create", "object": "Opportunity", "mapping": MAPPING}
ALL = [
    CREATE,
    {**CREATE, "type": "salesforce_update", "recordId": "{{id}}"},
    {**CREATE, "type": "hubspot_create", "object": "deals"},
    {**CREATE, "type": "hubspot_update", "object": "deals", "recordId": "7"},
]


@pytest.mark.parametrize("step", ALL, ids=lambda step: step["type"])
def test_the_run_fails_and_says_why(engine: Engine, live: Callable[..., Workflow], step: dict[str, Any]) -> None:
    live("deal.won", step)
    engine.emit("deal.won", customerName="Acme", value=1, id="006")
    engine.settle()
    vendor = "Salesforce" if "salesforce" in step["type"] else "HubSpot"
    assert engine.run().execution_status == Execution.Status.FAILED
    assert f"There is no {vendor} connection yet" in (engine.run().error_message or "")
    [shown] = engine.steps("input_data")
    assert shown["mapping"] == {"Name": "Acme", "Amount": 1}


def test_the_run_goes_on_where_errors_do_not_stop_it(engine: Engine, live: Callable[..., Workflow]) -> None:
    after = {"type": "create_task", "title": "Enter it by hand"}
    live("deal.won", CREATE, after, settings={"errorHandling": {"onError": "continue"}})
    engine.emit("deal.won")
    engine.settle()
    assert engine.steps("step_status") == ["failed", "completed"]
    assert engine.run().execution_status == Execution.Status.COMPLETED


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"object": " "}, "object"),
        ({"mapping": {}}, "mapping"),
        ({"mapping": {" ": 1}}, "mapping"),
        ({"mapping": "Name"}, "mapping"),
        ({"type": "salesforce_update"}, "recordId"),
        ({"type": "hubspot_update", "recordId": ""}, "recordId"),
    ],
)
def test_what_cannot_work_is_not_published(live: Callable[..., Workflow], change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        live("deal.won", {**CREATE, **change})
    assert [problem.path for problem in caught.value.problems] == [f"nodes[a1].config.{field}"]
