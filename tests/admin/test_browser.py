"""The admin in a real browser: no page breaks the content policy, asks another host for anything or logs an error."""

from typing import Any

import pytest
from django.test import Client

from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from tests.admin.addresses import MODELS, act, listing, page
from tests.admin.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def opened(page: Any, live_server: Any, alpha: World) -> Any:
    """Chromium, signed in as alpha's administrator."""
    client = Client()
    client.force_login(alpha.admin)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    return page


def test_no_page_breaks_the_policy(opened: Any, live_server: Any, alpha: World) -> None:
    alpha.add(1)
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda asked: None if asked.url.startswith(live_server.url) else complaints.append(asked.url))
    run, workflow = Execution.objects.get(), Workflow.objects.get()
    urls = ["/admin/", *map(listing, MODELS), page(run), page(workflow), act(run, "cancel")]
    for url in urls:
        opened.goto(live_server.url + url)
        opened.wait_for_function("window.Alpine !== undefined")
        assert complaints == [], url


def test_a_phone_needs_no_sideways_scrolling(opened: Any, live_server: Any, alpha: World) -> None:
    alpha.add(1)
    opened.set_viewport_size({"width": 390, "height": 800})
    for url in ("/admin/", "/admin/runs/execution/", page(Execution.objects.get()), page(Workflow.objects.get())):
        opened.goto(live_server.url + url)
        wide = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, url


def test_a_choice_filters_at_once_and_a_click_copies(opened: Any, live_server: Any, alpha: World) -> None:
    alpha.add(2)
    opened.goto(f"{live_server.url}/admin/runs/execution/")
    opened.select_option("select[name=status]", "failed")
    opened.wait_for_url("**/admin/runs/execution/?status=failed")
    assert opened.get_by_text("Nothing matches").is_visible()
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run = Execution.objects.first()
    assert run is not None
    opened.goto(live_server.url + page(run))
    opened.locator("[data-copy]").click()
    opened.wait_for_selector(".ops-copied")
    assert opened.evaluate("navigator.clipboard.readText()") == str(run.pk)
