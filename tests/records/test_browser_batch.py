"""Records ticked in their list, by keyboard alone, to the batch."""

from typing import Any

import pytest

from opsflows.runs.models import RunBatch
from tests.admin.addresses import page
from tests.admin.conftest import _served, alpha, live_server, opened, overhang, visit
from tests.admin.world import World

__all__ = ["_served", "alpha", "live_server", "opened", "visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_ticked_records_by_keyboard(visit: Any, opened: Any, alpha: World) -> None:
    alpha.add(2)
    RunBatch.objects.all().delete()
    opened.set_viewport_size({"width": 390, "height": 844})
    shown = visit("/admin/records/record/")
    shown.locator("input[name=_selected_action]").first.focus()
    shown.keyboard.press("Space")
    action = shown.locator("select[name=action]")
    action.wait_for(state="visible")
    action.select_option(label="Start a workflow for these…")
    shown.get_by_role("button", name="Run", exact=True).press("Enter")
    shown.get_by_text("1 record, chosen by hand").wait_for()
    assert overhang(shown) == 0
    shown.get_by_role("button", name="Look at the runs").press("Enter")
    shown.get_by_text("What the first runs are given").wait_for()
    batch = RunBatch.objects.get()
    assert shown.url.endswith(page(batch))
    assert shown.get_by_text("record alpha-2").first.is_visible()
    assert overhang(shown) == 0
    shown.get_by_role("link", name="Start").press("Enter")
    shown.get_by_role("button", name="Start").press("Enter")
    shown.get_by_text("Started: a worker begins").wait_for()
    batch.refresh_from_db()
    assert batch.began_at is not None
