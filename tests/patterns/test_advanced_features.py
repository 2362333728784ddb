"""Rules' advanced features, as its page writes them: sent to the API, and seen to work."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from opsflows.queue import run_jobs
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.records.models import Task
from opsflows.runs.models import Execution
from tests.patterns.conftest import Claiming
from tests.patterns.world import World

pytestmark = pytest.mark.django_db
Send = Callable[..., str]

TASK = {"type": "create_task", "title": "Call {{customerName}}"}


@pytest.fixture
def send(api: Client) -> Send:
    """`send("customer.created", *actions, …)`: a rule, live; its id."""

    def send(trigger: str, *actions: dict[str, Any], **more: Any) -> str:
        rule = {"name": f"On {trigger}", "trigger": trigger, "actions": list(actions), "active": True, **more}
        answer = api.post("/api/workflows", json.dumps(rule), content_type="application/json")
        assert (answer.status_code, answer.json().get("problems")) == (201, []), answer.content
        return str(answer.json()["id"])

    return send


def runs() -> list[str]:
    return list(Execution.objects.order_by("pk").values_list("execution_status", flat=True))


def test_chaining_workflows(engine: Claiming, send: Send) -> None:
    other = send("offer.accepted", TASK)
    send("customer.created", {"type": "trigger_workflow", "workflowId": other, "passData": True})
    engine.emit("customer.created", customerName="Acme")
    engine.settle()
    assert runs() == ["completed", "completed"]
    assert Task.objects.get().title == "Call Acme"


def test_delays(engine: Claiming, send: Send) -> None:
    def mailed(subject: str) -> dict[str, Any]:
        return {"type": "email", "to": ["{{customerEmail}}"], "subject": subject, "body": "Hello"}

    send("customer.created", mailed("Welcome"), {"type": "delay", "duration": "2 days"}, mailed("Follow-up"))
    engine.emit("customer.created", customerEmail="a@acme.example")
    engine.settle()
    engine.pass_time(hours=47)
    assert [message.subject for message in mail.outbox] == ["Welcome"]
    engine.pass_time(hours=1)
    assert [message.subject for message in mail.outbox] == ["Welcome", "Follow-up"]
    assert runs() == ["completed"]


@pytest.mark.parametrize(("action", "at_once", "an_hour_on"), [("queue", 3, 5), ("drop", 3, 3)])
def test_rate_limiting(engine: Claiming, send: Send, action: str, at_once: int, an_hour_on: int) -> None:
    send("customer.created", TASK, settings={"maxExecutionsPerHour": 3, "throttleAction": action})
    for number in range(5):
        engine.emit("customer.created", customerName=f"Firm {number}")
    engine.settle()
    assert Task.objects.count() == at_once
    engine.pass_time(minutes=59)
    assert Task.objects.count() == at_once
    engine.pass_time(minutes=2)
    assert Task.objects.count() == an_hour_on


@pytest.mark.parametrize(("on_error", "status", "tasks"), [("continue", "completed", 1), ("stop", "failed", 0)])
def test_error_handling(
    engine: Claiming, send: Send, world: World, receiver: Any, on_error: str, status: str, tasks: int
) -> None:
    world.answers["crm.example"] = lambda call: (503, {})
    call = {"type": "webhook", "url": f"http://127.0.0.1:{receiver.port}/crm.example/in"}
    handling = {"onError": on_error, "retryCount": 3, "notifyOnFailure": ["admin@company.com"]}
    send("customer.created", call, TASK, errorHandling=handling)
    engine.emit("customer.created", customerName="Acme")
    engine.settle()
    for _ in range(4):
        engine.pass_time(minutes=2)
    # The first attempt, and three more under the same key.
    asked = world.to("crm.example")
    assert (len(asked), len({each.key for each in asked})) == (4, 1)
    assert (runs(), Task.objects.count()) == ([status], tasks)
    enqueue_job(kind="failures.mail", key="failures.mail:test", now=engine.now)
    while run_jobs.run_one_job(holder="test", now=engine.now):
        pass
    assert [message.to for message in mail.outbox] == [["admin@company.com"]]
