"""What an open publish request is about, as things stand now."""

from collections.abc import Mapping
from typing import Any

from opsflows.workflows.graph import definition_hash
from opsflows.workflows.models import PublishRequest, Workflow
from opsflows.workflows.publish import publication_hash, refresh_hash
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import UnknownReference
from opsflows.workflows.standing import standing_of
from opsflows.workflows.validate import references_of


def fits_draft(request: PublishRequest, workflow: Workflow) -> bool:
    """Whether the draft, with everything that it names, is what was asked for."""
    named = _named(workflow.workflow_data, workflow.settings, workflow)
    drafted = definition_hash(read_graph(workflow.workflow_data), workflow.settings)
    return named is not None and publication_hash(drafted, *named) == request.content_hash


def fits_published(request: PublishRequest, workflow: Workflow) -> bool:
    """Whether it is what is published, with the present content of all that it names; the draft plays no part."""
    published = workflow.published_version
    named = _named(published.workflow_data, published.settings, workflow) if published else None
    return (
        published is not None
        and named is not None
        and refresh_hash(published.content_hash, *named) == request.content_hash
    )


def _named(workflow_data: Any, settings: Any, workflow: Workflow) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The present content of everything that this definition names, and who its names are; None: something is gone."""
    graph = read_graph(workflow_data)
    try:
        references = references_of(graph, settings, account_id=workflow.account_id)
    except UnknownReference:
        return None
    return references, standing_of(graph, references, account_id=workflow.account_id)
