"""Four eyes in the admin: approve what somebody wants to publish, decline it, take one's own request back.

Whoever is asked decides by the same verb as in their inbox. Who may approve and was not asked, because they came later
or are away, decides about the publication itself, and the request follows.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.approvals.decide import decide, own_task
from opsflows.approvals.errors import Changed, Settled
from opsflows.approvals.models import ApprovalTask
from opsflows.approvals.publications.ask_for import open_approval
from opsflows.approvals.recall import recall
from opsflows.approvals.voice import voice_of
from opsflows.workflows.approve_publication import approve_publication
from opsflows.workflows.decline_publication import decline_publication, withdraw_publication
from opsflows.workflows.errors import InvalidDefinition, NotWaiting
from opsflows.workflows.four_eyes import open_request
from opsflows.workflows.gates import PublishDeferred, PublishRefused
from opsflows.workflows.models import PublishRequest, Workflow


class SeenForm(forms.Form):
    """The request that the person has read; a later one is not meant."""

    request = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        waiting = waiting_for(row)
        super().__init__(data, initial={"request": waiting.pk if waiting else None})


class DeclineForm(SeenForm):
    """The same, with the reason."""

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(row=row, data=data)
        self.fields["reason"] = fields.prose("What would have to be different", max_length=2000)


def waiting_for(workflow: Workflow) -> PublishRequest | None:
    """The open request, read once for a row."""
    found = vars(workflow)
    if "_waiting_for" not in found:
        found["_waiting_for"] = open_request(workflow)
    request: PublishRequest | None = found["_waiting_for"]
    return request


def _deciding(act: Callable[[Deed], str]) -> Callable[[Deed], str]:
    def perform(deed: Deed) -> str:
        try:
            return act(deed)
        except (NotWaiting, PublishRefused, PublishDeferred, Settled, Changed) as error:
            raise Refused(f"{error} Nothing was changed.") from None
        except ValidationError as error:
            raise Refused(*error.messages) from None
        except InvalidDefinition as error:
            raise Refused(*map(str, error.problems)) from None

    return perform


def _own_task(deed: Deed) -> ApprovalTask | None:
    """The open task of whoever decides, if they were asked."""
    rows = PublishRequest.objects.filter(account_id=deed.actor.account_id, pk=deed.data["request"])
    asked = open_approval(request) if (request := rows.first()) else None
    try:
        task = own_task(actor=deed.actor, request_id=asked.pk) if asked else None
    except ApprovalTask.DoesNotExist:
        return None
    return task if task is not None and task.state == ApprovalTask.State.OPEN else None


def _say(deed: Deed, task: ApprovalTask, verdict: str, comment: str = "") -> None:
    # The publication that the page showed is the content: it never changes, and a newer one has another id.
    voice, seen = voice_of(deed.actor), task.round.content_hash
    decide(voice=voice, task_id=task.pk, verdict=verdict, comment=comment, seen=seen, now=deed.now)


def _approve(deed: Deed) -> str:
    if (task := _own_task(deed)) is not None:
        _say(deed, task, "approve")
        deed.row.refresh_from_db()
        return f"Approved. Live: {deed.row.published_version}."
    version = approve_publication(actor=deed.actor, request_id=deed.data["request"], now=deed.now)
    return f"Approved. Live: {version}."


def _decline(deed: Deed) -> str:
    if (task := _own_task(deed)) is not None:
        _say(deed, task, "reject", deed.data["reason"])
    else:
        reason = deed.data["reason"]
        decline_publication(actor=deed.actor, request_id=deed.data["request"], reason=reason, now=deed.now)
    return "Declined. What is live stays as it is, and the reason stands on this page."


def _withdraw(deed: Deed) -> str:
    rows = PublishRequest.objects.filter(account_id=deed.actor.account_id, pk=deed.data["request"])
    asked = open_approval(request) if (request := rows.first()) else None
    if asked is not None and asked.requester_id == deed.actor.user_id:
        recall(voice=voice_of(deed.actor), request_id=asked.pk, now=deed.now)
    else:
        withdraw_publication(actor=deed.actor, request_id=deed.data["request"], now=deed.now)
    return "Taken back. What is live stays as it is."


def _is_waiting(workflow: Workflow) -> bool:
    return waiting_for(workflow) is not None


def _who(workflow: Workflow) -> str:
    request = waiting_for(workflow)
    if request is None:
        return "Nothing waits to be approved here."
    note = f" They say: “{request.note}”." if request.note else ""
    return f"{request.requested_by or 'Somebody'} wants this to go live.{note}"


APPROVAL_ACTS = (
    Act(
        name="approve",
        label="Approve",
        icon="verified",
        permission=Permission.WORKFLOWS_APPROVE,
        question=lambda workflow: (
            f"{_who(workflow)} You have read what the workflow does now. It goes live at once, and the trail names you."
        ),
        perform=_deciding(_approve),
        is_possible=_is_waiting,
        form=SeenForm,
    ),
    Act(
        name="decline",
        label="Decline",
        icon="block",
        permission=Permission.WORKFLOWS_APPROVE,
        question=lambda workflow: (
            f"{_who(workflow)} Nothing goes live; the draft stays, to be changed and asked for again."
        ),
        perform=_deciding(_decline),
        is_possible=_is_waiting,
        form=DeclineForm,
    ),
    Act(
        name="withdraw",
        label="Take the request back",
        icon="undo",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: "Only whoever asked can take it back. Nothing goes live; the draft stays.",
        perform=_deciding(_withdraw),
        is_possible=_is_waiting,
        form=SeenForm,
    ),
)
