"""Events to write a rule against: what recent ones carried, or one made from what the catalog says of them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.events.models import Event, EventPayload, EventType
from opsflows.messages.sample import example_of
from opsflows.outbound import redact_value
from opsflows.schedules.trigger_data import trigger_data
from opsflows.workflows.models import Workflow


@dataclass(frozen=True, slots=True)
class Sample:
    """What one event carried, its secrets masked. `id` is the event's; empty: made up from the catalog's schema."""

    id: str
    label: str
    data: Mapping[str, Any]


def samples_of(*, account_id: uuid.UUID, event: str, limit: int = 10) -> list[Sample]:
    """The newest events called `event` that the account got, the newest first; one that is made up where none came."""
    rows = Event.objects.filter(account=account_id, name=event).select_related("account").order_by("-pk")[:limit]
    found = _samples(list(rows)) if event else []
    return found or [made_up(account_id=account_id, event=event)]


def sample_of(*, account_id: uuid.UUID, event: str, sample_id: str) -> Sample | None:
    """The sample with this id; None where it is no event of this name, or another account's."""
    if not sample_id:
        return made_up(account_id=account_id, event=event)
    try:
        wanted = uuid.UUID(sample_id)
    except ValueError:
        return None
    rows = Event.objects.filter(account=account_id, name=event, pk=wanted).select_related("account")
    return next(iter(_samples(list(rows))), None)


def scheduled(workflow: Workflow, *, now: datetime) -> Sample:
    """What a run would start with that the workflow's own schedule started now: the pairs that its trigger gives."""
    given: Any = redact_value(trigger_data(workflow, workflow.workflow_data, now=now))
    return Sample("", "What a run on schedule gets" if given else "Nothing: a schedule carries no event", given)


def made_up(*, account_id: uuid.UUID, event: str) -> Sample:
    """What such an event looks like, as the catalog describes it."""
    label = "Made up from the catalog" if event else "Nothing: no event starts it"
    return Sample("", label, example_of(schema_of(account_id=account_id, event=event)))


def schema_of(*, account_id: uuid.UUID, event: str) -> Mapping[str, Any]:
    """The catalog's JSON schema of what events called `event` carry: the account's own, else the shared one."""
    if not event:
        return {}
    described = EventType.objects.filter(event_name=event, account__in=[account_id]) | EventType.objects.filter(
        event_name=event, account=None
    )
    rows = sorted(described, key=lambda row: row.account_id is None)
    return next((row.payload_schema for row in rows if row.payload_schema), {})


def _samples(events: list[Event]) -> list[Sample]:
    payloads = dict(EventPayload.objects.filter(event__in=events).values_list("event_id", "data"))
    return [
        Sample(str(event.pk), _label(event), redact_value(payloads[event.pk]))
        for event in events
        if isinstance(payloads.get(event.pk), dict)
    ]


def _label(event: Event) -> str:
    moment = event.received_at.astimezone(event.account.zone)
    return f"{moment:%d %b %Y, %H:%M:%S}"
