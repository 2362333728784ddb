"""The files that whoever holds a link may look at: those beside what they are asked to decide."""

import uuid

from django.db.models import Q, QuerySet

from opsflows.approvals.intact import open_intact
from opsflows.approvals.models import ApprovalAttachment, ApprovalTask
from opsflows.files.store import Content


def linked_attachments(task: ApprovalTask) -> QuerySet[ApprovalAttachment]:
    """The files of the round that `task` is about, in their order."""
    number = task.round.number
    rows = ApprovalAttachment.objects.filter(request=task.request_id, added_in__lte=number)
    return rows.filter(Q(removed_in=None) | Q(removed_in__gt=number)).order_by("id")


def open_linked(*, task: ApprovalTask, attachment_id: uuid.UUID) -> tuple[ApprovalAttachment, Content]:
    """One of them.

    Raises:
        ApprovalAttachment.DoesNotExist: it stands beside another request, or another round of it.
        FileProblem: the storage does not answer, or has lost it, or it was changed.
    """
    row = linked_attachments(task).select_related("request").get(pk=attachment_id)
    return row, open_intact(row)
