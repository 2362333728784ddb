"""The catalog that comes with OpsFlows: what is in it, and that staff keep what they changed."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from connectors.names import check_name
from opsflows.events.load_catalog import Loaded, load_catalog
from opsflows.events.models import EventType
from opsflows.rules.variables import VARIABLES
from tests.house.project import ROOT

pytestmark = pytest.mark.django_db

SCHEMA = {
    "user": """user.created user.updated user.deleted user.login user.logout user.password_changed
        user.email_verified user.2fa_enabled user.role_assigned user.role_removed user.permission_granted
        user.permission_revoked user.access_denied""",
    "order": """order.created order.updated order.cancelled order.fulfilled order.shipped order.delivered
        order.returned order.refunded""",
    "product": """product.created product.updated product.deleted product.out_of_stock product.low_stock
        product.back_in_stock product.price_changed""",
    "payment": """payment.success payment.failed payment.refunded payment.dispute payment.subscription_created
        payment.subscription_cancelled payment.invoice_created""",
    "content": """content.published content.updated content.deleted content.commented content.reviewed
        content.moderated media.uploaded media.processed media.deleted media.optimized""",
    "system": """system.backup_complete system.maintenance_start system.maintenance_end system.error_critical
        system.security_alert system.performance_alert site.created site.updated site.suspended site.reactivated
        subscription.upgraded subscription.downgraded billing.payment_due""",
}
RULES = """private_offer.created private_offer.sent private_offer.viewed private_offer.accepted private_offer.expired
    private_offer.cancelled contract.created contract.expiring contract.expired contract.renewed contract.cancelled
    customer.created customer.updated customer.churned metering.submitted metering.confirmed metering.failed
    revenue.milestone revenue.daily_summary"""
# Schema names these triggers in words only.
TRIGGERS = "form.submitted cart.abandoned user.inactive"
OURS = """report.daily record.created record.updated task.created task.assigned task.completed task.overdue
    workflow.stalled"""
APPROVALS = """approval.requested approval.decided approval.approved approval.rejected approval.changes_requested
    approval.resubmitted approval.expired approval.recalled approval.superseded approval.escalated approval.reminded
    approval.reassigned approval.delegated approval.commented"""
FORMS = "expense.submitted discount.submitted contract.submitted content.submitted data_change.submitted"
OF_LATER_ROOMS = "workflow.failed sla.breached webhook.endpoint_disabled"

ENTRIES: list[dict[str, Any]] = [row["fields"] for row in json.loads((ROOT / "fixtures" / "catalog.json").read_text())]
BY_NAME = {entry["event_name"]: entry for entry in ENTRIES}


@pytest.mark.parametrize(("category", "names"), SCHEMA.items(), ids=list(SCHEMA))
def test_every_event_of_schema_is_there(category: str, names: str) -> None:
    assert {name: BY_NAME[name]["event_category"] for name in names.split()} == dict.fromkeys(names.split(), category)


def test_every_event_of_rules_and_our_own_are_there_and_nothing_else() -> None:
    assert len(RULES.split()) == 19
    named = " ".join([*SCHEMA.values(), RULES, TRIGGERS, OURS, APPROVALS, FORMS, OF_LATER_ROOMS]).split()
    assert sorted(BY_NAME) == sorted(named)
    assert len(ENTRIES) == len(named)


@pytest.mark.parametrize("entry", ENTRIES, ids=list(BY_NAME))
def test_an_entry_is_complete(entry: dict[str, Any]) -> None:
    assert check_name(entry["event_name"]) is None
    assert entry["account"] is None
    assert entry["is_system_event"]
    assert entry["description"].endswith(".")
    is_later = entry["event_name"] in OF_LATER_ROOMS.split()
    assert entry["description"].endswith("Comes with a later version.") == is_later
    schema = entry["payload_schema"]
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert set(schema.get("required", [])) <= schema["properties"].keys()
    for field in schema["properties"].values():
        assert field["description"].endswith(".")
        for example in field.get("examples", []):
            Draft202012Validator(field, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(example)


def test_the_variables_of_rules_are_fields_of_its_events() -> None:
    given_by_the_clock = {variable.name for variable in VARIABLES if variable.group == "Date"}
    fields = {field for name in RULES.split() for field in BY_NAME[name]["payload_schema"]["properties"]}
    assert {variable.name for variable in VARIABLES} - given_by_the_clock <= fields


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("private_offer.accepted", {"customerName", "value", "vendor", "productName", "duration"}),
        ("contract.expiring", {"customerName", "daysUntilExpiry", "accountOwnerEmail"}),
        ("metering.failed", {"customerName", "dimension", "errorMessage", "retryCount"}),
        ("customer.created", {"customerName", "customerEmail"}),
    ],
)
def test_the_worked_examples_find_their_fields(name: str, fields: set[str]) -> None:
    assert fields <= BY_NAME[name]["payload_schema"]["properties"].keys()


def test_it_loads_and_repeating_it_changes_nothing() -> None:
    assert load_catalog() == Loaded(added=len(ENTRIES), updated=0, kept=0)
    written = EventType.history.count()
    assert load_catalog() == Loaded(added=0, updated=0, kept=0)
    assert EventType.history.count() == written
    row = EventType.objects.get(event_name="metering.failed")
    assert row.payload_schema == BY_NAME["metering.failed"]["payload_schema"]


def test_what_staff_changed_stays_and_the_rest_follows(tmp_path: Path) -> None:
    load_catalog()
    mine = EventType.objects.get(event_name="contract.expiring")
    mine.description = "Ninety days before the end."
    mine.save()
    edition = json.loads((ROOT / "fixtures" / "catalog.json").read_text())
    for row in edition:
        row["fields"]["description"] = f"New: {row['fields']['description']}"
        row["fields"]["payload_schema"]["properties"]["extra"] = {"type": "string", "description": "More."}
    path = tmp_path / "next.json"
    path.write_text(json.dumps(edition))
    assert load_catalog(path=path) == Loaded(added=0, updated=len(ENTRIES), kept=1)
    mine.refresh_from_db()
    assert mine.description == "Ninety days before the end."
    assert "extra" in mine.payload_schema["properties"]
    assert EventType.objects.get(event_name="order.shipped").description.startswith("New: ")


def test_a_database_of_the_first_edition_gets_the_new_schemas() -> None:
    first = {"type": "object", "properties": {"customerName": {"type": "string", "title": "Customer's company name"}}}
    blank = EventType.objects.create(event_name="order.shipped", event_category="order", description="Sent off.")
    theirs = EventType.objects.create(event_name="customer.created", event_category="user", payload_schema=first)
    load_catalog()
    blank.refresh_from_db()
    theirs.refresh_from_db()
    assert (blank.description, blank.payload_schema) == ("Sent off.", BY_NAME["order.shipped"]["payload_schema"])
    assert (theirs.description, theirs.payload_schema) == (BY_NAME["customer.created"]["description"], first)


def test_the_first_schemas_of_rules_are_known_again() -> None:
    customer = {
        "customerName": {"type": "string", "title": "Customer's company name"},
        "customerEmail": {"type": "string", "format": "email"},
        "customerId": {"type": "string"},
        "awsAccountId": {"type": "string"},
        "azureTenantId": {"type": "string"},
    }
    schema = {"type": "object", "properties": customer}
    row = EventType.objects.create(event_name="customer.created", event_category="user", payload_schema=schema)
    load_catalog()
    row.refresh_from_db()
    assert row.payload_schema == BY_NAME["customer.created"]["payload_schema"]


def test_the_command_and_loaddata_agree(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("loaddata", "catalog", verbosity=0)
    call_command("catalog", "load")
    assert "0 new, 0 brought up to date, 0 fields" in capsys.readouterr().out
