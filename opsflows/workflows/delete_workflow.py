"""Delete a workflow: it is hidden from then on. Its runs and versions stay, and runs under way finish."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.workflows.activations import go_off
from opsflows.workflows.four_eyes import close_open
from opsflows.workflows.gone_live import tell_off
from opsflows.workflows.models import Workflow


def delete_workflow(*, actor: Actor, workflow_id: uuid.UUID, now: datetime) -> Workflow:
    """Let nothing start it any more, and let nobody find it. A run that waits goes on with the version it began with.

    Raises:
        Forbidden: the actor may not.
        Workflow.DoesNotExist: no such workflow in the actor's account.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    with transaction.atomic():
        workflow = Workflow.objects.select_for_update(no_key=True).get(pk=workflow_id, account_id=actor.account_id)
        close_open(actor=actor, workflow=workflow, now=now)
        workflow.deleted_at = now
        if workflow.is_active:
            go_off(actor=actor, workflow=workflow, action="workflow.deleted", now=now)
        else:
            tell_off(workflow, now)
            record(actor=actor, action="workflow.deleted", row=workflow, now=now)
        workflow.save(update_fields=["deleted_at", "updated_at"])
    return workflow
