"""Patterns 4, 6 and 20: alerts by priority, deadlines that come close, tickets that nobody answers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from opsflows.events.models import EventPayload
from opsflows.records.models import Record
from opsflows.runs.models import Execution
from tests.patterns.conftest import Claiming
from tests.patterns.world import World

pytestmark = pytest.mark.django_db
SetUp = Callable[[str], dict[str, Any]]

ACME = {"company_size": 5000, "revenue": 250_000_000, "industry": "SaaS"}
MIDDLE = {"company_size": 1500, "revenue": 1_000_000, "industry": "SaaS"}


def said(world: World) -> list[tuple[str, str]]:
    return [(call.body["channel"], call.body["text"]) for call in world.to("slack.example")]


@pytest.mark.parametrize(
    ("company", "message", "channel", "routed"),
    [
        (ACME, "This is urgent!", "#sales-vip", (100, "critical")),
        (MIDDLE, "Hello", "#sales-leads", (60, "high")),
        ({"company_size": 10}, "Hello", None, (0, "normal")),
        (None, "urgent", None, (10, "normal")),
    ],
)
def test_a_lead_is_told_as_loudly_as_it_scores(
    engine: Claiming,
    set_up: SetUp,
    world: World,
    company: dict[str, Any] | None,
    message: str,
    channel: str | None,
    routed: tuple[int, str],
) -> None:
    world.answers["clearbit.example"] = lambda call: (404, {"error": "unknown"}) if company is None else (200, company)
    set_up("04_lead_alert")
    engine.emit("lead.submitted", email="jane@acme.example", company="acme.example", message=message)
    engine.settle()
    assert engine.run().execution_status == "completed"
    assert [where for where, _ in said(world)] == ([channel] if channel else [])
    assert [call.path for call in world.to("salesforce.example")] == {
        "#sales-vip": ["/opportunities"],
        "#sales-leads": ["/leads"],
        None: [],
    }[channel]
    assert len(world.to("sms.example")) == (channel == "#sales-vip")
    assert list(Record.objects.values_list("key", "tags__name")) == (
        [] if channel else [("jane@acme.example", "nurture")]
    )
    payload = EventPayload.objects.get(event__name="alert.routed").data
    assert (payload["score"], payload["tier"]) == routed


def test_tickets_close_to_their_deadline(engine: Claiming, set_up: SetUp, world: World) -> None:
    def ticket(number: int, minutes: int, **more: Any) -> dict[str, Any]:
        deadline = engine.now + timedelta(minutes=5 + minutes)
        return {"id": number, "assignee": f"@agent{number}", "sla_deadline": deadline.isoformat(), **more}

    tickets = [ticket(1, 12, viewed=True), ticket(2, 14), ticket(3, 15), ticket(4, 59), ticket(5, 61), ticket(6, -3)]
    world.answers["zendesk.example"] = lambda call: (200, {"tickets": tickets} if call.method == "GET" else {})
    set_up("06_sla_watch")
    engine.tick(minutes=5)
    assert engine.run().execution_status == "completed"
    assert sorted(said(world)) == [
        ("#support-managers", "@agent2 has not looked at ticket #2 yet."),
        ("#support-managers", "@agent6 has not looked at ticket #6 yet."),
        ("@agent1", "🚨 Ticket #1 SLA breach in 12 minutes!"),
        ("@agent2", "🚨 Ticket #2 SLA breach in 14 minutes!"),
        ("@agent3", "⚠️ Ticket #3 SLA breach in 15 minutes"),
        ("@agent4", "⚠️ Ticket #4 SLA breach in 59 minutes"),
        ("@agent6", "🚨 Ticket #6 SLA breach in less than a minute!"),
    ]
    assert sorted((call.path, call.body["tag"]) for call in world.to("zendesk.example", "PUT")) == [
        ("/tickets/1", "sla_at_risk"),
        ("/tickets/2", "sla_at_risk"),
        ("/tickets/3", "sla_warning"),
        ("/tickets/4", "sla_warning"),
        ("/tickets/6", "sla_at_risk"),
    ]
    assert engine.output("each_ticket")["results"] == ["imminent", "imminent", "warning", "warning", "else", "imminent"]


def test_a_ticket_is_escalated_and_an_hour_later_again(engine: Claiming, set_up: SetUp, world: World) -> None:
    ticket = {
        "id": 123,
        "customer": "Acme Corp",
        "customer_email": "it@acme.example",
        "customer_tier": "Enterprise",
        "priority": "High",
        "subject": "Integration error",
        "tags": [],
        "last_response": (engine.now - timedelta(minutes=90)).isoformat(),
        "sla_deadline": (engine.now + timedelta(minutes=90)).isoformat(),
    }
    calm = {**ticket, "id": 124, "sla_deadline": (engine.now + timedelta(days=1)).isoformat()}

    def zendesk(call: Any) -> tuple[int, Any]:
        if call.method == "PUT":
            ticket["tags"].append(call.body["add_tag"])
            ticket.setdefault("escalated_at", engine.now.isoformat())
        return 200, {"tickets": [ticket, calm]}

    world.answers["zendesk.example"] = zendesk
    set_up("20_ticket_escalation")
    for _ in range(4):
        engine.tick(minutes=30)
    assert list(Execution.objects.values_list("execution_status", flat=True)) == ["completed"] * 4
    assert said(world) == [
        (
            "#support-leads",
            "🚨 Ticket #123 needs attention\nCustomer: Acme Corp (Enterprise)\nIssue: Integration error\n"
            "SLA: 1 hour remaining\nLast update: 2 hours ago",
        ),
        ("#support-managers", "Ticket #123 of Acme Corp is still open, 1 hour 30 minutes after it was escalated."),
    ]
    assert [message.subject for message in mail.outbox] == ["Your ticket #123 has been escalated"]
    assert [call.body["ticket"] for call in world.to("incidents.example")] == [123]
    first, second = world.to("zendesk.example", "PUT")
    assert first.body["note"] == "Escalated to team lead at 2026-03-02T10:30:00+01:00"
    assert second.body == {"add_tag": "escalated_L2"}
