"""The catalog that comes with OpsFlows."""

import pytest
from django.core.management import call_command

from connectors.names import check_name
from opsflows.events.models import EventType

pytestmark = pytest.mark.django_db

CATEGORIES = {"user", "order", "product", "payment", "content", "system"}
RULES = {
    "private_offer.created",
    "private_offer.sent",
    "private_offer.viewed",
    "private_offer.accepted",
    "private_offer.expired",
    "private_offer.cancelled",
    "contract.created",
    "contract.expiring",
    "contract.expired",
    "contract.renewed",
    "contract.cancelled",
    "customer.created",
    "customer.updated",
    "customer.churned",
    "metering.submitted",
    "metering.confirmed",
    "metering.failed",
    "revenue.milestone",
    "revenue.daily_summary",
}


def test_it_loads_again_and_again() -> None:
    for _ in range(2):
        call_command("loaddata", "catalog", verbosity=0)
    entries = EventType.objects.all()
    assert len(entries) == 77
    assert {entry.event_name for entry in entries} > RULES
    assert {entry.event_category for entry in entries} == CATEGORIES
    for entry in entries:
        assert check_name(entry.event_name) is None
        assert entry.account is None
        assert entry.is_system_event
        assert entry.description.endswith(".")


def test_fields_that_rules_names_are_described() -> None:
    call_command("loaddata", "catalog", verbosity=0)
    fields = EventType.objects.get(event_name="contract.expiring").payload_schema["properties"]
    assert {"customerName", "daysUntilExpiry", "accountOwnerEmail"} <= fields.keys()
