"""Switching a published workflow on and off."""

from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.workflows.activations import go_live, go_off
from opsflows.workflows.errors import NotPublished
from opsflows.workflows.models import Workflow


def set_active(*, actor: Actor, workflow: Workflow, active: bool, now: datetime) -> Workflow:
    """Let the published version listen, or not; the draft plays no part. Runs under way are not touched.

    Returns `workflow`, brought up to date.

    Raises:
        Forbidden: the actor may not.
        NotPublished: there is nothing to switch on.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    with transaction.atomic():
        locked = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
        version = locked.published_version
        if active and version is None:
            raise NotPublished("This workflow was never published; publish it to switch it on.")
        if active and version and not locked.is_active:
            detail = {"version": version.number}
            action = "workflow.switched_on"
            go_live(actor=actor, workflow=locked, version=version, action=action, detail=detail, now=now)
        elif locked.is_active and not active:
            go_off(actor=actor, workflow=locked, action="workflow.switched_off", now=now)
    workflow.published_version, workflow.is_active = locked.published_version, locked.is_active
    workflow.updated_at = locked.updated_at
    return workflow
