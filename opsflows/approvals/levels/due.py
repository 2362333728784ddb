"""When something is to be done next about a request without anybody's doing."""

from opsflows.approvals.models import ApprovalLevel, ApprovalRequest


def keep_due(request: ApprovalRequest) -> None:
    """Write down the next moment (`next_at`); at the end of every change of an open request."""
    moments = [request.amend_by] if request.state == ApprovalRequest.State.CHANGES_REQUESTED else []
    if request.state == ApprovalRequest.State.WAITING:
        levels = ApprovalLevel.objects.filter(
            round__request=request, round__number=request.round_number, state=ApprovalLevel.State.OPEN
        )
        for due_at, remind_at in levels.values_list("due_at", "remind_at"):
            moments += [due_at, remind_at]
    request.next_at = min((moment for moment in moments if moment is not None), default=None)
    request.save(update_fields=["next_at"])
