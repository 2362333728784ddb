"""The live workflows of an account beside a draft, read in a fixed number of queries and remembered by version."""

import uuid
from dataclasses import dataclass

from opsflows.studio.conflicts.rule import Rule, read_rule
from opsflows.studio.conflicts.sends import SENDING
from opsflows.workflows.error_workflow import named_in
from opsflows.workflows.models import Workflow, WorkflowVersion

#: Live workflows that are looked at beside one draft; those that listen to the same event come first.
MOST = 2000
#: Versions never change, so what was read of one holds for good.
_REMEMBERED = 4000
_read: dict[tuple[uuid.UUID, str], Rule | None] = {}


@dataclass(frozen=True)
class Live:
    """`same_event`: what the draft's event starts as well. `sending`: those that may lead back to the draft."""

    same_event: list[Rule]
    sending: list[Rule]


def live_beside(workflow: Workflow, event: str) -> Live:
    """Every live workflow of the account but `workflow` itself: two queries, however many there are."""
    rows = list(
        Workflow.objects.filter(account=workflow.account_id, is_active=True)
        .exclude(pk=workflow.pk)
        .order_by("pk")
        .values_list("pk", "workflow_name", "published_version_id", "published_version__trigger_event",
                     "published_version__kind_versions", "published_version__settings")
    )  # fmt: skip
    needed = []
    for pk, name, version_id, trigger_event, kinds, settings in rows:
        is_same = bool(event) and trigger_event == event
        is_sending = bool(kinds.keys() & set(SENDING)) or next(named_in(settings), None) is not None
        if is_same or is_sending:
            needed.append((not is_same, pk, name, version_id, is_same, is_sending))
    needed.sort(key=lambda each: each[0])
    needed = needed[:MOST]
    rules = _rules([(version_id, str(pk), name) for _, pk, name, version_id, _, _ in needed])
    same_event, sending = [], []
    for _, _, name, version_id, is_same, is_sending in needed:
        rule = rules.get((version_id, name))
        if rule is not None and is_same:
            same_event.append(rule)
        if rule is not None and is_sending:
            sending.append(rule)
    return Live(same_event, sending)


def _rules(wanted: list[tuple[uuid.UUID, str, str]]) -> dict[tuple[uuid.UUID, str], Rule | None]:
    """The rules that are wanted, as `(version, workflow, name)`; another thread may empty the memory meanwhile."""
    known = _read.copy()
    found = {
        (version_id, name): known[version_id, name] for version_id, _, name in wanted if (version_id, name) in known
    }
    missing = {version_id: (pk, name) for version_id, pk, name in wanted if (version_id, name) not in found}
    stored = WorkflowVersion.objects.filter(pk__in=missing).order_by()
    fresh: dict[tuple[uuid.UUID, str], Rule | None] = {}
    for version_id, data, settings, references in stored.values_list("pk", "workflow_data", "settings", "references"):
        pk, name = missing[version_id]
        fresh[version_id, name] = read_rule(
            workflow_id=pk, name=name, workflow_data=data, settings=settings, references=references
        )
    if len(known) + len(fresh) > _REMEMBERED:
        _read.clear()
    _read.update(fresh)
    return found | fresh
