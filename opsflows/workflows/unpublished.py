"""Whether the draft says something else than what is published of it."""

from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph


def has_unpublished(workflow: Workflow) -> bool:
    """Whether publishing would change what is said; also where nothing is published yet."""
    version = workflow.published_version
    if version is None:
        return True
    try:
        return definition_hash(read_graph(workflow.workflow_data), workflow.settings) != version.content_hash
    except InvalidDefinition:
        return True
