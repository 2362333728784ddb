"""Flows that wait, published briefly, and an engine that works inside of the test's own transaction."""

from collections.abc import Callable, Iterator

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.runs.lane import RunsLane
from opsflows.workflows.models import Workflow
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.graphs import publisher

Publish = Callable[..., Workflow]


class Claiming(Engine):
    """Runs are claimed, and never handed over when their start is committed: nothing is, in these tests."""

    def start(self) -> None:
        super().start()
        RunsLane.present = None


@pytest.fixture
def engine(account: PlatformAccount) -> Iterator[Engine]:
    engine = Claiming(account_id=account.id, now=NOW)
    yield engine
    engine.close()


@pytest.fixture
def publish_flow(actor: Actor, probes: None) -> Publish:
    return publisher(actor)
