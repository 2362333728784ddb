"""Four eyes for rules: what waits to be published is a request for approval like any other, decided by one verb."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor, system_actor
from opsflows.approvals.ask import ask
from opsflows.approvals.errors import Changed
from opsflows.approvals.hold import hold_request
from opsflows.approvals.levels.close import close_request
from opsflows.approvals.models import ApprovalDecision, ApprovalRequest
from opsflows.approvals.people.person import person_of
from opsflows.approvals.plan import ROLE, Plan, PlanLevel
from opsflows.approvals.publications.text import publication_content
from opsflows.approvals.publications.whom import others_who_approve
from opsflows.approvals.subjects import register_subject
from opsflows.approvals.voice import Voice, voice_of
from opsflows.workflows.approve_publication import approve_publication, locked_request
from opsflows.workflows.asked_for import fits_draft
from opsflows.workflows.decline_publication import decline_publication
from opsflows.workflows.draft_authors import draft_authors
from opsflows.workflows.errors import InvalidDefinition, NotWaiting
from opsflows.workflows.four_eyes import Watcher, decide, watch
from opsflows.workflows.gates import PublishDeferred, PublishRefused
from opsflows.workflows.models import PublishRequest

State, Status = ApprovalRequest.State, PublishRequest.Status
_SUBJECT = ApprovalRequest.Subject.PUBLICATION

#: What a publication becomes when it is closed by another verb than `decide()`, and its request has to follow.
_FOLLOWS = {Status.APPROVED: State.APPROVED, Status.DECLINED: State.REJECTED, Status.WITHDRAWN: State.RECALLED}
#: Closing the one closes the other: whoever began sees to both.
_closing: ContextVar[bool] = ContextVar("closing", default=False)


def open_approval(request: PublishRequest) -> ApprovalRequest | None:
    """What people are asked about a publication, while it waits; None where nobody could be asked."""
    rows = ApprovalRequest.objects.filter(account_id=request.account_id, subject=_SUBJECT, subject_id=request.pk)
    return rows.filter(closed_at=None).first()


def _on_asked(request: PublishRequest, now: datetime) -> None:
    """Ask everybody who may approve. Where nobody else may as yet, it waits on the workflow's page for who will."""
    authors = draft_authors(request.workflow) if fits_draft(request, request.workflow) else set()
    others = others_who_approve(request.workflow, asks=request.requested_by_id, authors=authors)
    roles = set(others.values_list("role", flat=True))
    if not roles:
        return
    level = PlanLevel(name="Second pair of eyes", approvers=[f"{ROLE}{role}" for role in sorted(roles)])
    ask(
        account_id=request.account_id,
        subject=_SUBJECT,
        subject_id=request.pk,
        origin_key=f"publication.{request.pk}",
        plan=Plan(levels=[level], loginAlways=True, onChanges="go_on"),
        content=publication_content(request),
        scope={},
        requester=person_of(request.requested_by) if request.requested_by else None,
        now=now,
    )


def _on_closed_elsewhere(request: PublishRequest, actor: Actor, is_replaced: bool, now: datetime) -> None:
    """Somebody decided on the workflow's page without having been asked, or changed the draft, or deleted all of it."""
    found = None if _closing.get() else open_approval(request)
    if found is None:
        return
    held = hold_request(account_id=request.account_id, request_id=found.pk)
    if not held.is_open:
        return
    voice = voice_of(actor) if actor.user_id is not None else None
    state = State.SUPERSEDED if is_replaced else _FOLLOWS[Status(request.status)]
    who = voice.name if voice else "OpsFlows"
    said = {
        State.APPROVED: f"{who} approved it on the workflow's page.",
        State.REJECTED: f"{who} declined it on the workflow's page: {request.reason}",
        State.RECALLED: f"{who} took it back.",
        State.SUPERSEDED: request.reason or "It was asked for anew, or the workflow is gone.",
    }
    with _both_closed():
        close_request(held, state, reason=said[state], by=voice, now=now)


def _on_approved(request: ApprovalRequest, voice: Voice | None, now: datetime) -> None:
    """What was asked for goes live, in the transaction that approves it, or nothing is approved."""
    if _closing.get():
        return
    assert request.subject_id is not None  # noqa: S101  (a publication has one)
    actor = voice.actor if voice else system_actor(request.account_id)
    try:
        with _both_closed():
            approve_publication(actor=actor, request_id=request.subject_id, now=now)
    except NotWaiting as error:
        raise Changed(str(error)) from None
    except InvalidDefinition as error:
        raise ValidationError([str(problem) for problem in error.problems]) from None
    except (PublishRefused, PublishDeferred) as error:
        raise ValidationError(str(error)) from None


def _on_closed(request: ApprovalRequest, voice: Voice | None, now: datetime) -> None:
    if _closing.get() or request.state == State.APPROVED:
        return
    assert request.subject_id is not None  # noqa: S101  (as above)
    actor = voice.actor if voice else system_actor(request.account_id)
    with _both_closed():
        if voice is not None and request.state in (State.REJECTED, State.CHANGES_REQUESTED):
            said = ApprovalDecision.objects.filter(task__request=request).order_by("-id").first()
            reason = said.comment if said else request.reason
            decline_publication(actor=actor, request_id=request.subject_id, reason=reason, now=now)
            return
        publication, _ = locked_request(actor, request.subject_id)
        decide(actor=actor, request=publication, status=Status.WITHDRAWN, reason=request.reason, now=now)


@contextmanager
def _both_closed() -> Iterator[None]:
    token = _closing.set(True)
    try:
        yield
    finally:
        _closing.reset(token)


register_subject(_SUBJECT, on_approved=_on_approved, on_closed=_on_closed)
watch(Watcher(on_asked=_on_asked, on_closed=_on_closed_elsewhere))
