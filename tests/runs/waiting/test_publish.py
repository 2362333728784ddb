"""What publishing, and saving, say about waits and exits that cannot be."""

from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.save_draft import create_workflow
from tests.runs.graphs import graph
from tests.runs.waiting.conftest import Publish
from tests.runs.waiting.test_exits import REST, exits
from tests.runs.waiting.test_subworkflow import sub
from tests.runs.waiting.test_wait_for_event import AFTER, WAYS, paid

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("config", "path", "words"),
    [
        ({"event": "Invoice Paid"}, "event", "invoice"),
        ({"field": "id"}, "value", "Say which value id must have"),
        ({"value": "{{id}}"}, "field", "Name the field of the event"),
        ({"field": "{{id}}", "value": 1}, "field", "a variable goes into value"),
        ({"field": "id", "value": [1]}, "value", "Must be a text, a number"),
        ({"timeout": "soon"}, "timeout", "is not a duration"),
        ({"conditions": {"field": "a", "operator": "nearly"}}, "conditions.operator", "nearly"),
    ],
)
def test_publishing_says_what_is_wrong(publish_flow: Publish, config: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        publish_flow(*WAYS, wait=paid(**config), **AFTER)
    [problem] = refused.value.problems
    assert problem.path == f"nodes[wait].config.{path}"
    assert words in problem.message


@pytest.mark.parametrize(
    ("each", "path", "words"),
    [
        ({}, "", "Say what ends the run"),
        ({"event": "Order Completed"}, ".event", "order"),
        ({"event": "{{name}}"}, ".event", "it holds no variables"),
        ({"event": "order.completed", "field": "id"}, ".value", "Say which value id must have"),
        ({"event": "order.completed", "value": 1}, ".field", "Name the field"),
        ({"field": "id", "value": 1}, ".event", "Name the event that field and value are about"),
        ({"conditions": {"field": "a", "operator": "nearly"}}, ".conditions.operator", "nearly"),
        ({"event": "order.completed", "field": "id", "value": "{{ id"}, ".value", ""),
        ({"event": "order.completed", "why": "x"}, ".why", "not known"),
    ],
)
def test_a_draft_is_refused_with_the_place(actor: Actor, each: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        create_workflow(actor=actor, name="Flow", workflow_data=graph(rest=REST), settings=exits(each))
    [problem] = refused.value.problems
    assert problem.path == f"settings.exits[0]{path}"
    assert words in problem.message


def test_publishing_finds_out_whether_it_exists(publish_flow: Publish) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        publish_flow(name="Parent", sub=sub(workflowId="Nobody", timeout="soon", wait=False))
    paths = {problem.path for problem in refused.value.problems}
    assert paths == {"nodes[sub].config.timeout"}
    with pytest.raises(InvalidDefinition) as refused:
        publish_flow(name="Parent", sub=sub(workflowId="Nobody"))
    [problem] = refused.value.problems
    assert problem.path == "nodes[sub].config.workflowId"
    assert "There is no workflow 'Nobody' in this account" in problem.message
