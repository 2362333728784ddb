"""Flows that wait, published briefly."""

from collections.abc import Callable

import pytest

from opsflows.accounts.actor import Actor
from opsflows.workflows.models import Workflow
from tests.runs.graphs import publisher

Publish = Callable[..., Workflow]


@pytest.fixture
def publish_flow(actor: Actor, probes: None) -> Publish:
    return publisher(actor)
