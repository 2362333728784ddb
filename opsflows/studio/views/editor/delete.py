"""Delete a step: ask, naming what goes with it, then do it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from opsflows.accounts.roles import Permission
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.outline import outline
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.remove import NOTHING, remove_step
from opsflows.studio.drafts.shape import Shape
from opsflows.studio.drafts.words import heading
from opsflows.studio.views.editor.names import names_of
from opsflows.studio.views.editor.panel import ONLY_IF, Opened, editor
from opsflows.studio.views.editor.saving import act
from opsflows.studio.views.editor.stale import or_as_it_is
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.models import Workflow


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
@or_as_it_is
def delete(studio: Studio, workflow: Workflow, node_id: str) -> HttpResponse:
    """GET asks; POST takes the step out, and joins what stood before and behind it."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    if studio.request.method == "POST":
        keep = studio.request.POST.get("keep", "")
        there = [each.node_id for each in outline(workflow.workflow_data).steps]
        return act(
            studio,
            workflow,
            lambda data: remove_step(data, node_id, keep=keep)[0],
            said="Deleted.",
            focus=lambda: _beside(workflow, there, node_id),
        )
    document = Document(workflow.workflow_data)
    if node_id not in document.nodes or node_id == document.trigger:
        raise Http404("There is no such step in the draft any more.")
    names = names_of(workflow.workflow_data)
    context = {"node_id": node_id, "name": names[node_id], "choices": _choices(workflow, document, node_id)}
    where = node_id if node_id in names else ONLY_IF
    return editor(studio, workflow, Opened(where, "delete.html", context))


def _beside(workflow: Workflow, there: list[str], gone: str) -> str:
    """What the keyboard stands on when the step `gone` of those that were `there` is out: its neighbour's Edit."""
    left = {each.node_id for each in outline(workflow.workflow_data).steps}
    place = there.index(gone) if gone in there else 0
    near = [*there[place + 1 :], *reversed(there[:place])]
    return next((f"edit-{each}" for each in near if each in left), "edit-only-if")


def _choices(workflow: Workflow, document: Document, node_id: str) -> list[dict[str, Any]]:
    """What can be kept of the branches, each with the names of the steps that go."""
    shape = Shape(document)
    keeps = [(way, f"keep what stands under “{heading(document, node_id, (way,))}”") for way in shape.out(node_id)]
    if not shape.branches(node_id):
        keeps = [("", "")]
    else:
        keeps = [each for each in keeps if each[0] != "error" and shape.out(node_id)[each[0]] != shape.meeting(node_id)]
        keeps.append((NOTHING, "keep nothing of its branches"))
    names = names_of(workflow.workflow_data)
    choices: list[dict[str, Any]] = []
    for keep, words in keeps:
        try:
            gone = remove_step(workflow.workflow_data, node_id, keep=keep)[1]
        except Refused:
            continue
        choices.append({"keep": keep, "words": words, "gone": [names.get(each, each) for each in gone]})
    return choices
