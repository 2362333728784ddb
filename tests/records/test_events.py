"""The events of records and tasks carry what the catalog says."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import User
from opsflows.events.models import Event
from opsflows.records.assignee import Assignee
from opsflows.records.complete_task import complete_task
from opsflows.records.create_record import create_record
from opsflows.records.create_task import create_task
from opsflows.records.update_record import update_record
from tests.house.project import ROOT

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCHEMAS: dict[str, Any] = {
    entry["fields"]["event_name"]: entry["fields"]["payload_schema"]
    for entry in json.loads((ROOT / "fixtures" / "catalog.json").read_text(encoding="utf-8"))
}


def test_payloads_fit_the_catalog(actor: Actor, ada: User) -> None:
    for key in (None, "c1"):
        record = create_record(actor=actor, record_type="customer", title="Acme", key=key, now=NOW)
        update_record(actor=actor, record_id=record.pk, data={"x": 1}, now=NOW)
        task = create_task(actor=actor, title="x", to=Assignee("ada", ada), due_at=NOW, record_id=record.pk, now=NOW)
        complete_task(actor=actor, task_id=task.pk, now=NOW)
    create_task(actor=actor, title="For nobody", now=NOW)
    sent = [(event.name, event.payload.data) for event in Event.objects.all()]
    assert {name for name, _ in sent} == {
        "record.created",
        "record.updated",
        "task.created",
        "task.assigned",
        "task.completed",
    }
    for name, payload in sent:
        assert set(payload) == set(SCHEMAS[name]["properties"]), name
        assert list(Draft202012Validator(SCHEMAS[name]).iter_errors(payload)) == [], name
