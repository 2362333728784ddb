"""A form set up and filled in on a phone, without a script, and with a file and a mistake on the way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from opsflows.accounts.models import User
from opsflows.approvals.forms.starting_forms import add_starting_form
from opsflows.approvals.models import FormSubmission, RequestForm
from tests.admin.conftest import _served, live_server, overhang, signed_in
from tests.approvals.office import NOW, Office

__all__ = ["_served", "live_server"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(transactional_db: None) -> Office:
    office = Office()
    office.person("root", "admin")
    User.objects.update(is_staff=True)
    office.person("ann")
    return office


@pytest.fixture
def phone_of(
    page: Any, live_server: LiveServer, office: Office, settings: Any, tmp_path: Path
) -> Iterator[Callable[[str], Any]]:
    """Somebody's phone. Broken policies, errors of scripts and strange hosts fail the test."""
    settings.OPSFLOWS_FILES = str(tmp_path / "files")
    complaints: list[str] = []
    # A form that is sent back answers 400, which Chromium tells as an error of the network.
    page.on("console", lambda said: complaints.append(said.text) if "policy" in said.text.lower() else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(live_server.url) else complaints.append(asked.url))
    page.set_viewport_size({"width": 390, "height": 844})

    def sign_in(name: str) -> Any:
        session = signed_in(office.people[name]).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return page

    yield sign_in
    assert complaints == []


def test_an_expense_on_a_phone(
    phone_of: Callable[[str], Any], live_server: LiveServer, office: Office, tmp_path: Path
) -> None:
    phone = phone_of("ann")
    add_starting_form(actor=office.actor("root"), starting="expense", now=NOW)
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF")
    phone.goto(f"{live_server.url}/inbox/new/")
    assert overhang(phone) == 0
    phone.get_by_role("link", name="Expense").click()
    phone.get_by_label("What was bought").fill("Headphones")
    phone.get_by_label("Amount", exact=True).fill("99,5")
    phone.get_by_label("Currency of Amount").select_option("EUR")
    phone.get_by_label("Equipment").check()
    phone.get_by_label("Date", exact=True).fill("2026-03-02")
    phone.get_by_label("Reason").fill("The old ones broke.")
    phone.get_by_role("button", name="Send").click()
    phone.get_by_text("“99,5” is not a number").wait_for()
    assert overhang(phone) == 0
    assert phone.get_by_label("Equipment").is_checked()
    assert phone.get_by_label("What was bought").input_value() == "Headphones"
    phone.get_by_label("Amount", exact=True).fill("99.50")
    phone.get_by_label("Receipt").set_input_files(receipt)
    phone.get_by_role("button", name="Send").click()
    phone.get_by_text("It is on its way").wait_for()
    assert overhang(phone) == 0
    submission = FormSubmission.objects.get()
    assert phone.url.endswith(f"/inbox/sent/{submission.pk}/")
    assert str(submission.data["amount"]) == "99.50"
    assert submission.data["receipt"]["name"] == "receipt.pdf"
    assert RequestForm.objects.get().is_active


def test_a_form_is_set_up_by_clicks(phone_of: Callable[[str], Any], live_server: LiveServer) -> None:
    phone = phone_of("root")
    phone.goto(f"{live_server.url}/admin/approvals/requestform/")
    assert overhang(phone) == 0
    phone.get_by_role("button", name="Add “Discount”").click()
    phone.get_by_text("“Discount” is offered now").wait_for()
    assert overhang(phone) == 0
    phone.get_by_role("link", name="Change", exact=True).click()
    phone.get_by_role("button", name="Move field 2 up").click()
    phone.get_by_role("button", name="Another field").click()
    phone.locator("#id_fields-5-label").fill("Competitors")
    assert not phone.locator("#id_fields-5-choices").is_visible()
    phone.locator("#id_fields-5-kind").select_option("choices")
    phone.locator("#id_fields-5-choices").fill("Acme\nGlobex")
    phone.get_by_role("button", name="Take field 3 out").click()
    assert overhang(phone) == 0
    # The enter key saves, and presses none of the buttons that move.
    phone.locator("#id_name").press("Enter")
    phone.get_by_text("The form is changed.").wait_for()
    keys = [each["key"] for each in RequestForm.objects.get().fields]
    assert keys == ["amount", "customer", "closeDate", "reason", "competitors"]
