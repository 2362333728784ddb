"""Publishing: the draft, strictly validated, becomes a version that never changes, and goes live."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.workflows.activations import go_live
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.gates import Defer, Publication, PublishDeferred, ask_gates
from opsflows.workflows.graph import Graph, definition_hash
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import step_kind
from opsflows.workflows.validate import publish_problems


def publish(
    *, actor: Actor, workflow: Workflow, note: str = "", revision: int | None = None, now: datetime
) -> WorkflowVersion:
    """Make the draft the live version, also where the workflow was switched off; `workflow` is brought up to date.

    Publishing what is published already makes no second version. `revision`, where given, is the draft that the actor
    has seen.

    Raises:
        Forbidden: the actor may not.
        InvalidDefinition: with everything that stands in the way.
        RevisionConflict: the draft is no longer at `revision`.
        PublishRefused, PublishDeferred: a gate said no, or not yet.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    with transaction.atomic():
        locked = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
        if revision is not None and revision != locked.revision:
            raise RevisionConflict(expected=revision, current=locked.revision)
        outcome = _publish(actor, locked, note, now)
    # Raised out here, so that what the gate wrote to ask somebody is kept.
    if isinstance(outcome, Defer):
        raise PublishDeferred(outcome.reason)
    workflow.published_version, workflow.is_active = locked.published_version, locked.is_active
    workflow.updated_at = locked.updated_at
    return outcome


def _publish(actor: Actor, workflow: Workflow, note: str, now: datetime) -> WorkflowVersion | Defer:
    problems = publish_problems(workflow.workflow_data, workflow.settings)
    if problems:
        raise InvalidDefinition(problems)
    graph = read_graph(workflow.workflow_data)
    content_hash = definition_hash(graph, workflow.settings)
    version = workflow.published_version
    if version is not None and version.content_hash != content_hash:
        version = None
    if version is not None and workflow.is_active:
        return version
    if deferral := ask_gates(Publication(actor, workflow, content_hash, note, now)):
        return deferral
    version = version or _new_version(actor, workflow, graph, content_hash, note, now)
    go_live(workflow=workflow, version=version, now=now)
    return version


def _new_version(
    actor: Actor, workflow: Workflow, graph: Graph, content_hash: str, note: str, now: datetime
) -> WorkflowVersion:
    newest = workflow.versions.aggregate(newest=Max("number"))["newest"] or 0
    return WorkflowVersion.objects.create(
        workflow=workflow,
        number=newest + 1,
        workflow_data=workflow.workflow_data,
        settings=workflow.settings,
        trigger_event=graph.triggers[0].config["event"],
        content_hash=content_hash,
        kind_versions={node.kind: step_kind(node.kind).version for node in graph.nodes if not node.is_trigger},
        note=note,
        created_by_id=actor.user_id,
        created_at=now,
    )
