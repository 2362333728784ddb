"""What OpenAPI says is what the API does: schemathesis asks every endpoint, with what it takes and what it does not."""

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls.resolvers import RoutePattern
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from opsflows.accounts.actor import system_actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import IssuedKey
from opsflows.accounts.key_text import KEY_START, hash_key
from opsflows.accounts.members import Members
from opsflows.accounts.models import ApiKey, PlatformAccount
from opsflows.api import urls
from opsflows.api.openapi import document
from opsflows.api.operation import ref
from opsflows.approvals.ask import ask
from opsflows.approvals.content import Content
from opsflows.approvals.models import ApprovalRequest, Delegation
from opsflows.approvals.plan import Plan, PlanLevel
from opsflows.events.emit import emit
from opsflows.events.models import Event
from opsflows.runs.batches.begin import start_rows
from opsflows.runs.start_run import start_by_hand
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.models import Schedule
from opsflows.studio.backtest.ask import ask_backtest
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow

load_all_checks()

#: Texts, names of events and conditions have a grammar of their own, which a schema cannot say.
EXCLUDED = [positive_data_acceptance]

#: Each kind of action has its own fields; a few of them stand for all, or most of the time would go there.
KINDS = ("SetAction", "SlackAction", "UnfinishedAction")

#: Known before any test begins, because some requests are made up by then.
KEY = f"{KEY_START}{'0' * 43}"
_handler: WSGIHandler | None = None


def application(environ: Any, start_response: Any) -> Any:
    """OpsFlows, made when a test begins: its middleware reads the settings once."""
    assert _handler is not None
    return _handler(environ, start_response)


def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document())
    found["components"]["schemas"]["Action"] = {"anyOf": [ref(kind) for kind in KINDS]}
    return found


schema = schemathesis.openapi.from_dict(described())
schema.app = application


@schema.auth(refresh_interval=None)
class Key:
    """Schemathesis sends the key itself, so that it knows where it leaves it out."""

    def get(self, case: Any, context: Any) -> str:
        return KEY

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme")


@pytest.fixture
def served(probes: None, key: IssuedKey, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ROOT_URLCONF = "opsflows.urls"
    monkeypatch.setitem(globals(), "_handler", WSGIHandler())
    ApiKey.objects.update(key_hash=hash_key(KEY))
    # Between two requests a server gives its connection up; here it holds the test's transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


class World:
    """What there is to ask about. Whatever a request has deleted is there again for the next."""

    def __init__(self, account: PlatformAccount) -> None:
        self.actor = system_actor(account.pk)
        self.now = datetime.now(UTC)
        self.there: dict[str, Any] = {}
        self.event = emit(account_id=account.pk, name="order.shipped", data={}, now=self.now)
        Event.objects.update(door=Event.Door.API)
        ed, *_ = Members(account.pk).all()
        other = create_user(
            actor=self.actor,
            account=account,
            username="sam",
            password=uuid.uuid4().hex,
            email="sam@example.com",
            role="viewer",
            now=self.now,
        )
        self.delegation = Delegation.objects.create(
            account=account,
            person=ed,
            stand_in=other,
            starts_at=self.now + timedelta(days=1),
            ends_at=self.now + timedelta(days=2),
            created_at=self.now,
        )

    def ids(self) -> dict[str, str]:
        """The ids that stand in paths, by the name of the parameter."""
        workflow = self.there.get("workflow")
        if workflow is None or not Workflow.objects.filter(pk=workflow.pk).exists():
            self._make()
        if not Schedule.objects.exists():
            self.schedule = create_schedule(
                actor=self.actor, name="S", cron="0 9 * * 1", event_name="report.daily", now=self.now
            )
        if not ApprovalRequest.objects.filter(closed_at=None).exists():
            self.approval = self._asked()
        found = {
            "approval_id": self.approval.pk,
            "delegation_id": self.delegation.pk,
            "workflow_id": self.there["workflow"].pk,
            "execution_id": self.there["run"].pk,
            "event_id": self.event,
            "schedule_id": self.schedule.pk,
            "backtest_id": self.there["backtest"].pk,
            "batch_id": self.there["batch"].pk,
            "job_id": self.there["batch"].job_id,
        }
        return {name: str(value) for name, value in found.items()}

    def _asked(self) -> ApprovalRequest:
        """Whoever holds the key is asked, so that there is something to decide."""
        return ask(
            account_id=self.actor.account_id,
            subject=ApprovalRequest.Subject.STEP,
            origin_key=str(uuid.uuid4()),
            plan=Plan(levels=[PlanLevel(approvers=["ed"])]),
            content=Content(title="A laptop"),
            scope={},
            requester=None,
            now=self.now,
        )

    def _make(self) -> None:
        rule = {"trigger": "order.shipped", "actions": [{"type": "create_task", "title": "Call"}]}
        workflow = create_workflow(actor=self.actor, name="W", workflow_data=to_graph(rule))
        publish(actor=self.actor, workflow=workflow, now=self.now)
        run = start_by_hand(actor=self.actor, workflow_id=workflow.pk, data={}, now=self.now)
        batch = start_rows(actor=self.actor, workflow_id=workflow.pk, sent=[{}], now=self.now)
        period = {"since": self.now - timedelta(days=1), "until": self.now, "now": self.now}
        backtest = ask_backtest(actor=self.actor, workflow=workflow, **period)
        self.there = {"workflow": workflow, "run": run, "batch": batch, "backtest": backtest}


@pytest.fixture
def world(account: PlatformAccount) -> World:
    return World(account)


@schema.parametrize()
@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_endpoint_keeps_its_word(case: Any, served: None, world: World) -> None:
    for name, real in world.ids().items():
        if _is_id(case.path_parameters.get(name)):
            case.path_parameters[name] = real
    case.call_and_validate(excluded_checks=EXCLUDED)


def _is_id(text: Any) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except (ValueError, TypeError, AttributeError):
        return False


def test_every_operation_names_what_it_refuses() -> None:
    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            wanted = {"405", "503"} if path == "/api/token" else {"401", "403", "405", "503"}
            wanted |= {"400", "413", "415"} if "requestBody" in operation else set()
            wanted |= {"404"} if "{" in path else set()
            assert wanted <= operation["responses"].keys(), (method, path)
            assert operation["summary"], (method, path)


def test_every_path_of_the_api_is_described() -> None:
    found = {pattern.pattern._route for pattern in urls.urlpatterns if isinstance(pattern.pattern, RoutePattern)}
    shown = {route for route in found if not route.endswith(("/", "schema", "docs")) and "<text>" not in route}
    described_paths = {path.removeprefix("/api/") for path in described()["paths"]}
    assert {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route) for route in shown} == described_paths


def test_references_lead_somewhere() -> None:
    text = document()
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= json.loads(text)["components"]["schemas"].keys()
    assert {"SlackAction", "EmailAction", "Error"} <= named
