"""What is live, and since when: the activation rows, and the epoch that tells routers to look again."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from opsflows.accounts.actor import Actor
from opsflows.audit.record import record
from opsflows.workflows.gone_live import tell_live, tell_off
from opsflows.workflows.models import IndexEpoch, Workflow, WorkflowActivation, WorkflowVersion


def go_live(
    *,
    actor: Actor,
    workflow: Workflow,
    version: WorkflowVersion,
    action: str,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Let `version` listen from now on, instead of whatever did, and record that as `action`.

    `workflow` is locked by the caller's transaction.
    """
    start = _close(workflow, now)
    WorkflowActivation.objects.create(workflow=workflow, version=version, active_from=start)
    workflow.published_version, workflow.is_active = version, True
    workflow.save(update_fields=["published_version", "is_active", "updated_at"])
    tell_live(workflow, now)
    _record_and_bump(actor, workflow, action, detail, now)


def go_off(
    *, actor: Actor, workflow: Workflow, action: str, detail: Mapping[str, Any] | None = None, now: datetime
) -> None:
    """Let nothing of `workflow` listen any more, and record that as `action`. It is locked by the caller."""
    _close(workflow, now)
    workflow.is_active = False
    workflow.save(update_fields=["is_active", "updated_at"])
    tell_off(workflow, now)
    _record_and_bump(actor, workflow, action, detail, now)


def _record_and_bump(
    actor: Actor, workflow: Workflow, action: str, detail: Mapping[str, Any] | None, now: datetime
) -> None:
    # The account's audit chain before the one epoch of the house, always: who approves a publication holds the chain
    # already. The epoch comes last, since everybody who publishes waits for it.
    record(actor=actor, action=action, row=workflow, detail=detail, now=now)
    bump_epoch()


def _close(workflow: Workflow, now: datetime) -> datetime:
    """Close the open activation; the moment at which it ends and the next may start."""
    current = WorkflowActivation.objects.filter(workflow=workflow, active_to=None).first()
    if current is None:
        return now
    # Another machine's clock may have been ahead of this one's.
    current.active_to = max(now, current.active_from)
    current.save(update_fields=["active_to"])
    return current.active_to


def bump_epoch() -> None:
    """Tell every router that its index is old, as soon as the caller's transaction commits.

    The step is random, so that a number once seen inside a transaction that was then rolled back never returns with
    another content.
    """
    step = 1 + secrets.randbelow(1 << 20)
    if not IndexEpoch.objects.filter(pk=1).update(epoch=F("epoch") + step):
        IndexEpoch.objects.bulk_create([IndexEpoch(pk=1, epoch=0)], ignore_conflicts=True)
        IndexEpoch.objects.filter(pk=1).update(epoch=F("epoch") + step)
