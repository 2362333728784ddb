"""The field that names the workflow which is started with each failed run: chosen, or typed where there are many."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms

from opsflows.admin_site import fields
from opsflows.rules.text import to_text
from opsflows.studio.forms.offered import MOST
from opsflows.studio.views.settings.texts import Line
from opsflows.workflows.models import Workflow

#: The list of suggestions on the page.
SUGGESTIONS = "studio-error-workflows"
_HELP = "It is given what failed, where and why."


def others_of(workflow: Workflow) -> list[tuple[str, str]]:
    """The published workflows of the account, id and name, by name; `MOST` of them stand for more."""
    rows = Workflow.objects.filter(account_id=workflow.account_id, published_version__isnull=False)
    found = rows.order_by("workflow_name").values_list("pk", "workflow_name")[:MOST]
    return [(str(pk), name) for pk, name in found]


def suggested(others: Sequence[tuple[str, str]], workflow: Workflow) -> list[tuple[str, str]]:
    """What is suggested where the name is typed: the name, or the id where several have it; empty where one chooses."""
    if len(others) < MOST:
        return []
    count = Counter(name for _, name in others)
    return [(name, "") if count[name] == 1 else (each, name) for each, name in others if each != str(workflow.pk)]


def error_workflow_field(named: Any, workflow: Workflow, others: Sequence[tuple[str, str]]) -> forms.Field:
    """`named` is an id or a name, as the API takes both; it stays as it is until somebody says another."""
    if len(others) >= MOST:
        return _typed(to_text(named), workflow)
    return _chosen(to_text(named), workflow, others)


def _typed(current: str, workflow: Workflow) -> forms.Field:
    called = _called(current, workflow)
    said = f"This is “{called}”. " if called else ""
    field = Line(
        label="Start with each failed run",
        required=False,
        initial=current,
        max_length=255,
        help_text=f"{said}{_HELP} The exact name of a workflow that was published.",
    )
    field.widget.attrs |= {"list": SUGGESTIONS, "autocomplete": "off"}
    return field


def _chosen(current: str, workflow: Workflow, others: Sequence[tuple[str, str]]) -> forms.Field:
    names = [name for _, name in others]
    offered = [
        (name if name == current and names.count(name) == 1 else each, name)
        for each, name in others
        if each != str(workflow.pk) or current in (each, name)
    ]
    if current and current not in dict(offered):
        offered.insert(0, (current, f"{current} (not there, or never published)"))
    return fields.choice(
        "Start with each failed run",
        [("", "no workflow"), *offered],
        required=False,
        initial=current,
        help_text=f"{_HELP} Only what was published can be chosen.",
    )


def _called(current: str, workflow: Workflow) -> str:
    """The name of the workflow with the id `current`; empty where that is none of the account's."""
    try:
        found = Workflow.objects.filter(account_id=workflow.account_id, pk=uuid.UUID(current))
    except ValueError:
        return ""
    return found.values_list("workflow_name", flat=True).first() or ""
