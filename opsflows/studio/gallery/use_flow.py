"""Begin with a flow of the gallery: a draft of one's own."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.studio.gallery.shelf import entry_of
from opsflows.workflows.duplicate import duplicate
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import MAX_NAME, create_workflow
from opsflows.workflows.set_tags import set_tags

#: A name with a number behind it is looked for so often; then it is taken twice.
_MOST = 100


def use_flow(*, actor: Actor, slug: str, now: datetime) -> Workflow:
    """A draft in the actor's account that says what the flow says; nothing starts it yet.

    Raises:
        Forbidden: the actor may not.
        NoSuchFlow: the gallery has none of this name.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    entry = entry_of(slug)
    with transaction.atomic():
        workflow = create_workflow(
            actor=actor,
            name=_free_name(entry.name, actor),
            workflow_data=entry.draft,
            settings=entry.settings,
            description=entry.description,
            category=entry.category,
        )
        set_tags(actor=actor, workflow=workflow, tags=entry.tags, now=now)
        record(actor=actor, action="workflow.from_gallery", row=workflow, detail={"flow": slug}, now=now)
    return workflow


def use_template(*, actor: Actor, workflow_id: uuid.UUID, now: datetime) -> Workflow:
    """A draft that says what one of the account's own templates says.

    Raises:
        Forbidden: the actor may not.
        Workflow.DoesNotExist: no such template in the actor's account.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    source = Workflow.objects.only("workflow_name").get(pk=workflow_id, account_id=actor.account_id, is_template=True)
    name = _free_name(source.workflow_name, actor)
    with transaction.atomic():
        workflow = duplicate(actor=actor, workflow_id=source.pk, name=name, now=now)
        set_tags(actor=actor, workflow=workflow, tags=[tag.name for tag in source.tags.all()], now=now)
    return workflow


def _free_name(name: str, actor: Actor) -> str:
    """`name`, with a number behind it where the account has one of that name."""
    stem = name[: MAX_NAME - 6]
    rows = Workflow.objects.filter(account_id=actor.account_id, workflow_name__startswith=stem)
    taken = set(rows.values_list("workflow_name", flat=True)[: 10 * _MOST])
    wanted = [name, *(f"{stem} ({number})" for number in range(2, _MOST))]
    return next((each for each in wanted if each not in taken), name)
