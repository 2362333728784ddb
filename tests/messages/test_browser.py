"""Templates, recipients and notifications in a real browser: the preview follows what is typed, the policy holds."""

import os
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from opsflows.accounts.models import Recipient, Team
from opsflows.messages.models import MessageTemplate, Notification
from tests.admin.addresses import act, adding, listing
from tests.admin.addresses import page as page_of
from tests.admin.conftest import _served, alpha, live_server
from tests.admin.world import World

__all__ = ["_served", "alpha", "live_server"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def opened(page: Any, live_server: Any, alpha: World, complaints: list[str]) -> Any:
    """Chromium, signed in as alpha's administrator, which notes what it complains about."""
    client = Client()
    client.force_login(alpha.admin)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    call_command("loaddata", "message_templates", verbosity=0)
    return page


def test_the_preview_follows_what_is_typed(opened: Any, live_server: Any, complaints: list[str]) -> None:
    opened.goto(live_server.url + act(MessageTemplate.objects.get(name="high-value-deal"), "make-own"))
    assert "requiring executive approval" in opened.inner_text("#preview")
    opened.fill("textarea[name=body]", "{{#if value > 1000000}}Huge{{else}}Fine, {{customerName}}{{/if}}")
    opened.wait_for_function("document.getElementById('preview').innerText.includes('Fine, Northwind Traders')")
    opened.fill("textarea[name=body]", "{{#if value")
    opened.wait_for_function("document.getElementById('preview').innerText.includes('not closed')")
    assert complaints == []
    assert MessageTemplate.objects.filter(name="high-value-deal").count() == 1


def test_a_recipients_form_shows_what_was_chosen(opened: Any, live_server: Any, complaints: list[str]) -> None:
    opened.goto(live_server.url + page_of(Recipient.objects.get(name="engineering_lead")))
    assert not opened.is_visible("select[name=team]")
    opened.select_option("select[name=stands_for]", "addresses")
    opened.fill("textarea[name=addresses]", "lead@example.org")
    opened.click("[name=_save]")
    opened.wait_for_url(f"**{listing(Recipient)}")
    assert Recipient.objects.get(name="engineering_lead").addresses == "lead@example.org"
    assert complaints == []


def test_pages_keep_to_the_policy_and_fit_a_phone(
    opened: Any, live_server: Any, alpha: World, complaints: list[str]
) -> None:
    alpha.add(1)
    news = Notification.objects.filter(user=alpha.admin).latest("id")
    template, team = MessageTemplate.objects.get(name="welcome"), Team.objects.get()
    urls = [
        listing(Notification),
        page_of(news),
        listing(MessageTemplate),
        page_of(template),
        adding(MessageTemplate),
        page_of(team),
        listing(Recipient),
        page_of(Recipient.objects.filter(team=team).get()),
    ]
    for width in (1280, 390):
        opened.set_viewport_size({"width": width, "height": 900})
        for number, url in enumerate(urls):
            opened.goto(live_server.url + url)
            opened.wait_for_function("window.Alpine !== undefined")
            if os.environ.get("SHOTS"):
                opened.screenshot(path=f"/tmp/shots_msg/{width}-{number}.png", full_page=True)
            wide = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, url
            assert complaints == [], url
