"""How the API shows a workflow: as a rule (Rules) where one says the same, and always as the graph that it is."""

from collections.abc import Iterable
from typing import Any

from opsflows.rules import Problem
from opsflows.workflows.change_parts import named, shown_parts
from opsflows.workflows.four_eyes import open_request
from opsflows.workflows.models import PublishRequest, Workflow, WorkflowVersion
from opsflows.workflows.rule_trigger import summary
from opsflows.workflows.unpublished import has_unpublished
from opsflows.workflows.validate import publish_problems

#: Shown even where there is nothing to show.
_ALWAYS = frozenset({"trigger", "conditions", "actions", "errorHandling"})


def workflow_document(workflow: Workflow, *, warnings: Iterable[Problem] = ()) -> dict[str, Any]:
    """The draft, what is published of it, and what would stand in the way of publishing it.

    Where no rule says the same as the graph, `trigger`, `conditions` and `actions` are null. `errorHandling` stands
    where Rules has it, and in `settings`, where it is kept.
    """
    problems = publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
    return {
        **summary_document(workflow),
        **{key: part for key, part in shown_parts(workflow).items() if part is not None or key in _ALWAYS},
        "unpublishedChanges": has_unpublished(workflow),
        "approval": approval_document(open_request(workflow)),
        "problems": problem_documents(named(problems, workflow)),
        "warnings": problem_documents(named(warnings, workflow)),
    }


def summary_document(workflow: Workflow) -> dict[str, Any]:
    """A workflow in short, as lists show it: without its definition, and without what that would need to be read."""
    version = workflow.published_version
    return {
        "id": workflow.id,
        "name": workflow.workflow_name,
        "description": workflow.description,
        "category": workflow.category,
        "tags": [tag.name for tag in workflow.tags.all()],
        "trigger": summary(workflow.trigger_config),
        "active": workflow.is_active,
        "status": "published" if version else "draft",
        "version": version.number if version else None,
        "revision": workflow.revision,
        "createdAt": workflow.created_at,
        "updatedAt": workflow.updated_at,
    }


def version_document(version: WorkflowVersion, workflow: Workflow) -> dict[str, Any]:
    """What was published, when and by whom; `active` where events start it now."""
    return {
        "id": version.id,
        "version": version.number,
        "trigger": version.trigger_event,
        "note": version.note,
        "contentHash": version.content_hash,
        "active": workflow.is_active and workflow.published_version_id == version.pk,
        "createdBy": version.created_by.username if version.created_by else None,
        "createdAt": version.created_at,
    }


def approval_document(request: PublishRequest | None) -> dict[str, Any] | None:
    """What waits for a second pair of eyes."""
    if request is None:
        return None
    return {
        "id": request.id,
        "requestedBy": request.requested_by.username if request.requested_by else None,
        "requestedAt": request.requested_at,
        "revision": request.revision,
        "note": request.note,
    }


def problem_documents(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Problems as JSON."""
    return [{"path": problem.path, "message": problem.message} for problem in problems]
