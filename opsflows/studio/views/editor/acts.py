"""The buttons of a step that do at once what they say: move, copy, disable and enable."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from opsflows.studio.drafts.change import set_disabled
from opsflows.studio.drafts.copy import copy_step
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.move import Direction, move_step
from opsflows.studio.views.editor.saving import act
from opsflows.studio.views.editor.taken import taken_ids
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.models import Workflow


@require_POST
@workflow_page
def move(studio: Studio, workflow: Workflow, node_id: str, direction: str) -> HttpResponse:
    """Past the step before, or behind, in its row."""
    if direction not in ("up", "down"):
        raise Http404
    way: Direction = "up" if direction == "up" else "down"
    return act(
        studio,
        workflow,
        lambda data: move_step(data, node_id, way),
        said=f"Moved {direction}.",
        focus=f"{direction}-{node_id}",
    )


@require_POST
@workflow_page
def copy(studio: Studio, workflow: Workflow, node_id: str) -> HttpResponse:
    """With its branches, to the place right behind it."""
    made: list[str] = []

    def change(data: Mapping[str, Any]) -> Mapping[str, Any]:
        copied, new = copy_step(data, node_id, taken=taken_ids(workflow))
        made.append(new)
        return copied

    return act(studio, workflow, change, said="Copied: the copy stands right behind.", focus=lambda: f"edit-{made[0]}")


@require_POST
@workflow_page
def switch(studio: Studio, workflow: Workflow, node_id: str) -> HttpResponse:
    """Kept and passed over, or no longer."""
    document = Document(workflow.workflow_data)
    is_off = node_id in document.nodes and document.facts(node_id).get("disabled") is True
    return act(
        studio,
        workflow,
        lambda data: set_disabled(data, node_id, disabled=not is_off),
        said="Enabled again." if is_off else "Disabled: runs pass it over until it is enabled again.",
        focus=f"more-{node_id}",
    )
