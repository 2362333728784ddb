"""Asking for something in the inbox: the forms on offer, filling one in, and what is said then."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opsflows.approvals.forms.save_form import create_form, switch_form
from opsflows.approvals.forms.starting_forms import add_starting_form
from opsflows.approvals.forms.submit_form import submit_form
from opsflows.approvals.models import FormSubmission, RequestForm
from opsflows.events.models import Event
from tests.admin.conftest import _served, signed_in
from tests.approvals.forms.definitions import field
from tests.approvals.office import NOW, Office
from tests.runs.queued import QueuedEngine

__all__ = ["_served"]
pytestmark = pytest.mark.django_db

FIELDS = [
    field("title", "short_text", label="What", required=True),
    field("amount", "money", "USD", "EUR", label="Amount", required=True),
    field("tags", "choices", "New", "Used", label="Sort"),
    field("sure", "yes_no", label="Sure"),
    field("receipt", "file", label="Receipt"),
]
GIVEN = {"title": "Laptop", "amount": "1250", "amountCurrency": "EUR", "sending-key": "k1"}


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.OPSFLOWS_FILES = str(tmp_path)


@pytest.fixture
def form(office: Office) -> RequestForm:
    return create_form(
        actor=office.actor("root"),
        name="Expense",
        event_name="expense.submitted",
        fields=FIELDS,
        description="Money spent",
        now=NOW,
    )


@pytest.fixture
def ann(office: Office) -> Client:
    return signed_in(office.people["ann"])


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_the_forms_on_offer(ann: Client, office: Office, form: RequestForm) -> None:
    hidden = add_starting_form(actor=office.actor("root"), starting="contract", now=NOW)
    switch_form(actor=office.actor("root"), form=hidden, is_active=False, now=NOW)
    html = ann.get("/inbox/new/").content.decode()
    assert f'href="/inbox/new/{form.pk}/"' in html
    assert "Money spent" in html
    assert str(hidden.pk) not in html


def test_where_there_is_none_it_says_who_can_help(ann: Client, office: Office) -> None:
    assert "Ask an administrator to set one up." in text_of(ann.get("/inbox/new/"))
    html = signed_in(office.people["root"]).get("/inbox/new/").content.decode()
    assert "/admin/approvals/requestform/" in html


def test_a_form_is_filled_in_and_sent(ann: Client, office: Office, form: RequestForm) -> None:
    page = ann.get(f"/inbox/new/{form.pk}/").content.decode()
    assert re.search(r'name="sending-key" value="[0-9a-f-]{36}"', page)
    answer = ann.post(
        f"/inbox/new/{form.pk}/", {**GIVEN, "tags": ["New", "Used"], "sure": "yes", "receipt": _file("r.pdf", b"pdf")}
    )
    submission = FormSubmission.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/inbox/sent/{submission.pk}/")
    assert (submission.data["tags"], submission.data["sure"]) == (["New", "Used"], True)
    assert submission.data["receipt"]["name"] == "r.pdf"
    # Reloading sends it again: nothing new comes of it.
    again = ann.post(
        f"/inbox/new/{form.pk}/", {**GIVEN, "tags": ["New", "Used"], "sure": "yes", "receipt": _file("r.pdf", b"pdf")}
    )
    assert again["Location"] == answer["Location"]
    assert Event.objects.count() == 1
    html = text_of(ann.get(answer["Location"]))
    for said in ("It is on its way", "€1,250.00", "New; Used", "Laptop", "r.pdf (3 bytes)"):
        assert said in html
    assert "What you sent lately" in text_of(ann.get("/inbox/new/"))


def test_something_else_under_the_same_key_is_said(ann: Client, form: RequestForm) -> None:
    ann.post(f"/inbox/new/{form.pk}/", GIVEN)
    answer = ann.post(f"/inbox/new/{form.pk}/", {**GIVEN, "title": "Desk"}, follow=True)
    assert "This form was sent before, with other values" in text_of(answer)
    assert "Laptop" in text_of(answer)


def test_what_is_wrong_stands_at_its_field_and_values_are_kept(ann: Client, form: RequestForm) -> None:
    answer = ann.post(
        f"/inbox/new/{form.pk}/",
        {
            "title": "Desk & chair",
            "amount": "12,5",
            "amountCurrency": "EUR",
            "tags": "Used",
            "receipt": _file("r.pdf", b"x"),
        },
    )
    html = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="Desk &amp; chair"' in html
    assert 'value="12,5"' in html
    assert '<option value="EUR" selected>' in html
    assert 'value="Used" id="id_tags_1" checked' in html
    assert "“12,5” is not a number; write it like 1250.00." in html
    assert '<a href="#group-amount">Amount</a></li>' in html
    assert "Choose “r.pdf” once more" in html
    assert 'aria-invalid="true"' in html
    assert not FormSubmission.objects.exists()


def test_what_storage_refuses_stands_at_the_file(ann: Client, form: RequestForm, settings: Any) -> None:
    settings.FILES_QUOTA_MB = 0
    answer = ann.post(f"/inbox/new/{form.pk}/", {**GIVEN, "receipt": _file("r.pdf", b"x")})
    assert answer.status_code == 400
    assert "FILES_QUOTA_MB" in text_of(answer)


def test_too_large_is_refused_before_it_is_read(ann: Client, form: RequestForm, settings: Any) -> None:
    settings.FILES_LARGEST_MB = 0
    answer = ann.post(
        f"/inbox/new/{form.pk}/", {**GIVEN, "receipt": _file("r.pdf", b"x" * 5 * 1024 * 1024)}, follow=True
    )
    assert "larger than 0 MB together" in text_of(answer)


def test_pages_of_other_accounts_and_of_nobody(ann: Client, office: Office, form: RequestForm) -> None:
    other = Office("other")
    eve = signed_in(other.person("eve", "admin"))
    ann.post(f"/inbox/new/{form.pk}/", GIVEN)
    sent = f"/inbox/sent/{FormSubmission.objects.get().pk}/"
    for client in (eve, signed_in(office.people["bob"])):
        assert client.get(sent).status_code == 404
    assert eve.get(f"/inbox/new/{form.pk}/").status_code == 404
    assert eve.post(f"/inbox/new/{form.pk}/", GIVEN).status_code == 404
    assert ann.get(f"/inbox/new/{uuid.uuid4()}/").status_code == 404
    for url in ("/inbox/new/", f"/inbox/new/{form.pk}/", sent):
        assert Client().get(url)["Location"].startswith("/inbox/sign-in/")
    switch_form(actor=office.actor("root"), form=form, is_active=False, now=NOW)
    assert ann.post(f"/inbox/new/{form.pk}/", GIVEN).status_code == 404


def test_a_post_without_the_token_is_refused(office: Office, form: RequestForm) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.people["ann"])
    assert client.post(f"/inbox/new/{form.pk}/", GIVEN).status_code == 403


def test_looking_changes_nothing(ann: Client, form: RequestForm) -> None:
    for url in ("/inbox/new/", f"/inbox/new/{form.pk}/?title=x&amount=1"):
        assert ann.get(url).status_code == 200
    assert not FormSubmission.objects.exists()


def test_pages_ask_a_fixed_number_of_questions(ann: Client, office: Office, form: RequestForm) -> None:
    def count(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert ann.get(url).status_code == 200
        return len(found)

    sent = _send(office, form, "a")
    urls = ("/inbox/new/", f"/inbox/new/{form.pk}/", f"/inbox/sent/{sent.pk}/")
    before = [count(url) for url in urls]
    for number in range(4):
        office.person(f"p{number}")
        _send(office, form, f"more {number}")
        create_form(actor=office.actor("root"), name=f"F{number}", event_name="a.b", fields=FIELDS, now=NOW)
    assert [count(url) for url in urls] == before
    assert max(before) <= 13


# --- what is said then ------------------------------------------------------------------------------------------------


@pytest.fixture
def engine(office: Office) -> Any:
    engine = QueuedEngine(account_id=office.account.pk, now=NOW)
    yield engine
    engine.close()


@pytest.fixture
def live(office: Office) -> Callable[..., Any]:
    from opsflows.workflows.publish import publish
    from opsflows.workflows.rule_form import to_graph
    from opsflows.workflows.save_draft import create_workflow

    def make(*actions: dict[str, Any], **rest: Any) -> Any:
        rule = {"name": "Spending", "trigger": "expense.submitted", "actions": list(actions), **rest}
        workflow = create_workflow(
            actor=office.actor("root"), name="Spending", workflow_data=to_graph(rule), settings={}
        )
        publish(actor=office.actor("root"), workflow=workflow, now=NOW)
        return workflow

    return make


APPROVAL = {
    "type": "approval",
    "title": "Expense: {{title}}",
    "amount": "{{amount}}",
    "currency": "{{amountCurrency}}",
    "levels": [{"approvers": ["manager"]}],
}


def _sent_page(office: Office, form: RequestForm, engine: QueuedEngine) -> str:
    submission = _send(office, form, "x")
    engine.settle()
    return text_of(signed_in(office.people["ann"]).get(f"/inbox/sent/{submission.pk}/"))


def test_nobody_listens(office: Office, form: RequestForm, engine: QueuedEngine) -> None:
    said = _sent_page(office, form, engine)
    assert "Nobody was asked. It is kept, and no workflow listens to expense.submitted" in said
    assert "Tell an administrator" in said


def test_conditions_do_not_hold(
    office: Office, form: RequestForm, engine: QueuedEngine, live: Callable[..., Any]
) -> None:
    live(APPROVAL, conditions={"field": "amount", "operator": "greater_than", "value": 5000})
    assert "“Spending” looked at it, and what it says did not fit" in _sent_page(office, form, engine)


def test_somebody_is_asked(office: Office, form: RequestForm, engine: QueuedEngine, live: Callable[..., Any]) -> None:
    live(APPROVAL)
    said = _sent_page(office, form, engine)
    assert "Expense: Laptop" in said
    assert "Waiting for Max" in said
    assert "Nobody was asked" not in said


def test_a_run_that_asks_nobody(
    office: Office, form: RequestForm, engine: QueuedEngine, live: Callable[..., Any]
) -> None:
    live({"type": "create_task", "title": "Pay {{title}}"})
    assert "Spending is done with it; nobody had to be asked" in _sent_page(office, form, engine)


def _send(office: Office, form: RequestForm, key: str) -> FormSubmission:
    values = {name: value for name, value in GIVEN.items() if name != "sending-key"}
    return submit_form(actor=office.actor("ann"), form_id=form.pk, values=values, key=key, now=NOW)


def _file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
