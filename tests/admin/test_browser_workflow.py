"""A workflow's page in a real browser: run now, from the form to the run."""

from typing import Any

import pytest

from opsflows.runs.models import Execution
from tests.admin.addresses import page
from tests.admin.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_run_now(visit: Any, alpha: World) -> None:
    workflow = alpha.workflow("Deals")
    shown = visit(page(workflow))
    shown.get_by_role("link", name="Run now").click()
    shown.get_by_label("value").fill("150000")
    shown.get_by_role("button", name="Run now").click()
    shown.get_by_role("link", name="Started: see what becomes of it.").click()
    run = Execution.objects.get()
    shown.wait_for_url(f"**{page(run)}")
    assert shown.get_by_text("alpha-admin by hand").is_visible()
    assert (run.workflow, run.trigger_data, run.origin_id) == (workflow, {"value": 150000}, alpha.admin.pk)


def test_run_now_on_a_phone(visit: Any, opened: Any, alpha: World) -> None:
    opened.set_viewport_size({"width": 390, "height": 844})
    shown = visit(page(alpha.workflow("Deals")))
    shown.get_by_role("link", name="Run now").click()
    shown.get_by_role("link", name="Back").click()
    assert not Execution.objects.exists()
