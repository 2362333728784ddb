"""The story of the studio: somebody who has never seen JSON builds a rule in less than three minutes."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from opsflows.events.models import Event, EventPayload
from opsflows.studio.drafts.outline import outline
from opsflows.studio.drafts.remove import remove_step
from opsflows.studio.views.frame import address
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_rule
from opsflows.workflows.save_draft import update_draft
from tests.admin.world import World
from tests.studio.conftest import faults, overhang
from tests.studio.editor.hands import Hands
from tests.studio.editor.pages import draft, facts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_PAYLOAD = {"customerName": "Northwind", "productName": "Analytics", "value": 125000, "vendor": "aws"}
_CATALOG = Path(__file__).parents[2] / "fixtures" / "catalog.json"


@pytest.fixture
def happened(alpha: World) -> None:
    """The catalog, and one real event of the kind that the story is about."""
    call_command("loaddata", _CATALOG, verbosity=0)
    event = Event.objects.create(
        account=alpha.account, name="private_offer.accepted", occurred_at=timezone.now(), received_at=timezone.now()
    )
    EventPayload.objects.create(event=event, data=_PAYLOAD)


def _fine(page: Any) -> None:
    """Nothing stands out at the side, and axe has nothing to say, by day and by night."""
    assert overhang(page) == 0
    for is_dark in (False, True):
        page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", is_dark)
        assert faults(page, within="#studio-editor") == []
    page.evaluate("document.documentElement.classList.remove('dark')")


def _add(hands: Hands, search: str, kind: str) -> None:
    page = hands.page
    hands.send(page.locator(".studio-add.is-last"))
    hands.type(page.get_by_label("Search the kinds of steps"), search)
    hands.send(page.locator("#kinds li:visible a").filter(has_text=kind).first)


def _keep(hands: Hands, button: str = "Add this step") -> None:
    hands.send(hands.page.get_by_role("button", name=button, exact=True))
    expect(hands.page.locator(".studio-notice")).to_contain_text("Saved")


def test_a_rule_is_built_in_less_than_three_minutes(visit: Any, alpha: World, happened: None) -> None:
    page = visit(reverse("studio:new"))
    hands = Hands(page)
    hands.type(page.get_by_label("Name"), "High-Value Deal Alert")
    hands.click(page.get_by_role("button", name="Create it"))

    hands.type(page.get_by_label("Search the events"), "offer accepted")
    hands.send(page.locator("#events li:visible a").filter(has_text="private_offer.accepted"))
    expect(page.locator(".studio-payload")).to_contain_text("Northwind")
    _fine(page)
    hands.send(page.get_by_role("button", name="Use this event"))

    hands.send(page.locator("#edit-only-if"))
    hands.send(page.get_by_role("button", name="Comparison", exact=True))
    with hands.settled():
        hands.type(page.get_by_label("Field 1", exact=True), "value")
        page.get_by_label("Field 1", exact=True).press("Tab")
    hands.choose(page.get_by_label("Comparison 1", exact=True), value="greater_than")
    hands.type(page.get_by_label("Value 1", exact=True), "100000")
    _keep(hands, "Save")
    expect(page.locator("#only-if")).to_contain_text("value is greater than 100,000")

    _add(hands, "slack", "Send a Slack message")
    hands.type(page.locator(".studio-open").get_by_label("Channel"), "#sales-wins")
    hands.type(page.locator(".studio-open").get_by_label("Message"), "Big win! {{customerName}}: ${{value}}")
    _fine(page)
    _keep(hands)
    _add(hands, "email", "Send an email")
    hands.type(page.locator(".studio-open").get_by_label("To", exact=False).first, "sales-leadership@company.com")
    hands.type(page.get_by_label("Subject"), "{{customerName}} signed")
    hands.type(page.get_by_label("Text", exact=False).first, "Worth ${{value}}.")
    _keep(hands)
    _add(hands, "task", "Create a task")
    hands.type(page.get_by_label("Title"), "Handover call with {{customerName}}")
    _keep(hands)

    expect(page.locator(".studio-ready")).to_contain_text("Ready to publish")
    _fine(page)
    hands.click(page.get_by_role("link", name="Publish"))
    page.get_by_role("button", name="Publish").wait_for()
    hands.click(page.get_by_role("button", name="Publish"))
    page.wait_for_load_state()

    made = Workflow.objects.get(workflow_name="High-Value Deal Alert")
    assert made.is_active
    assert made.published_version is not None
    rule = to_rule(made.published_version.workflow_data)
    assert rule is not None
    assert rule["trigger"] == "private_offer.accepted"
    assert rule["conditions"]["rules"] == [{"field": "value", "operator": "greater_than", "value": 100000}]
    assert [action["type"] for action in rule["actions"]] == ["slack", "email", "create_task"]
    assert hands.seconds < 180


def test_a_branch_on_a_phone(visit: Any, phone: Any, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task")
    page = visit(address("edit", workflow))
    hands = Hands(page)
    _fine(page)
    hands.send(page.locator("#add-a1-done"))
    hands.type(page.get_by_label("Search the kinds of steps"), "else")
    hands.send(page.locator("#kinds li:visible a").filter(has_text="If … else"))
    hands.send(page.get_by_role("button", name="Comparison", exact=True))
    with hands.settled():
        hands.type(page.get_by_label("Field 1", exact=True), "vendor")
        page.get_by_label("Field 1", exact=True).press("Tab")
    hands.type(page.get_by_label("Value 1", exact=True), "aws")
    _fine(page)
    _keep(hands)

    hands.send(page.locator("#add-a3-false"))
    hands.send(page.locator("#kinds li:visible a").filter(has_text="Notify people here"))
    hands.type(page.get_by_label("Title"), "Not by the marketplace")
    _keep(hands)
    hands.send(page.locator("#more-a1"))
    hands.send(page.locator("#step-a1").get_by_role("link", name="Move to…"))
    page.get_by_label("Where to").select_option("a3|true")
    hands.send(page.get_by_role("button", name="Move", exact=True))
    _fine(page)
    workflow.refresh_from_db()
    ways = [(each.sort, each.depth, each.words or each.node_id) for each in outline(workflow.workflow_data).entries]
    assert ways[1:] == [
        ("step", 0, "a3"),
        ("way", 1, "If yes"),
        ("place", 1, "a3"),
        ("step", 1, "a1"),
        ("place", 1, "a1"),
        ("way", 1, "If no"),
        ("place", 1, "a3"),
        ("step", 1, "a4"),
        ("place", 1, "a4"),
        ("place", 0, "a3"),
        ("step", 0, "a2"),
        ("place", 0, "a2"),
    ]
    hands.send(page.get_by_role("button", name="Undo"))
    workflow.refresh_from_db()
    assert outline(workflow.workflow_data).steps[0].node_id == "a1"


def test_two_editors_on_one_step(visit: Any, alpha: World) -> None:
    workflow = draft(alpha, "slack", "create_task")
    page = visit(address("edit", workflow))
    hands = Hands(page)
    hands.send(page.locator("#edit-a1"))
    hands.type(page.locator(".studio-open").get_by_label("Message"), "Mine")
    update_draft(
        actor=alpha.actor, workflow=workflow, revision=1, workflow_data=remove_step(workflow.workflow_data, "a2")[0]
    )
    hands.send(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("alert")).to_contain_text("Create a task")
    expect(page.locator(".studio-open").get_by_label("Message")).to_have_value("Mine")
    _fine(page)
    hands.send(page.get_by_role("button", name="Save mine on top"))
    workflow.refresh_from_db()
    assert facts(workflow, "a1")["config"]["message"] == "Mine"
    assert [each.node_id for each in outline(workflow.workflow_data).steps] == ["a1"]
