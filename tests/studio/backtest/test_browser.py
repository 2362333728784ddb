"""A backtest in the browser: asked for, watched while it moves, read, and one event explained; wide and on a phone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from opsflows.queue.run_jobs import run_one_job
from opsflows.studio.backtest import work as working
from opsflows.studio.models import Backtest
from opsflows.studio.views.frame import address
from opsflows.workflows.save_draft import update_draft
from tests.admin.world import World
from tests.studio.backtest.conftest import came_in, leaf, rule
from tests.studio.conftest import faults, overhang

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_draft_is_tried(
    visit: Callable[[str], Any], opened: Any, alpha: World, monkeypatch: Any, width: int, dark: bool
) -> None:
    opened.set_viewport_size({"width": width, "height": 900})
    if dark:
        opened.emulate_media(color_scheme="dark")
    workflow = alpha.workflow(
        "Deal alert", trigger="deal.won", conditions={"rules": [leaf("value", "greater_than", 300)]}
    )
    either = {"logic": "OR", "rules": [leaf("value", "less_than", 100), leaf("value", "greater_than", 350)]}
    update_draft(actor=alpha.actor, workflow=workflow, revision=workflow.revision, workflow_data=rule(either))
    for n in range(1, 51):
        came_in(alpha.account, {"value": 10 * n, "customer": f"Customer {n}"}, timezone.now() - timedelta(hours=13 * n))

    page = visit(address("backtest", workflow))
    assert faults(page) == []
    page.get_by_role("button", name="Start").click()
    page.get_by_text("It waits for a worker").wait_for()
    assert faults(page) == []
    assert overhang(page) == 0
    # A first piece only: what is under way shows how far it is, without anybody loading the page.
    monkeypatch.setattr(working, "PIECE", 20)
    monkeypatch.setattr("opsflows.queue.run_jobs.LIFE", 0)
    run_one_job(holder="here")
    page.get_by_text("20 of 50 events looked at").wait_for()
    while Backtest.objects.filter(state__in=Backtest.OPEN).exists():
        run_one_job(holder="here")
    page.get_by_text("In the last 30 days 50 events came in").wait_for()
    assert faults(page) == []
    assert overhang(page) == 0
    page.get_by_text("As a table").click()
    page.get_by_role("link", name="No longer caught (5)").click()
    page.locator(".backtest-row .ops-link").first.click()
    page.get_by_text("No longer caught: the published version would have fired").wait_for()
    assert page.get_by_text("value is less than 100: no, it is 310.").is_visible()
    assert faults(page) == []
    assert overhang(page) == 0
