"""Bring an older version back: what it says becomes the draft. Nothing goes live by that."""

from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import update_draft


def restore_version(*, actor: Actor, workflow: Workflow, number: int, revision: int, now: datetime) -> Workflow:
    """The workflow with the definition and settings of version `number` as its draft, which stood at `revision`.

    Raises:
        Forbidden: the actor may not.
        WorkflowVersion.DoesNotExist: there is no such version.
        RevisionConflict: somebody else saved in between.
        InvalidDefinition: the version says something that is no longer possible here.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    with transaction.atomic():
        version = workflow.versions.get(number=number)
        restored = update_draft(
            actor=actor,
            workflow=workflow,
            revision=revision,
            workflow_data=version.workflow_data,
            settings=version.settings,
        )
        record(actor=actor, action="workflow.version_restored", row=restored, detail={"version": number}, now=now)
    return restored
