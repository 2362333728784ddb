"""The settings in Chromium, on a desk and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from opsflows.workflows.models import Workflow
from tests.admin.world import World
from tests.studio.conftest import faults, overhang

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_settings_are_filled_in_without_leaving_the_page(
    alpha: World, opened: Any, visit: Callable[[str], Any], width: int
) -> None:
    workflow = alpha.workflow("reminder")
    opened.set_viewport_size({"width": width, "height": 900})
    page = visit(reverse("studio:settings", args=[workflow.pk]))
    assert (faults(page), overhang(page)) == ([], 0)
    page.get_by_label("Priority").select_option("high")
    page.get_by_role("button", name="Add an exit").click()
    page.get_by_label("When this event comes").fill("order.completed")
    page.get_by_label("and its field").fill("order.id")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("alert").get_by_role("link").wait_for()
    assert "Say which value order.id must have" in page.get_by_role("alert").inner_text()
    assert (faults(page), overhang(page)) == ([], 0)
    page.get_by_label("equals").fill("{{order.id}}")
    page.get_by_role("button", name="Comparison").click()
    page.get_by_label("Field 1").or_(page.get_by_label("Comparison 1: field")).first.wait_for()
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_text("The settings go live with the next publication").first.wait_for()
    saved = Workflow.objects.get(pk=workflow.pk).settings
    assert saved["priority"] == "high"
    assert saved["exits"] == [{"event": "order.completed", "field": "order.id", "value": "{{order.id}}"}]


def test_a_schedule_is_chosen_in_words_and_shows_its_next_times(
    alpha: World, phone: Any, visit: Callable[[str], Any]
) -> None:
    trigger = {"schedule": {"cron": "0 9 * * 1-5", "zone": "America/New_York"}}
    workflow = alpha.workflow("Weekly report", trigger=trigger)
    page = visit(reverse("studio:trigger", args=[workflow.pk]))
    assert "Monday to Friday at 09:00" in page.locator(".ops-preview").inner_text()
    page.get_by_label("How often").select_option("weekly")
    page.locator(".ops-preview").get_by_text("Every Monday at 09:00").wait_for()
    assert page.locator(".ops-preview li").count() == 5
    assert page.get_by_label("How often").is_visible()
    assert not page.get_by_label("Cron text").is_visible()
    assert (faults(page, within="[data-when]"), overhang(page)) == ([], 0)
