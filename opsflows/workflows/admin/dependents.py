"""What depends on a workflow, in sentences, for somebody who looks at it, or is about to delete it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from opsflows.runs.models import Execution, RunBatch
from opsflows.schedules.models import Schedule
from opsflows.workflows.error_workflow import KIND as ERROR_WORKFLOW
from opsflows.workflows.models import Workflow

_MOST = 100
_NAMED = 5
_UNDER_WAY = (Execution.Status.RUNNING, Execution.Status.WAITING, Execution.Status.NEEDS_ATTENTION)
_STARTING = ("trigger_workflow", "subworkflow")


def dependents(workflow: Workflow) -> Iterator[str]:
    """What there is to know before it is deleted: runs under way, and who will miss it."""
    runs = Execution.objects.filter(
        account=workflow.account_id, workflow=workflow, execution_status__in=_UNDER_WAY
    ).order_by()
    if count := len(runs.values_list("pk")[: _MOST + 1]):
        yield f"{f'More than {_MOST}' if count > _MOST else count} of its runs are under way."
    yield from relying_on(workflow)


def relying_on(workflow: Workflow) -> Iterator[str]:
    """One sentence each for schedules, lists that are being worked through, and other workflows: three queries."""
    schedules = Schedule.objects.filter(workflow=workflow).order_by("name").values_list("name", flat=True)
    if names := _listed(list(schedules[: _NAMED + 1])):
        yield f"These schedules start it and will fail without it: {names}."
    batches = RunBatch.objects.filter(workflow=workflow, finished_at=None).order_by("-pk")
    if names := _listed(list(batches.values_list("name", flat=True)[: _NAMED + 1])):
        yield f"These lists start it row by row and are not done: {names}."
    starting, failing = _naming(workflow)
    if names := _listed(starting):
        yield f"These workflows start it, and their step will fail without it: {names}."
    if names := _listed(failing):
        yield f"These workflows start it when one of their runs fails: {names}."


def _naming(workflow: Workflow) -> tuple[list[str], list[str]]:
    """The live workflows with a step that starts this one, by its id or name, and those whose failures start it."""
    # The text narrows it down in the database; what the text means is asked of the few that are left.
    live = Workflow.objects.filter(account=workflow.account_id, is_active=True).filter(
        Q(published_version__kind_versions__has_any_keys=list(_STARTING))
        | Q(published_version__references__has_key=ERROR_WORKFLOW)
    )
    texts = live.alias(
        data=Cast("published_version__workflow_data", TextField()),
        kept=Cast("published_version__references", TextField()),
    )
    name = json.dumps(workflow.workflow_name, ensure_ascii=False)[1:-1]
    meant = Q(kept__contains=str(workflow.pk)) | Q(data__contains=str(workflow.pk)) | Q(data__contains=name)
    rows = texts.filter(meant).exclude(pk=workflow.pk).order_by("workflow_name")
    read = rows.values_list("workflow_name", "published_version__workflow_data", "published_version__references")
    starting, failing = [], []
    for called, data, references in read[:_MOST]:
        if any(_is_meant(workflow, wanted, references) for wanted in _started_by(data)):
            starting.append(called)
        if any(found.get("id") == str(workflow.pk) for found in references.get(ERROR_WORKFLOW, {}).values()):
            failing.append(called)
    return starting, failing


def _started_by(data: Any) -> list[str]:
    nodes = data.get("nodes", []) if isinstance(data, Mapping) else []
    steps = [node["data"] for node in nodes if node["data"].get("kind") in _STARTING]
    return [str(step.get("config", {}).get("workflowId", "")).strip() for step in steps]


def _is_meant(workflow: Workflow, wanted: str, references: Mapping[str, Any]) -> bool:
    """By what publishing found under that name, where it looked; a name may be another workflow's by now."""
    known = references.get("workflow", {}).get(wanted)
    if known is not None:
        return bool(known.get("id") == str(workflow.pk))
    return wanted in (str(workflow.pk), workflow.workflow_name)


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:_NAMED])
    return f"{shown} and more" if len(names) > _NAMED else shown
