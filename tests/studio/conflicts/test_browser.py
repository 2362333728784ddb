"""The list of workflows, searched, and a workflow's overview with what was proven of it: on a desk and on a phone."""

from typing import Any

import pytest
from django.utils import timezone

from opsflows.workflows.models import Workflow
from opsflows.workflows.set_tags import set_tags
from tests.admin.addresses import listing, page
from tests.admin.conftest import overhang
from tests.admin.world import World
from tests.studio.conftest import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def some(alpha: World) -> Workflow:
    def stage(value: str) -> dict[str, Any]:
        return {"type": "update_record", "recordType": "deal", "recordKey": "{{id}}", "data": {"stage": value}}

    alpha.workflow("Mark lost deals", actions=[stage("lost")], conditions=None)
    mine = alpha.workflow("Mark won deals", live=False, actions=[
        stage("won"), {"type": "create_task", "title": "Send the welcome package"},
        {"type": "emit_event", "event": "alpha.happened", "payload": {"value": "{{value}}"}},
    ])  # fmt: skip
    set_tags(actor=alpha.actor, workflow=mine, tags=["deals", "quarter end"], now=timezone.now())
    return mine


def looks(opened: Any, url: str) -> list[str]:
    """What is wrong with the page at both widths, in light and dark."""
    wrong: list[str] = []
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
        opened.set_viewport_size({"width": width, "height": 844})
        opened.emulate_media(color_scheme=scheme)
        opened.reload()
        opened.wait_for_function("window.Alpine !== undefined")
        found = faults(opened)
        wrong += [f"{width} {scheme}: {each}" for each in found]
        if overhang(opened) > 0:
            wrong.append(f"{width} {scheme}: {url} stands out by {overhang(opened)} pixels")
    return wrong


def test_search_and_overview(visit: Any, alpha: World) -> None:
    mine = some(alpha)
    browser = visit(listing(Workflow))
    browser.get_by_label("Search").fill("welcome deals")
    browser.keyboard.press("Enter")
    browser.get_by_text("Step “Create a task”: Send the welcome package").wait_for()
    assert browser.get_by_role("link", name="Mark lost deals").count() == 0
    assert looks(browser, "list") == []
    browser.set_viewport_size({"width": 1280, "height": 844})
    browser.get_by_role("link", name="Mark won deals").click()
    browser.get_by_text("Two workflows write the same field.").wait_for()
    browser.get_by_text("It can start itself again").wait_for()
    assert page(mine) in browser.url
    assert looks(browser, "overview") == []
