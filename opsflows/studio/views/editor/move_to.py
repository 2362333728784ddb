"""Move a step to a place that is chosen from a list: the way to another branch."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from opsflows.accounts.roles import Permission
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.move import move_to
from opsflows.studio.drafts.outline import outline
from opsflows.studio.drafts.shape import Shape
from opsflows.studio.views.editor.names import names_of, places_in_words
from opsflows.studio.views.editor.panel import Opened, editor
from opsflows.studio.views.editor.saving import act
from opsflows.studio.views.editor.stale import or_as_it_is
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.models import Workflow

_BETWEEN = "|"


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
@or_as_it_is
def move_to_page(studio: Studio, workflow: Workflow, node_id: str) -> HttpResponse:
    """GET offers the places; POST moves the step, and what stands in its branches, to one."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    if studio.request.method == "POST":
        after, _, handle = studio.request.POST.get("place", "").partition(_BETWEEN)
        return act(
            studio,
            workflow,
            lambda data: move_to(data, node_id, after=after, handle=handle),
            said="Moved.",
            focus=f"edit-{node_id}",
        )
    names, shape = names_of(workflow.workflow_data), outline(workflow.workflow_data)
    if node_id not in names or Document(workflow.workflow_data).is_trigger(node_id):
        raise Http404("There is no such step in the draft any more.")
    block = Shape(Document(workflow.workflow_data)).block(node_id)
    places = [
        (f"{after}{_BETWEEN}{handle}", words)
        for after, handle, words in places_in_words(workflow.workflow_data, shape)
        if after not in block
    ]
    return editor(
        studio, workflow, Opened(node_id, "move.html", {"node_id": node_id, "name": names[node_id], "places": places})
    )
