"""Publishing: the draft, strictly validated, becomes a version that never changes, and goes live."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.jsontext import content_hash as content_hash_of
from opsflows.workflows.activations import go_live
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.gates import Defer, Publication, PublishDeferred, ask_gates
from opsflows.workflows.graph import Graph, definition_hash
from opsflows.workflows.models import PublishRequest, Workflow, WorkflowVersion
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import step_kind
from opsflows.workflows.require_permissions import require_permissions
from opsflows.workflows.standing import standing_of
from opsflows.workflows.triggers import trigger_event
from opsflows.workflows.validate import publish_problems, references_of


def publish(
    *, actor: Actor, workflow: Workflow, note: str = "", revision: int | None = None, now: datetime
) -> WorkflowVersion:
    """Make the draft the live version, also where the workflow was switched off; `workflow` is brought up to date.

    Publishing what is published already makes no second version. `revision`, where given, is the draft that the actor
    has seen.

    Raises:
        Forbidden: the actor may not, or not write a step that was not published before.
        InvalidDefinition: with everything that stands in the way.
        RevisionConflict: the draft is no longer at `revision`.
        PublishRefused, PublishDeferred: a gate said no, or not yet.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    with transaction.atomic():
        locked = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
        if revision is not None and revision != locked.revision:
            raise RevisionConflict(expected=revision, current=locked.revision)
        published = locked.published_version
        known = [published.workflow_data if published else None]
        require_permissions(actor=actor, workflow_data=locked.workflow_data, known=known)
        outcome = make_live(actor=actor, author=actor, workflow=locked, note=note, now=now)
    # Raised out here, so that what the gate wrote to ask somebody is kept.
    if isinstance(outcome, Defer):
        raise PublishDeferred(outcome.reason)
    workflow.published_version, workflow.is_active = locked.published_version, locked.is_active
    workflow.updated_at = locked.updated_at
    return outcome


def make_live(
    *,
    actor: Actor,
    author: Actor,
    workflow: Workflow,
    note: str,
    approved: PublishRequest | None = None,
    now: datetime,
) -> WorkflowVersion | Defer:
    """`publish` for a caller who has locked `workflow` and checked who may; a new version is the `author`'s.

    `approved` is the request whose approval this carries out.

    Raises:
        InvalidDefinition, PublishRefused: as `publish`.
    """
    problems = publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
    if problems:
        raise InvalidDefinition(problems)
    graph = read_graph(workflow.workflow_data)
    content_hash = definition_hash(graph, workflow.settings)
    references = references_of(graph, workflow.settings, account_id=workflow.account_id)
    version = workflow.published_version
    if version is not None and (version.content_hash, version.references) != (content_hash, references):
        version = None
    if version is not None and workflow.is_active:
        return version
    shown = publication_hash(content_hash, references, standing_of(graph, references, account_id=workflow.account_id))
    publication = Publication(actor, workflow, shown, note, now, is_known=version is not None, approved=approved)
    if deferral := ask_gates(publication):
        return deferral
    version = version or new_version(
        actor=author,
        workflow=workflow,
        graph=graph,
        content_hash=content_hash,
        note=note,
        now=now,
        references=references,
    )
    detail = {"version": version.number, "note": version.note}
    go_live(actor=actor, workflow=workflow, version=version, action="workflow.published", detail=detail, now=now)
    return version


def publication_hash(definition: str, references: Mapping[str, Any], standing: Mapping[str, Any]) -> str:
    """What somebody approves: the definition, the content of everything it names, and who its names stand for."""
    if standing:
        return content_hash_of([definition, references, standing])
    return content_hash_of([definition, references]) if references else definition


def refresh_hash(definition: str, references: Mapping[str, Any], standing: Mapping[str, Any]) -> str:
    """The same of what is published already, given new content: it goes live only where it is live."""
    return content_hash_of([definition, references, "refresh", *([standing] if standing else [])])


def new_version(
    *,
    actor: Actor,
    workflow: Workflow,
    graph: Graph,
    content_hash: str,
    note: str,
    now: datetime,
    references: Mapping[str, Any],
    workflow_data: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> WorkflowVersion:
    """The next version of `workflow`, which the caller has locked; of the draft, unless a definition is given."""
    newest = workflow.versions.aggregate(newest=Max("number"))["newest"] or 0
    return WorkflowVersion.objects.create(
        workflow=workflow,
        number=newest + 1,
        workflow_data=workflow.workflow_data if workflow_data is None else workflow_data,
        settings=workflow.settings if settings is None else settings,
        references=references,
        trigger_event=trigger_event(graph.triggers[0]),
        content_hash=content_hash,
        kind_versions={node.kind: step_kind(node.kind).version for node in graph.nodes if not node.is_trigger},
        note=note,
        created_by_id=actor.user_id,
        created_at=now,
    )
