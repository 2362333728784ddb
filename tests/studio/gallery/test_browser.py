"""The gallery on a phone: nothing stands out, the picture scrolls in its own box, and “Use this” leads to a draft."""

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
    assert overhang(shown) == 0
    assert faults(shown) == []
    shown.evaluate("document.documentElement.classList.add('dark')")
    assert faults(shown, within="#flow-lead-alert-by-priority") == []
    card.get_by_role("button", name="Use this: Lead Alert by Priority").click()
    shown.wait_for_url(lambda url: "gallery" not in url)
    assert Workflow.objects.get(account=alpha.account).workflow_name == "Lead Alert by Priority"
