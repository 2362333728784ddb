"""What a trial starts with: what a recent event carried, or a sample made from what is known of such events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from opsflows.admin_site import words
from opsflows.events.models import Event, EventPayload, EventType
from opsflows.messages.sample import example_of
from opsflows.schedules.trigger_data import trigger_data
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.inputs import Input, inputs_of, nested
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Frozen, UnknownReference
from opsflows.workflows.validate import references_of

SAMPLE = "sample"
#: Events offered, the newest first.
_OFFERED = 8
_PLACEHOLDERS: Mapping[str, Any] = {"number": 100, "boolean": True}


@dataclass(frozen=True, slots=True)
class Given:
    """What can be chosen, and what was: `source` is an event's id or `SAMPLE`."""

    choices: tuple[tuple[str, str], ...]
    source: str
    data: Mapping[str, Any]


def given(workflow: Workflow, wanted: str) -> Given:
    """What `wanted` names; where it names nothing that is there, the newest event, else the sample."""
    name = str(workflow.trigger_config.get("event") or "")
    events = list(Event.objects.filter(account=workflow.account_id, name=name).order_by("-pk")[:_OFFERED])
    payloads = dict(EventPayload.objects.filter(event__in=events).values_list("event_id", "data"))
    data = {str(event.pk): payloads[event.pk] for event in events if isinstance(payloads.get(event.pk), dict)}
    zone = workflow.account.zone
    choices = [
        (str(event.pk), f"{words.exact(event.received_at.astimezone(zone))}, {event.name}")
        for event in events
        if str(event.pk) in data
    ]
    if wanted != SAMPLE and wanted not in data:
        wanted = next(iter(data), SAMPLE)
    by_itself = "what is known of such events" if name else "what its steps read, and what its trigger gives"
    offered = (*choices, (SAMPLE, f"A sample, made from {by_itself}"))
    return Given(offered, wanted, _sample(workflow, name) if wanted == SAMPLE else data[wanted])


def _sample(workflow: Workflow, name: str) -> dict[str, Any]:
    """What the catalog says such an event carries, and below it what the draft's steps read."""
    described = EventType.objects.filter(event_name=name)
    own, shared = described.filter(account=workflow.account_id).first(), described.filter(account=None).first()
    schema = (own.payload_schema if own else {}) or (shared.payload_schema if shared else {})
    example = example_of(schema) | trigger_data(workflow, workflow.workflow_data, now=timezone.now())
    return nested(
        ((each.path, _placeholder(each)) for each in _inputs(workflow, schema) if not _has(example, each.path)), example
    )


def _inputs(workflow: Workflow, schema: Mapping[str, Any]) -> list[Input]:
    try:
        graph = read_graph(workflow.workflow_data)
        references: Frozen = references_of(graph, workflow.settings, account_id=workflow.account_id)
    except (InvalidDefinition, UnknownReference):
        return []
    return inputs_of(graph, references=references, schema=schema)


def _placeholder(each: Input) -> Any:
    return each.example or _PLACEHOLDERS.get(each.kind, each.path.rpartition(".")[2])


def _has(document: Any, path: str) -> bool:
    for part in path.split("."):
        if not isinstance(document, Mapping) or part not in document:
            return False
        document = document[part]
    return True
