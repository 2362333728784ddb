"""What depends on a workflow, in sentences, for somebody who is about to delete it."""

from collections.abc import Iterator, Mapping

from opsflows.runs.models import Execution
from opsflows.schedules.models import Schedule
from opsflows.workflows.models import Workflow

_MOST = 100
_NAMED = 5
_UNDER_WAY = (Execution.Status.RUNNING, Execution.Status.WAITING, Execution.Status.NEEDS_ATTENTION)


def dependents(workflow: Workflow) -> Iterator[str]:
    """One sentence for runs under way, for schedules, and for workflows that start it."""
    runs = Execution.objects.filter(
        account=workflow.account_id, workflow=workflow, execution_status__in=_UNDER_WAY
    ).order_by()
    if count := len(runs.values_list("pk")[: _MOST + 1]):
        yield f"{f'More than {_MOST}' if count > _MOST else count} of its runs are under way."
    schedules = Schedule.objects.filter(workflow=workflow).order_by("name").values_list("name", flat=True)
    if names := _listed(list(schedules[: _NAMED + 1])):
        yield f"These schedules start it and will fail: {names}."
    if names := _listed(list(_starters(workflow))[: _NAMED + 1]):
        yield f"These workflows start it, and their step will fail: {names}."


def _starters(workflow: Workflow) -> Iterator[str]:
    """The live workflows with a step that starts this one, by its id or its name."""
    live = Workflow.objects.filter(
        account=workflow.account_id, is_active=True, published_version__kind_versions__has_key="trigger_workflow"
    )
    named = {str(workflow.pk), workflow.workflow_name}
    rows = live.exclude(pk=workflow.pk).order_by("workflow_name")
    for name, data in rows.values_list("workflow_name", "published_version__workflow_data")[:_MOST]:
        nodes = data.get("nodes", []) if isinstance(data, Mapping) else []
        configs = [node["data"].get("config", {}) for node in nodes if node["data"].get("kind") == "trigger_workflow"]
        if any(config.get("workflowId") in named for config in configs):
            yield name


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:_NAMED])
    return f"{shown} and more" if len(names) > _NAMED else shown
