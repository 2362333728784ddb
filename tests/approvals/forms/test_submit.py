"""Submitting a form: one row and one event, once, with everything that was said."""

import hashlib
import threading
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.approvals.forms.input import RequestInput, people_of
from opsflows.approvals.forms.kinds import read_fields
from opsflows.approvals.forms.save_form import (
    change_form,
    create_form,
    definition_hash,
    remove_form,
    switch_form,
)
from opsflows.approvals.forms.sent_form import sent_form
from opsflows.approvals.forms.starting_forms import STARTING_FORMS, add_starting_form
from opsflows.approvals.forms.submit_form import AlreadySent, submit_form
from opsflows.approvals.models import FormSubmission, RequestForm
from opsflows.audit.models import AuditEntry
from opsflows.events.models import Event
from opsflows.files.configure import store_of
from opsflows.files.store import whole
from tests.approvals.forms.definitions import field
from tests.approvals.office import NOW, Office

pytestmark = pytest.mark.django_db

FIELDS = [
    field("title", "short_text", label="What", required=True),
    field("amount", "money", "USD", "EUR", label="Amount", required=True),
    field("who", "person", label="Who"),
    field("receipt", "file", label="Receipt"),
]
VALUES = {"title": "Laptop", "amount": "1,250", "amountCurrency": "EUR"}


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.OPSFLOWS_FILES = str(tmp_path)


@pytest.fixture
def form(office: Office) -> RequestForm:
    return create_form(
        actor=office.actor("root"), name="Expense", event_name="expense.submitted", fields=FIELDS, now=NOW
    )


def send(office: Office, form: RequestForm, name: str = "ann", **more: Any) -> FormSubmission:
    given: dict[str, Any] = {"values": VALUES, "key": str(uuid.uuid4()), **more}
    return submit_form(actor=office.actor(name), form_id=form.pk, now=NOW, **given)


def test_an_event_carries_what_was_said_and_who_said_it(office: Office, form: RequestForm) -> None:
    submission = send(office, form, values={**VALUES, "who": str(office.people["max"].pk)})
    event = Event.objects.select_related("payload").get()
    assert (event.pk, event.name, event.account_id) == (submission.event_id, "expense.submitted", office.account.pk)
    assert event.payload.data == {
        "title": "Laptop",
        "amount": Decimal("1250.00"),
        "amountCurrency": "EUR",
        "who": {"name": "Max", "email": "max@acme.example"},
        "receipt": None,
        "formSubmissionId": str(submission.pk),
        "form": "Expense",
        "requesterName": "Ann",
        "requesterEmail": "ann@acme.example",
        "requesterUsername": "ann.acme",
    }
    submission.refresh_from_db()
    assert submission.data["amount"] == Decimal("1250.00")
    assert (submission.submitted_by, submission.fields) == (office.people["ann"], form.fields)
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.user_id) == ("request_form.submitted", office.people["ann"].pk)


def test_the_same_key_is_one_submission(office: Office, form: RequestForm) -> None:
    first = send(office, form, key="once")
    assert send(office, form, key="once") == first
    assert (FormSubmission.objects.count(), Event.objects.count()) == (1, 1)
    # Somebody else's key is another one, and so is the same on another form.
    assert send(office, form, "max", key="once") != first
    assert Event.objects.count() == 2


