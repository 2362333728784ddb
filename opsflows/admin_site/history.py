"""What became of a row: the states that staff gave it, and what was done with it. Shown on every page of a row."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Field, ForeignKey, JSONField, Model, QuerySet, TextField
from django.http import HttpRequest
from django.urls import reverse

from opsflows.admin_site.changes import Change, changes
from opsflows.admin_site.deeds import Said, door_in_words, in_words
from opsflows.admin_site.doers import Doers, doers
from opsflows.admin_site.markup import list_of, page_for
from opsflows.audit.models import AuditEntry

#: States and deeds that a row's own page tells.
LISTED = 10
_DONE = {"+": "Created", "~": "Changed", "-": "Deleted"}
#: The reason that a run leaves (opsflows/runs/engine/begin.py).
_RUN = re.compile(r"run ([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class State:
    """One state of a row, and how it came about."""

    number: int
    at: datetime
    user_id: uuid.UUID | None
    api_key_id: uuid.UUID | None
    door: str
    done: str
    reason: str
    #: The page of the run that wrote it.
    run_url: str
    changes: Sequence[Change]
    #: Whether the state before it is known, so that `changes` is all there was.
    is_complete: bool

    @property
    def where(self) -> str:
        """Where it came from, as far as the words for who did it do not say so."""
        return "" if self.user_id is None or self.door in ("", "command", "system") else door_in_words(self.door)


@dataclass(frozen=True, slots=True)
class RowHistory:
    """What a page shows: newest first, with the addresses of all of it (empty where there is no more to see)."""

    is_tracked: bool
    states: Sequence[tuple[State, str]]
    all_states: str
    deeds: Sequence[Said]
    all_deeds: str


def history_of(request: HttpRequest, row: Model) -> RowHistory:
    """The newest states and deeds of `row`, which the signed-in person may look at: four queries at most."""
    tracked = is_tracked(type(row))
    states = states_of(row)[: LISTED + 1] if tracked else []
    entries = list(_entries(request, row)[: LISTED + 1])
    names = doers([*states, *entries])
    label, pk = row._meta.label_lower, row.pk
    return RowHistory(
        is_tracked=tracked,
        states=with_names(states[:LISTED], names),
        all_states=_address(row) if len(states) > LISTED else "",
        deeds=[in_words(entry, names) for entry in entries[:LISTED]],
        all_deeds=list_of(AuditEntry, f"?object={label}:{pk}") if len(entries) > LISTED else "",
    )


def is_tracked(model: type[Model]) -> bool:
    """Whether every saved state of its rows is kept."""
    return hasattr(model._meta, "simple_history_manager_attribute")


def states_of(row: Model, *, older_than: int | None = None, count: int = LISTED + 1) -> list[State]:
    """At most `count` states of a tracked row, newest first: one query."""
    kept: Any = getattr(type(row), type(row)._meta.simple_history_manager_attribute).model  # type: ignore[attr-defined]
    fields: list[Field[Any, Any]] = list(kept.tracked_fields)
    rows = kept._base_manager.filter(**{row._meta.pk.attname: row.pk}).order_by("-history_id")
    if older_than is not None:
        rows = rows.filter(history_id__lt=older_than)
    # One more: what the last of them changed shows only beside the one before it.
    read = list(_with_related(rows, fields)[: count + 1])
    pairs = zip(read[:count], [*read[1:], None], strict=False)
    return [_state(kept_row, before, fields) for kept_row, before in pairs]


def with_names(states: Iterable[State], names: Doers) -> list[tuple[State, str]]:
    """Each state with who is behind it, in words."""
    return [(state, names.said(state)) for state in states]


def _address(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])


def _with_related(rows: QuerySet[Any], fields: "Iterable[Field[Any, Any]]") -> QuerySet[Any]:
    """With what the row points at, for its name: joined, without the large columns that no name is made of."""
    pointing = [field for field in fields if isinstance(field, ForeignKey) and field.name != "account"]
    large = [
        f"{field.name}__{column.name}"
        for field in pointing
        for column in field.related_model._meta.concrete_fields
        if isinstance(column, JSONField | TextField)
    ]
    # Without arguments, select_related would follow everything.
    return rows.select_related(*[field.name for field in pointing]).defer(*large) if pointing else rows


def _state(kept: Any, before: Any, fields: "Sequence[Field[Any, Any]]") -> State:
    reason = kept.history_change_reason or ""
    by_run = _RUN.fullmatch(reason)
    return State(
        number=kept.history_id,
        at=kept.history_date,
        user_id=kept.history_user_id,
        api_key_id=kept.history_api_key_id,
        door=kept.history_door,
        done=_DONE[kept.history_type],
        reason="" if by_run else reason,
        run_url=page_for(apps.get_model("runs.Execution"), by_run[1]) if by_run else "",
        changes=changes(before, kept, fields) if before is not None and kept.history_type == "~" else (),
        is_complete=before is not None or kept.history_type == "+",
    )


def _entries(request: HttpRequest, row: Model) -> QuerySet[AuditEntry]:
    """What was done with `row`, for those who may read the audit trail."""
    audit: Any = admin.site.get_model_admin(AuditEntry)
    if not audit.has_view_permission(request):
        return AuditEntry.objects.none()
    rows: QuerySet[AuditEntry] = audit.get_queryset(request)
    return rows.filter(object_type=row._meta.label_lower, object_id=str(row.pk)).order_by("-pk")
