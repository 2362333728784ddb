"""History of what staff edit: every saved state of a row, with who, when, and through which door."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from simple_history.models import HistoricalRecords

from opsflows.audit.who import current_reason, current_who

#: Characters of a reason that are kept.
LONGEST_REASON = 100


class ThroughDoor(models.Model):
    """The columns of a history row that tell where the change came from."""

    history_door = models.CharField(max_length=16, blank=True, default="")
    history_api_key_id = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True


def tracked(*, excluded: Sequence[str] = ()) -> HistoricalRecords:
    """The `history` of a model: `history = tracked()` in its body.

    `excluded` fields hold secrets or machine state. The person is kept as a bare id, so that history outlives people.
    Only `save()`, `create()` and `delete()` leave a trace: `QuerySet.update()` and the bulk operations pass it by, so
    verbs on tracked models do not use them.
    """
    return HistoricalRecords(
        bases=[ThroughDoor],
        excluded_fields=list(excluded),
        history_user_id_field=models.UUIDField(null=True, blank=True),
        history_user_getter=_person,
        history_user_setter=_note_who,
        get_user=_nobody,
    )


def _nobody(instance: Any, **kwargs: Any) -> None:
    """The request is not asked: who is there is known from `current_who`, on every door alike."""


def _note_who(row: Any, user: Any) -> None:
    who = current_who()
    row.history_user_id = who.user_id
    row.history_door = who.door
    row.history_api_key_id = who.api_key_id
    if reason := current_reason():
        row.history_change_reason = reason[:LONGEST_REASON]


def _person(row: Any) -> Any:
    return get_user_model()._default_manager.filter(pk=row.history_user_id).first() if row.history_user_id else None
