"""When: what starts the workflow."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from opsflows.accounts.roles import Permission
from opsflows.events.names import name_problem
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.start import set_trigger
from opsflows.studio.views.editor.catalog import events_of, grouped, looked_at
from opsflows.studio.views.editor.panel import WHEN, Opened, back, closed, editor, form_again, tell
from opsflows.studio.views.editor.saving import NotSaved, save
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.studio.views.settings.schedule import ScheduleForm
from opsflows.workflows.graph import EVENT, MANUAL, SCHEDULE, TRIGGER_KINDS
from opsflows.workflows.models import Workflow

_TABS = (
    (EVENT, "An event", "bolt"),
    (SCHEDULE, "A schedule", "schedule"),
    (MANUAL, "By hand", "touch_app"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
def trigger(studio: Studio, workflow: Workflow) -> HttpResponse:
    """GET offers what can start it: events with what they carry, a schedule, people; POST chooses."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    document = Document(workflow.workflow_data)
    there = document.trigger
    before = (document.kind_name(there), document.config(there)) if there else (EVENT, {})
    is_sent = studio.request.method == "POST"
    asked = studio.request.POST if is_sent else studio.request.GET
    kind = asked.get("kind", "")
    kind = kind if kind in TRIGGER_KINDS else before[0] if not is_sent else EVENT
    config = before[1] if before[0] == kind else {}
    if not is_sent:
        return editor(studio, workflow, _opened(studio, workflow, kind, config))
    wanted, problem, times = _wanted(studio, workflow, kind, config)
    if wanted is None:
        opened = _opened(studio, workflow, kind, config, problem=problem, times=times)
        # Still on the draft that was seen: what somebody saved since then is told when this is saved.
        seen = {"revision": studio.request.POST.get("revision", "")}
        opened = Opened(opened.where, opened.template, {**opened.context, **seen})
        return form_again(studio, workflow, opened, status=200 if times and times.is_rearranged else 400)
    try:
        save(studio, workflow, lambda data: set_trigger(data, kind, wanted))
    except NotSaved as refusal:
        opened = _opened(studio, workflow, kind, config, problem=" ".join(refusal.sentences), times=times)
        opened = Opened(opened.where, opened.template, {**opened.context, "conflict": refusal.conflict})
        return form_again(studio, workflow, opened, status=409 if refusal.conflict else 400)
    tell(studio, "Saved.", undo=workflow.revision - 1)
    return back(workflow, focus="edit-when")


def _wanted(
    studio: Studio, workflow: Workflow, kind: str, config: Mapping[str, Any]
) -> tuple[Mapping[str, Any] | None, str, ScheduleForm | None]:
    """The configuration that was sent, or None with what is wrong with it."""
    post = studio.request.POST
    if kind == MANUAL:
        return {}, "", None
    if kind == SCHEDULE:
        times = ScheduleForm(actor=studio.actor, workflow=workflow, config=config, data=post)
        return (times.config() if times.is_valid() else None), "", times
    name = (post.get("typed", "") or post.get("event", "")).strip()
    problem = name_problem(name) if name else "Choose an event, or type the name of one."
    return (None, problem, None) if problem else ({"event": name}, "", None)


def _opened(
    studio: Studio,
    workflow: Workflow,
    kind: str,
    config: Mapping[str, Any],
    *,
    problem: str = "",
    times: ScheduleForm | None = None,
) -> Opened:
    here = address("trigger", workflow)
    context: dict[str, Any] = {
        "tabs": [
            {"label": label, "icon": icon, "url": f"{here}?kind={each}", "is_here": each == kind}
            for each, label, icon in _TABS
        ],
        "url": here,
        "kind": kind,
        "problem": problem,
        "conflict": None,
        "revision": workflow.revision,
        "cancel": closed(workflow, "edit-when"),
    }
    if kind == EVENT:
        context |= _events(studio, workflow, config)
    elif kind == SCHEDULE:
        context["times"] = times or ScheduleForm(actor=studio.actor, workflow=workflow, config=config)
    return Opened(WHEN, "trigger.html", context)


def _events(studio: Studio, workflow: Workflow, config: Mapping[str, Any]) -> dict[str, Any]:
    request = studio.request
    events = events_of(workflow.account_id)
    search = request.GET.get("q", "")[:100]
    asked = request.POST if request.method == "POST" else request.GET
    name = asked.get("typed") or asked.get("event") or str(config.get("event") or "")
    looked = looked_at(events, workflow.account_id, name) if not name_problem(name) else None
    return {
        "groups": grouped(events, search=search),
        "search": search,
        "looked": looked,
        "typed": name if looked is None or not looked.is_known else "",
        "chosen": str(config.get("event") or ""),
    }
