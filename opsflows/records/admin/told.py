"""The activities of a record or a task, as its page lists them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from opsflows.accounts.models import User
from opsflows.records.models import Activity, Record, Task

LISTED = 20


@dataclass(frozen=True, slots=True)
class Told:
    """An activity, with who told it; a run where no person did."""

    at: datetime
    kind: str
    text: str
    who: str
    execution_id: Any


def activities_of(row: Record | Task) -> dict[str, Any]:
    """The newest activities for a template: two queries."""
    rows: QuerySet[Activity] = row.activities.order_by("-pk")
    read = list(rows[: LISTED + 1])
    wanted = {each.user_id for each in read if each.user_id}
    users = User.objects.filter(pk__in=wanted).only("username", "first_name", "last_name")
    names = {user.pk: user.get_full_name() or user.username for user in users}
    shown = [
        Told(each.at, each.kind, each.text, names.get(each.user_id, "") if each.user_id else "", each.execution_id)
        for each in read[:LISTED]
    ]
    return {"activities": shown, "more_activities": len(read) > LISTED}
