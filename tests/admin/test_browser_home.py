"""The first page in a real browser: empty, filled, on a phone, in the dark; and where its links lead."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from opsflows.insights.models import HourlyCount
from opsflows.runs.models import Execution
from tests.admin.addresses import page
from tests.admin.conftest import overhang
from tests.admin.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "Tell: The other side answered 404, which a repeat would not change."
DRAWN = """() => {
  const canvas = document.querySelector("canvas[data-table]");
  const empty = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  return canvas.toDataURL() !== empty.toDataURL();
}"""
CHART = "Chart.getChart(document.querySelector('canvas[data-table]'))"
READY = f"() => {CHART} !== undefined"
SERIES = f"() => {CHART}.data.datasets.map((each) => each.data)"
COLOURS = f"() => {CHART}.data.datasets.map((each) => each.backgroundColor)"


@pytest.fixture
def busy(alpha: World) -> Execution:
    """An account in which one of everything is there, and a run failed; the run."""
    alpha.add(1)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - datetime.timedelta(hours=3)
    for metric, count in (("events", 1200), ("runs", 700), ("failed", 2)):
        HourlyCount.objects.create(account=alpha.account, hour=hour, metric=metric, settled=count, count=count)
    alpha.run(alpha.workflow("w"), alpha.event(), status="needs_attention")
    run = alpha.run(alpha.workflow("Deals"), alpha.event(), status="failed", steps=0)
    Execution.objects.filter(pk=run.pk).update(error_message=REASON)
    alpha.step(run, "a1", step_status="failed", error_message=REASON.removeprefix("Tell: "))
    return run


def test_an_empty_account_says_what_to_do_first(visit: Any) -> None:
    shown = visit("/admin/")
    assert shown.get_by_role("heading", name="First steps").is_visible()
    assert shown.get_by_role("link", name="Create a source").is_visible()
    for sentence in ("Nothing waits for you.", "No worker is alive.", "Nothing happened.", "None failed."):
        assert shown.get_by_text(sentence).is_visible(), sentence
    assert shown.locator("canvas").count() == 0


def test_the_chart_is_drawn_from_its_table(visit: Any, busy: Execution) -> None:
    shown = visit("/admin/")
    shown.wait_for_function(READY)
    assert shown.evaluate(DRAWN)
    events, runs, failed = shown.evaluate(SERIES)
    assert (len(events), max(events), max(runs), max(filter(None, failed))) == (24, 1200, 700, 2)
    table = shown.get_by_role("table")
    assert not table.is_visible()
    shown.get_by_text("As a table").click()
    assert table.get_by_role("row").count() == 25
    assert table.get_by_role("cell", name="1,200").is_visible()


def test_from_a_failure_to_its_run(visit: Any, busy: Execution) -> None:
    shown = visit("/admin/")
    failed = shown.locator("#failed")
    assert failed.get_by_text(REASON).is_visible()
    failed.get_by_role("link", name="the newest").click()
    shown.wait_for_url(f"**{page(busy)}")
    assert shown.get_by_text("What to do:").is_visible()


def test_what_needs_you_leads_there(visit: Any, busy: Execution) -> None:
    ways = {
        "1 run waits for your decision": "/admin/runs/execution/?status=needs_attention",
        "1 event is set aside": "/admin/events/routingfailure/?state=waiting",
        "1 task is yours": "/admin/records/task/",
    }
    for sentence, url in ways.items():
        shown = visit("/admin/")
        shown.get_by_role("link", name=sentence).click()
        shown.wait_for_url(f"**{url}")


def test_a_number_leads_to_its_list(visit: Any, busy: Execution) -> None:
    shown = visit("/admin/")
    shown.get_by_role("link", name="Runs failed").click()
    shown.wait_for_url("**/admin/runs/execution/?status=failed&when=day")
    assert shown.locator("#result_list tbody tr").count() == 1


def test_on_a_phone(visit: Any, opened: Any, busy: Execution) -> None:
    opened.set_viewport_size({"width": 390, "height": 844})
    shown = visit("/admin/")
    assert overhang(shown) <= 0
    assert shown.locator(".ops-canvas").bounding_box()["width"] > 300
    assert shown.get_by_title("Notifications").is_visible()
    shown.get_by_text("As a table").click()
    assert overhang(shown) <= 0


def test_in_the_dark_the_chart_is_lighter(visit: Any, opened: Any, busy: Execution) -> None:
    opened.emulate_media(color_scheme="light")
    light = colours(visit("/admin/"))
    opened.emulate_media(color_scheme="dark")
    dark = colours(visit("/admin/"))
    assert opened.evaluate("document.documentElement.classList.contains('dark')")
    assert all(first != second for first, second in zip(light, dark, strict=True))


def test_the_chart_follows_the_theme_as_it_is_switched(visit: Any, opened: Any, busy: Execution) -> None:
    opened.emulate_media(color_scheme="light")
    before = colours(visit("/admin/"))
    # unfold's own key for it: from the system's theme to light, from there to dark.
    for _ in range(2):
        opened.keyboard.press("Control+e")
    opened.wait_for_selector("html.dark")
    opened.wait_for_function(f"(before) => JSON.stringify(({COLOURS})()) !== JSON.stringify(before)", arg=before)


def colours(page: Any) -> list[str]:
    """Of the chart's series."""
    page.wait_for_function(READY)
    found: list[str] = page.evaluate(COLOURS)
    return found
