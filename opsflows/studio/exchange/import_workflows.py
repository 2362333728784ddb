"""Bring planned workflows in: new drafts, changed drafts, and where that is wanted, what is published of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.studio.exchange.faults import Unreadable
from opsflows.studio.exchange.plan import Doing, Planned
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.gates import PublishDeferred, PublishRefused
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.mark_template import mark_template
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from opsflows.workflows.set_tags import set_tags


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one workflow. `published` says so in words; empty: it was not to be published."""

    workflow: Workflow
    doing: Doing
    published: str = ""
    is_refused: bool = False


def import_workflows(
    *, actor: Actor, plan: Sequence[Planned], is_published: bool = False, note: str = "", now: datetime
) -> list[Brought]:
    """Carry out `plan`, all drafts or none; with `is_published`, publish what is new in them, one by one.

    What is switched off and says nothing new stays switched off.

    Raises:
        Unreadable: the plan has faults; nothing is done.
        Forbidden: the actor may not, or not write one of the steps; nothing is done.
        RevisionConflict: somebody saved since the plan was made, or made one of the new ones; nothing is done.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    if faults := [fault for each in plan for fault in each.faults]:
        raise Unreadable(faults)
    with transaction.atomic():
        # One import of an account after the other: a button that is pressed twice would bring everything in twice.
        PlatformAccount.objects.select_for_update(no_key=True).get(pk=actor.account_id)
        _none_taken(actor, plan)
        drafts = [_draft(actor, each, now) for each in plan]
    if not is_published:
        return [Brought(draft, each.doing) for draft, each in zip(drafts, plan, strict=True)]
    return [_published(actor, draft, each, note, now) for draft, each in zip(drafts, plan, strict=True)]


def _none_taken(actor: Actor, plan: Sequence[Planned]) -> None:
    """That what is new is new still."""
    names = [each.imported.name for each in plan if each.existing is None]
    taken = Workflow.objects.filter(account_id=actor.account_id, workflow_name__in=names).first()
    if taken is not None:
        raise RevisionConflict(expected=0, current=taken.revision)


def _draft(actor: Actor, plan: Planned, now: datetime) -> Workflow:
    wanted = plan.imported
    if plan.existing is not None and plan.doing == "unchanged":
        return plan.existing
    if plan.existing is None:
        workflow = create_workflow(
            actor=actor,
            name=wanted.name,
            workflow_data=plan.workflow_data,
            settings=plan.settings,
            description=wanted.description,
            category=wanted.category,
        )
    else:
        workflow = update_draft(
            actor=actor,
            workflow=plan.existing,
            revision=plan.existing.revision,
            description=wanted.description,
            category=wanted.category,
            workflow_data=plan.workflow_data,
            settings=plan.settings,
            now=now,
        )
    set_tags(actor=actor, workflow=workflow, tags=wanted.tags, now=now)
    mark_template(actor=actor, workflow=workflow, is_template=wanted.is_template, now=now)
    record(actor=actor, action="workflow.imported", row=workflow, detail={"doing": plan.doing}, now=now)
    return workflow


def _published(actor: Actor, workflow: Workflow, plan: Planned, note: str, now: datetime) -> Brought:
    if _is_published(workflow):
        return Brought(workflow, plan.doing, "published already")
    try:
        version = publish(actor=actor, workflow=workflow, note=note, revision=workflow.revision, now=now)
    except PublishDeferred as error:
        return Brought(workflow, plan.doing, f"not published yet: {error}")
    except (PublishRefused, InvalidDefinition, Forbidden, RevisionConflict) as error:
        # The drafts are there by now: what becomes of one is told, and the others go on.
        return Brought(workflow, plan.doing, f"not published: {error}", is_refused=True)
    return Brought(workflow, plan.doing, f"published as {version}")


def _is_published(workflow: Workflow) -> bool:
    version = workflow.published_version
    if version is None:
        return False
    return version.content_hash == definition_hash(read_graph(workflow.workflow_data), workflow.settings)
