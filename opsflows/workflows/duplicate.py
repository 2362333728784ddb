"""Copy a workflow: a new draft that says what the old one's draft says, under the same tags."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import MAX_NAME, create_workflow
from opsflows.workflows.set_tags import set_tags

_SUFFIX = " (copy)"


def duplicate(*, actor: Actor, workflow_id: uuid.UUID, name: str | None = None, now: datetime) -> Workflow:
    """The copy, with nothing published. Without `name` it is called as the old one, "(copy)" behind it.

    Raises:
        Forbidden: the actor may not.
        Workflow.DoesNotExist: no such workflow in the actor's account.
        InvalidDefinition: the name is wrong, or the draft is broken.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    with transaction.atomic():
        source = Workflow.objects.get(pk=workflow_id, account_id=actor.account_id)
        copy = create_workflow(
            actor=actor,
            name=f"{source.workflow_name[: MAX_NAME - len(_SUFFIX)]}{_SUFFIX}" if name is None else name,
            description=source.description,
            category=source.category,
            workflow_data=source.workflow_data,
            settings=source.settings,
            managed_site_id=source.managed_site_id,
            copy_of=source,
        )
        set_tags(actor=actor, workflow=copy, tags=[tag.name for tag in source.tags.all()], now=now)
        record(actor=actor, action="workflow.duplicated", row=copy, detail={"of": str(source.pk)}, now=now)
    return copy
