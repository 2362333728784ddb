"""Four eyes: where an account asks for it, what one person wants to publish waits until another has approved it."""

from datetime import datetime

from opsflows.accounts.actor import Actor
from opsflows.audit.record import record
from opsflows.workflows.gates import Defer, Publication, Refuse, register_gate
from opsflows.workflows.models import PublishRequest, Workflow


@register_gate
def four_eyes(publication: Publication) -> Refuse | Defer | None:
    """Let through what somebody else has approved exactly so; ask for it otherwise. The house itself asks nobody, and
    what is published already needs no second approval to be switched on again."""
    if publication.actor.door == "system" or publication.is_known:
        return None
    if not publication.workflow.account.requires_four_eyes:
        return None
    same = PublishRequest.objects.filter(workflow=publication.workflow, content_hash=publication.content_hash)
    if same.filter(status=PublishRequest.Status.APPROVED).exists():
        return None
    request = open_request(publication.workflow)
    if request is None or request.content_hash != publication.content_hash:
        if request is not None and publication.is_refresh:
            return Refuse(
                f"“{publication.workflow.workflow_name}” waits for a second pair of eyes already; have that approved, "
                "declined or taken back first."
            )
        close_open(actor=publication.actor, workflow=publication.workflow, now=publication.now)
        request = _ask(publication)
    return Defer(
        "It waits for a second pair of eyes: somebody else who may approve has to do so, and then it goes live at once."
    )


def open_request(workflow: Workflow) -> PublishRequest | None:
    """What waits for somebody, if anything does; there is one at most."""
    rows = PublishRequest.objects.filter(workflow=workflow, status=PublishRequest.Status.OPEN)
    return rows.select_related("requested_by").first()


def close_open(*, actor: Actor, workflow: Workflow, now: datetime) -> None:
    """Withdraw what waits, because it is asked for anew or the workflow is gone. `workflow` is locked by the caller."""
    for request in PublishRequest.objects.filter(workflow=workflow, status=PublishRequest.Status.OPEN):
        decide(actor=actor, request=request, status=PublishRequest.Status.WITHDRAWN, now=now)


def decide(
    *, actor: Actor, request: PublishRequest, status: PublishRequest.Status, reason: str = "", now: datetime
) -> None:
    """Write down what became of an open request, which the caller has locked and may decide."""
    request.status, request.reason = status, reason
    request.decided_by_id, request.decided_at = actor.user_id, now
    request.save(update_fields=["status", "reason", "decided_by", "decided_at"])
    asked_by = request.requested_by.username if request.requested_by else ""
    detail = {"asked_by": asked_by, "note": request.note, "reason": reason}
    record(actor=actor, action=f"workflow.publication_{status.value}", row=request.workflow, detail=detail, now=now)


def _ask(publication: Publication) -> PublishRequest:
    workflow, actor = publication.workflow, publication.actor
    request = PublishRequest.objects.create(
        account_id=workflow.account_id,
        workflow=workflow,
        content_hash=publication.content_hash,
        revision=workflow.revision,
        note=publication.note,
        requested_by_id=actor.user_id,
        requested_at=publication.now,
    )
    detail = {"revision": workflow.revision, "note": publication.note}
    record(actor=actor, action="workflow.publication_asked", row=workflow, detail=detail, now=publication.now)
    return request
