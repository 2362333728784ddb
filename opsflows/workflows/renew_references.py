"""Bring the workflows that name something up to its present content."""

from dataclasses import dataclass, field
from datetime import datetime

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.gates import PublishDeferred, PublishRefused
from opsflows.workflows.models import Workflow
from opsflows.workflows.reference_users import users_of
from opsflows.workflows.references import UnknownReference
from opsflows.workflows.refresh_references import refresh_references

#: Workflows that one call publishes anew; asking again takes the next ones.
MOST = 100


@dataclass(slots=True)
class Renewed:
    """What became of the workflows that had older content; `left` may be brought up to date by asking again."""

    done: list[Workflow] = field(default_factory=list)
    refused: list[tuple[Workflow, str]] = field(default_factory=list)
    left: int = 0


def renew_references(*, actor: Actor, kind: str, name: str, note: str, now: datetime) -> Renewed:
    """Publish every workflow anew that keeps older content of what is called `name`, each in a transaction of its own.

    Their definitions and drafts stay as they are; runs that are under way keep what they began with.

    Raises:
        Forbidden: the actor may not.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    older = [use.workflow for use in users_of(account_id=actor.account_id, kind=kind, name=name) if not use.is_current]
    renewed = Renewed(left=max(0, len(older) - MOST))
    for workflow in older[:MOST]:
        try:
            refresh_references(actor=actor, workflow=workflow, note=note, now=now)
        except (PublishRefused, PublishDeferred, UnknownReference, InvalidDefinition) as error:
            renewed.refused.append((workflow, str(error)))
        else:
            renewed.done.append(workflow)
    return renewed
