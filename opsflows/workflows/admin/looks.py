"""Whether a workflow listens, in a word."""

from opsflows.admin_site.markup import Look
from opsflows.workflows.models import Workflow

LIVE = Look("Live", "done", "sensors")
PAUSED = Look("Paused", "off", "pause_circle")
DRAFT = Look("Draft", "waiting", "edit_note")


def look_of(workflow: Workflow) -> Look:
    """Live, paused, or never published."""
    if workflow.is_active:
        return LIVE
    return PAUSED if workflow.published_version_id else DRAFT
