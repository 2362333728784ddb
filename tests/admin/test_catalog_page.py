"""The page of a catalog entry: what its events carry, as a table, and described by staff without JSON."""

import pytest
from django.test import Client

from opsflows.events.load_catalog import load_catalog
from opsflows.events.models import EventType
from tests.admin.addresses import page
from tests.admin.world import World

pytestmark = pytest.mark.django_db


def test_fields_of_an_event_that_came_with_us(admin: Client, alpha: World) -> None:
    load_catalog()
    html = admin.get(page(EventType.objects.get(event_name="contract.expiring"))).content.decode()
    assert "Fields you can use in rules" in html
    assert "<td><code>daysUntilExpiry</code></td><td>whole number, required</td>" in html
    assert "<code>90</code>" in html
    assert "payload_lines" not in html


def test_staff_describe_fields_line_by_line(admin: Client, alpha: World) -> None:
    row = EventType.objects.create(account=alpha.account, event_name="deal.won", is_system_event=False)
    form = {"event_category": "custom", "description": "", "payload_lines": "value: number: Worth of the deal.\nvendor"}
    assert "None are described yet" in admin.get(page(row)).content.decode()
    assert admin.post(page(row), form).status_code == 302
    row.refresh_from_db()
    assert row.payload_schema["properties"] == {
        "value": {"type": "number", "description": "Worth of the deal."},
        "vendor": {"type": "string"},
    }
    wrong = admin.post(page(row), form | {"payload_lines": "value: money"}).context["adminform"].form
    assert "Line 1: “money” is no kind of field" in wrong.errors["payload_lines"][0]


def test_an_example_cannot_smuggle_markup(root: Client) -> None:
    schema = {"properties": {"<i>": {"type": "string", "description": "<b>", "examples": ["<script>"]}}}
    html = root.get(page(EventType.objects.create(event_name="a.b", payload_schema=schema))).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html.split("Fields you can use in rules")[1].split("</table>")[0]
