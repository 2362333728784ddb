"""Staff see and correct kept values: a cursor set back, a counter begun anew."""

import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.outbound import redact_value
from opsflows.rules.text import excerpt
from opsflows.runs.models import StateValue
from opsflows.runs.states.limits import is_full, name_problem, value_problem
from opsflows.workflows.models import Workflow


def keep_value(
    *, actor: Actor, name: str, value: Any, workflow_id: uuid.UUID | None = None, now: datetime
) -> StateValue:
    """A first value under `name`: of one workflow, or of all of them where none is named.

    Raises:
        Forbidden: the actor may not.
        Workflow.DoesNotExist: no such workflow in the actor's account.
        ValidationError: by field: name, value.
    """
    actor.require(Permission.RUNS_OPERATE)
    workflow = Workflow.objects.get(pk=workflow_id, account=actor.account_id) if workflow_id else None
    name = name.strip()
    if problem := name_problem(name):
        raise ValidationError({"name": problem})
    if is_full(actor.account_id):
        raise ValidationError({"name": "This account keeps as many values as it may; remove some first."})
    _check(value)
    row = StateValue(account_id=actor.account_id, workflow=workflow, name=name, value=value, updated_at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(actor=actor, action="state.kept", row=row, detail=_detail(row), now=now)
    except IntegrityError:
        raise ValidationError({"name": f"There is a value {name!r} already; correct that one."}) from None
    return row


def correct_value(*, actor: Actor, state: StateValue, value: Any, now: datetime) -> StateValue:
    """Another value in its place. Runs under way that have set it already will write over it when they succeed.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: value.
    """
    actor.require(Permission.RUNS_OPERATE, account_id=state.account_id)
    _check(value)
    with transaction.atomic():
        row = StateValue.objects.select_for_update().get(pk=state.pk)
        before = row.value
        row.value, row.execution_id, row.updated_at = value, None, now
        row.save()
        record(actor=actor, action="state.corrected", row=row, detail=_detail(row, before), now=now)
    return row


def forget_value(*, actor: Actor, state: StateValue, now: datetime) -> None:
    """Keep it no longer; steps that read it find nothing.

    Raises:
        Forbidden: the actor may not.
    """
    actor.require(Permission.RUNS_OPERATE, account_id=state.account_id)
    with transaction.atomic():
        row = StateValue.objects.select_for_update().get(pk=state.pk)
        record(actor=actor, action="state.forgotten", row=row, detail=_detail(row), now=now)
        row.delete()


def _check(value: Any) -> None:
    if problem := value_problem(value):
        raise ValidationError({"value": problem})


def _detail(row: StateValue, before: Any = None) -> dict[str, Any]:
    detail = {"workflow": str(row.workflow) if row.workflow else "all", "value": _said(row, row.value)}
    return detail if before is None else {**detail, "before": _said(row, before)}


def _said(row: StateValue, value: Any) -> str:
    """The value in short; none where the name says that it is a secret, as on the pages."""
    return excerpt(redact_value({row.name: value})[row.name])
