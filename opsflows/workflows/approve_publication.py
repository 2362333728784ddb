"""Approve what somebody else wants to publish; it goes live in the same transaction."""

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.roles import Permission
from opsflows.workflows.asked_for import fits_draft, fits_published
from opsflows.workflows.draft_authors import draft_authors
from opsflows.workflows.errors import NotWaiting
from opsflows.workflows.four_eyes import decide
from opsflows.workflows.gates import Defer, PublishDeferred
from opsflows.workflows.models import PublishRequest, Workflow, WorkflowVersion
from opsflows.workflows.publish import make_live
from opsflows.workflows.refresh_references import bring_up_to_date


def approve_publication(*, actor: Actor, request_id: uuid.UUID, now: datetime) -> WorkflowVersion:
    """Approve an open request; what was asked for, exactly, is live from now on.

    The version is the asker's; the audit trail names both.

    Raises:
        PublishRequest.DoesNotExist, Workflow.DoesNotExist: no such request in the actor's account.
        Forbidden: the actor may not, is the one who asked, or wrote part of what is new.
        NotWaiting: it is decided already, or the draft has changed since.
        InvalidDefinition: what was asked for cannot be published any more.
        PublishRefused, PublishDeferred: another gate said no, or not yet; nothing is approved then.
    """
    with transaction.atomic():
        request, workflow = held(actor, request_id)
        is_refresh = _is_refresh(request, workflow)
        if not is_refresh and actor.user_id in draft_authors(workflow):
            raise Forbidden("You wrote part of this yourself; somebody else has to approve it.")
        decide(actor=actor, request=request, status=PublishRequest.Status.APPROVED, now=now)
        # A refresh is of the published definition, with the present content of what it names; the draft plays no part.
        # Either asks the gates again: what is not exactly what was approved does not slip through.
        act = bring_up_to_date if is_refresh else make_live
        author = replace(actor, user_id=request.requested_by_id)
        outcome = act(actor=actor, author=author, workflow=workflow, note=request.note, approved=request, now=now)
        assert outcome is not None  # noqa: S101  (there is a published version, or it were no refresh)
        if isinstance(outcome, Defer):
            raise PublishDeferred(outcome.reason)
        return outcome


def held(actor: Actor, request_id: uuid.UUID) -> tuple[PublishRequest, Workflow]:
    """The open request and its workflow, both locked, for somebody who may decide about it.

    Raises:
        PublishRequest.DoesNotExist, Workflow.DoesNotExist, Forbidden, NotWaiting: as `approve_publication`.
    """
    actor.require(Permission.WORKFLOWS_APPROVE)
    request, workflow = locked_request(actor, request_id)
    if actor.user_id is None:
        raise Forbidden("A person has to decide about this.")
    if actor.user_id == request.requested_by_id:
        raise Forbidden("You asked for this yourself; somebody else has to decide.")
    return request, workflow


def locked_request(actor: Actor, request_id: uuid.UUID) -> tuple[PublishRequest, Workflow]:
    """An open request of the actor's account with its workflow, locked in the order in which publishing locks them."""
    rows = PublishRequest.objects.filter(account_id=actor.account_id)
    workflow_id = rows.values_list("workflow_id", flat=True).get(pk=request_id)
    workflow = Workflow.objects.select_for_update(no_key=True).get(pk=workflow_id)
    request = rows.select_for_update().get(pk=request_id)
    if request.status != PublishRequest.Status.OPEN:
        what = f"This was decided before: {request.get_status_display().lower()}."
        raise NotWaiting(f"{what} {request.reason}".strip())
    return request, workflow


def _is_refresh(request: PublishRequest, workflow: Workflow) -> bool:
    """Whether the request is about what is published, and not about the draft.

    Raises:
        NotWaiting: it is about neither, as they stand now.
    """
    if fits_draft(request, workflow):
        return False
    if fits_published(request, workflow):
        return True
    raise NotWaiting(
        "The workflow, or something that it names, has changed since this was asked for. Read it once more and ask "
        "for it to be published again."
    )
