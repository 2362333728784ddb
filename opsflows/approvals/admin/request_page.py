"""What the page of one request shows."""

import uuid
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_actor
from opsflows.accounts.names import name_key
from opsflows.admin_site.markup import badge
from opsflows.approvals.admin.fact_words import in_words
from opsflows.approvals.admin.looks import LEVELS, MESSAGES, TASKS, door_through, how_decided, request_look
from opsflows.approvals.models import (
    ApprovalFact,
    ApprovalLevel,
    ApprovalMessage,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalTask,
)
from opsflows.approvals.reading.chain import Chain, ChainLevel, ChainRound, ChainTask, chain_of
from opsflows.approvals.reading.money import money
from opsflows.approvals.views.differences import as_text, earlier_rounds
from opsflows.outbound import redact_value
from opsflows.runs.models import Execution
from opsflows.workflows.models import PublishRequest

#: Messages and facts that one page shows.
_MOST = 500


def page_context(request: HttpRequest, row: ApprovalRequest) -> dict[str, Any]:
    """Everything about a request: a fixed number of queries."""
    chain = chain_of(row)
    facts = list(ApprovalFact.objects.filter(request=row)[: _MOST + 1])
    policies = ApprovalPolicy.objects.filter(account=row.account_id)
    messages = ApprovalMessage.objects.filter(request=row).select_related("task")
    return {
        "request_row": row,
        "look": request_look(row),
        "badge": badge(request_look(row)),
        "next": _sentence(row, chain),
        # The facts tell it all, and better than the audit trail does.
        "row_history": None,
        "amount": money(row.amount, row.currency),
        "policy": policies.filter(name_key=name_key(row.policy_name)).only("name").first(),
        "chain": chain,
        "present": _round(chain.present),
        "earlier": [
            {"round": _round(each.chain), "changes": each.changes, "note": each.note} for each in earlier_rounds(chain)
        ],
        "comments": [(comment, door_through(comment.door)) for comment in chain.comments],
        "messages_sent": [_message(message) for message in messages[:_MOST]],
        "facts": in_words(facts[:_MOST]),
        "more_facts": len(facts) > _MOST,
        "links": _links(request, row, chain),
        **_came_from(row),
    }


def _sentence(row: ApprovalRequest, chain: Chain) -> str:
    """Whom it waits for, or how it ended; and what comes next."""
    if not row.is_open:
        return f"{row.reason} {chain.what_next}".strip()
    levels = [each for each in chain.present.levels if each.level.state == ApprovalLevel.State.OPEN]
    waits = [
        f"{', '.join(names)} at {each.level.name}"
        for each in levels
        if (names := [asked.task.name for asked in each.tasks if asked.task.state == ApprovalTask.State.OPEN])
    ]
    return f"Waits for {' and '.join(waits)}. {chain.what_next}" if waits else chain.what_next


def _round(shown: ChainRound) -> dict[str, Any]:
    content = shown.content
    return {
        "row": shown.round,
        "content": content,
        "amount": money(content.amount, content.currency),
        "details": [(each["label"], as_text(each.get("value"))) for each in content.details],
        "levels": [_level(level, at) for stage in shown.stages for at, level in enumerate(stage)],
    }


def _level(shown: ChainLevel, at: int) -> dict[str, Any]:
    level = shown.level
    count = f"{shown.approved} of {level.need} approved" if level.need > 1 else ""
    return {
        "row": level,
        "number": level.position + 1,
        "badge": badge(LEVELS[ApprovalLevel.State(level.state)]),
        "together": at > 0,
        "count": count,
        "tasks": [_task(each) for each in shown.tasks],
    }


def _task(asked: ChainTask) -> dict[str, Any]:
    task, decision = asked.task, asked.decision
    why = "" if task.why == ApprovalTask.Why.NAMED else task.get_why_display()
    if task.why == ApprovalTask.Why.DELEGATED and task.on_behalf_of is not None:
        why = f"Stands in for {task.on_behalf_of.get_full_name() or task.on_behalf_of.username}"
    return {
        "row": task,
        "badge": badge(TASKS[ApprovalTask.State(task.state)]),
        "why": why,
        "decision": decision,
        "how": how_decided(decision) if decision else "",
    }


def _message(message: ApprovalMessage) -> dict[str, Any]:
    return {
        "row": message,
        "to": message.task.name if message.task else message.address,
        "badge": badge(MESSAGES[ApprovalMessage.Status(message.status)]),
        "error": redact_value(message.error),
    }


def _links(request: HttpRequest, row: ApprovalRequest, chain: Chain) -> list[dict[str, str]]:
    """To where the signed-in person decides, if they are asked; and to the evidence."""
    try:
        me = current_actor(request).user_id
    except Forbidden:
        me = None
    own = [each.task for level in chain.present.levels for each in level.tasks if each.task.user_id == me]
    is_asked = row.state == ApprovalRequest.State.WAITING and any(task.state == ApprovalTask.State.OPEN for task in own)
    inbox = {"label": "Decide in your inbox" if is_asked else "In the inbox", "icon": "inbox"}
    evidence = {"label": "Evidence", "icon": "verified_user"}
    return [
        {**inbox, "url": reverse("inbox:request", args=[row.pk])},
        {**evidence, "url": reverse("admin:approvals_approvalrequest_evidence", args=[row.pk])},
    ]


def _came_from(row: ApprovalRequest) -> dict[str, Any]:
    """The run, the workflow and the event behind the request, where they are still there."""
    if row.subject == ApprovalRequest.Subject.PUBLICATION:
        asked = PublishRequest.objects.filter(account=row.account_id).select_related("workflow")
        found = asked.only("workflow__workflow_name").filter(pk__in=_ids(row.subject_id)).first()
        return {"workflow": found.workflow if found else None}
    runs = Execution.objects.filter(account=row.account_id).select_related("workflow")
    run = runs.only("event_id", "workflow__workflow_name").filter(pk__in=_ids(row.execution_id)).first()
    return {"run": run, "workflow": run.workflow if run else None, "event_id": run.event_id if run else None}


def _ids(known: uuid.UUID | None) -> list[uuid.UUID]:
    return [] if known is None else [known]
