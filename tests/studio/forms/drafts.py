"""Drafts to write steps of."""

from itertools import pairwise
from typing import Any

from django.utils import timezone

from opsflows.events.models import Event, EventPayload, EventType
from opsflows.queue.ids import new_id
from opsflows.workflows.models import Workflow

EVENT = "deal.created"
SCHEMA = {
    "type": "object",
    "required": ["value"],
    "properties": {
        "value": {"type": "number", "description": "What it is worth", "examples": [150000]},
        "customer": {"type": "object", "properties": {"name": {"type": "string", "examples": ["Acme"]}}},
        "closesOn": {"type": "string", "format": "date"},
    },
}


def draft(account: Any, *steps: dict[str, Any], entry: Any = None) -> Workflow:
    """A workflow on `deal.created` whose steps follow one another; `entry` is the condition at the entrance."""
    nodes = [{"id": "t", "type": "trigger", "data": {"kind": "event", "config": {"event": EVENT}}}]
    if entry is not None:
        nodes.append({"id": "c", "type": "condition", "data": {"kind": "condition", "config": {"conditions": entry}}})
    nodes += [{"type": "action", "position": {"x": 0, "y": 0}, **step} for step in steps]
    edges = [
        {
            "id": f"e{at}",
            "source": one["id"],
            "target": other["id"],
            **({"sourceHandle": "true"} if one["id"] == "c" else {}),
        }
        for at, (one, other) in enumerate(pairwise(nodes))
    ]
    return Workflow.objects.create(
        account=account,
        workflow_name="High-Value Deal Alert",
        workflow_data={"nodes": nodes, "edges": edges},
        trigger_config={"kind": "event", "event": EVENT},
    )


def step(node_id: str, kind: str, **config: Any) -> dict[str, Any]:
    return {"id": node_id, "data": {"kind": kind, "label": "", "config": config}}


def catalogued(account: Any) -> EventType:
    return EventType.objects.create(account=account, event_name=EVENT, payload_schema=SCHEMA)


def event(account: Any, data: Any) -> Event:
    now = timezone.now()
    row = Event.objects.create(
        id=new_id(), account=account, name=EVENT, received_at=now, occurred_at=now, door=Event.Door.API
    )
    EventPayload.objects.create(event=row, data=data, body=b"{}", headers={})
    return row
