"""Rules' four worked examples, word for word, and its snippets: accepted by the API and run to their end."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from opsflows.accounts.actor import Actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.records.create_record import create_record
from opsflows.records.models import Record, Task
from opsflows.runs.models import Execution, Step
from tests.outbound.receiver import Conversation, Receiver
from tests.runs.conftest import NOW, account, actor, engine
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

#: The engine's fixtures, over those of this folder.
__all__ = ["account", "actor", "engine"]
EXAMPLES = {
    path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).with_name("rules_examples").iterdir()
}

DEAL = {
    "customerName": "Northwind Traders",
    "customerEmail": "billing@northwind.example",
    "accountOwnerEmail": "owner@company.example",
    "productName": "Data Platform",
    "value": 150000,
    "vendor": "aws",
    "duration": 24,
    "contractId": "contract_88",
    "endDate": "2026-06-01",
    "daysUntilExpiry": 90,
    "retryCount": 4,
    "dimension": "api_calls",
    "errorMessage": "Usage record rejected",
}


@pytest.fixture
def api(account: PlatformAccount, actor: Actor, settings: Any) -> Client:
    settings.SECURE_SSL_REDIRECT = False
    user = create_user(
        actor=actor,
        account=account,
        username="ed",
        password="correct horse",
        email="ed@example.com",
        role="editor",
        now=NOW,
    )
    key = issue_key(actor=actor, account=account, user=user, name="editor", now=NOW)
    return Client(headers={"Authorization": f"Bearer {key.text}"})


@pytest.fixture(autouse=True)
def templates(db: None) -> None:
    call_command("loaddata", "message_templates", verbosity=0)


@pytest.fixture
def slack(settings: Any) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]

    def behave(conversation: Conversation, request: bytes) -> None:
        conversation.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with Receiver(behave) as receiver:
        settings.SLACK_WEBHOOK_URL = receiver.url
        yield receiver


def activate(api: Client, text: str, **more: Any) -> dict[str, Any]:
    """Post the example; only what the reference adds to every one of them, `active`, is added here."""
    rule = {**json.loads(text), "active": True, **more}
    answer = api.post("/api/workflows", json.dumps(rule), content_type="application/json")
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    assert (body["active"], body["problems"]) == (True, [])
    return body


def run(engine: Engine, event: str, **data: Any) -> Execution:
    engine.emit(event, **{**DEAL, **data})
    engine.settle()
    return Execution.objects.get(event__name=event)


def posted(slack: Receiver) -> list[dict[str, Any]]:
    return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in slack.requests]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_what_was_sent_is_what_is_shown(api: Client, name: str) -> None:
    body, sent = activate(api, EXAMPLES[name]), json.loads(EXAMPLES[name])
    assert {key: body[key] for key in sent} == sent


def test_high_value_deal_alert(api: Client, engine: Engine, slack: Receiver) -> None:
    activate(api, EXAMPLES["high_value_deal_alert"])
    found = run(engine, "private_offer.accepted")
    assert posted(slack) == [{"text": "🎉 Big Win! Northwind Traders - $150000", "channel": "#sales-wins"}]
    [message] = mail.outbox
    assert message.to == ["sales-leadership@company.com"]
    assert "Northwind Traders" in message.subject + message.body
    # Salesforce cannot be reached yet, and by Rules' default an error stops the run: after everything else was done.
    assert found.execution_status == Execution.Status.FAILED
    assert "There is no Salesforce connection yet" in (found.error_message or "")
    last = Step.objects.get(execution=found, step_id="a3")
    assert last.input_data["mapping"] == {
        "Name": "Northwind Traders - Data Platform",
        "Amount": 150000,
        "StageName": "Closed Won",
    }


def test_high_value_deal_alert_where_errors_do_not_stop_it(api: Client, engine: Engine, slack: Receiver) -> None:
    activate(api, EXAMPLES["high_value_deal_alert"], errorHandling={"onError": "continue"})
    found = run(engine, "private_offer.accepted")
    assert (found.execution_status, found.failed_steps) == (Execution.Status.COMPLETED, 1)


@pytest.mark.parametrize("change", [{"value": 100000}, {"vendor": "azure"}])
def test_a_smaller_deal_starts_nothing(api: Client, engine: Engine, slack: Receiver, change: dict[str, Any]) -> None:
    activate(api, EXAMPLES["high_value_deal_alert"])
    engine.emit("private_offer.accepted", **{**DEAL, **change})
    engine.settle()
    assert not Execution.objects.exists()


def test_90_day_renewal_reminder(api: Client, engine: Engine, actor: Actor) -> None:
    contract = create_record(
        actor=actor, record_type="contract", key="contract_88", title="Northwind 2026", data={"value": 90000}, now=NOW
    )
    activate(api, EXAMPLES["90_day_renewal_reminder"])
    found = run(engine, "contract.expiring")
    assert found.execution_status == Execution.Status.COMPLETED
    task = Task.objects.get()
    assert (task.title, task.priority) == ("Renewal conversation: Northwind Traders", "high")
    assert (task.assigned_to, task.assignee) == ("account_owner", None)
    assert task.due_at == datetime(2026, 3, 9, 22, 59, tzinfo=UTC)
    assert [message.to for message in mail.outbox] == [["owner@company.example"]]
    offer = Record.objects.get(type="offer")
    assert offer.based_on == contract
    assert {name: offer.data[name] for name in ("status", "duration", "discount", "value")} == {
        "status": "draft",
        "duration": 12,
        "discount": 0,
        "value": 90000,
    }


def test_metering_failure_escalation(api: Client, engine: Engine, slack: Receiver) -> None:
    activate(api, EXAMPLES["metering_failure_escalation"])
    found = run(engine, "metering.failed")
    assert found.execution_status == Execution.Status.COMPLETED
    text = "🚨 Metering failure: Northwind Traders - api_calls\nError: Usage record rejected"
    assert posted(slack) == [{"text": text, "channel": "#engineering-alerts"}]
    task = Task.objects.get()
    assert (task.title, task.priority) == ("URGENT: Fix metering for Northwind Traders", "urgent")
    assert task.due_at == datetime(2026, 3, 2, 22, 59, tzinfo=UTC)
    # Nobody has said yet who leads engineering: the task is there, and the step says what is missing.
    assert (task.assigned_to, task.assignee) == ("engineering_lead", None)
    assert "engineering_lead" in Step.objects.get(step_id="a2").output_data["notes"][0]


def test_new_customer_onboarding(api: Client, engine: Engine, slack: Receiver) -> None:
    activate(api, EXAMPLES["new_customer_onboarding"])
    found = run(engine, "customer.created")
    assert found.execution_status == Execution.Status.COMPLETED
    [message] = mail.outbox
    assert (message.to, message.subject) == (["billing@northwind.example"], "Welcome, Northwind Traders")
    tasks = Task.objects.order_by("pk").values_list("title", "due_at__date", "assigned_to")
    assert [(title, day.isoformat(), who) for title, day, who in tasks] == [
        ("Schedule kickoff call", "2026-03-03", "customer_success"),
        ("Send onboarding resources", "2026-03-04", "customer_success"),
        ("Check-in call", "2026-03-16", "customer_success"),
    ]
    assert posted(slack) == [{"text": "👋 New customer: Northwind Traders", "channel": "#new-customers"}]


def snippet(**parts: Any) -> str:
    return json.dumps({"name": "Snippet", "trigger": "customer.created", **parts})


WAIT = [
    {"type": "email", "template": "welcome"},
    {"type": "delay", "duration": "2 days"},
    {"type": "email", "template": "follow-up"},
]


def test_a_chain_to_a_workflow_that_is_not_there_is_accepted_and_says_so(api: Client, engine: Engine) -> None:
    chain = {"type": "trigger_workflow", "workflowId": "workflow_456", "passData": True}
    activate(api, snippet(actions=[chain]))
    found = run(engine, "customer.created")
    assert "there is no workflow 'workflow_456'" in (found.error_message or "")


def test_the_delay_between_emails_needs_recipients_and_says_so(api: Client) -> None:
    answer = api.post("/api/workflows", snippet(actions=WAIT), content_type="application/json")
    assert answer.status_code == 201
    assert [problem["path"] for problem in answer.json()["problems"]] == ["actions[0].to", "actions[2].to"]


def test_the_delay_between_emails(api: Client, engine: Engine) -> None:
    actions = [{**step, "to": ["{{customerEmail}}"]} if step["type"] == "email" else step for step in WAIT]
    activate(api, snippet(actions=actions))
    assert run(engine, "customer.created").execution_status == Execution.Status.WAITING
    assert len(mail.outbox) == 1
    engine.pass_time(days=2)
    assert len(mail.outbox) == 2
    assert Execution.objects.get().execution_status == Execution.Status.COMPLETED


@pytest.mark.parametrize(
    "said",
    [
        {"settings": {"maxExecutionsPerHour": 100, "throttleAction": "queue"}},
        {"errorHandling": {"onError": "continue", "retryCount": 3, "notifyOnFailure": ["admin@company.com"]}},
    ],
)
def test_settings(api: Client, said: dict[str, Any]) -> None:
    body = activate(api, snippet(actions=[{"type": "stop"}], **said))
    assert {key: body[key] for key in said} == said
