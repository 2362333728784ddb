"""Forty seconds on a phone, and a morning's work with the keyboard: people decide in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from opsflows.approvals.models import ApprovalComment, ApprovalDecision
from tests.approvals.office import Office, fresh
from tests.approvals.pages.conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MANAGER = {"name": "Manager", "approvers": ["manager"], "timeout": "2 days"}
PHONE = {"width": 390, "height": 844}
Visit = Callable[[str], Any]


@pytest.fixture
def visit(page: Any, live_server: LiveServer, office: Office) -> Iterator[Visit]:
    """Chromium before Max. Errors, a broken policy, strange hosts and what stands out sideways fail the test."""
    complaints: list[str] = []
    # That an answer was 400 is said by the browser itself.
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type in ("error", "warning") and "status of 400" not in said.text
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(live_server.url) else complaints.append(asked.url))
    cookie = signed_in(office.people["max"]).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    def go(url: str) -> Any:
        page.goto(live_server.url + url)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, url
        return page

    yield go
    assert complaints == [], page.url


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_on_a_phone_a_decision_is_two_taps_away(visit: Visit, page: Any, office: Office) -> None:
    request = office.ask(MANAGER, title="Standing desks for the new team room on the third floor", amount="4850")
    page.set_viewport_size(PHONE)
    visit("/inbox/").get_by_role("link", name="Standing desks").click()
    approve = page.get_by_role("button", name="Approve")
    page.get_by_label("Comment on your decision").fill("Go ahead.")
    # In sight without scrolling, and large enough for a thumb.
    box = approve.bounding_box()
    assert box["y"] + box["height"] <= PHONE["height"]
    assert box["height"] >= 40
    approve.click()
    page.get_by_text("You approved “Standing desks").wait_for()
    assert fresh(request).state == "approved"
    assert ApprovalDecision.objects.get().comment == "Go ahead."


def test_on_a_phone_a_rejection_is_asked_why_and_nothing_is_lost(visit: Visit, page: Any, office: Office) -> None:
    request = office.ask(MANAGER, title="A yacht")
    page.set_viewport_size(PHONE)
    visit(f"/inbox/{request.pk}/").get_by_role("button", name="Reject").click()
    page.get_by_text("Say why").wait_for()
    page.get_by_label("Comment on your decision").fill("We have one.")
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("You rejected").wait_for()
    assert fresh(request).state == "rejected"


def test_by_keyboard_alone(visit: Visit, page: Any, office: Office, live_server: LiveServer) -> None:
    first, second = (office.ask(MANAGER, title=title) for title in ("First", "Second"))
    visit("/inbox/")
    press(page, "j", "j", "k")
    assert "First" in page.evaluate("document.activeElement.textContent")
    press(page, "j", "r")
    page.wait_for_url(f"**/inbox/{second.pk}/#reject")
    page.keyboard.type("No r and a here")
    press(page, "Control+Enter")
    page.get_by_text("You rejected").wait_for()
    assert fresh(second).state == "rejected"
    assert ApprovalDecision.objects.get().comment == "No r and a here"
    press(page, "g", "w")
    page.wait_for_url(f"{live_server.url}/inbox/")
    press(page, "j", "o")
    page.wait_for_url(f"**/inbox/{first.pk}/")
    press(page, "c")
    page.keyboard.type("Who pays?")
    press(page, "Control+Enter")
    page.get_by_text("Your comment is there.").wait_for()
    assert ApprovalComment.objects.get().text == "Who pays?"
    press(page, "a", "Control+Enter")
    page.get_by_text("You approved").wait_for()
    assert fresh(first).state == "approved"


def test_keys_lead_where_the_list_of_keys_says(
    visit: Visit, page: Any, office: Office, live_server: LiveServer
) -> None:
    office.ask(MANAGER)
    visit("/inbox/")
    for letter, url in (("r", "requested/"), ("t", "team/"), ("d", "done/"), ("w", "")):
        press(page, "g", letter)
        page.wait_for_url(f"{live_server.url}/inbox/{url}")
    press(page, "?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    press(page, "Escape")
    page.get_by_role("dialog", name="Keys").wait_for(state="hidden")
    press(page, "/")
    page.keyboard.type("jo?")
    assert page.get_by_label("Search").input_value() == "jo?"


def test_several_at_once(visit: Visit, page: Any, office: Office) -> None:
    requests = [office.ask(MANAGER, title=f"Number {number}.") for number in range(3)]
    page.set_viewport_size(PHONE)
    visit("/inbox/")
    approve = page.get_by_role("button", name="Approve")
    assert not approve.is_visible()
    press(page, "j", "x", "j", "x")
    page.get_by_text("2 ticked").wait_for()
    approve.click()
    page.get_by_text("You approved 2").wait_for()
    assert sorted(fresh(request).state for request in requests) == ["approved", "approved", "waiting"]


def test_without_scripts_everything_works(browser: Any, live_server: LiveServer, office: Office) -> None:
    request = office.ask(MANAGER, title="Standing desk")
    other = office.ask(MANAGER, title="Lamp")
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    cookie = signed_in(office.people["max"]).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    plain = context.new_page()
    plain.goto(f"{live_server.url}/inbox/{request.pk}/")
    plain.get_by_role("button", name="Approve").click()
    plain.get_by_text("You approved").wait_for()
    plain.goto(f"{live_server.url}/inbox/")
    plain.get_by_label("Tick Lamp").check()
    plain.get_by_role("button", name="Approve").click()
    plain.get_by_text("You approved 1").wait_for()
    context.close()
    assert (fresh(request).state, fresh(other).state) == ("approved", "approved")


def test_the_dark_page_is_dark(visit: Visit, page: Any, office: Office) -> None:
    shade = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = visit("/inbox/").evaluate(shade)
    page.emulate_media(color_scheme="dark")
    assert visit("/inbox/").evaluate(shade) != light
