"""Publishing: what becomes different, what stands in the way, who is asked, and the button."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from opsflows.admin_site.acts import Deed, Refused
from opsflows.admin_site.document import document
from opsflows.admin_site.markup import badge
from opsflows.approvals.publications.text import draft_content
from opsflows.studio.backtest.latest import latest_of
from opsflows.studio.conflicts.find import conflicts_of
from opsflows.studio.gallery.placeholders import placeholders_in
from opsflows.studio.versions.before_publishing import InTheWay, asked, at_step, in_the_way
from opsflows.studio.versions.sides import between, draft_side, version_side
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows import triggers
from opsflows.workflows.admin.looks import look_of
from opsflows.workflows.admin.workflow_acts import ACTS
from opsflows.workflows.asked_for import fits_draft
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.four_eyes import needs_four_eyes
from opsflows.workflows.graph import EVENT, MANUAL
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Frozen, UnknownReference
from opsflows.workflows.unpublished import has_unpublished
from opsflows.workflows.validate import references_of
from opsflows.workflows.warn import warnings_for
from opsflows.workflows.wording.differences import Difference
from opsflows.workflows.wording.named import named_differences
from opsflows.workflows.wording.reading import reading

#: Asking, the form and what becomes of it are those of the admin's own act.
_PUBLISH = next(act for act in ACTS if act.name == "publish")


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
def publish_page(studio: Studio, workflow: Workflow) -> HttpResponseBase:
    """GET says what publishing would do, POST does it through the verb."""
    if studio.request.method == "POST":
        return _publish(studio, workflow)
    return _show(studio, workflow, _form(workflow))


def _publish(studio: Studio, workflow: Workflow) -> HttpResponseBase:
    if not _PUBLISH.may(studio.request):
        raise PermissionDenied
    form = _form(workflow, studio.request.POST)
    if not form.is_valid():
        return _show(studio, workflow, form, status=400)
    deed = Deed(actor=studio.actor, row=workflow, now=timezone.now(), data=form.cleaned_data)
    try:
        said = _PUBLISH.perform(deed)
    except Refused as refused:
        # What is shown below is the draft as it is now, so that is what the next press is about.
        again = _form(workflow, {**studio.request.POST.dict(), "revision": workflow.revision})
        for sentence in refused.sentences:
            again.add_error(None, sentence)
        return _show(studio, workflow, again, status=409)
    waits = asked(actor=studio.actor, workflow=workflow)
    if waits.request is None:
        messages.success(studio.request, f"{said} {_starts(workflow)}")
        return HttpResponseRedirect(address("versions", workflow))
    who = f" Asked: {', '.join(waits.people)}." if waits.people else ""
    messages.success(studio.request, f"{said}{who}")
    return HttpResponseRedirect(address("publish", workflow))


def _form(workflow: Workflow, data: Any = None) -> forms.Form:
    assert _PUBLISH.form is not None  # noqa: S101  (publishing asks for a note)
    return _PUBLISH.form(row=workflow, data=data)


def _show(studio: Studio, workflow: Workflow, form: forms.Form, *, status: int = 200) -> HttpResponse:
    problems = in_the_way(workflow)
    published = workflow.published_version
    is_changed = has_unpublished(workflow)
    renewed = [] if problems else _renewed(workflow)
    latest = latest_of(workflow)
    read = reading(workflow.workflow_data)
    context = {
        "form": form,
        "published": published,
        "badge": badge(look_of(workflow)),
        "is_first": published is None,
        "is_changed": is_changed,
        "anything": is_changed or bool(renewed),
        "reading": read,
        "lines": [{"line": line, "config": document(line.config) if line.config else None} for line in read.lines],
        "differences": [
            *(between(version_side(published), draft_side(workflow)) if published and is_changed else []),
            *renewed,
        ],
        "problems": [(problem, _way_to(workflow, problem)) for problem in problems],
        "warnings": [*warnings_for(workflow)],
        "unfilled": sorted({each.value for each in placeholders_in(workflow.workflow_data) if each.must_go}),
        "conflicts": [(each, _way_to(workflow, at_step(workflow, each.node_id))) for each in conflicts_of(workflow)],
        "latest": latest,
        "latest_url": address("backtest-run", workflow, backtest_id=latest.id) if latest else "",
        **_approval(studio, workflow),
    }
    title = f"Publish {workflow.workflow_name}"
    return studio.show(title, "versions/publish.html", context, status=status, row=workflow)


def _approval(studio: Studio, workflow: Workflow) -> dict[str, Any]:
    """Who is asked where four eyes are asked for, and what they see."""
    if not needs_four_eyes(workflow):
        return {"four_eyes": False}
    waits = asked(actor=studio.actor, workflow=workflow)
    is_waiting = False
    if waits.request is not None:
        try:
            is_waiting = fits_draft(waits.request, workflow)
        except InvalidDefinition:
            is_waiting = False
    return {"four_eyes": True, "asked": waits, "is_waiting": is_waiting, "content": draft_content(workflow)}


def _renewed(workflow: Workflow) -> list[Difference]:
    """What became of the texts, segments and lists that the published version names, where publishing takes them in."""
    published = workflow.published_version
    if published is None:
        return []
    try:
        graph = read_graph(workflow.workflow_data)
        now: Frozen = references_of(graph, workflow.settings, account_id=workflow.account_id)
    except (InvalidDefinition, UnknownReference):
        return []
    return list(named_differences(published.references, now))


def _way_to(workflow: Workflow, problem: InTheWay) -> str:
    """The page on which the problem is mended."""
    if problem.is_setting:
        return address("settings", workflow)
    if problem.is_trigger:
        return address("trigger", workflow)
    if problem.is_entry:
        return address("conditions", workflow)
    return address("step", workflow, node_id=problem.node_id) if problem.node_id else ""


def _starts(workflow: Workflow) -> str:
    """What happens next with a workflow that just went live."""
    trigger = workflow.trigger_config
    words = triggers.in_words(str(trigger.get("kind") or ""), trigger)
    if trigger.get("kind") == EVENT:
        return f"The next {words} starts it."
    return (
        f"It starts when {words[:1].lower()}{words[1:]}." if trigger.get("kind") == MANUAL else f"It starts: {words}."
    )
