"""What can be done with a request in the admin. Deciding is not among it: people answer their tasks in the inbox."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.admin_site.filters import as_uuid
from opsflows.approvals.comment import add_comment
from opsflows.approvals.errors import Settled
from opsflows.approvals.models import ApprovalRequest, ApprovalTask
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import MAX_REASON, recall
from opsflows.approvals.voice import voice_of


class ReassignForm(forms.Form):
    """Which task, and who gets it."""

    def __init__(self, *, row: ApprovalRequest, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        tasks = ApprovalTask.objects.filter(request=row, state=ApprovalTask.State.OPEN).select_related("level")
        offered = [(str(task.pk), f"{task.name} at {task.level.name}") for task in tasks]
        self.fields["task"] = fields.choice("Instead of", offered)
        self.fields["to"] = fields.text("Ask", max_length=320, help_text="The name or the address of one person.")
        self.fields["comment"] = fields.prose("Why", rows=3, required=False, max_length=2000)


class RecallForm(forms.Form):
    """Why it is taken back."""

    def __init__(self, *, row: ApprovalRequest, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["reason"] = fields.prose(
            "Why", rows=3, required=False, max_length=MAX_REASON, help_text="Whoever asked is told."
        )


class CommentForm(forms.Form):
    """What there is to say."""

    def __init__(self, *, row: ApprovalRequest, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["text"] = fields.prose("Comment", rows=4, help_text="Everybody who takes part is told.")


def _refusable(perform: Callable[[Deed], str]) -> Callable[[Deed], str]:
    """What comes too late is said, and changes nothing."""

    def performed(deed: Deed) -> str:
        try:
            return perform(deed)
        except Settled as settled:
            raise Refused(str(settled)) from settled

    return performed


@_refusable
def _reassign(deed: Deed) -> str:
    task_id = as_uuid(deed.data["task"])
    if task_id is None:
        raise Refused("Choose whose task it is.")
    to, comment = deed.data["to"], deed.data["comment"]
    task = reassign(voice=voice_of(deed.actor), task_id=task_id, to=to, comment=comment, now=deed.now)
    return f"{task.name} is asked now."


@_refusable
def _recall(deed: Deed) -> str:
    recall(voice=voice_of(deed.actor), request_id=deed.row.pk, reason=deed.data["reason"], now=deed.now)
    return "The request is recalled. Nobody can decide it any more."


def _comment(deed: Deed) -> str:
    add_comment(voice=voice_of(deed.actor), request_id=deed.row.pk, text=deed.data["text"], now=deed.now)
    return "Your comment stands with the request."


ACTS = (
    Act(
        name="comment",
        label="Comment",
        icon="chat",
        permission=Permission.APPROVALS_MANAGE,
        question=lambda request: f"What you say stands with “{request.title}” from now on.",
        perform=_comment,
        form=CommentForm,
    ),
    Act(
        name="reassign",
        label="Ask somebody else",
        icon="forward",
        permission=Permission.APPROVALS_MANAGE,
        question=lambda request: (
            "The task of one person goes over to another, who is asked at once. Whoever was asked before stays on "
            "record, and cannot answer any more."
        ),
        perform=_reassign,
        is_possible=lambda request: request.state == ApprovalRequest.State.WAITING,
        form=ReassignForm,
    ),
    Act(
        name="recall",
        label="Recall",
        icon="undo",
        permission=Permission.APPROVALS_MANAGE,
        question=lambda request: (
            f"“{request.title}” ends, and nobody can decide it any more. A workflow that waits for it goes on by "
            "“recalled”. It cannot be taken up again."
        ),
        perform=_recall,
        is_possible=lambda request: request.is_open,
        is_dangerous=True,
        form=RecallForm,
    ),
)
