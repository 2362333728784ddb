"""The pages of upkeep that are no list and no row's page, in a real browser: policy, phone, and the chart."""

from typing import Any

import pytest
from django.utils import timezone

from opsflows.insights.models import HourlyCount
from opsflows.insights.stretch import hour_of
from opsflows.upkeep.models import RetentionPolicy
from tests.admin.conftest import _served, alpha, live_server, opened, overhang, visit
from tests.admin.world import World

__all__ = ["_served", "alpha", "live_server", "opened", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SUMMARY = "/admin/upkeep/summarychoice/summary/"


def test_on_a_phone_nothing_stands_out(visit: Any, opened: Any, alpha: World) -> None:
    alpha.add(1)
    opened.set_viewport_size({"width": 390, "height": 800})
    policy = RetentionPolicy.id_of(alpha.account.pk, "events")
    decide = f"/admin/upkeep/retentionpolicy/{policy}/decide/"
    for url in (SUMMARY, "/admin/queue/job/now/retention.clean/", decide):
        assert overhang(visit(url)) <= 0, url


def test_the_chart_shows_the_days_hours(visit: Any, alpha: World) -> None:

    hour = hour_of(timezone.now(), alpha.account.zone)
    HourlyCount.objects.create(account=alpha.account, hour=hour, metric="events", count=7)
    today = timezone.localtime(hour, alpha.account.zone).date()
    page = visit(f"{SUMMARY}?day={today}")
    page.wait_for_function("window.Chart && Chart.getChart(document.querySelector('canvas'))")
    data = page.evaluate(
        "(({labels, datasets}) => [labels, datasets[0].data])(Chart.getChart(document.querySelector('canvas')).data)"
    )
    assert dict(zip(*data, strict=True))[f"{timezone.localtime(hour, alpha.account.zone):%H:%M}"] == 7


def test_a_person_stops_the_mails_with_one_click(visit: Any, alpha: World) -> None:
    page = visit(SUMMARY)
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("gets no summary any more").wait_for()
    assert page.get_by_role("button", name="Send it").is_visible()
