"""What the page of settings suggests: of each exit its own event's fields, and never more than a list can hold."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from opsflows.events.models import EventType
from opsflows.studio.forms import offered
from opsflows.studio.views.settings import error_workflow
from opsflows.workflows.models import Workflow
from tests.admin.world import World
from tests.studio.forms.drafts import catalogued, draft
from tests.studio.forms.page import Page
from tests.studio.settings.sent import untouched

pytestmark = pytest.mark.django_db


def page(client: Client, workflow: Workflow) -> str:
    body: str = client.get(reverse("studio:settings", args=[workflow.pk])).content.decode()
    return body[body.index('id="studio-sheet"') :]


def options(body: str, field_id: str) -> list[str]:
    """What the list of suggestions of a field offers."""
    [tag] = re.findall(rf'<input[^>]*id="{re.escape(field_id)}"[^>]*>', body)
    found = re.search(r'list="([^"]+)"', tag)
    if found is None:
        return []
    [inside] = re.findall(rf'<datalist id="{re.escape(found[1])}">(.*?)</datalist>', body, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"', inside)


def test_an_exit_suggests_the_fields_of_its_own_event(admin: Client, alpha: World) -> None:
    catalogued(alpha.account)
    schema = {"properties": {"order": {"type": "object", "properties": {"id": {"type": "string"}}}}}
    EventType.objects.create(account=alpha.account, event_name="order.completed", payload_schema=schema)
    leaf = {"field": "x", "operator": "is_true"}
    workflow = draft(alpha.account)
    exits = [
        {"event": "order.completed", "conditions": leaf},
        {"conditions": leaf},
        {"event": "a.b", "conditions": leaf},
    ]
    Workflow.objects.filter(pk=workflow.pk).update(settings={"exits": exits})
    body = page(admin, workflow)
    assert options(body, "id_exit-0-only-if-if-0-field") == ["order", "order.id"]
    assert options(body, "id_exit-0-field") == ["order", "order.id"]
    assert "value" in options(body, "id_exit-1-only-if-if-0-field")
    assert options(body, "id_exit-2-only-if-if-0-field") == []
    assert "order.completed" in options(body, "id_exit-2-event")
    ids = Page(body).ids
    assert len(ids) == len(set(ids))


def test_exits_of_many_events_ask_no_more_than_those_of_one(admin: Client, alpha: World) -> None:
    catalogued(alpha.account)
    workflow = draft(alpha.account)
    for number in range(8):
        EventType.objects.create(account=alpha.account, event_name=f"order.e{number}", payload_schema={})

    def count(many: int) -> int:
        exits = [{"event": f"order.e{number}"} for number in range(many)]
        Workflow.objects.filter(pk=workflow.pk).update(settings={"exits": exits})
        with CaptureQueriesContext(connection) as queries:
            page(admin, workflow)
        return len(queries)

    count(1)
    assert count(8) == count(1)


def test_with_many_workflows_the_error_workflow_is_typed(
    admin: Client, alpha: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow, other = alpha.workflow("mine"), alpha.workflow("Tell the team")
    assert '<select name="error_workflow"' in page(admin, workflow)
    for number in range(4):
        alpha.workflow(f"other {number}")
    monkeypatch.setattr(error_workflow, "MOST", 3)
    settings = {"errorHandling": {"errorWorkflow": str(other.pk)}}
    Workflow.objects.filter(pk=workflow.pk).update(settings=settings)
    body = page(admin, workflow)
    assert len(options(body, "id_error_workflow")) <= 3
    assert "This is “Tell the team”." in body
    url = reverse("studio:settings", args=[workflow.pk])
    assert admin.post(url, untouched(body)).status_code == 302
    assert Workflow.objects.get(pk=workflow.pk).settings == settings
    assert admin.post(url, {**untouched(body), "error_workflow": "other 2"}).status_code == 302
    after: Any = Workflow.objects.get(pk=workflow.pk).settings
    assert after["errorHandling"] == {"errorWorkflow": "other 2"}
    assert offered.MOST >= 100
