"""Who saved a draft meanwhile, and what: for whoever comes second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opsflows.accounts.models import User
from opsflows.workflows.models import Workflow
from opsflows.workflows.wording.differences import Difference, differences

#: Versions of the draft that are looked through; behind them it is said that there were more.
_MOST = 50


@dataclass(frozen=True, slots=True)
class SavedSince:
    """What happened to a draft since a revision of it: by whom (an empty name is no person), when last, what."""

    by: tuple[str, ...]
    at: datetime | None
    differences: Sequence[Difference]


def saved_since(workflow: Workflow, revision: int) -> SavedSince:
    """What was saved of `workflow` after the draft stood at `revision`; the row is as it is now."""
    rows = workflow.history.filter(revision__gte=revision).order_by("-history_id")[:_MOST]
    kept = list(rows.only("revision", "workflow_name", "workflow_data", "settings", "history_user_id", "history_date"))
    after = [row for row in kept if row.revision > revision]
    before = next((row for row in kept if row.revision == revision), None)
    names = dict(User.objects.filter(pk__in={row.history_user_id for row in after}).values_list("pk", "username"))
    by = dict.fromkeys(names.get(row.history_user_id, "") for row in after)
    found: list[Difference] = []
    if before is not None:
        if before.workflow_name != workflow.workflow_name:
            sentence = f"Name: “{before.workflow_name}” → “{workflow.workflow_name}”"
            found.append(Difference("changed", "Name", sentence, before.workflow_name, workflow.workflow_name))
        found += differences(before.workflow_data, before.settings, workflow.workflow_data, workflow.settings)
    return SavedSince(tuple(by), after[0].history_date if after else None, found)
