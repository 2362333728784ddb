"""What waits for the signed-in person, each in a sentence with the way there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.current import current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site import words
from opsflows.admin_site.home.failures import Failures
from opsflows.admin_site.markup import list_of, page_of
from opsflows.admin_site.sidebar import MOST, may, rows_of, set_aside_number, unread_number
from opsflows.approvals.reading.inbox import waiting_for
from opsflows.records.admin.task import open_tasks
from opsflows.runs.admin.looks import attention
from opsflows.workflows.models import PublishRequest

#: Publications that are named one by one.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Need:
    """One line: a tone and an icon, what it is, and where to go."""

    tone: str
    icon: str
    title: str
    detail: str
    url: str


def needs_you(request: HttpRequest, failed: Failures, *, now: datetime) -> Sequence[Need]:
    """The most pressing first; empty where there is nothing to do."""
    try:
        actor = current_actor(request)
    except Forbidden:
        # Looking at all accounts, or at none: nothing waits for this person.
        return ()
    return [
        *_approvals(actor, now),
        *_undecided(request, actor, now),
        *_publications(actor, now),
        *_tasks(request, actor, now),
        *_set_aside(request, actor),
        *_own_failures(failed),
        *_notifications(request),
    ]


def _approvals(actor: Actor, now: datetime) -> Iterator[Need]:
    tasks = waiting_for(actor).order_by("id").values_list("asked_at", "level__due_at")
    found = list(tasks[: MOST + 1])
    if not found:
        return
    dues = [due for _, due in found if due is not None]
    said = [f"the oldest since {words.span(now - found[0][0])}"]
    said += [f"the first is {words.due(min(dues), now)}"] if dues else []
    yield Need(
        "attention",
        "approval",
        f"{_many(len(found), 'approval waits', 'approvals wait')} for your decision",
        ", ".join(said),
        reverse("inbox:index"),
    )


def _undecided(request: HttpRequest, actor: Actor, now: datetime) -> Iterator[Need]:
    if not may(request, "runs.Execution"):
        return
    rows = attention(rows_of(request, "runs.Execution")).order_by("pk").values_list("started_at", flat=True)
    began = list(rows[: MOST + 1])
    if began:
        whose = "your decision" if actor.may(Permission.RUNS_OPERATE) else "an operator's decision"
        yield Need(
            "attention",
            "front_hand",
            f"{_many(len(began), 'run waits', 'runs wait')} for {whose}",
            f"the oldest began {words.relative(began[0], now)}",
            list_of(apps.get_model("runs.Execution"), "?status=needs_attention"),
        )


def _publications(actor: Actor, now: datetime) -> Iterator[Need]:
    if not actor.may(Permission.WORKFLOWS_APPROVE):
        return
    waiting = PublishRequest.objects.filter(account=actor.account_id, status=PublishRequest.Status.OPEN)
    others = waiting.exclude(requested_by=actor.user_id).select_related("workflow", "requested_by")
    shown = others.only("requested_at", "workflow__workflow_name", "requested_by__username").order_by("-pk")
    found = list(shown[: _NAMED + 1])
    for request in found[:_NAMED]:
        asked = f"{request.requested_by} asked" if request.requested_by else "asked"
        yield Need(
            "attention",
            "visibility",
            f"“{request.workflow}” waits for a second pair of eyes",
            f"{asked} {words.relative(request.requested_at, now)}",
            page_of(request.workflow),
        )
    if len(found) > _NAMED:
        yield Need(
            "attention", "visibility", "More publications wait", "", list_of(apps.get_model("workflows.Workflow"))
        )


def _tasks(request: HttpRequest, actor: Actor, now: datetime) -> Iterator[Need]:
    if not may(request, "records.Task"):
        return
    mine = open_tasks(rows_of(request, "records.Task")).filter(assignee=actor.user_id)
    due = list(mine.order_by("due_at").values_list("due_at", flat=True)[: MOST + 1])
    if not due:
        return
    late = sum(moment is not None and moment < now for moment in due)
    ahead = min((moment for moment in due if moment is not None and moment >= now), default=None)
    said = [f"{late} overdue"] if late else []
    said += [f"the next is {words.due(ahead, now)}"] if ahead else []
    yield Need(
        "failed" if late else "running",
        "task_alt",
        _many(len(due), "task is yours", "tasks are yours"),
        ", ".join(said),
        list_of(apps.get_model("records.Task")),
    )


def _set_aside(request: HttpRequest, actor: Actor) -> Iterator[Need]:
    if actor.may(Permission.RUNS_OPERATE) and (number := set_aside_number(request)):
        is_one = number == "1"
        yield Need(
            "attention",
            "report",
            f"{number} {'event is' if is_one else 'events are'} set aside",
            f"hand {'it' if is_one else 'them'} over again once the cause is gone",
            list_of(apps.get_model("events.RoutingFailure"), "?state=waiting"),
        )


def _own_failures(failed: Failures) -> Iterator[Need]:
    if failed.mine:
        yield Need(
            "failed",
            "error",
            f"{_many(failed.mine, 'run', 'runs')} of your workflows failed",
            "in the last 24 hours",
            "#failed",
        )


def _notifications(request: HttpRequest) -> Iterator[Need]:
    if number := unread_number(request):
        yield Need(
            "running",
            "notifications",
            f"{number} new notification{'' if number == '1' else 's'}",
            "",
            list_of(apps.get_model("ops_messages.Notification"), "?state=new"),
        )


def _many(count: int, one: str, several: str) -> str:
    return f"{MOST}+ {several}" if count > MOST else f"{count:,} {one if count == 1 else several}"
