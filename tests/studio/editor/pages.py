"""What tests of the editor's pages share."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from opsflows.studio.views.frame import address
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.admin.world import World

__all__ = ["address", "draft", "facts", "post", "posted_fields", "written"]

_CONFIGS: dict[str, dict[str, Any]] = {
    "slack": {"message": "Hello"},
    "create_task": {"title": "Call"},
    "condition": {"conditions": {"rules": [{"field": "value", "operator": "greater_than", "value": 5}]}},
    "set": {"values": {"a": "b"}},
}


def draft(world: World, *kinds: str, name: str = "Flow") -> Workflow:
    """A draft of the account: a straight row of steps."""
    actions = [{"type": kind, **_CONFIGS[kind]} for kind in kinds]
    rule = {"trigger": "deal.won", "actions": actions}
    return create_workflow(actor=world.actor, name=name, workflow_data=to_graph(rule))


def written(world: World, workflow_data: dict[str, Any]) -> Workflow:
    """A draft as it was written through the API."""
    return create_workflow(actor=world.actor, name="Written", workflow_data=workflow_data)


def facts(workflow: Workflow, node_id: str) -> dict[str, Any]:
    """The `data` of a step."""
    return next(node["data"] for node in workflow.workflow_data["nodes"] if node["id"] == node_id)


def post(client: Client, workflow: Workflow, url: str, fields: dict[str, Any] | None = None) -> Any:
    """Send what a button or form would, of the draft as it is, and read the draft again."""
    answer = client.post(url, {**(fields or {}), "revision": workflow.revision})
    workflow.refresh_from_db()
    return answer


def posted_fields(page: str) -> dict[str, Any]:
    """What the form that is open would send as it stands."""
    reader = _Form()
    reader.feed(page)
    return reader.fields


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self.inside = False
        self.area: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "form":
            self.inside = "studio-open" in (facts.get("class") or "") or "data-keep" in facts
        name = facts.get("name")
        if not self.inside or "disabled" in facts:
            return
        if tag == "input" and name and facts.get("type") not in ("checkbox", "radio", "submit"):
            self._put(name, facts.get("value") or "")
        elif tag == "input" and name and "checked" in facts:
            self._put(name, facts.get("value") or "on")
        elif tag == "textarea" and name:
            self.area = name
            self.fields[name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in facts or self.select not in self.fields):
            self.fields[self.select] = facts.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data.removeprefix("\n") if not self.fields[self.area] else data

    def _put(self, name: str, value: str) -> None:
        if name in self.fields:
            there = self.fields[name]
            self.fields[name] = [*there, value] if isinstance(there, list) else [there, value]
        else:
            self.fields[name] = value
