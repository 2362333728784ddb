"""A workflow's tab "Why not?": choose an event, or look for one, and read why it did or did not start."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from opsflows.accounts.roles import Permission
from opsflows.admin_site.markup import badge, page_for
from opsflows.events.admin.reasons import in_words
from opsflows.events.models import Event
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution
from opsflows.studio.explain.nothing_came import nothing_came
from opsflows.studio.explain.repeats import times_of
from opsflows.studio.explain.search import search
from opsflows.studio.explain.workflow import WorkflowExplanation, explain_workflow
from opsflows.studio.views.explain.looks import shown
from opsflows.studio.views.explain.question import Question
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.models import Workflow

#: The newest events of the name, to choose from.
_OFFERED = 20


@workflow_page
def why_not_page(studio: Studio, workflow: Workflow) -> HttpResponse:
    studio.actor.require(Permission.EVENTS_READ)
    version = workflow.published_version
    draft_event = workflow.trigger_config.get("event")
    name = (version.trigger_event if version is not None else "") or str(draft_event or "")
    question = Question(studio.request.GET, name)
    context: dict[str, Any] = {"question": question, "name": name}
    if question.is_valid() and question.event_id:
        context |= _told(studio, workflow, question, question.event_id)
    elif question.is_valid() and question.wanted:
        context |= _searched(workflow, question)
    if name and not context.keys() & {"told", "found"}:
        context |= _newest(workflow, name)
    return studio.show(f"Why not? {workflow.workflow_name}", "explain/why_not.html", context, row=workflow)


def _told(studio: Studio, workflow: Workflow, question: Question, event_id: uuid.UUID) -> dict[str, Any]:
    rows = Event.objects.select_related("source")
    event = rows.filter(pk=event_id, account_id=studio.actor.account_id).first()
    if event is None:
        question.add_error("event", "There is no such event in this account. Perhaps it was deleted by its age.")
        return {}
    told = explain_workflow(workflow=workflow, event=event, now=timezone.now())
    return {
        "told": told,
        "event": event,
        "shown": shown(told.verdict, event.pk),
        "afterwards": _afterwards(told),
    }


def _afterwards(told: WorkflowExplanation) -> list[dict[str, Any]]:
    return [
        {
            "badge": badge(RUN[Execution.Status(each.status)]),
            "url": page_for(Execution, each.run_id),
            "sentence": each.sentence,
        }
        for each in told.afterwards
    ]


def _searched(workflow: Workflow, question: Question) -> dict[str, Any]:
    found = search(
        account_id=workflow.account_id,
        field=question.path,
        value=question.wanted,
        name=question.name,
        before=question.start,
    )
    context: dict[str, Any] = {
        "found": found,
        "found_rows": _with_runs(workflow, found.events),
        "further": question.further(found.before),
        "elsewhere": question.elsewhere,
    }
    if not found.events and found.before is None and question.trigger:
        context |= _nothing(workflow, question.trigger)
    return context


def _newest(workflow: Workflow, name: str) -> dict[str, Any]:
    rows = Event.objects.filter(account=workflow.account_id, name=name).order_by("-id")
    newest = list(rows.only("id", "name", "received_at")[:_OFFERED])
    return {"newest": _with_runs(workflow, newest)} if newest else _nothing(workflow, name)


def _with_runs(workflow: Workflow, events: Any) -> list[dict[str, Any]]:
    """Events with whether they started this workflow, and how often they came: two queries for all of them."""
    ids = [event.id for event in events]
    runs = Execution.objects.filter(event__in=ids, workflow=workflow, origin_key=None).order_by("pk")
    status, times = dict(runs.values_list("event_id", "execution_status")), times_of(ids)
    return [
        {
            "event": event,
            "badge": badge(RUN[Execution.Status(status[event.id])]) if event.id in status else None,
            "times": times.get(event.id, ""),
        }
        for event in events
    ]


def _nothing(workflow: Workflow, name: str) -> dict[str, Any]:
    facts = nothing_came(account_id=workflow.account_id, name=name, now=timezone.now())
    return {"facts": facts, "refused": [(each, in_words(each.reason)) for each in facts.refused]}
