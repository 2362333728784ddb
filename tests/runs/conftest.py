"""An account, and an engine that runs in the test's own process on a clock of the test's own."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.engine import Engine
from tests.runs.kinds import registered

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug=f"acme-{uuid.uuid4().hex[:8]}", name="Acme", timezone="Europe/Berlin")


@pytest.fixture
def actor(account: PlatformAccount) -> Actor:
    return system_actor(account.id)


@pytest.fixture
def engine(account: PlatformAccount) -> Iterator[Engine]:
    engine = Engine(account_id=account.id, now=NOW)
    yield engine
    engine.close()


@pytest.fixture
def live(actor: Actor) -> Callable[..., Workflow]:
    """Create and publish a workflow from rule JSON: `live(trigger, *actions, conditions=…, settings=…)`."""

    def make(trigger: str, *actions: dict[str, Any], name: str = "Rule", **rest: Any) -> Workflow:
        settings = rest.pop("settings", {})
        rule = {"name": name, "trigger": trigger, "actions": list(actions), **rest}
        workflow = create_workflow(actor=actor, name=name, workflow_data=to_graph(rule), settings=settings)
        publish(actor=actor, workflow=workflow, now=NOW)
        return workflow

    return make


@pytest.fixture
def probes() -> Iterator[None]:
    """The step kinds of tests/runs/kinds.py are known."""
    with registered():
        yield
