"""What is told after “Use this”: which placeholders stand in the draft, and how to try it with the flow's own event."""

import json
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from opsflows.admin_site.leaves import edited, leaves
from opsflows.studio.gallery.placeholders import placeholders_in
from opsflows.studio.gallery.shelf import entries
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import update_draft
from tests.admin.world import World

pytestmark = pytest.mark.django_db


def taken(client: Client, flow: str) -> tuple[Workflow, str]:
    """The draft, and the page that the person is led to."""
    where = client.post(reverse("studio:gallery-use", args=[flow]))["Location"]
    return Workflow.objects.latest("created_at"), where


def test_what_was_put_in_is_gone_from_the_list(admin: Client, alpha: World) -> None:
    workflow, where = taken(admin, "find-duplicate-contacts")
    html = admin.get(where).content.decode()
    assert "<strong>crm.example</strong>" in html
    assert "<strong>data_team</strong>" in html
    assert reverse("studio:step", args=[workflow.pk, "merge_them"]) in html
    assert "How many points each likeness is worth" in html
    editor = reverse("studio:edit", args=[workflow.pk])
    assert "but examples still stand in it" in admin.get(editor).content.decode()
    filled = json.loads(json.dumps(workflow.workflow_data, default=str).replace("crm.example", "crm.acme.com"))
    update_draft(actor=alpha.actor, workflow=workflow, revision=workflow.revision, workflow_data=filled)
    html = admin.get(where).content.decode()
    assert "No placeholder is left" in html
    assert "crm.example" not in html
    assert "Ready to publish." in admin.get(editor).content.decode()


@pytest.mark.parametrize("flow", ["two-crms-in-step", "fulfil-orders"])
def test_it_is_tried_with_the_flows_own_event(admin: Client, flow: str) -> None:
    fields: list[tuple[str, str]] = []

    class Fields(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            told = dict(attrs)
            if tag == "input" and told.get("type") == "hidden":
                fields.append((str(told["name"]), told.get("value") or ""))

    workflow, where = taken(admin, flow)
    Fields().feed(admin.get(where).content.decode())
    sent: dict[str, list[str]] = {"do": ["end"]}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    html = admin.post(reverse("admin:workflows_workflow_try", args=[workflow.pk]), sent).content.decode()
    assert "The run ends" in html
    assert "ada@fabrikam.example" in html


def test_every_sample_survives_the_form() -> None:
    for entry in entries():
        assert edited({}, leaves(entry.sample)) == entry.sample


def test_whose_page_it_is(viewer: Client, admin: Client, beta: World) -> None:
    workflow, where = taken(admin, "find-duplicate-contacts")
    html = viewer.get(where).content.decode()
    assert "crm.example" in html
    assert "Open it in the editor" not in html
    assert admin.get(where.replace("find-duplicate-contacts", "no\x00-such<b>")).status_code == 200
    theirs = beta.workflow("Their way", live=False)
    assert admin.get(reverse("studio:fill-in", args=[theirs.pk])).status_code == 302
    assert str(workflow.pk) not in admin.get(reverse("studio:fill-in", args=[theirs.pk]))["Location"]


def test_where_placeholders_are_looked_for() -> None:
    call = {"url": "https://CRM.example/x", "body": [{"to": "a@b.example"}, "http://crm.example"], "query": {}}
    nodes = [
        {"id": "t", "type": "trigger", "data": {"kind": "event", "config": {"event": "a.b"}}},
        {"id": "c", "type": "webhook", "data": {"kind": "call_api", "label": "Call", "config": call}},
        {
            "id": "d",
            "type": "action",
            "data": {"kind": "create_task", "config": {"title": "https://my.example.com", "assignTo": "{{owner}}"}},
        },
    ]
    data = {"nodes": nodes, "edges": [{"source": "t", "target": "c"}, {"source": "c", "target": "d"}]}
    assert [(each.value, each.label) for each in placeholders_in(data)] == [
        ("crm.example", "Call"),
        ("a@b.example", "Call"),
    ]
    assert placeholders_in({"nodes": "no list"}) == []
    assert placeholders_in({}) == []
