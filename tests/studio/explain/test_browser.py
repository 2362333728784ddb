"""The question "why did it not fire?" in the browser: from an event to its answer, at a desk and on a phone."""

from typing import Any

import pytest
from django.urls import reverse

from opsflows.admin_site.markup import page_of
from tests.studio.conftest import faults, overhang
from tests.studio.explain.scene import Scene, over

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_from_an_event_to_why_it_did_not_fire(visit: Any, scene: Scene, width: int) -> None:
    flow = scene.workflow("High-value deal alert", over(100_000))
    scene.workflow("Every deal")
    event = scene.event({"value": 80_000, "customer": {"email": "ada@example.com"}})
    page = visit(page_of(event))
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("Who did not react, and why").scroll_into_view_if_needed()
    assert overhang(page) <= 0
    assert faults(page, within=".studio-verdicts") == []
    page.get_by_role("link", name="More, with what its draft would do").click()
    page.get_by_text("for instance 100,001 (it was 80,000)").first.wait_for()
    assert overhang(page) <= 0
    assert faults(page, within=".studio-why") == []
    page.get_by_role("link", name="Choose another event").click()
    page.get_by_label("Field", exact=True).fill("customer.email")
    page.get_by_label("Is", exact=True).fill("ada@example.com")
    page.keyboard.press("Enter")
    page.get_by_text("Looked through 1 event").wait_for()
    assert faults(page, within=".studio-why") == []
    page.goto(page.url.split("/admin/")[0] + reverse("studio:explain-event", args=[event.pk]))
    page.get_by_text("What counts is the version of each that was live then").wait_for()
    assert overhang(page) <= 0
    assert faults(page, within=".studio-verdicts") == []
    assert page.get_by_role("link", name=flow.workflow_name, exact=True).is_visible()
