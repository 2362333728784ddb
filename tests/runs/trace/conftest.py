"""Flows with branches, driven by an engine; drafts of them, to be led through a dry run."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs.dry_run import DryRun, dry_run
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import create_workflow
from tests.runs.conftest import NOW
from tests.runs.graphs import graph, publisher


@pytest.fixture
def publish_flow(actor: Actor) -> Callable[..., Workflow]:
    return publisher(actor)


@pytest.fixture
def draft(actor: Actor) -> Callable[..., Workflow]:
    """A draft of what `graph` takes."""

    def make(*edges: str, settings: dict[str, Any] | None = None, **steps: Any) -> Workflow:
        data = graph(*edges, **steps)
        return create_workflow(actor=actor, name="Flow", workflow_data=data, settings=settings or {})

    return make


@pytest.fixture
def tried(actor: Actor) -> Callable[..., DryRun]:
    """What a run of a draft would do with these fields."""

    def lead(workflow: Workflow, **data: Any) -> DryRun:
        return dry_run(actor=actor, workflow=workflow, data=data, now=NOW)

    return lead


def two_branches(**config: Any) -> dict[str, Any]:
    return {"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}], **config}


def foreach(**config: Any) -> dict[str, Any]:
    return {"type": "foreach", "items": "{{contacts}}", "item": "contact", **config}
