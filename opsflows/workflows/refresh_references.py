"""Bring what a live workflow refers to up to date, without touching its definition or its draft."""

from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.workflows.activations import go_live
from opsflows.workflows.compile import compile_definition
from opsflows.workflows.gates import Defer, Publication, PublishDeferred, ask_gates
from opsflows.workflows.models import PublishRequest, Workflow, WorkflowVersion
from opsflows.workflows.publish import new_version, refresh_hash
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.standing import standing_of
from opsflows.workflows.validate import references_of


def refresh_references(*, actor: Actor, workflow: Workflow, note: str = "", now: datetime) -> WorkflowVersion | None:
    """A new version of what is published, with the present content of everything it names; None for a draft.

    Where nothing has changed, the published version stays. A paused workflow stays paused.

    Raises:
        Forbidden: the actor may not.
        UnknownReference: something that it names is no longer there.
        InvalidDefinition: with the present content it could not run, such as with a segment that has grown too large.
        PublishRefused, PublishDeferred: a gate said no, or not yet.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    with transaction.atomic():
        locked = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
        outcome = bring_up_to_date(actor=actor, author=actor, workflow=locked, note=note, now=now)
    # Raised out here, so that what the gate wrote to ask somebody is kept.
    if isinstance(outcome, Defer):
        raise PublishDeferred(outcome.reason)
    if outcome is not None:
        workflow.published_version, workflow.is_active = locked.published_version, locked.is_active
    return outcome


def bring_up_to_date(
    *,
    actor: Actor,
    author: Actor,
    workflow: Workflow,
    note: str,
    approved: PublishRequest | None = None,
    now: datetime,
) -> WorkflowVersion | Defer | None:
    """`refresh_references` for a caller who has locked `workflow` and checked who may; a new version is the `author`'s.

    `approved` is the request whose approval this carries out.

    Raises:
        UnknownReference, InvalidDefinition, PublishRefused: as `refresh_references`.
    """
    old = workflow.published_version
    if old is None:
        return None
    graph = read_graph(old.workflow_data)
    fresh = references_of(graph, old.settings, account_id=workflow.account_id)
    if fresh == old.references:
        return old
    compile_definition(old.workflow_data, old.settings, fresh)
    standing = standing_of(graph, fresh, account_id=workflow.account_id)
    shown = refresh_hash(old.content_hash, fresh, standing)
    publication = Publication(actor, workflow, shown, note, now, is_refresh=True, approved=approved)
    if deferral := ask_gates(publication):
        return deferral
    version = new_version(
        actor=author,
        workflow=workflow,
        graph=graph,
        content_hash=old.content_hash,
        note=note,
        now=now,
        workflow_data=old.workflow_data,
        settings=old.settings,
        references=fresh,
    )
    action = "workflow.published"
    detail = {"version": version.number, "note": note, "because": "what it refers to has changed"}
    if workflow.is_active:
        go_live(actor=actor, workflow=workflow, version=version, action=action, detail=detail, now=now)
    else:
        workflow.published_version = version
        workflow.save(update_fields=["published_version", "updated_at"])
        record(actor=actor, action=action, row=workflow, detail=detail, now=now)
    return version
