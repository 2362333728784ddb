"""The limits that hold for those who wait: what is published now, not what was when they came."""

import uuid
from collections.abc import Collection, Mapping

from opsflows.workflows.cache import definition, warm
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.settings import Concurrency, RunSettings

#: Where nobody can tell what holds, runs still get on.
_CAUTIOUS = RunSettings(concurrency=Concurrency(limit=1))


def rules_in_force(workflow_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, RunSettings]:
    """The settings of what is published of these workflows."""
    published = dict(Workflow.every.filter(pk__in=workflow_ids).values_list("pk", "published_version_id"))
    warm({version_id for version_id in published.values() if version_id is not None})
    return {workflow_id: _settings(version_id) for workflow_id, version_id in published.items()}


def _settings(version_id: uuid.UUID | None) -> RunSettings:
    if version_id is None:
        return _CAUTIOUS
    try:
        return definition(version_id).settings
    except InvalidDefinition:
        return _CAUTIOUS
