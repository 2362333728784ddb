"""What the tests of replays share."""

from collections.abc import Callable, Iterator

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.models import Workflow
from tests.runs.conftest import NOW
from tests.runs.graphs import publisher
from tests.runs.queued import QueuedEngine


@pytest.fixture
def engine(account: PlatformAccount) -> Iterator[QueuedEngine]:
    engine = QueuedEngine(account_id=account.id, now=NOW)
    yield engine
    engine.close()


@pytest.fixture
def publish_flow(actor: Actor) -> Callable[..., Workflow]:
    return publisher(actor)
