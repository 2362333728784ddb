"""Change a workflow in Rules' words: some of its fields, and with them what is live."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.rules import Problem
from opsflows.workflows.activate import set_active
from opsflows.workflows.change_parts import changed_definition
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import update_draft
from opsflows.workflows.set_tags import set_tags


@dataclass(frozen=True, slots=True)
class Changed:
    """The workflow as it is now, and why it is not live if it was meant to be."""

    workflow: Workflow
    warnings: tuple[Problem, ...] = ()


def change_workflow(
    *,
    actor: Actor,
    workflow_id: uuid.UUID,
    name: str | None = None,
    description: str | None = None,
    category: str | None = None,
    tags: Iterable[str] | None = None,
    parts: Mapping[str, Any] | None = None,
    active: bool | None = None,
    revision: int | None = None,
    now: datetime,
) -> Changed:
    """Change what is given, all of it or nothing. `parts` are those of the definition (`change_parts.PART_KEYS`).

    A live workflow runs what it says: a change of its definition is published at once. Of one that is not live only
    the draft changes, until `active` is true: then what the draft says is published. `active` false switches it off.
    With `revision`, the draft must still be the one that the actor has seen.

    Raises:
        Forbidden: the actor may not.
        Workflow.DoesNotExist: no such workflow in the actor's account.
        RevisionConflict: the draft is no longer at `revision`.
        NotARule: parts of a rule are given, and the draft is a graph that no rule can say.
        InvalidDefinition: what is wrong, at places as `parts` call them.
        ValidationError: by field tags.
        PublishRefused: a gate said no.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    with transaction.atomic():
        workflow = Workflow.objects.select_for_update(no_key=True).get(pk=workflow_id, account_id=actor.account_id)
        if revision is not None and revision != workflow.revision:
            raise RevisionConflict(expected=revision, current=workflow.revision)
        was_live = workflow.is_active
        definition = changed_definition(workflow, parts or {})
        try:
            if definition.is_changed or any(given is not None for given in (name, description, category)):
                workflow = update_draft(
                    actor=actor,
                    workflow=workflow,
                    revision=workflow.revision,
                    name=name,
                    description=description,
                    category=category,
                    workflow_data=definition.workflow_data,
                    settings=definition.settings,
                    now=now,
                )
            if tags is not None:
                set_tags(actor=actor, workflow=workflow, tags=tags, now=now)
            if active is False:
                set_active(actor=actor, workflow=workflow, active=False, now=now)
            elif definition.is_changed if was_live else active:
                return Changed(workflow, _published(actor, workflow, now))
        except InvalidDefinition as error:
            raise InvalidDefinition(definition.named(error.problems)) from None
    return Changed(workflow)


def _published(actor: Actor, workflow: Workflow, now: datetime) -> tuple[Problem, ...]:
    try:
        publish(actor=actor, workflow=workflow, now=now)
    except PublishDeferred as deferred:
        version = workflow.published_version if workflow.is_active else None
        goes_on = f" Until then {version} goes on." if version else ""
        return (Problem("active", f"Saved as a draft. {deferred}{goes_on}"),)
    return ()
