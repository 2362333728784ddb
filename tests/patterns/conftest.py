"""Patterns as a person sets them up: definitions sent to the API, other systems on real sockets, time as told."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.actor import Actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.runs.lane import RunsLane
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.fire_due import fire_due
from opsflows.workflows.registry import step_kind
from tests.outbound.receiver import Receiver
from tests.patterns.world import World, local
from tests.runs.conftest import NOW, account, actor
from tests.runs.engine import Engine

__all__ = ["account", "actor"]

FOLDER = Path(__file__).with_name("definitions")


class Claiming(Engine):
    """Runs are claimed, and never handed over when their start is committed: nothing is, in these tests."""

    def start(self) -> None:
        super().start()
        RunsLane.present = None

    def tick(self, **duration: float) -> None:
        """Let time pass; the clock starts what is due, and the engine works."""
        self.pass_time(**duration)
        fire_due(now=self.now)
        self.settle()


@pytest.fixture
def engine(account: PlatformAccount) -> Iterator[Engine]:
    engine = Claiming(account_id=account.id, now=NOW)
    yield engine
    engine.close()


@pytest.fixture
def api(account: PlatformAccount, actor: Actor, settings: Any) -> Client:
    settings.SECURE_SSL_REDIRECT = False
    user = create_user(
        actor=actor,
        account=account,
        username=f"ed-{account.slug}",
        password="correct horse",
        email="ed@example.com",
        role="admin",
        now=NOW,
    )
    key = issue_key(actor=actor, account=account, user=user, name="admin", now=NOW)
    return Client(headers={"Authorization": f"Bearer {key.text}"})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def receiver(settings: Any, world: World) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with Receiver(world.behave) as receiver:
        settings.SLACK_WEBHOOK_URL = local("https://slack.example", receiver)
        yield receiver


@pytest.fixture
def set_up(actor: Actor, api: Client, receiver: Receiver) -> Callable[[str], dict[str, Any]]:
    """`set_up(name)` sends the definition of that name, live, and its schedule where it has one."""

    def send(name: str) -> dict[str, Any]:
        pattern = json.loads(local((FOLDER / f"{name}.json").read_text(encoding="utf-8"), receiver))
        for node in pattern["workflow"].get("workflow_data", {}).get("nodes", ()):
            if node["type"] != "trigger":
                assert node["type"] == step_kind(node["data"]["kind"]).step_type
        workflow = _sent(api, {**pattern["workflow"], "active": True})
        # An event that has never come is worth a warning, and here none has.
        warnings = [each for each in workflow["warnings"] if "is in the catalog yet" not in each["message"]]
        assert (workflow["problems"], warnings) == ([], [])
        if "schedule" in pattern:
            # Not by the API, which takes the time from the machine's clock.
            create_schedule(actor=actor, now=NOW, **pattern["schedule"])
        return workflow

    return send


def _sent(api: Client, document: Any) -> dict[str, Any]:
    answer = api.post("/api/workflows", json.dumps(document), content_type="application/json")
    assert answer.status_code == 201, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found
