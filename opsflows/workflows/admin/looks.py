"""Whether a workflow listens, in a word."""

from opsflows.admin_site.markup import Look
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph

LIVE = Look("Live", "done", "sensors")
PAUSED = Look("Paused", "off", "pause_circle")
DRAFT = Look("Draft", "waiting", "edit_note")


def look_of(workflow: Workflow) -> Look:
    """Live, paused, or never published."""
    if workflow.is_active:
        return LIVE
    return PAUSED if workflow.published_version_id else DRAFT


def has_unpublished(workflow: Workflow) -> bool:
    """Whether the draft says something else than what is published of it, if anything is."""
    version = workflow.published_version
    if version is None:
        return True
    try:
        return definition_hash(read_graph(workflow.workflow_data), workflow.settings) != version.content_hash
    except InvalidDefinition:
        return True
