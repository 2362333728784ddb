"""One version as a sentence, and bringing it back as the draft."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from opsflows.admin_site.acts import Deed, Refused
from opsflows.admin_site.document import document
from opsflows.outbound import redact_value
from opsflows.runs.models import Execution
from opsflows.studio.versions.sides import between, draft_side, version_side
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows.admin.workflow_acts import ACTS
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.wording.differences import Difference
from opsflows.workflows.wording.reading import reading

_RESTORE = next(act for act in ACTS if act.name == "restore")
#: Changes that the notice after a restore tells; the page itself tells all.
_TOLD = 5
_LONGEST = 200
_LISTED = 10


class RestoreForm(forms.Form):
    """The draft that the person has seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


@require_safe
@workflow_page
def version(studio: Studio, workflow: Workflow, number: int) -> HttpResponseBase:
    """What the version says, when it listened, and what bringing it back would change in the draft."""
    found = _version(workflow, number)
    if found is None:
        return _unknown(studio, workflow, number)
    before = workflow.versions.filter(number__lt=number).order_by("-number").first()
    read = reading(found.workflow_data)
    spans = list(found.activations.order_by("-active_from")[: _LISTED + 1])
    context = {
        "version": found,
        "is_live": workflow.is_active and workflow.published_version_id == found.pk,
        "reading": read,
        "lines": [{"line": line, "config": document(line.config) if line.config else None} for line in read.lines],
        "settings": document(redact_value(found.settings)) if found.settings else None,
        "before": before,
        "differences": between(version_side(before), version_side(found)) if before else [],
        "to_draft": between(draft_side(workflow), version_side(found)),
        "form": RestoreForm(initial={"revision": workflow.revision}),
        "spans": spans[:_LISTED],
        "has_more_spans": len(spans) > _LISTED,
        "has_run": Execution.objects.filter(workflow=workflow).order_by("-pk").only("pk").first() is not None,
    }
    title = f"Version {number} of {workflow.workflow_name}"
    return studio.show(title, "versions/version.html", context, row=workflow)


@require_POST
@workflow_page
def restore(studio: Studio, workflow: Workflow, number: int) -> HttpResponseBase:
    """Make the version the draft, as the admin's act does, and say what that changed."""
    found = _version(workflow, number)
    if found is None:
        return _unknown(studio, workflow, number)
    form = RestoreForm(studio.request.POST)
    if not form.is_valid():
        messages.error(studio.request, "Which draft was seen is missing from the form. Open the page once more.")
        return HttpResponseRedirect(address("version", workflow, number=number))
    changed = between(draft_side(workflow), version_side(found))
    data = {"version": str(number), "revision": form.cleaned_data["revision"]}
    try:
        said = _RESTORE.perform(Deed(actor=studio.actor, row=workflow, now=timezone.now(), data=data))
    except Refused as refused:
        for sentence in refused.sentences:
            messages.error(studio.request, sentence)
    else:
        messages.success(studio.request, format_html("{}{}", said, _told(changed)))
    return HttpResponseRedirect(address("version", workflow, number=number))


def _version(workflow: Workflow, number: int) -> WorkflowVersion | None:
    return workflow.versions.select_related("created_by").filter(number=number).first()


def _unknown(studio: Studio, workflow: Workflow, number: int) -> HttpResponse:
    messages.warning(studio.request, f"There is no version {number} of it. Here are those that there are.")
    return HttpResponseRedirect(address("versions", workflow))


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST]}…"


def _told(changed: list[Difference]) -> SafeString:
    if not changed:
        return SafeString("")
    lines = format_html_join("", "<li>{}</li>", ((_cut(each.sentence),) for each in changed[:_TOLD]))
    more = format_html("<li>and {} more</li>", len(changed) - _TOLD) if len(changed) > _TOLD else ""
    return format_html(" Changed in the draft:<ul>{}{}</ul>", lines, more)
