"""Trying a workflow, and watching a run, in a real browser."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from opsflows.events.models import EventPayload
from opsflows.runs.models import Execution, Fork
from opsflows.workflows.save_draft import create_workflow
from tests.admin.addresses import page
from tests.admin.conftest import overhang
from tests.admin.test_run_branches import a_list, items
from tests.admin.test_try_page import EDGES, STEPS
from tests.admin.world import World
from tests.runs.graphs import graph

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_going_on_step_by_step_and_pinning(visit: Any, opened: Any, alpha: World, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 844})
    data = graph(*EDGES, event="alpha.happened", **STEPS)
    workflow = create_workflow(actor=alpha.actor, name="Flow", workflow_data=data)
    carried = {"amount": 500, "customer": {"id": "c1"}, "contacts": [{"name": "Ada"}]}
    EventPayload.objects.filter(event=alpha.event()).update(data=carried)
    shown = visit(reverse("admin:workflows_workflow_try", args=[workflow.pk]))
    shown.get_by_role("button", name="Go on one step").click()
    assert shown.get_by_text("amount is greater than 100: yes, it is 500.").is_visible()
    shown.get_by_role("button", name="To the end").click()
    shown.locator("#step-ask").get_by_role("button", name="Pin an answer").click()
    pin = shown.locator("#pin")
    pin.get_by_label("Value 1").fill("93")
    pin.get_by_role("button", name="Another one").click()
    # The new row belongs to the pin, though another form part stands before it.
    assert pin.get_by_placeholder("Name").count() == 5
    pin.get_by_role("button", name="Pin this answer").click()
    assert shown.get_by_text("Ada: 93").first.is_visible()
    assert overhang(shown) == 0


def test_a_page_that_is_read_anew_stays_where_it_was(visit: Any, opened: Any, alpha: World) -> None:
    run, fork = a_list(alpha)
    items(fork, failed=3)
    # The page's own clock: it waits some seconds before it asks again.
    opened.clock.install()
    shown = visit(page(run))
    step = shown.locator("#step-list")
    step.get_by_text("Input").click()
    assert shown.get_by_text("60 failed").first.is_visible()
    Fork.objects.filter(pk=fork.pk).update(failed=61)
    shown.clock.fast_forward(5000)
    shown.get_by_text("261 of 10,000 items are over, 61 failed").wait_for(timeout=5000)
    assert step.locator("details[open]").count() >= 1
    now = timezone.now()
    Execution.objects.filter(pk=run.pk).update(execution_status="cancelled", completed_at=now, current_step=None)
    shown.clock.fast_forward(5000)
    shown.locator("#live:not([data-live])").wait_for(timeout=5000)
    assert overhang(shown) == 0
