"""What a run does with kept values before it has succeeded: seen by its own later steps, and by nobody else."""

import uuid
from dataclasses import dataclass
from typing import Any

from opsflows.runs.models import StateChange, StateValue
from opsflows.runs.states.limits import added


@dataclass(frozen=True, slots=True)
class StatePlace:
    """Which value, and for which run."""

    account_id: uuid.UUID
    workflow_id: uuid.UUID
    execution_id: uuid.UUID
    name: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A value as the run sees it."""

    value: Any
    #: Whether there is one at all.
    exists: bool


def seen(place: StatePlace, change: StateChange | None) -> Seen:
    """The value with what the run has changed so far; one query."""
    if change is not None and change.is_set:
        return Seen(change.value, exists=True)
    own = {"workflow": None, "account": place.account_id} if place.is_shared else {"workflow": place.workflow_id}
    kept = StateValue.objects.filter(**own, name=place.name).values_list("value", flat=True)[:1]
    value = kept[0] if kept else None
    if change is None or change.value is None:
        return Seen(value, exists=bool(kept))
    total = added(value, change.value)
    # Somebody put a text there meanwhile; the run ends as keep.py says.
    return Seen(change.value if isinstance(total, str) else total, exists=True)


def change_of(place: StatePlace) -> StateChange | None:
    """What the run has changed so far."""
    rows = StateChange.objects.filter(execution=place.execution_id, is_shared=place.is_shared, name=place.name)
    return rows.first()


def hold_change(place: StatePlace) -> StateChange:
    """The same, made if need be and locked: branches of a run may want the same value at the same time."""
    where = {"execution_id": place.execution_id, "is_shared": place.is_shared, "name": place.name}
    StateChange.objects.bulk_create([StateChange(**where)], ignore_conflicts=True)
    return StateChange.objects.select_for_update().get(**where)
