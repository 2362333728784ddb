"""The gallery on a phone: nothing stands out, the picture scrolls in its own box, “Use this” leads to a draft."""

from typing import Any

import pytest

from opsflows.workflows.models import Workflow
from tests.admin.world import World
from tests.studio.conftest import faults, overhang

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_on_a_phone(visit: Any, phone: Any, alpha: World) -> None:
    shown = visit("/admin/studio/gallery/?q=lead")
    card = shown.locator("#flow-lead-alert-by-priority")
    card.get_by_text("The flow as a picture").click()
    box = card.locator(".studio-picture-box")
    assert box.is_visible()
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    # It begins in the middle of a picture that is wider than the box.
    begins = box.locator(".studio-node-trigger")
    start, seen = begins.evaluate(
        "begins => [begins, begins.closest('.studio-picture-box')].map(each => each.getBoundingClientRect().toJSON())"
    )
    assert seen["left"] <= start["left"] <= start["right"] <= seen["right"]
    assert overhang(shown) == 0
    assert faults(shown) == []
    shown.evaluate("document.documentElement.classList.add('dark')")
    assert faults(shown, within="#flow-lead-alert-by-priority") == []
    card.get_by_role("button", name="Use this: Lead Alert by Priority").click()
    shown.wait_for_url(lambda url: "gallery" not in url)
    workflow = Workflow.objects.get(account=alpha.account)
    assert workflow.workflow_name == "Lead Alert by Priority"

    # What to fill in, and a step of it; then a trial with the flow's own event.
    shown.get_by_role("heading", name="Put in before you publish").wait_for()
    assert overhang(shown) == 0
    assert faults(shown) == []
    shown.get_by_role("link", name="Text the VP of sales").click()
    shown.wait_for_url(f"**/{workflow.pk}/edit/steps/text_vp/")
    shown.go_back()
    shown.get_by_role("button", name="Test it with an example").click()
    shown.get_by_text("The run ends").wait_for()
