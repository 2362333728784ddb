"""Say which tags a workflow bears."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.workflows.models import Workflow, WorkflowTag
from opsflows.workflows.searchable import renew_search_text
from opsflows.workflows.tag_names import clean_tags


def set_tags(*, actor: Actor, workflow: Workflow, tags: Iterable[str], now: datetime) -> list[str]:
    """Let `workflow` bear these tags and no others; returns them as they are spelled. What runs is not touched.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field tags.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    wanted = clean_tags(tags)
    with transaction.atomic():
        locked = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
        borne = {tag.name: tag for tag in locked.tags.all()}
        added = [name for name in wanted if name not in borne]
        removed = sorted(borne.keys() - set(wanted))
        if not added and not removed:
            return wanted
        # One by one: history is written row by row.
        for name in removed:
            borne[name].delete()
        for name in added:
            WorkflowTag.objects.create(account_id=locked.account_id, workflow=locked, name=name, created_at=now)
        renew_search_text(locked, tags=wanted)
        record(actor=actor, action="workflow.tagged", row=locked, detail={"added": added, "removed": removed}, now=now)
    return wanted
