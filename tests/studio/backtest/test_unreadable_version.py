"""A published version that an older edition stored and that cannot be read any more: what routing would do is told."""

from typing import Any

import pytest
from django.test import Client

from opsflows.events.route import route
from opsflows.runs.models import Execution
from opsflows.studio.api_schema import backtest_document
from opsflows.studio.backtest.words import sentence_of
from opsflows.studio.models import Backtest
from opsflows.studio.views.frame import address
from opsflows.workflows.models import IndexEpoch, Workflow, WorkflowVersion
from tests.admin.world import World
from tests.studio.backtest.test_pages import done, events, flow, text

pytestmark = pytest.mark.django_db

__all__ = ["flow"]


@pytest.fixture
def broken(flow: Workflow) -> Workflow:
    """What is published names an operator that is no longer known."""
    version = WorkflowVersion.objects.get(workflow=flow)
    data = version.workflow_data
    for node in data["nodes"]:
        if node["data"].get("kind") == "condition":
            node["data"]["config"]["conditions"] = {"rules": [{"field": "value", "operator": "resembles"}]}
    WorkflowVersion.objects.filter(pk=version.pk).update(workflow_data=data)
    IndexEpoch.objects.update(epoch=1000)
    return Workflow.objects.get(pk=flow.pk)


def test_routing_starts_a_run_for_each_event(alpha: World, broken: Workflow) -> None:
    """What the backtest tells is what happens."""
    found = events(alpha, 2)
    for event in found:
        event.routed_at = None
        event.save()
    route(now=found[0].received_at)
    assert Execution.objects.filter(workflow=broken).count() == 2


def test_each_event_is_counted_apart(admin: Client, alpha: World, broken: Workflow) -> None:
    events(alpha, 30)
    backtest = done(alpha, broken)
    assert (backtest.seen, backtest.fired_draft, backtest.fired_published) == (30, 10, 0)
    assert backtest_document(backtest)["failing"] == 30
    said = "What is live cannot be read any more: 30 events would each have started a run that fails at once."
    assert sentence_of(backtest).endswith(f"the draft would have fired 10 times. {said}")
    page = text(admin.get(address("backtest-run", broken, backtest_id=backtest.pk)))
    assert "30 runs that fail" in page
    assert "Caught by the draft (10)" in page
    assert "No longer caught" not in page
    row = backtest.found.first()
    assert row is not None
    one = address("backtest-event", broken, backtest_id=backtest.pk, event_id=row.event_id)
    assert "Would have started a run that fails" in text(admin.get(one))


def test_a_paused_one_starts_nothing(alpha: World, broken: Workflow) -> None:
    events(alpha, 1)
    Workflow.objects.filter(pk=broken.pk).update(is_active=False)
    assert "were it live, the one event would have started a run that fails" in sentence_of(done(alpha, broken))


def test_a_backtest_of_an_older_edition_is_shown(admin: Client, alpha: World, flow: Workflow) -> None:
    events(alpha, 30)
    backtest = done(alpha, flow)
    days: dict[str, Any] = {day: counts[:5] for day, counts in backtest.days.items()}
    Backtest.objects.filter(pk=backtest.pk).update(days=days)
    backtest.refresh_from_db()
    assert backtest_document(backtest)["failing"] == 0
    assert admin.get(address("backtest-run", flow, backtest_id=backtest.pk)).status_code == 200
