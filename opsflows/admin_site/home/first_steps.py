"""What to do first, for as long as something of it is not done."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from opsflows.admin_site.sidebar import may, rows_of


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What there is already, and what the person may do about the rest."""

    has_sources: bool
    has_workflows: bool
    has_events: bool
    may_issue_keys: bool


def first_steps(request: HttpRequest) -> FirstSteps | None:
    """None once all is there, and for those who may not take them."""
    if not may(request, "events.Source", "add"):
        return None
    steps = FirstSteps(
        has_sources=_any(rows_of(request, "events.Source")),
        has_workflows=_any(rows_of(request, "workflows.Workflow")),
        has_events=_any(rows_of(request, "events.Event")),
        may_issue_keys=may(request, "accounts.ApiKey", "add"),
    )
    return None if steps.has_sources and steps.has_workflows and steps.has_events else steps


def _any(rows: QuerySet[Any]) -> bool:
    return bool(rows.order_by().values_list("pk", flat=True)[:1])
