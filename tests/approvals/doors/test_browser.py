"""A person reads the mail on a phone, opens its link in a real browser, and decides."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from opsflows.approvals.models import ApprovalDecision
from tests.admin.conftest import overhang
from tests.approvals.doors.conftest import deliver
from tests.approvals.doors.letters import link
from tests.approvals.office import Office, fresh
from tests.messages.conftest import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_mailed_link_decides_on_a_phone(
    office: Office, mailbox: Mailbox, page: Any, live_server: LiveServer
) -> None:
    complaints: list[str] = []
    # A refused form is answered with 400, which Chromium reports.
    page.on("console", lambda said: complaints.append(said.text) if "status of 400" not in said.text else None)
    page.on("request", lambda asked: None if asked.url.startswith(live_server.url) else complaints.append(asked.url))
    referrers: list[str | None] = []
    page.on("request", lambda asked: referrers.append(asked.all_headers().get("referer")))
    page.set_viewport_size({"width": 390, "height": 844})
    now = timezone.now()
    request = office.ask({"name": "Finance", "approvers": ["bob"], "timeout": "48 hours"}, amount="1250.50", now=now)
    deliver(now)
    [message] = mailbox.messages

    page.goto(live_server.url + link(message, "reject"))
    assert overhang(page) <= 0
    button = page.get_by_role("button")
    assert button.inner_text() == "Reject"
    button.click()
    page.get_by_text("Say why").wait_for()
    assert not ApprovalDecision.objects.exists()

    page.locator(".choices label", has_text="Approve").click()
    assert button.inner_text() == "Approve"
    page.get_by_label("Comment").fill("Fine")
    button.click()
    page.get_by_text("Thank you, this is decided").wait_for()
    assert overhang(page) <= 0
    assert fresh(request).state == "approved"
    assert ApprovalDecision.objects.get().comment == "Fine"

    page.goto(live_server.url + link(message, "approve"))
    assert page.get_by_text("Already decided").is_visible()
    assert complaints == []
    assert not [each for each in referrers if each and "/decide/" in each]
