"""Four eyes: where an account or a workflow asks for it, what one wants to publish waits until another approves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from opsflows.accounts.actor import Actor
from opsflows.audit.record import record
from opsflows.workflows.gates import Defer, Publication, Refuse, register_gate
from opsflows.workflows.models import PublishRequest, Workflow


@register_gate
def four_eyes(publication: Publication) -> Refuse | Defer | None:
    """Let through what somebody else approves exactly so at this moment; ask for it otherwise. The house itself asks
    nobody, and what is published already needs no second approval to be switched on again."""
    if publication.actor.door == "system" or publication.is_known:
        return None
    if not needs_four_eyes(publication.workflow):
        return None
    approved = publication.approved
    if approved is not None and approved.content_hash == publication.content_hash:
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


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whoever asks people to decide about publications, and hears what became of them; in the same transaction.

    `on_closed` gets who closed it, and whether that was because something newer takes its place.
    """

    on_asked: Callable[[PublishRequest, datetime], None]
    on_closed: Callable[[PublishRequest, Actor, bool, datetime], None]


_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Tell `watcher` of every publication that is asked for, and of its end."""
    _watchers.append(watcher)


def needs_four_eyes(workflow: Workflow) -> bool:
    """Whether the account asks for it, or the workflow: whoever wants to end that for a workflow is held to it."""
    published = workflow.published_version
    settings = [workflow.settings, published.settings if published else {}]
    return workflow.account.requires_four_eyes or any(each.get("fourEyes") is True for each in settings)


def open_request(workflow: Workflow) -> PublishRequest | None:
    """What waits for somebody, if anything does; there is one at most."""
    rows = PublishRequest.objects.filter(workflow=workflow, status=PublishRequest.Status.OPEN)
    return rows.select_related("requested_by").first()


def close_open(*, actor: Actor, workflow: Workflow, reason: str = "", now: datetime) -> None:
    """Withdraw what waits, because it has changed, is asked for anew, or the workflow is gone; that is locked by the
    caller."""
    status = PublishRequest.Status.WITHDRAWN
    for request in PublishRequest.objects.filter(workflow=workflow, status=PublishRequest.Status.OPEN):
        decide(actor=actor, request=request, status=status, reason=reason, is_replaced=True, now=now)


def decide(
    *,
    actor: Actor,
    request: PublishRequest,
    status: PublishRequest.Status,
    reason: str = "",
    is_replaced: bool = False,
    now: datetime,
) -> None:
    """Write down what became of an open request, which the caller has locked and may decide."""
    request.status, request.reason = status, reason
    request.decided_by_id, request.decided_at = actor.user_id, now
    request.save(update_fields=["status", "reason", "decided_by", "decided_at"])
    asked_by = request.requested_by.username if request.requested_by else ""
    detail = {"asked_by": asked_by, "note": request.note, "reason": reason}
    record(actor=actor, action=f"workflow.publication_{status.value}", row=request.workflow, detail=detail, now=now)
    for watcher in _watchers:
        watcher.on_closed(request, actor, is_replaced, now)


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
    for watcher in _watchers:
        watcher.on_asked(request, publication.now)
    return request
