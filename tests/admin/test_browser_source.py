"""A source's page in a real browser: the refused requests with their reasons, and a secret that changes."""

from typing import Any

import pytest
from django.utils import timezone

from opsflows.events.create_source import create_source
from opsflows.events.models import Source
from tests.admin.addresses import page
from tests.admin.world import SECRET, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def source(alpha: World) -> Source:
    now = timezone.now()
    return create_source(
        actor=alpha.actor, account=alpha.account, name="Shop", connector="github", secret=SECRET, now=now
    )


def test_a_refused_request_shows_its_reason(visit: Any, opened: Any, live_server: Any, source: Source) -> None:
    assert visit(page(source)).get_by_text("Nothing was refused.").is_visible()
    answer = opened.request.post(live_server.url + source.path, data={"action": "opened"})
    assert answer.status == 401
    shown = visit(page(source))
    assert shown.get_by_text("There was no signature").first.is_visible()
    assert shown.get_by_text("1 time in one hour").is_visible()
    assert shown.get_by_text("The X-Hub-Signature-256 header is missing").is_visible()
    shown = visit("/admin/events/source/")
    assert shown.get_by_text("1 refused in 24 h, none accepted").is_visible()


def test_a_secret_is_replaced_without_a_gap(visit: Any, source: Source) -> None:
    shown = visit(page(source))
    shown.get_by_role("link", name="Add a secret").click()
    shown.get_by_label("Secret").fill("the next one")
    shown.get_by_label("Label").fill("March")
    shown.get_by_role("button", name="Add a secret").click()
    shown.wait_for_url(f"**{page(source)}")
    assert shown.get_by_text("its value is never shown").count() == 2
    shown.get_by_role("link", name="Retire a secret").click()
    [old] = source.secrets.exclude(label="March")
    shown.get_by_label("Secret").select_option(str(old.pk))
    shown.get_by_role("button", name="Retire a secret").click()
    shown.wait_for_url(f"**{page(source)}")
    assert shown.get_by_text("its value is never shown").count() == 1
    assert "the next one" not in shown.content()
    assert [secret.value for secret in source.secrets.all()] == ["the next one"]
