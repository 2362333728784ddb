"""What the tests of failures share."""

from collections.abc import Callable

import pytest

from opsflows.accounts.actor import Actor
from opsflows.workflows.models import Workflow
from tests.runs.graphs import publisher


@pytest.fixture
def publish_flow(actor: Actor) -> Callable[..., Workflow]:
    return publisher(actor)
