"""The admin in a real browser: no page breaks the content policy, asks another host for anything or logs an error."""

from typing import Any

import pytest
from django.db.models import Model

from opsflows.runs.models import Execution
from tests.admin.addresses import MODELS, act, listing, page
from tests.admin.conftest import overhang
from tests.admin.world import World

PHONE = {"width": 390, "height": 800}

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_page_breaks_the_policy(visit: Any, alpha: World) -> None:
    alpha.add(1)
    run = Execution.objects.get()
    for url in ["/admin/", *map(listing, MODELS), act(run, "cancel"), *map(page, own_rows(alpha))]:
        visit(url)


def test_a_phone_needs_no_sideways_scrolling(visit: Any, opened: Any, alpha: World) -> None:
    alpha.add(1)
    opened.set_viewport_size(PHONE)
    for url in ["/admin/", *map(listing, MODELS), *map(page, own_rows(alpha))]:
        assert overhang(visit(url)) <= 0, url


def test_a_phone_shows_no_label_of_a_box_that_is_not_there(visit: Any, opened: Any, alpha: World) -> None:
    alpha.add(1)
    opened.set_viewport_size(PHONE)
    first = visit("/admin/events/rejection/").locator("#result_list tbody td").first
    assert first.evaluate("cell => getComputedStyle(cell, '::before').content") == "none"


def own_rows(world: World) -> list[Model]:
    """One row of every model that an account has."""
    found = [model._default_manager.filter(account=world.account).first() for model in MODELS if has_account(model)]
    return [row for row in found if row is not None]


def has_account(model: type[Model]) -> bool:
    return "account" in {field.name for field in model._meta.get_fields()}


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
