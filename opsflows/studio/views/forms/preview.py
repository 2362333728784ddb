"""The live preview beside a form: what the step, as it is filled in just now, comes to for a sample."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from opsflows.studio.forms.around import around_of
from opsflows.studio.forms.condition_form import condition_form
from opsflows.studio.forms.preview import Preview, preview_condition, preview_step
from opsflows.studio.forms.step_form import step_form
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph

#: In the address: the condition at the entrance, which may not be a step yet.
ENTRANCE = "only-if"


@workflow_page
def preview(studio: Studio, workflow: Workflow, /, node_id: str) -> HttpResponse:
    """A part of the page. Nothing is saved, sent or asked outside."""
    request = studio.request
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    is_entrance = node_id == ENTRANCE
    around = around_of(
        actor=studio.actor,
        workflow=workflow,
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
