"""The form of a schedule in a real browser: it shows what belongs to the choice, and what the choice comes to."""

from typing import Any

import pytest

from opsflows.schedules.models import Schedule
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import _served, alpha, live_server, opened, overhang, visit
from tests.admin.world import World

__all__ = ["_served", "alpha", "live_server", "opened", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 800}


def test_the_form_follows_the_choices(visit: Any, alpha: World) -> None:
    form = visit(adding(Schedule))
    form.fill("[name=name]", "Weekly figures")
    assert not form.locator("[name=cron]").is_visible()
    assert not form.locator("[name=workflow]").is_visible()
    assert form.locator(".ops-preview li").count() == 5
    form.select_option("[name=when]", "weekly")
    assert form.locator("[name=weekdays]").first.is_visible()
    form.fill("[name=at]", "09:15")
    form.check("[name=weekdays][value='4']")
    form.wait_for_selector("text=Every Monday and Thursday at 09:15")
    form.select_option("[name=when]", "custom")
    assert not form.locator("[name=at]").is_visible()
    form.fill("[name=cron]", "0 99 * * *")
    form.wait_for_selector(".ops-preview >> text=“99” does not lie between 0 and 23")
    form.fill("[name=cron]", "0 9 * * fri#1")
    form.wait_for_selector("text=By the cron text 0 9 * * fri#1")
    form.fill("[name=event_name]", "figures.weekly")
    form.click("[data-more]")
    form.locator("[name=data-name]").last.fill("day")
    form.locator("[name=data-value]").last.fill("{{today}}")
    form.click("button[type=submit].ops-primary")
    form.wait_for_url(f"**{listing(Schedule)}*/change/")
    schedule = Schedule.objects.get()
    assert (schedule.cron, schedule.data) == ("0 9 * * fri#1", {"day": "{{today}}"})


def test_on_a_phone_nothing_stands_out(visit: Any, opened: Any, alpha: World) -> None:
    alpha.add(1)
    opened.set_viewport_size(PHONE)
    schedule = Schedule.objects.filter(account=alpha.account).first()
    assert schedule is not None
    for url in (adding(Schedule), listing(Schedule), page(schedule), act(schedule, "edit")):
        assert overhang(visit(url)) <= 0, url
