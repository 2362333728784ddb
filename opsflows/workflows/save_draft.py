"""Writing drafts: lenient about what is unfinished, never about what is broken."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import timezone

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import ManagedSite
from opsflows.accounts.roles import Permission
from opsflows.jsontext import canonical_json
from opsflows.rules import Problem
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.gone_live import tell_renamed
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.require_permissions import require_permissions
from opsflows.workflows.searchable import text_of
from opsflows.workflows.validate import structure_problems
from opsflows.workflows.void_publication import void_publication

MAX_NAME = 255


class Kept(Enum):
    """Stands for what stays as it is, where None says something."""

    KEEP = "keep"


KEEP = Kept.KEEP


def create_workflow(
    *,
    actor: Actor,
    name: str,
    workflow_data: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    description: str = "",
    category: str = Workflow.Category.CUSTOM,
    managed_site_id: uuid.UUID | None = None,
    copy_of: Workflow | None = None,
) -> Workflow:
    """A new workflow of the actor's account, with a draft and nothing published.

    What `copy_of` says may stand in it whoever makes the copy.

    Raises:
        Forbidden: the actor may not, or not write one of the steps, or the site is not one of the account's.
        InvalidDefinition: the draft is broken, not merely unfinished.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=copy_of.account_id if copy_of else None)
    workflow = Workflow(
        account_id=actor.account_id,
        description=description,
        category=category,
        managed_site_id=_own_site(managed_site_id, actor.account_id),
        created_by_id=actor.user_id,
    )
    _change(workflow, name=name, workflow_data=workflow_data, settings=settings or {})
    require_permissions(
        actor=actor, workflow_data=workflow.workflow_data, known=[copy_of.workflow_data if copy_of else None]
    )
    workflow.search_text = text_of(workflow, tags=())
    workflow.save(force_insert=True)
    return workflow


def update_draft(
    *,
    actor: Actor,
    workflow: Workflow,
    revision: int,
    name: str | None = None,
    description: str | None = None,
    category: str | None = None,
    workflow_data: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    managed_site_id: uuid.UUID | Kept | None = KEEP,
    now: datetime | None = None,
) -> Workflow:
    """Change what is given of the draft that stood at `revision`; what is published stays as it is.

    Where something of it waits for a second pair of eyes, that is withdrawn, as of `now` (left out: this moment).
    Returns the workflow as it is now.

    Raises:
        Forbidden: the actor may not, or not write one of the steps, or the site is not one of the account's.
        RevisionConflict: somebody else saved in between.
        InvalidDefinition: the draft would be broken, not merely unfinished.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    with transaction.atomic():
        locked = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
        if locked.revision != revision:
            raise RevisionConflict(expected=revision, current=locked.revision)
        published = locked.published_version
        known = [locked.workflow_data, published.workflow_data if published else None]
        said, called = _said(locked), locked.workflow_name
        _change(locked, name=name, workflow_data=workflow_data, settings=settings)
        require_permissions(actor=actor, workflow_data=locked.workflow_data, known=known)
        if locked.workflow_name != called:
            tell_renamed(locked)
        if description is not None:
            locked.description = description
        if category is not None:
            locked.category = category
        if not isinstance(managed_site_id, Kept):
            locked.managed_site_id = _own_site(managed_site_id, locked.account_id)
        if _said(locked) != said:
            void_publication(actor=actor, workflow=locked, now=now or timezone.now())
        locked.revision += 1
        locked.search_text = text_of(locked, tags=[tag.name for tag in locked.tags.all()])
        locked.save(
            update_fields=[
                "workflow_name",
                "description",
                "category",
                "managed_site",
                "workflow_data",
                "trigger_config",
                "settings",
                "revision",
                "search_text",
                "updated_at",
            ]
        )
    return locked


def _own_site(site_id: uuid.UUID | None, account_id: uuid.UUID) -> uuid.UUID | None:
    if site_id is not None and not ManagedSite.objects.filter(pk=site_id, account_id=account_id).exists():
        raise Forbidden("This site belongs to another account.")
    return site_id


def _said(workflow: Workflow) -> list[Any]:
    """What of a draft somebody else reads; where its boxes lie, and what test runs take for answers, is no part."""
    try:
        definition = definition_hash(read_graph(workflow.workflow_data), workflow.settings)
    except InvalidDefinition:
        definition = canonical_json([workflow.workflow_data, workflow.settings])
    return [workflow.workflow_name, workflow.description, workflow.category, definition]


def _change(
    workflow: Workflow,
    *,
    name: str | None,
    workflow_data: Mapping[str, Any] | None,
    settings: Mapping[str, Any] | None,
) -> None:
    """Set what is given, or raise with all that is wrong with it."""
    problems: list[Problem] = []
    if name is not None:
        workflow.workflow_name = name.strip()
        problems += _name_problems(workflow.workflow_name)
    if settings is not None:
        workflow.settings = settings
    if workflow_data is not None:
        workflow.workflow_data = workflow_data
    # Judged when it changes: what a later release does not take any more can still be renamed.
    if settings is not None or workflow_data is not None:
        problems += structure_problems(workflow.workflow_data, workflow.settings)
    if problems:
        raise InvalidDefinition(problems)
    if workflow_data is not None:
        workflow.trigger_config = _trigger(workflow_data)


def _trigger(workflow_data: Mapping[str, Any]) -> dict[str, Any]:
    triggers = read_graph(workflow_data).triggers
    return {"kind": triggers[0].kind, **triggers[0].config} if triggers else {}


def _name_problems(name: str) -> list[Problem]:
    if not name:
        return [Problem("name", "This field is required; say in a few words what the workflow does.")]
    return [Problem("name", f"Must be at most {MAX_NAME} characters.")] if len(name) > MAX_NAME else []
