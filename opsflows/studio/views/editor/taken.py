"""The ids that a new step must not get: what runs have kept under them is about other steps."""

from opsflows.studio.drafts.document import Document
from opsflows.workflows.models import Workflow

#: Versions that are looked at; what is older, hardly any run still stands in.
_VERSIONS = 20


def taken_ids(workflow: Workflow) -> set[str]:
    """The ids of all steps of the newest versions."""
    rows = workflow.versions.order_by("-number").values_list("workflow_data", flat=True)[:_VERSIONS]
    return {node_id for workflow_data in rows for node_id in Document(workflow_data).nodes}
