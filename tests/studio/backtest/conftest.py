"""Events of a month, a workflow to try on them, and the work done at once."""

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event, EventPayload
from opsflows.jsontext import dump_json
from opsflows.jsontext.field import JsonText
from opsflows.queue import bell
from opsflows.queue.ids import first_id
from opsflows.queue.run_jobs import run_one_job
from opsflows.studio.backtest.ask import ask_backtest
from opsflows.studio.models import Backtest
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft

NOW = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
MONTH = timedelta(days=30)
EVENT = "deal.won"
MAIL = {"type": "email", "to": "finance@acme.example", "subject": "A deal", "body": "{{customer}}: {{value}}"}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    # A doorbell's connection would outlive the test's database.
    monkeypatch.setattr(bell, "ring", lambda: None)


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme", timezone="Europe/Berlin")


@pytest.fixture
def actor(account: PlatformAccount) -> Actor:
    return system_actor(account.pk)


def rule(conditions: Any = None, *actions: dict[str, Any], event: str = EVENT) -> dict[str, Any]:
    """A definition as the rule form writes it."""
    written = {"trigger": event, "actions": list(actions) or [MAIL]}
    return to_graph(written | ({} if conditions is None else {"conditions": conditions}))


def leaf(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


@pytest.fixture
def flow(actor: Actor) -> Callable[..., Workflow]:
    """`flow(draft, published)`: a workflow with this draft; without `published` nothing was ever published."""

    def make(draft: dict[str, Any], published: dict[str, Any] | None = None, **settings: Any) -> Workflow:
        workflow = create_workflow(actor=actor, name="Deal alert", workflow_data=published or draft, settings=settings)
        if published is not None:
            publish(actor=actor, workflow=workflow, now=NOW - MONTH)
            update_draft(actor=actor, workflow=workflow, revision=workflow.revision, workflow_data=draft)
        return workflow

    return make


def came_in(account: PlatformAccount, data: Any, moment: datetime, *, name: str = EVENT, kept: bool = True) -> Event:
    """An event as it lies there since `moment`; its id was made then."""
    event = Event.objects.create(
        id=uuid.UUID(int=first_id(moment).int | random.getrandbits(60)),
        account=account,
        door="webhook",
        name=name,
        occurred_at=moment,
        received_at=moment,
        routed_at=moment,
    )
    if kept:
        text = data if isinstance(data, JsonText) else JsonText(dump_json(data))
        EventPayload.objects.create(event=event, data=text, body=None, headers={})
    return event


def ask(actor: Actor, workflow: Workflow, **period: Any) -> Backtest:
    return ask_backtest(actor=actor, workflow=workflow, now=NOW, **{"since": NOW - MONTH, "until": NOW} | period)


def work(backtest: Backtest) -> Backtest:
    """Do its job, as far as it goes."""
    while run_one_job(holder="here", now=NOW):
        pass
    backtest.refresh_from_db()
    return backtest
