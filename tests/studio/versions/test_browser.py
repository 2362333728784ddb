"""Bringing an older version back, in a real browser, wide and on a phone."""

from typing import Any

import pytest

from opsflows.workflows.models import Workflow
from tests.admin.conftest import overhang
from tests.admin.world import World
from tests.studio.conftest import faults
from tests.studio.versions.test_versions import SLACK, page, publish_as, rule

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_restore_and_publish(visit: Any, opened: Any, alpha: World, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 844})
    made = alpha.workflow("Deals", actions=[SLACK])
    workflow = publish_as(alpha, made, rule(150000, SLACK, {"type": "create_task", "title": "Call"}))
    shown = visit(page("versions", workflow))
    assert (faults(shown, within="#content"), overhang(shown)) == ([], 0)
    shown.get_by_role("link", name="Version 1", exact=True).click()
    assert (faults(shown, within="#content"), overhang(shown)) == ([], 0)
    shown.get_by_role("button", name="Restore version 1").click()
    shown.get_by_text("Changed in the draft").wait_for()
    assert overhang(shown) == 0
    shown.locator("#restore + div").get_by_role("link", name="Publish").click()
    shown.get_by_text("Only if value is greater than 150,000 → 100,000").wait_for()
    assert (faults(shown, within="#content"), overhang(shown)) == ([], 0)
    shown.get_by_label("What has changed").fill("Back to the first")
    shown.get_by_role("button", name="Publish").click()
    shown.get_by_text("Live: version 3").wait_for()
    assert (faults(shown, within="#content"), overhang(shown)) == ([], 0)
    version = Workflow.objects.get().published_version
    assert version is not None
    assert (version.number, version.note) == (3, "Back to the first")
