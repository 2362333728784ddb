"""Who wrote what is not published yet: nobody of them is the second pair of eyes."""

import uuid
from typing import Any

from opsflows.jsontext import canonical_json
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph


def draft_authors(workflow: Workflow) -> set[uuid.UUID]:
    """The people who changed the definition or settings since the draft last said what is published.

    Where boxes lie is no part of it. Whoever came by an API key, or is no person, is not among them.
    """
    published = workflow.published_version
    stop = _said(published.workflow_data, published.settings) if published else None
    authors: set[uuid.UUID] = set()
    later: str | None = None
    writer: uuid.UUID | None = None
    rows = workflow.history.order_by("-history_id").values_list("workflow_data", "settings", "history_user_id")
    for workflow_data, settings, user_id in rows.iterator(chunk_size=50):
        said = _said(workflow_data, settings)
        if later is not None and said != later and writer is not None:
            authors.add(writer)
        if said == stop:
            return authors
        later, writer = said, user_id
    if writer is not None:
        authors.add(writer)
    return authors


def _said(workflow_data: Any, settings: Any) -> str:
    try:
        return definition_hash(read_graph(workflow_data), settings)
    except InvalidDefinition:
        return canonical_json([workflow_data, settings])
