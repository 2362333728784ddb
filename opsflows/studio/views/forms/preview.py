"""The live preview beside a form: what the step, as it is filled in just now, comes to for a sample."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from opsflows.studio.drafts.insert import insert_step
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.forms.around import around_of
from opsflows.studio.forms.condition_form import condition_form
from opsflows.studio.forms.preview import Preview, preview_condition, preview_step
from opsflows.studio.forms.step_form import step_form
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import UnknownKind

#: In the address: the condition at the entrance, which may not be a step yet.
ENTRANCE = "only-if"


@workflow_page
def preview(studio: Studio, workflow: Workflow, /, node_id: str) -> HttpResponse:
    """A part of the page. Nothing is saved, sent or asked outside."""
    request = studio.request
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    is_entrance = node_id == ENTRANCE
    stands = workflow
    if not is_entrance and _node_data(workflow, node_id) is None:
        stands, node_id = _as_it_will_stand(workflow, node_id, request.POST)
    around = around_of(
        actor=studio.actor,
        workflow=stands,
        node_id=None if is_entrance else node_id,
        sample_id=request.POST.get("sample", ""),
    )
    found: Preview | None
    if is_entrance:
        form = condition_form(around=around, conditions=_entry(workflow), data=request.POST)
        found = preview_condition(around, form.conditions(), now=timezone.now())
    else:
        data, kind = _node_data(workflow, node_id), request.POST.get("kind", "")
        if kind and (data is None or data.get("kind") != kind):
            # A step that is not there yet, or is about to be of another kind.
            data = {"kind": kind, "config": {}}
        step = None if data is None else step_form(around=around, node_data=data, data=request.POST)
        found = None if step is None else preview_step(step, now=timezone.now())
    return studio.part("forms/comes_out.html", {"preview": found, "sample": around.sample})


def _as_it_will_stand(workflow: Workflow, node_id: str, posted: Mapping[str, Any]) -> tuple[Workflow, str]:
    """The draft with a step that is still being written at the place where it will be put in, and the step's id."""
    after, handle, kind = posted.get("after", ""), posted.get("handle", ""), posted.get("kind", "")
    if not after:
        return workflow, node_id
    thought = copy(workflow)
    try:
        thought.workflow_data, node_id = insert_step(
            workflow.workflow_data, after=after, handle=handle, kind=kind, joined=bool(posted.get("joined"))
        )
    except (Refused, UnknownKind):
        # The place is gone; what the texts come to without it is still something.
        return workflow, node_id
    return thought, node_id


def _node_data(workflow: Workflow, node_id: str) -> Mapping[str, Any] | None:
    for node in workflow.workflow_data.get("nodes") or ():
        if isinstance(node, dict) and node.get("id") == node_id and isinstance(node.get("data"), dict):
            found: Mapping[str, Any] = node["data"]
            return found
    return None


def _entry(workflow: Workflow) -> Any:
    """The condition right behind the trigger, where the draft has one."""
    try:
        entry = read_graph(workflow.workflow_data).entry()
    except InvalidDefinition:
        return None
    return entry.config.get("conditions") if entry else None
