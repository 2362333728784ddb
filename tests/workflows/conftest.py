"""Two accounts, people in them, and a clock that stands still."""

from datetime import UTC, datetime
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.workflows.rules import DEAL_ALERT

NOW = datetime(2030, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme")


@pytest.fixture
def other(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="globex", name="Globex")


def actor_in(account: PlatformAccount, role: str = "editor") -> Actor:
    return Actor(account_id=account.pk, user_id=None, role=role, door="page")


@pytest.fixture
def editor(account: PlatformAccount) -> Actor:
    return actor_in(account)


def draft(actor: Actor, rule: dict[str, Any] = DEAL_ALERT, **settings: Any) -> Workflow:
    return create_workflow(actor=actor, name=rule["name"], workflow_data=to_graph(rule), settings=settings)


@pytest.fixture
def workflow(editor: Actor) -> Workflow:
    return draft(editor)
