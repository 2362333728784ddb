"""The demo's expenses go where Pattern 9 says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount, User
from opsflows.approvals.decide import decide, own_task
from opsflows.approvals.forms.submit_form import submit_form
from opsflows.approvals.models import ApprovalRequest, ApprovalTask, RequestForm
from opsflows.approvals.sweep import sweep
from opsflows.approvals.voice import voice_of
from opsflows.demo.approvals import create_office
from opsflows.demo.examples import definitions
from opsflows.messages.models import Notification
from opsflows.records.models import Task
from opsflows.workflows.api_input import read_submitted
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow
from tests.runs.queued import QueuedEngine

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def actor(name: str, role: str = "approver") -> Actor:
    user = User.objects.get(username=name)
    return Actor(account_id=PlatformAccount.objects.get().pk, user_id=user.pk, role=role, door="page")


@pytest.fixture
def engine(db: None, settings: Any, tmp_path: Path) -> Iterator[QueuedEngine]:
    settings.OPSFLOWS_FILES = str(tmp_path)
    call_command("setup", "--account", "demo", "--admin", "demo:a-long-password:demo@localhost", verbosity=0)
    for _ in range(2):
        create_office(now=NOW)
    submitted = next(read_submitted(each) for each in definitions() if each["trigger"] == "expense.submitted")
    demo = actor("demo", "admin")
    workflow = create_workflow(
        actor=demo, name=submitted.name, workflow_data=submitted.workflow_data, settings=submitted.settings
    )
    publish(actor=demo, workflow=workflow, now=NOW)
    engine = QueuedEngine(account_id=demo.account_id, now=NOW)
    yield engine
    engine.close()


def ask(engine: QueuedEngine, amount: str) -> ApprovalRequest:
    values = {"title": "Laptop", "amount": amount, "category": "Equipment", "spentOn": "2026-03-02", "reason": "Old"}
    form = RequestForm.objects.get()
    submit_form(actor=actor("demo", "admin"), form_id=form.pk, values=values, key=amount, now=engine.now)
    engine.settle()
    return ApprovalRequest.objects.latest("id")


def waiting(request: ApprovalRequest) -> list[str]:
    rows = ApprovalTask.objects.filter(request=request, state="open")
    return list(rows.values_list("name", flat=True))


def test_who_is_asked_about_how_much(engine: QueuedEngine) -> None:
    expected = {
        "999.99": ["team-lead"],
        "1,000": ["team-lead", "accountant"],
        "5000": ["team-lead", "accountant"],
        "5000.01": ["team-lead", "accountant", "cfo"],
    }
    for amount, asked in expected.items():
        request = ask(engine, amount)
        for name in asked:
            assert waiting(request) == [name], amount
            task = own_task(actor=actor(name), request_id=request.pk)
            decide(voice=voice_of(actor(name)), task_id=task.pk, verdict="approve", seen=None, now=engine.now)
        request.refresh_from_db()
        assert request.state == "approved", amount
    engine.settle()
    tasks = Task.objects.order_by("id").values_list("title", "description")
    assert tasks[0] == ("Reimburse Laptop of demo", "$999.99, category Equipment.")
    assert len(tasks) == 4
    assert Notification.objects.filter(user__username="demo", title="Approved: Laptop").count() == 4


def test_nobody_answers_in_time(engine: QueuedEngine) -> None:
    request = ask(engine, "500")
    engine.now += timedelta(hours=48)
    sweep(now=engine.now)
    engine.settle()
    request.refresh_from_db()
    assert request.state == "rejected"
    told = Notification.objects.get(user__username="demo", title="Not approved: Laptop")
    assert "nobody" in told.body.lower()
    assert not Task.objects.exists()
