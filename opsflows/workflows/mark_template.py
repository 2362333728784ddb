"""Keep a workflow as a template for others to begin with, or no longer."""

from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.workflows.models import Workflow


def mark_template(*, actor: Actor, workflow: Workflow, is_template: bool, now: datetime) -> Workflow:
    """Offer `workflow` in the account's gallery, or not; what it does and whether it is live stays as it is.

    Returns `workflow`, brought up to date.

    Raises:
        Forbidden: the actor may not.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    with transaction.atomic():
        locked = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
        if locked.is_template != is_template:
            locked.is_template = is_template
            locked.save(update_fields=["is_template", "updated_at"])
            action = "workflow.template_marked" if is_template else "workflow.template_unmarked"
            record(actor=actor, action=action, row=locked, detail={}, now=now)
    workflow.is_template, workflow.updated_at = locked.is_template, locked.updated_at
    return workflow