def test_the_same_key_for_something_else_is_not_swallowed(office: Office, form: RequestForm) -> None:
    first = send(office, form, key="once")
    with pytest.raises(AlreadySent) as raised:
        send(office, form, key="once", values={**VALUES, "title": "Two laptops"})
    assert raised.value.submission == first
    assert Event.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_time(office: Office, form: RequestForm) -> None:
    start, found, actor = threading.Barrier(8), [], office.actor("ann")

    def click() -> None:
        try:
            start.wait(10)
            found.append(submit_form(actor=actor, form_id=form.pk, values=VALUES, key="once", now=NOW).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 8
    assert len(set(found)) == 1
    assert (FormSubmission.objects.count(), Event.objects.count()) == (1, 1)


def test_a_file_is_kept_once_under_its_hash(office: Office, form: RequestForm) -> None:
    content = b"%PDF-1.7 receipt"
    for name in ("Receipt: May?.pdf", "Receipt: May?.pdf"):
        submission = send(office, form, files={"receipt": SimpleUploadedFile(name, content)})
    digest = hashlib.sha256(content).hexdigest()
    assert submission.data["receipt"] == {
        "name": "Receipt: May?.pdf",
        "size": len(content),
        "sha256": digest,
        "stored_as": f"forms/{form.pk}/{digest}/Receipt_ May_.pdf",
    }
    store = store_of(office.account.pk)
    assert whole(store.open(submission.data["receipt"]["stored_as"]), most=100, name="") == content
    assert len(store.listing(f"forms/{form.pk}/{digest}").files) == 1


def test_what_storage_refuses_is_said_at_the_field(office: Office, form: RequestForm, settings: Any) -> None:
    settings.FILES_QUOTA_MB = 0
    with pytest.raises(ValidationError) as raised:
        send(office, form, files={"receipt": SimpleUploadedFile("a.pdf", b"x")})
    assert "FILES_QUOTA_MB" in raised.value.message_dict["receipt"][0]
    settings.FILES_LARGEST_MB = 1
    with pytest.raises(ValidationError) as raised:
        send(office, form, files={"receipt": SimpleUploadedFile("a.pdf", b"x" * (1024 * 1024 + 1))})
    assert raised.value.message_dict == {"receipt": ["The file is larger than 1 MB; choose a smaller one."]}
    assert not Event.objects.exists()


def test_what_is_wrong_is_said_by_field_and_nothing_is_sent(office: Office, form: RequestForm) -> None:
    with pytest.raises(ValidationError) as raised:
        send(office, form, values={"title": "", "amount": "much"})
    assert raised.value.message_dict == {
        "title": ["Fill in What."],
        "amount": ["“much” is not a number; write it like 1250.00."],
    }
    assert not FormSubmission.objects.exists()
    assert not Event.objects.exists()


def test_nothing_is_kept_where_the_event_is_not(
    office: Office, form: RequestForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("opsflows.approvals.forms.submit_form.record", fail)
    with pytest.raises(RuntimeError):
        send(office, form)
    assert not FormSubmission.objects.exists()
    assert not Event.objects.exists()


def test_only_offered_forms_of_ones_own_account(office: Office, form: RequestForm) -> None:
    other = Office("other")
    other.person("eve", "admin")
    with pytest.raises(RequestForm.DoesNotExist):
        send(other, form, "eve")
    nobody = Actor(account_id=office.account.pk, user_id=None, role=None, door="page")
    with pytest.raises(Forbidden):
        submit_form(actor=nobody, form_id=form.pk, values=VALUES, key="x", now=NOW)
    switch_form(actor=office.actor("root"), form=form, is_active=False, now=NOW)
    with pytest.raises(RequestForm.DoesNotExist):
        send(office, form)
    switch_form(actor=office.actor("root"), form=form, is_active=True, now=NOW)
    assert send(office, form)


def test_members_of_other_accounts_cannot_be_named(office: Office, form: RequestForm) -> None:
    stranger = Office("other").person("eve")
    with pytest.raises(ValidationError):
        send(office, form, values={**VALUES, "who": str(stranger.pk)})


def test_people_of_one_name_are_told_apart(office: Office, form: RequestForm) -> None:
    other = office.person("second")
    other.first_name = "Max"
    other.save()
    fields = read_fields(form.fields)
    shown = str(RequestInput(fields, people=people_of(office.account.pk, fields))["who"])
    assert "Max (max@acme.example)" in shown
    assert "Max (second@acme.example)" in shown
    assert ">Ann<" in shown


def test_a_submission_keeps_its_fields(office: Office, form: RequestForm) -> None:
    submission = send(office, form)
    changed = change_form(
        actor=office.actor("root"),
        form=form,
        name="Spending",
        event_name="spending.wanted",
        fields=FIELDS[:1],
        description="",
        seen=definition_hash(form),
        now=NOW,
    )
    submission.refresh_from_db()
    assert [each["key"] for each in submission.fields] == ["title", "amount", "who", "receipt"]
    assert submission.form_name == "Expense"
    remove_form(actor=office.actor("root"), form=changed, now=NOW)
    submission.refresh_from_db()
    assert submission.form is None
    assert sent_form(actor=office.actor("ann"), submission_id=submission.pk).submission == submission


def test_who_may_look_at_a_submission(office: Office, form: RequestForm) -> None:
    submission = send(office, form)
    for name in ("ann", "root"):
        assert sent_form(actor=office.actor(name), submission_id=submission.pk).event_name == "expense.submitted"
    with pytest.raises(FormSubmission.DoesNotExist):
        sent_form(actor=office.actor("max"), submission_id=submission.pk)
    other = Office("other")
    other.person("eve", "admin")
    with pytest.raises(FormSubmission.DoesNotExist):
        sent_form(actor=other.actor("eve"), submission_id=submission.pk)


# --- writing forms ----------------------------------------------------------------------------------------------------


def test_forms_are_checked_whole(office: Office, form: RequestForm) -> None:
    with pytest.raises(ValidationError) as raised:
        create_form(
            actor=office.actor("root"),
            name="expense",
            event_name="Expense Submitted",
            fields=[field("a b", "short_text")],
            description="x" * 256,
            now=NOW,
        )
    problems = raised.value.message_dict
    assert problems.keys() == {"name", "event_name", "fields", "description"}
    assert "expense.submitted" in problems["event_name"][0]
    assert problems["fields"][0].startswith("fields[0].key: ")


@pytest.mark.parametrize("name", ["", "approval.approved", "x" * 256])
def test_events_that_a_form_cannot_send(office: Office, name: str) -> None:
    with pytest.raises(ValidationError) as raised:
        create_form(actor=office.actor("root"), name="A", event_name=name, fields=FIELDS, now=NOW)
    assert raised.value.message_dict.keys() == {"event_name"}


def test_nobody_overwrites_what_somebody_else_saved(office: Office, form: RequestForm) -> None:
    def change(name: str, seen: str) -> RequestForm:
        return change_form(
            actor=office.actor("root"),
            form=form,
            name=name,
            event_name="expense.submitted",
            fields=FIELDS,
            description="",
            seen=seen,
            now=NOW,
        )

    seen = definition_hash(form)
    change("First", seen)
    with pytest.raises(ValidationError, match="in between"):
        change("Second", seen)
    assert RequestForm.objects.get().name == "First"


def test_every_change_is_a_deed(office: Office, form: RequestForm) -> None:
    root = office.actor("root")
    switch_form(actor=root, form=form, is_active=True, now=NOW)
    switch_form(actor=root, form=form, is_active=False, now=NOW)
    remove_form(actor=root, form=form, now=NOW)
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["request_form.created", "request_form.switched_off", "request_form.removed"]


@pytest.mark.parametrize("starting", STARTING_FORMS)
def test_every_form_to_start_with_can_be_taken_over(office: Office, starting: str) -> None:
    form = add_starting_form(actor=office.actor("root"), starting=starting, now=NOW)
    assert form.is_active
    with pytest.raises(ValidationError, match="already"):
        add_starting_form(actor=office.actor("root"), starting=starting, now=NOW)
