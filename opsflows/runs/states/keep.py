"""A run that succeeds makes what it changed everybody's: in the transaction that ends it.

Of several runs the one that ends last has the last word; increments add up, however the runs overlap.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from opsflows.queue.bulk import update_rows
from opsflows.runs.engine.ends import End
from opsflows.runs.models import Execution, StateChange, StateValue
from opsflows.runs.states.limits import added

KIND = "state"

#: Account, workflow (None: all of the account's), name.
_Key = tuple[uuid.UUID, uuid.UUID | None, str]


def keep_states(ends: Sequence[End], *, now: datetime) -> None:
    """Keep what those of `ends` changed that succeeded: a fixed number of statements, none for runs without states."""
    order = {
        end.execution_id: (number, end)
        for number, end in enumerate(ends)
        if end.status == Execution.Status.COMPLETED and _has_states(end)
    }
    if not order:
        return
    # One without a value was begun by a step that then failed.
    changes = [
        change
        for change in StateChange.objects.filter(execution__in=order)
        if change.is_set or change.value is not None
    ]
    if not changes:
        return
    changes.sort(key=lambda change: order[change.execution_id][0])
    keys = [_key(order[change.execution_id][1], change) for change in changes]
    rows = _hold(keys, now)
    for key, change in zip(keys, changes, strict=True):
        row = rows[key]
        row.value, row.execution_id = _after(row.value, change), change.execution_id
    update_rows(
        StateValue,
        ("value", "execution_id", "updated_at"),
        [(row.pk, row.value, row.execution_id, now) for row in rows.values()],
    )
    # A run that is taken up again after its end must not add the same once more.
    StateChange.objects.filter(execution__in=order)._raw_delete(using="default")


def _has_states(end: End) -> bool:
    """Whether the run may have changed any; of a version that cannot be read, nobody knows."""
    return end.graph is None or any(node.kind.kind == KIND for node in end.graph.nodes.values())


def _key(end: End, change: StateChange) -> _Key:
    return end.account_id, None if change.is_shared else end.workflow_id, change.name


def _after(value: Any, change: StateChange) -> Any:
    if change.is_set:
        return change.value
    total = added(value, change.value)
    # The run cannot fail any more; it meant a number, and it has the last word.
    return change.value if isinstance(total, str) else total


def _hold(keys: Iterable[_Key], now: datetime) -> dict[_Key, StateValue]:
    """The rows of `keys`, made if need be, locked in one order."""
    wanted = sorted(set(keys), key=str)
    found = _locked(wanted)
    if missing := [key for key in wanted if key not in found]:
        new = [
            StateValue(account_id=account_id, workflow_id=workflow_id, name=name, updated_at=now)
            for account_id, workflow_id, name in missing
        ]
        StateValue.objects.bulk_create(new, ignore_conflicts=True)
        found |= _locked(missing)
    return found


def _locked(keys: Sequence[_Key]) -> dict[_Key, StateValue]:
    names = {name for _, _, name in keys}
    own = Q(workflow__in={workflow_id for _, workflow_id, _ in keys if workflow_id}, name__in=names)
    shared = Q(account__in={account_id for account_id, _, _ in keys}, workflow=None, name__in=names)
    rows: QuerySet[StateValue] = StateValue.objects.filter(own | shared).order_by("id")
    rows = rows.select_for_update() if connection.features.has_select_for_update else rows
    found = {(row.account_id, row.workflow_id, row.name): row for row in rows}
    return {key: found[key] for key in keys if key in found}
