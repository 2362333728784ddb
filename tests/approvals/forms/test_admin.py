"""Request forms in the admin: fields without JSON, ready-made forms, who listens, and what each act says."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opsflows.approvals.admin.field_rows import key_of, moved
from opsflows.approvals.forms.save_form import create_form, definition_hash
from opsflows.approvals.forms.starting_forms import STARTING_FORMS, add_starting_form
from opsflows.approvals.forms.submit_form import submit_form
from opsflows.approvals.models import ApprovalRequest, RequestForm
from opsflows.approvals.save_policy import create_policy
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import _served, signed_in
from tests.approvals.forms.definitions import field
from tests.approvals.office import NOW, Office
from tests.runs.queued import QueuedEngine

__all__ = ["_served"]
pytestmark = pytest.mark.django_db

FIELDS = [field("title", "short_text", label="What", required=True), field("kind", "choice", "A", "B", label="Kind")]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.OPSFLOWS_FILES = str(tmp_path)


@pytest.fixture
def form(office: Office) -> RequestForm:
    return create_form(
        actor=office.actor("root"), name="Expense", event_name="expense.submitted", fields=FIELDS, now=NOW
    )


@pytest.fixture
def root(office: Office) -> Client:
    return _staff(office, "root")


def _staff(office: Office, name: str) -> Client:
    user = office.people[name]
    user.is_staff = True
    user.save()
    return signed_in(user)


def blocks(*fields: tuple[str, str, str, str, str, bool]) -> dict[str, Any]:
    """What the page sends of fields given as label, kind, key, help, choices, required."""
    found: dict[str, Any] = {"fields-count": len(fields)}
    for number, (*parts, required) in enumerate(fields):
        for name, value in zip(("label", "kind", "key", "help", "choices"), parts, strict=True):
            found[f"fields-{number}-{name}"] = value
        if required:
            found[f"fields-{number}-required"] = "on"
    return found


def labels(html: str) -> list[str]:
    return re.findall(r'name="fields-\d+-label"[^>]* value="([^"]*)"', html)


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_a_form_is_made_without_json(root: Client, office: Office) -> None:
    about = {"name": "Expense", "description": "Money spent", "event_name": "expense.submitted"}
    fields = [
        ("Amount", "money", "", "", "USD\nEUR", True),
        ("Start date", "date", "", "First day", "", False),
        ("", "short_text", "", "", "", False),
        ("Sort", "choices", "sorts", "", "One\n Two \n\n", False),
        ("Note", "short_text", "", "", "left behind", False),
    ]
    answer = root.post(adding(RequestForm), {**about, **blocks(*fields)}, follow=True)
    assert "“Expense” is offered now, under New request." in text_of(answer)
    form = RequestForm.objects.get()
    assert form.is_active
    assert form.fields == [
        {"key": "amount", "label": "Amount", "kind": "money", "required": True, "choices": ["USD", "EUR"]},
        {"key": "startDate", "label": "Start date", "kind": "date", "help": "First day"},
        {"key": "sorts", "label": "Sort", "kind": "choices", "choices": ["One", "Two"]},
        {"key": "note", "label": "Note", "kind": "short_text"},
    ]


def test_what_is_wrong_stands_at_its_field(root: Client, office: Office) -> None:
    fields = [
        ("Amount", "money", "a b", "", "euro", True),
        ("", "short_text", "", "", "", False),
        ("Sort <b>", "choices", "", "", "", False),
    ]
    answer = root.post(adding(RequestForm), {"name": "", "event_name": "Expense", **blocks(*fields)})
    html = answer.content.decode()
    assert answer.status_code == 400
    assert labels(html) == ["Amount", "", "Sort &lt;b&gt;"]
    said = text_of(answer)
    for problem in (
        "Look at fields 1, 3.",
        "&#x27;a b&#x27; cannot be a key",
        "&#x27;euro&#x27; is no currency",
        "Name what can be chosen, at least one.",
    ):
        assert problem in said, problem
    assert not RequestForm.objects.exists()


def test_fields_are_moved_added_and_taken_out_before_anything_is_saved(root: Client, form: RequestForm) -> None:
    given = {
        "name": "Expense",
        "event_name": "expense.submitted",
        **blocks(
            ("A", "date", "", "", "", True), ("B", "choice", "b", "", "x\ny", False), ("", "link", "", "", "", False)
        ),
    }

    def pressed(button: str) -> str:
        answer = root.post(act(form, "edit"), {**given, "seen": definition_hash(form), "fields-move": button})
        assert answer.status_code == 200
        html: str = answer.content.decode()
        # Unfinished is not wrong yet.
        assert "Nothing was saved yet" not in html
        return html

    assert labels(pressed("up-1")) == ["B", "A", ""]
    assert labels(pressed("down-0")) == ["B", "A", ""]
    assert labels(pressed("out-0")) == ["B", ""]
    assert labels(pressed("more-0")) == ["A", "B", "", ""]
    html = pressed("up-1")
    assert 'name="fields-1-required" checked' in html
    assert re.search(r'name="fields-0-choices"[^>]*>x\ny</textarea>', html)
    form.refresh_from_db()
    assert form.name == "Expense"
    assert len(form.fields) == 2


@pytest.mark.parametrize("said", ["", "up-0", "down-2", "up-9", "out-9", "more-", "up--1", "left-1", "up-9999"])
def test_a_move_that_cannot_be_leaves_all_in_place(said: str) -> None:
    rows = [{"label": "a"}, {"label": "b"}, {"label": "c"}]
    assert moved(rows, said) == rows


@pytest.mark.parametrize(
    ("label", "key"),
    [("Start date", "startDate"), ("Größe", "groe"), ("2nd VAT id", "ndVatId"), ("日本", ""), ("a_b-c", "aBC")],
)
def test_a_key_is_made_from_the_label(label: str, key: str) -> None:
    assert key_of(label) == key


def test_a_change_keeps_what_somebody_else_saved(root: Client, form: RequestForm) -> None:
    seen = definition_hash(form)
    given = {
        "name": "Spending",
        "event_name": "expense.submitted",
        "seen": seen,
        **blocks(("A", "date", "", "", "", True)),
    }
    assert "The form is changed." in text_of(root.post(act(form, "edit"), given, follow=True))
    assert "in between" in text_of(root.post(act(form, "edit"), {**given, "name": "Other"}))
    form.refresh_from_db()
    assert (form.name, [each["key"] for each in form.fields]) == ("Spending", ["a"])


@pytest.mark.parametrize("starting", STARTING_FORMS)
def test_a_ready_made_form_with_one_click(root: Client, office: Office, starting: str) -> None:
    html = root.get(listing(RequestForm)).content.decode()
    assert "No request forms yet" in html
    assert f'name="starting" value="{starting}"' in html
    answer = root.post("/admin/approvals/requestform/ready-made/", {"starting": starting}, follow=True)
    form = RequestForm.objects.get()
    assert answer.redirect_chain == [(page(form), 302)]
    said = text_of(answer)
    assert "is offered now" in said
    for each in STARTING_FORMS[starting].fields:
        assert each["label"] in said
    # It can be saved as it is.
    edit = root.get(act(form, "edit")).content.decode()
    assert len(labels(edit)) == len(form.fields)


def test_ready_made_forms_are_refused_politely(root: Client, office: Office) -> None:
    url = "/admin/approvals/requestform/ready-made/"
    assert "Choose one of expense" in text_of(root.post(url, {"starting": "coffee"}, follow=True))
    add_starting_form(actor=office.actor("root"), starting="expense", now=NOW)
    assert "There is a form" in text_of(root.post(url, {"starting": "expense"}, follow=True))
    assert RequestForm.objects.count() == 1
    assert root.get(url).status_code == 200
    assert root.put(url).status_code == 405
    viewer = _staff(office, "bob")
    assert viewer.post(url, {"starting": "content"}).status_code == 403
    assert viewer.get(url).status_code == 403


def test_who_listens_is_said(root: Client, office: Office, form: RequestForm) -> None:
    assert "No live workflow listens to expense.submitted" in text_of(root.get(page(form)))
    rule = {"name": "Spending", "trigger": "expense.submitted", "actions": [{"type": "create_task", "title": "Go"}]}
    actor = office.actor("root", door="admin")
    workflow = create_workflow(actor=actor, name="Spending", workflow_data=to_graph(rule), settings={})
    said = text_of(root.get(page(form)))
    assert "Publish or resume one of those below" in said
    assert "Spending" in said
    publish(actor=actor, workflow=workflow, now=NOW)
    said = text_of(root.get(page(form)))
    assert "No live workflow listens" not in said
    assert "“Spending” will hear nothing from it any more." in text_of(root.get(act(form, "remove")))


@pytest.mark.parametrize("policy", ["", "Spending"])
def test_a_workflow_is_drafted_that_can_be_published(root: Client, office: Office, policy: str) -> None:
    actor = office.actor("root", door="admin")
    create_policy(actor=actor, name="Spending", plan={"levels": [{"approvers": ["max.acme"]}]}, now=NOW)
    form = add_starting_form(actor=actor, starting="expense", now=NOW)
    answer = root.post(act(form, "workflow"), {"policy": policy}, follow=True)
    assert "The draft “Expense: approval” is there." in text_of(answer)
    assert "would listen, and is not live" in text_of(answer)
    workflow = Workflow.objects.get()
    assert not workflow.is_active
    publish(actor=actor, workflow=workflow, now=NOW)
    engine = QueuedEngine(account_id=office.account.pk, now=NOW)
    given = {"title": "Desk", "amount": "80", "amountCurrency": "EUR", "category": "Other"}
    given |= {"spentOn": "2026-03-02", "reason": "Old"}
    submit_form(actor=office.actor("ann"), form_id=form.pk, values=given, key="a", now=NOW)
    engine.settle()
    engine.close()
    request = ApprovalRequest.objects.get()
    assert (request.title, request.amount, request.currency) == ("Expense: Desk", 80, "EUR")
    assert office.waiting(request) == {"max"}
    # It has one now.
    assert "Draft its workflow" not in text_of(root.get(page(form)))


def test_only_a_policy_that_is_there(root: Client, form: RequestForm) -> None:
    assert root.post(act(form, "workflow"), {"policy": "Other"}).status_code == 400
    assert not Workflow.objects.exists()


def test_the_page_shows_the_form_and_what_rules_read(root: Client, office: Office) -> None:
    form = add_starting_form(actor=office.actor("root"), starting="contract", now=NOW)
    submit = {"title": "T", "partner": "P", "amount": "1", "startsOn": "2026-03-02", "isStandard": "yes"}
    submit["owner"] = str(office.people["max"].pk)
    submit_form(actor=office.actor("ann"), form_id=form.pk, values=submit, key="a", now=NOW)
    answer = root.get(page(form))
    html = answer.content.decode()
    assert re.search(r"request-preview\" inert>", html)
    for said in ("<code>{{amount}}</code>", "<code>amountCurrency</code>", "<code>owner.email</code>", "ann.acme"):
        assert said in html
    assert "/inbox/sent/" in html
    assert "/inbox/sent/" not in _staff(office, "bob").get(page(form)).content.decode()


def test_it_is_switched_off_and_on_and_removed(root: Client, form: RequestForm) -> None:
    root.post(act(form, "off"))
    form.refresh_from_db()
    assert not form.is_active
    assert "Switched off" in text_of(root.get(listing(RequestForm)))
    root.post(act(form, "on"))
    form.refresh_from_db()
    assert form.is_active
    assert "The form “Expense” is gone." in text_of(root.post(act(form, "remove"), follow=True))
    assert not RequestForm.objects.exists()


def test_pages_ask_a_fixed_number_of_questions(root: Client, office: Office, form: RequestForm) -> None:
    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert root.get(url).status_code == 200
        return len(found)

    urls = (listing(RequestForm), page(form), act(form, "edit"))
    before = [count(url) for url in urls]
    for number in range(3):
        office.person(f"p{number}")
        submit_form(actor=office.actor("ann"), form_id=form.pk, values={"title": "x"}, key=str(number), now=NOW)
        create_form(actor=office.actor("root"), name=f"F{number}", event_name="a.b", fields=FIELDS, now=NOW)
    assert [count(url) for url in urls] == before
