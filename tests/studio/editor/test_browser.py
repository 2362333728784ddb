"""The editor by keyboard: after each answer the keyboard stands where a person expects it, and nothing fails unsaid."""

from typing import Any

import pytest
from playwright.sync_api import expect

from opsflows.studio.drafts.outline import outline
from tests.admin.conftest import signed_in
from tests.admin.world import World
from tests.studio.conftest import faults
from tests.studio.editor.hands import Hands
from tests.studio.editor.pages import address, draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _press(hands: Hands, selector: str, key: str = "Enter") -> None:
    with hands.settled():
        hands.page.locator(selector).press(key)


def test_the_keyboard_stands_where_it_is_expected(visit: Any, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task", "set")
    page = visit(address("edit", workflow))
    hands = Hands(page)

    _press(hands, "#down-a1")
    _press(hands, "#down-a1")
    # It is the last now and cannot go further.
    expect(page.locator("#edit-a1")).to_be_focused()
    _press(hands, "#edit-a1")
    expect(page.locator(".studio-open h3")).to_be_focused()
    _press(hands, ".studio-open [data-leave]")
    expect(page.locator("#edit-a1")).to_be_focused()

    _press(hands, "#more-a1")
    expect(page.locator("summary#more-a1")).to_be_focused()
    assert faults(page, within="#studio-editor") == []
    page.keyboard.press("Escape")
    expect(page.locator("#more-a1")).to_be_focused()
    expect(page.locator(".studio-menu[open]")).to_have_count(0)
    page.keyboard.press("Enter")
    _press(hands, "#copy-a1")
    expect(page.locator("#edit-a4")).to_be_focused()
    _press(hands, "#undo")
    expect(page.locator("#undo")).to_be_focused()

    _press(hands, "#add-a2-done")
    expect(page.get_by_label("Search the kinds of steps")).to_be_focused()
    with hands.settled():
        page.get_by_role("link", name="Cancel").press("Enter")
    expect(page.locator("#add-a2-done")).to_be_focused()

    _press(hands, "#more-a2")
    with hands.settled():
        page.get_by_role("link", name="Delete…").press("Enter")
    with hands.settled():
        page.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(page.locator("#edit-a3")).to_be_focused()
    workflow.refresh_from_db()
    assert [each.node_id for each in outline(workflow.workflow_data).steps] == ["a3", "a1"]


def test_what_the_server_refuses_is_said(visit: Any, alpha: World) -> None:
    page = visit(address("edit", draft(alpha, "slack")))
    for event, detail, words in (
        ("sendError", "{}", "cannot be reached"),
        ("responseError", "{xhr: {status: 403}}", "you may not do this"),
        ("responseError", "{xhr: {status: 500}}", "Try it again"),
    ):
        page.evaluate(
            f"document.body.dispatchEvent(new CustomEvent('htmx:{event}', {{bubbles: true, detail: {detail}}}))"
        )
        expect(page.locator(".studio-notice")).to_contain_text(words)


def test_without_scripts_buttons_and_links_do_the_same(browser: Any, live_server: Any, alpha: World) -> None:
    workflow = draft(alpha, "slack", "set")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.set_default_timeout(10_000)
    session = signed_in(alpha.admin).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + address("edit", workflow))
    page.locator("#more-a1").click()
    page.locator("#copy-a1").click()
    expect(page.locator(".studio-notice")).to_contain_text("Copied")
    page.locator("#undo").click()
    expect(page.locator(".studio-notice")).to_contain_text("Undone")
    page.locator("#edit-a1").click()
    page.get_by_label("Message").fill("By hand")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#step-a1")).to_contain_text("By hand")
    context.close()
