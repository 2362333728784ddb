"""Every event that approvals and request forms send is in the catalog, as it is described there."""

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from opsflows.approvals.amend import amend
from opsflows.approvals.comment import add_comment
from opsflows.approvals.decide import own_task
from opsflows.approvals.forms.kinds import read_fields
from opsflows.approvals.forms.starting_forms import STARTING_FORMS
from opsflows.approvals.people.delegate import delegate
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import recall, supersede
from opsflows.approvals.sweep import sweep
from opsflows.events.models import EventPayload
from opsflows.jsontext import dump_json
from tests.approvals.office import NOW, Office, later
from tests.house.project import ROOT

pytestmark = pytest.mark.django_db

CATALOG: dict[str, dict[str, Any]] = {
    row["fields"]["event_name"]: row["fields"]["payload_schema"]
    for row in json.loads((ROOT / "fixtures" / "catalog.json").read_text())
}
LEVEL = {"approvers": ["bob.acme"], "timeout": "4 hours", "remindEvery": "1 hour"}


def test_what_is_sent_is_what_is_described(office: Office) -> None:
    voice = office.voice("ann")
    office.decide(office.ask(LEVEL, amount=12), "bob")
    office.decide(office.ask(LEVEL, amount="12.50"), "bob", "reject")
    recall(voice=voice, request_id=office.ask(LEVEL, by="ann").pk, now=NOW)
    replaced = office.ask(LEVEL, by=None)
    supersede(request_id=replaced.pk, account_id=office.account.pk, reason="A newer one.", by=None, now=NOW)
    changing = office.ask(LEVEL)
    office.decide(changing, "bob", "changes", "Smaller, please.")
    amend(voice=voice, request_id=changing.pk, title="Small laptop", note="Is this better?", now=NOW)
    add_comment(voice=voice, request_id=changing.pk, text="It is the cheapest.", now=NOW)
    task = own_task(actor=office.actor("bob"), request_id=changing.pk)
    reassign(voice=office.voice("bob"), task_id=task.pk, to="cleo.acme", now=NOW)
    office.ask({**LEVEL, "onTimeout": "escalate", "escalateTo": ["finance"]})
    office.ask({"approvers": ["max.acme"]})
    delegate(
        actor=office.actor("max"),
        person_id=office.people["max"].pk,
        stand_in_id=office.people["cleo"].pk,
        starts_at=NOW,
        ends_at=NOW + timedelta(days=1),
        now=NOW,
    )
    for hours in (1, 4, 9):
        sweep(now=later(hours=hours))
    rows = EventPayload.objects.filter(event__name__startswith="approval.")
    sent = list(rows.values_list("event__name", "data"))
    assert {name for name, _ in sent} == {name for name in CATALOG if name.startswith("approval.")}
    for name, data in sent:
        schema = CATALOG[name]
        Draft202012Validator(schema).validate(json.loads(dump_json(data)))
        assert {key for key, value in data.items() if value is not None} <= schema["properties"].keys(), name


@pytest.mark.parametrize("starting", STARTING_FORMS.values(), ids=list(STARTING_FORMS))
def test_the_forms_send_what_is_described(starting: Any) -> None:
    described = CATALOG[starting.event_name]["properties"].keys()
    fields = read_fields(list(starting.fields))
    keys = {field.key for field in fields} | {field.currency_key for field in fields if field.kind == "money"}
    beside = {"formSubmissionId", "form", "requesterName", "requesterEmail", "requesterUsername"}
    assert described == keys | beside
