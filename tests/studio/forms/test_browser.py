"""The forms in a browser: conditions on a phone, a step with its variables; what axe finds."""

import os
from typing import Any

import pytest
from django.urls import reverse

from tests.studio.conftest import faults, overhang
from tests.studio.forms.drafts import catalogued, draft, event, step

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page: Any, name: str) -> None:
    if folder := os.environ.get("OPSFLOWS_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_conditions_are_built_on_a_phone(alpha: Any, visit: Any, phone: Any) -> None:
    catalogued(alpha.account)
    event(alpha.account, {"value": 250000, "customer": {"name": "Acme"}, "vip": True})
    workflow = draft(alpha.account, step("a1", "slack", message="Hi"))
    page = visit(reverse("studio:conditions", args=[workflow.pk]))
    page.get_by_role("button", name="Comparison", exact=True).click()
    field = page.get_by_label("Field 1", exact=True)
    field.fill("value")
    field.press("Tab")
    # A number is compared as one.
    page.wait_for_function("document.querySelector('[name$=\"-operator\"]')?.value === 'greater_than'")
    page.get_by_label("Value 1", exact=True).fill("100000")
    page.get_by_role("button", name="Group", exact=True).click()
    page.get_by_label("Field 2", exact=True).fill("vip")
    page.get_by_label("Comparison 2", exact=True).select_option("is_true")
    page.get_by_label("Value 2", exact=True).wait_for(state="detached")
    page.get_by_role("button", name="Group", exact=True).nth(0).click()
    page.get_by_label("Field 3", exact=True).fill("customer.name")
    page.get_by_label("Value 3", exact=True).fill("Acme")
    page.get_by_text("value is greater than 100000: yes").wait_for()
    assert overhang(page) <= 0
    assert faults(page) == []
    shot(page, "conditions-phone")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_text("Saved.").first.wait_for()
    workflow.refresh_from_db()
    entry = next(node for node in workflow.workflow_data["nodes"] if node["data"]["kind"] == "condition")
    assert entry["data"]["config"]["conditions"] == {
        "logic": "AND",
        "rules": [
            {"field": "value", "operator": "greater_than", "value": 100000},
            {
                "logic": "AND",
                "rules": [
                    {"field": "vip", "operator": "is_true"},
                    {"logic": "AND", "rules": [{"field": "customer.name", "operator": "equals", "value": "Acme"}]},
                ],
            },
        ],
    }


def test_a_variable_goes_where_the_cursor_is_and_the_text_comes_out(alpha: Any, visit: Any) -> None:
    catalogued(alpha.account)
    event(alpha.account, {"value": 250000, "customer": {"name": "Acme"}})
    workflow = draft(alpha.account, step("a1", "slack", message="", channel="#deals"))
    page = visit(reverse("studio:step", args=[workflow.pk, "a1"]))
    shot(page, "step-empty")
    message = page.get_by_label("Message needed")
    message.fill("New: !")
    message.press("ArrowLeft")
    page.get_by_label("Variables", exact=True).last.fill("customer na")
    page.get_by_label("Variables", exact=True).last.press("Enter")
    assert message.input_value() == "New: {{customer.name}}!"
    page.get_by_text("New: Acme!").wait_for()
    assert faults(page) == []
    shot(page, "step-desktop")
