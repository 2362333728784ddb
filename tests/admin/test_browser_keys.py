"""The keys: they lead where the list says, walk through lists, and leave those alone who type."""

from typing import Any

import pytest
from django.utils import timezone

from opsflows.messages.models import Notification
from opsflows.messages.notify import notify
from opsflows.runs.models import Execution
from tests.admin.addresses import page
from tests.admin.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WAYS = {
    "h": "/admin/",
    "e": "/admin/events/event/",
    "r": "/admin/runs/execution/",
    "w": "/admin/workflows/workflow/",
    "t": "/admin/records/task/",
    "s": "/admin/events/source/",
    "n": "/admin/ops_messages/notification/",
}


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_g_and_a_letter_lead_there(visit: Any, live_server: Any) -> None:
    shown = visit("/admin/")
    for letter, url in WAYS.items():
        press(shown, "g", letter)
        shown.wait_for_url(live_server.url + url)
        shown.wait_for_function("window.Alpine !== undefined")


def test_the_list_of_keys_is_shown_and_leads_there(visit: Any, live_server: Any) -> None:
    shown = visit("/admin/")
    listed = shown.get_by_role("dialog", name="Keys")
    press(shown, "?")
    assert listed.is_visible()
    # While it is open, keys are its own.
    press(shown, "g", "e")
    press(shown, "Escape")
    assert not listed.is_visible()
    shown.get_by_role("button", name="Show the keys").click()
    listed.get_by_role("link", name="Runs").click()
    shown.wait_for_url(live_server.url + WAYS["r"])


def test_j_and_k_walk_through_a_list_and_enter_opens(visit: Any, alpha: World) -> None:
    workflow = alpha.workflow("w")
    older, newer = [alpha.run(workflow, alpha.event()) for _ in range(2)]
    shown = visit("/admin/runs/execution/")
    focused = "document.activeElement.pathname"
    press(shown, "j")
    assert shown.evaluate(focused) == page(newer)
    press(shown, "j", "j")
    assert shown.evaluate(focused) == page(older)
    press(shown, "k")
    assert shown.evaluate(focused) == page(newer)
    press(shown, "j", "Enter")
    shown.wait_for_url(f"**{page(older)}")
    assert Execution.objects.count() == 2


def test_who_types_is_left_alone(visit: Any) -> None:
    shown = visit("/admin/events/event/")
    press(shown, "/")
    shown.keyboard.type("g eg?jk/")
    assert shown.get_by_label("Search").input_value() == "g eg?jk/"
    assert not shown.get_by_role("dialog", name="Keys").is_visible()
    assert shown.url.endswith("/admin/events/event/")


def test_keys_of_the_browser_stay_its_own(visit: Any) -> None:
    shown = visit("/admin/")
    shown.evaluate("() => { taken = []; addEventListener('keydown', (key) => taken.push(key.defaultPrevented)) }")
    # With Control, and then without a g before it.
    press(shown, "g", "Control+b", "e")
    assert shown.evaluate("taken") == [False] * 4


def test_notifications_are_counted_until_they_are_read(visit: Any, alpha: World) -> None:
    for title in ("A deal was won", "A task is yours"):
        notify(account_id=alpha.account.pk, users=[alpha.admin], title=title, now=timezone.now())
    shown = visit("/admin/")
    assert shown.get_by_role("link", name="Notifications 2 new", exact=True).is_visible()
    shown.get_by_role("link", name="2 new notifications").click()
    shown.get_by_role("link", name="A deal was won").click()
    shown.get_by_role("link", name="Mark as read").click()
    shown.get_by_role("button", name="Mark as read").click()
    shown.get_by_text("Marked as read.").wait_for()
    assert shown.get_by_role("link", name="Notifications 1 new", exact=True).is_visible()
    visit("/admin/ops_messages/notification/").get_by_role("button", name="Mark all as read").click()
    shown.get_by_text("All is marked as read.").wait_for()
    assert shown.locator(".ops-count").count() == 0
    assert not Notification.objects.filter(read_at=None).exists()
