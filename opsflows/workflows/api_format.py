"""How the API shows a workflow: as a rule (Rules) where one says the same, and always as the graph that it is."""

from collections.abc import Iterable
from typing import Any

from opsflows.rules import Problem
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_rule
from opsflows.workflows.rule_problems import in_graph_terms, in_rule_terms
from opsflows.workflows.validate import publish_problems


def workflow_document(workflow: Workflow, *, warnings: Iterable[Problem] = ()) -> dict[str, Any]:
    """The draft, what is published of it, and what would stand in the way of publishing it.

    Where no rule says the same as the graph, `trigger`, `conditions` and `actions` are null. `errorHandling` stands
    where Rules has it, and in `settings`, where it is kept.
    """
    rule, handling = to_rule(workflow.workflow_data), workflow.settings.get("errorHandling")
    problems = publish_problems(workflow.workflow_data, workflow.settings)
    if rule is None:
        problems = in_graph_terms(problems)
    else:
        rule["errorHandling"] = handling
        problems, warnings = in_rule_terms(problems, rule), in_rule_terms(warnings, rule)
    version = workflow.published_version
    return {
        "id": workflow.id,
        "name": workflow.workflow_name,
        "description": workflow.description,
        "category": workflow.category,
        "trigger": None,
        "conditions": None,
        "actions": None,
        "errorHandling": handling,
        **(rule or {}),
        "settings": workflow.settings,
        "active": workflow.is_active,
        "status": "published" if version else "draft",
        "version": version.number if version else None,
        "revision": workflow.revision,
        "createdAt": workflow.created_at,
        "updatedAt": workflow.updated_at,
        "workflow_data": workflow.workflow_data,
        "problems": problem_documents(problems),
        "warnings": problem_documents(warnings),
    }


def problem_documents(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Problems as JSON."""
    return [{"path": problem.path, "message": problem.message} for problem in problems]
