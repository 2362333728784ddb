"""Disabled steps on the studio's pages: what explains, compares, draws and tells a flow means the flow that runs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from opsflows.accounts.models import PlatformAccount
from opsflows.studio.explain.verdict import Reason
from opsflows.studio.picture.draw import draw
from opsflows.studio.variables.before import Before, steps_before
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow, update_draft
from opsflows.workflows.wording.differences import differences
from tests.admin.addresses import page
from tests.admin.world import World
from tests.runs.graphs import graph as branching
from tests.studio.backtest.conftest import MAIL, NOW, actor, ask, came_in, flow, leaf, rule, work
from tests.studio.explain.conftest import _quiet
from tests.studio.explain.scene import Scene, graph, over

__all__ = ["_quiet", "actor", "flow"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(alpha: World) -> PlatformAccount:
    return alpha.account


def off(data: dict[str, Any], *steps: str) -> dict[str, Any]:
    nodes = [
        {**node, "data": {**node["data"], "disabled": True}} if node["id"] in steps else node for node in data["nodes"]
    ]
    return {**data, "nodes": nodes}


def test_explain_goes_by_what_was_asked(alpha: World) -> None:
    scene = Scene(alpha.account, alpha.actor)
    workflow = scene.workflow("flow", over(100))
    before = scene.event({"value": 50})
    data = off(graph(over(100)), "conditions")
    update_draft(actor=scene.actor, workflow=workflow, revision=1, workflow_data=data)
    scene.publish(workflow)
    after = scene.event({"value": 50})
    assert [scene.verdict(each).reason for each in (before, after)] == [Reason.CONDITION, Reason.RAN]


def test_a_backtest_asks_no_condition_that_is_disabled(flow: Callable[..., Workflow], actor: Any, account: Any) -> None:
    for value in (50, 500):
        came_in(account, {"value": value, "customer": "x"}, NOW - timedelta(hours=value))
    asked = rule({"rules": [leaf("value", "greater_than", 100)]}, MAIL, {**MAIL, "to": "other@acme.example"})
    done = work(ask(actor, flow(off(asked, "conditions", "a2"), asked)))
    assert (done.fired_draft, done.fired_published, done.fired_both) == (2, 1, 1)


def test_pages_say_that_it_is_passed_over(admin: Client, alpha: World) -> None:
    actions = [{"type": "set", "values": {"tier": "gold"}}, {**MAIL, "subject": "{{tier}}"}]
    data = rule(None, *actions)
    workflow = create_workflow(actor=alpha.actor, name="W", workflow_data=data)
    publish(actor=alpha.actor, workflow=workflow, now=NOW)
    changed = off(data, "a1")
    update_draft(actor=alpha.actor, workflow=workflow, revision=1, workflow_data=changed)
    assert [each.sentence for each in differences(data, {}, changed, {})] == [
        "Step 1, Set values: disabled: kept, and passed over"
    ]
    assert "studio-node-disabled" in draw(changed, title="W")
    told = "“Step 2, Send an email” reads tier, which comes from “Step 1, Set values”"
    for url in (page(workflow), reverse("studio:publish", args=[workflow.pk])):
        assert told in admin.get(url).content.decode()


def test_no_values_are_offered_that_nobody_sets() -> None:
    data = branching(
        "ask.approved -> last",
        "ask.rejected -> other",
        "other -> last",
        "last -> off",
        ask={"type": "approval", "title": "May we?", "disabled": True},
        other={"type": "set", "values": {"other": 1}},
        last={"type": "set", "values": {"last": 1}},
        off={"type": "set", "values": {"off": 1}, "disabled": True},
    )
    assert steps_before(data, "last") == Before()
    assert steps_before(data, "off").sets == ("other", "last")
