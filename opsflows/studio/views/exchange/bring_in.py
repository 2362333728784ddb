"""Bring workflows in: what a file would do is shown first, and done when it was seen."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from opsflows.accounts.roles import Permission
from opsflows.admin_site.markup import Look, badge, list_of, page_of
from opsflows.studio.exchange.faults import Fault, Unreadable
from opsflows.studio.exchange.import_workflows import Brought, import_workflows
from opsflows.studio.exchange.plan import Planned, plan_hash, planned
from opsflows.studio.exchange.read import read_document
from opsflows.studio.exchange.write import Format
from opsflows.studio.views.exchange.forms import UploadForm
from opsflows.studio.views.frame import Studio, page
from opsflows.workflows.errors import RevisionConflict
from opsflows.workflows.models import Workflow

_LOOKS = {
    "created": Look("New", "running", "add_circle"),
    "changed": Look("Changed", "attention", "edit"),
    "unchanged": Look("Unchanged", "off", "check"),
    "refused": Look("Not possible", "failed", "error"),
}
_MOVED_ON = "Something was saved meanwhile. Below is what would happen now."


@page
def bring_in(studio: Studio) -> HttpResponse:
    """The preview of what was uploaded; once that is confirmed as it was seen, the import."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    if studio.request.method != "POST":
        return HttpResponseRedirect(reverse("studio:exchange"))
    form = UploadForm(studio.request.POST, studio.request.FILES)
    if not form.is_valid():
        return _refused(studio, [Fault("", str(error)) for errors in form.errors.values() for error in errors])
    content, kind = form.content()
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        plan = planned(actor=studio.actor, imported=read_document(content, format=kind))
    except UnicodeDecodeError:
        return _refused(studio, [Fault("", "The file is not UTF-8. Save it with the encoding UTF-8.")])
    except Unreadable as error:
        return _refused(studio, error.faults)
    seen = studio.request.POST.get("seen")
    if not seen or any(each.faults for each in plan):
        return _preview(studio, plan, text, kind)
    if seen != plan_hash(plan):
        return _preview(studio, plan, text, kind, _MOVED_ON)
    return _import(studio, plan, text, kind)


def _import(studio: Studio, plan: Sequence[Planned], text: str, kind: Format) -> HttpResponse:
    posted = studio.request.POST
    try:
        brought = import_workflows(
            actor=studio.actor,
            plan=plan,
            is_published=posted.get("publish") == "on",
            note=posted.get("note", "")[:1000],
            now=timezone.now(),
        )
    except RevisionConflict:
        return _preview(studio, plan, text, kind, _MOVED_ON)
    _say(studio, brought)
    return HttpResponseRedirect(page_of(brought[0].workflow) if len(brought) == 1 else list_of(Workflow))


def _say(studio: Studio, brought: Sequence[Brought]) -> None:
    counts = [(word, sum(each.doing == word for each in brought)) for word in ("created", "changed", "unchanged")]
    said = ", ".join(f"{count} {word}" for word, count in counts if count)
    messages.success(studio.request, f"Brought in: {said}.")
    for each in brought:
        if each.published:
            say = messages.warning if each.is_refused else messages.info
            say(studio.request, f"{each.workflow.workflow_name}: {each.published}")


def _preview(studio: Studio, plan: Sequence[Planned], text: str, kind: Format, warning: str = "") -> HttpResponse:
    context = {
        "plan": [(each, badge(_LOOKS[each.doing])) for each in plan],
        "seen": plan_hash(plan),
        "text": text,
        "kind": kind,
        "warning": warning,
        "is_possible": not any(each.faults for each in plan),
        "is_something": any(each.doing in ("created", "changed") for each in plan),
    }
    return studio.show("What the import would do", "exchange/preview.html", context)


def _refused(studio: Studio, faults: Sequence[Fault]) -> HttpResponse:
    context = {"faults": faults[:50], "more": max(0, len(faults) - 50)}
    return studio.show("This cannot be brought in", "exchange/refused.html", context, status=422)
