"""What stands around a step: samples of its event, and everything that it may read."""

from typing import Any

import pytest

from opsflows.accounts.models import Recipient
from opsflows.events.models import EventType
from opsflows.messages.models import MessageTemplate
from opsflows.studio.forms.around import around_of
from opsflows.studio.forms.step_form import step_form
from opsflows.studio.samples import sample_of, samples_of
from opsflows.studio.variables.known import variables_for
from tests.studio.forms.drafts import EVENT, catalogued, draft, event, step
from tests.studio.forms.page import step_page

pytestmark = pytest.mark.django_db


def test_samples_are_the_newest_events_of_the_account_without_their_secrets(alpha: Any, beta: Any) -> None:
    event(alpha.account, {"value": 1})
    newest = event(alpha.account, {"value": 2, "password": "hunter2"})
    event(beta.account, {"value": 3})
    found = samples_of(account_id=alpha.account.pk, event=EVENT)
    assert [each.data["value"] for each in found] == [2, 1]
    assert "hunter2" not in str(found)
    assert sample_of(account_id=alpha.account.pk, event=EVENT, sample_id=str(newest.pk)) == found[0]
    assert sample_of(account_id=beta.account.pk, event=EVENT, sample_id=str(newest.pk)) is None
    assert sample_of(account_id=alpha.account.pk, event=EVENT, sample_id="nonsense") is None


def test_where_nothing_came_a_sample_is_made_up_from_the_catalog(alpha: Any) -> None:
    catalogued(alpha.account)
    [made_up] = samples_of(account_id=alpha.account.pk, event=EVENT)
    assert (made_up.id, made_up.data["value"], made_up.data["customer"]) == ("", 150000, {"name": "Acme"})


def test_a_step_may_read_the_event_what_came_before_and_the_item_of_its_list(alpha: Any) -> None:
    catalogued(alpha.account)
    each = step("each", "foreach", items="{{contacts}}", item="contact")
    inner = step("inner", "slack", message="{{contact.name}}")
    workflow = draft(alpha.account, step("a1", "set", values={"region": "EU"}), each, inner)
    workflow.workflow_data["edges"][-1]["sourceHandle"] = "each"
    samples = samples_of(account_id=alpha.account.pk, event=EVENT)
    known = {each.path: each for each in variables_for(workflow=workflow, node_id="inner", samples=samples)}
    assert known["value"].kind == "number"
    assert known["value"].label == "What it is worth"
    assert known["customer.name"].example == "Acme"
    assert known["closesOn"].kind == "date"
    assert known["region"].group == "Set by steps"
    assert known["steps.a1.output"].group == "Step 1: Set values"
    assert "contact" in known
    assert "today" in known
    entrance = {each.path for each in variables_for(workflow=workflow, node_id=None, samples=samples)}
    assert "value" in entrance
    assert not entrance & {"region", "contact", "steps.a1.output"}


def test_names_of_other_accounts_are_not_offered(alpha: Any, beta: Any) -> None:
    MessageTemplate.objects.create(account=alpha.account, name="ours", subject="", body="x")
    MessageTemplate.objects.create(account=beta.account, name="theirs", subject="", body="x")
    Recipient.objects.create(account=alpha.account, name="Deal desk", addresses="desk@example.com")
    workflow = draft(alpha.account, step("a1", "email", to=["Deal desk"], template="ours"))
    form = step_form(
        around=around_of(actor=alpha.actor, workflow=workflow, node_id="a1"),
        node_data=workflow.workflow_data["nodes"][1]["data"],
    )
    step_page(form)
    assert [value for value, _ in form.offered.choices("message_template")] == ["ours"]
    assert "Deal desk" in [value for value, _ in form.offered.choices("people")]


def test_a_form_asks_the_same_number_of_queries_whatever_there_is(
    alpha: Any, django_assert_max_num_queries: Any
) -> None:
    workflow = draft(alpha.account, step("a1", "email", to=["x@example.com"]), step("a2", "create_task", title="x"))
    data = {node["id"]: node["data"] for node in workflow.workflow_data["nodes"]}

    def drawn(node_id: str) -> None:
        around = around_of(actor=alpha.actor, workflow=workflow, node_id=node_id)
        form = step_form(around=around, node_data=data[node_id])
        step_page(form)

    with django_assert_max_num_queries(10) as few:
        drawn("a1")
    alpha.add(2)
    for number in range(5):
        event(alpha.account, {"value": number})
        MessageTemplate.objects.create(account=alpha.account, name=f"t{number}", subject="", body="x")
    with django_assert_max_num_queries(len(few) + 1):
        # One more: what the events carried is read where there are any.
        drawn("a1")
    with django_assert_max_num_queries(12):
        drawn("a2")


def test_an_event_of_very_many_fields_leaves_room_for_what_else_there_is(alpha: Any) -> None:
    event(alpha.account, {f"f{number}": {"a": 1, "b": 2} for number in range(1000)})
    workflow = draft(alpha.account, step("a1", "webhook", url="https://x.example"), step("a2", "slack", message="x"))
    around = around_of(actor=alpha.actor, workflow=workflow, node_id="a2")
    assert len(around.variables) < 400
    form = step_form(around=around, node_data=workflow.workflow_data["nodes"][2]["data"])
    for known in ([each.path for each in around.variables], [value for value, _ in form.offered.choices("paths")]):
        assert {"f0.a", "steps.a1.output", "today"} <= set(known)
    assert len(form.offered.choices("paths")) <= 200


def test_conditions_of_an_awaited_event_read_that_event(alpha: Any) -> None:
    catalogued(alpha.account)
    schema = {"properties": {"paid": {"type": "number"}}}
    EventType.objects.create(account=alpha.account, event_name="invoice.paid", payload_schema=schema)
    workflow = draft(alpha.account, step("a1", "wait_for_event", event="invoice.paid", value="{{value}}"))
    around = around_of(actor=alpha.actor, workflow=workflow, node_id="a1")
    form = step_form(around=around, node_data=workflow.workflow_data["nodes"][1]["data"])
    assert [value for value, _ in form.offered.choices("paths")] == ["paid"]
    assert dict(form.offered.choices("kinds")) == {"paid": "number"}
    assert "{{value}}" in [value for value, _ in form.offered.choices("variables")]
