"""Changing a request that came of a form: values keep their kinds, and conditions read what is shown."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from opsflows.approvals.amend import amend
from opsflows.approvals.forms.save_form import create_form
from opsflows.approvals.forms.submit_form import submit_form
from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, ApprovalRound, RequestForm
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.admin.conftest import _served, signed_in
from tests.approvals.forms.definitions import field
from tests.approvals.office import NOW, Office
from tests.runs.queued import QueuedEngine

__all__ = ["_served"]
pytestmark = pytest.mark.django_db

FIELDS = [
    field("title", "short_text", label="What", required=True),
    field("amount", "money", "USD", "JPY", label="Amount", required=True),
    field("seats", "whole_number", label="Seats"),
    field("day", "date", label="Day"),
]
LEVELS = [
    {"name": "Manager", "approvers": ["manager"]},
    {
        "name": "Finance",
        "approvers": ["finance"],
        "when": {"field": "amount", "operator": "greater_or_equal", "value": 1000},
    },
    {"name": "Seats", "approvers": ["bob.acme"], "when": {"field": "seats", "operator": "greater_than", "value": 10}},
]


@pytest.fixture
def engine(office: Office) -> Iterator[QueuedEngine]:
    engine = QueuedEngine(account_id=office.account.pk, now=NOW)
    yield engine
    engine.close()


@pytest.fixture
def request_(office: Office, engine: QueuedEngine) -> ApprovalRequest:
    root = office.actor("root", door="admin")
    form: RequestForm = create_form(actor=root, name="Expense", event_name="expense.sent", fields=FIELDS, now=NOW)
    ask = {"type": "approval", "title": "{{title}}", "amount": "{{amount}}", "currency": "{{amountCurrency}}"}
    rule = {"name": "Spend", "trigger": "expense.sent", "actions": [{**ask, "levels": LEVELS}]}
    workflow = create_workflow(actor=root, name="Spend", workflow_data=to_graph(rule), settings={})
    publish(actor=root, workflow=workflow, now=NOW)
    values = {"title": "Licences", "amount": "900", "seats": "5", "day": "2026-03-02"}
    submit_form(actor=office.actor("ann"), form_id=form.pk, values=values, key="a", now=NOW)
    engine.settle()
    return ApprovalRequest.objects.get()


def change(office: Office, request: ApprovalRequest, **what: Any) -> ApprovalRound:
    amend(voice=office.voice("ann"), request_id=request.pk, now=NOW, **what)
    request.refresh_from_db()
    return ApprovalRound.objects.get(request=request, number=request.round_number)


def shown(round_: ApprovalRound) -> dict[str, str]:
    return {each["field"]: each["value"] for each in round_.content["details"]}


def needed(round_: ApprovalRound) -> list[str]:
    rows = ApprovalLevel.objects.filter(round=round_).exclude(state=ApprovalLevel.State.LEFT_OUT)
    return list(rows.order_by("position").values_list("name", flat=True))


def test_approvers_see_what_was_filled_in(request_: ApprovalRequest) -> None:
    first = ApprovalRound.objects.get()
    assert shown(first) == {"title": "Licences", "amount": "$900.00", "seats": "5", "day": "2 March 2026"}
    assert (request_.amount, request_.currency, needed(first)) == (900, "USD", ["Manager"])


def test_another_amount_is_another_amount_everywhere(office: Office, request_: ApprovalRequest) -> None:
    second = change(office, request_, amount="2500")
    assert shown(second)["amount"] == "$2,500.00"
    assert request_.scope["amount"] == Decimal("2500.00")
    assert needed(second) == ["Manager", "Finance"]


def test_so_is_the_amount_among_the_details(office: Office, request_: ApprovalRequest) -> None:
    second = change(office, request_, details={"Amount": "1,000"})
    assert shown(second)["amount"] == "$1,000.00"
    assert (request_.amount, second.content["amount"]) == (1000, 1000)
    assert needed(second) == ["Manager", "Finance"]
    third = change(office, request_, details={"Amount": "200000 JPY"})
    assert (shown(third)["amount"], request_.currency) == ("¥200,000", "JPY")


def test_two_amounts_are_refused(office: Office, request_: ApprovalRequest) -> None:
    with pytest.raises(ValidationError) as raised:
        change(office, request_, amount="10", details={"Amount": "5000"})
    assert raised.value.message_dict == {"amount": ["“Amount” says another amount; say the same in both."]}
    assert change(office, request_, amount="5000", details={"Amount": "5000"}).number == 2


def test_a_number_stays_a_number(office: Office, request_: ApprovalRequest) -> None:
    second = change(office, request_, details={"Seats": "12", "Day": "2026-04-01"})
    assert (request_.scope["seats"], request_.scope["day"]) == (12, "2026-04-01")
    assert shown(second)["day"] == "1 April 2026"
    assert needed(second) == ["Manager", "Seats"]


def test_what_does_not_fit_changes_nothing(office: Office, request_: ApprovalRequest) -> None:
    with pytest.raises(ValidationError) as raised:
        change(office, request_, details={"Seats": "many", "What": ""})
    assert raised.value.message_dict == {
        "details": ["What: Must not be empty.", "Seats: “many” is not a number; write it like 1250."]
    }
    for amount in ("-1", "12.345"):
        with pytest.raises(ValidationError):
            change(office, request_, amount=amount)
    request_.refresh_from_db()
    assert request_.round_number == 1


def test_the_inbox_says_what_does_not_fit(office: Office, request_: ApprovalRequest) -> None:
    client = signed_in(office.people["ann"])
    url = f"/inbox/{request_.pk}/amend/"
    form = client.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields} | {"note": "More"}
    assert "$900.00" in given.values()
    seats = next(name for name, label in form.labels.items() if label == "Seats")
    answer = client.post(url, {**given, seats: "many"})
    assert answer.status_code == 400
    assert "Seats: “many” is not a number" in answer.content.decode()
    assert client.post(url, {**given, seats: "12"}).status_code == 302
    request_.refresh_from_db()
    assert (request_.round_number, request_.scope["seats"]) == (2, 12)
