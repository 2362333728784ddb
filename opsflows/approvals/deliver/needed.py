"""Whether a message still says something that its reader needs to know."""

from django.db.models import QuerySet

from opsflows.approvals.deliver.results import NotNeeded
from opsflows.approvals.models import ApprovalMessage, ApprovalRequest, ApprovalTask

Purpose, Status, State = ApprovalMessage.Purpose, ApprovalMessage.Status, ApprovalRequest.State


def check_needed(message: ApprovalMessage) -> None:
    """Raise `NotNeeded` for a question that is answered, a reminder behind another, an outcome that holds no more."""
    if message.purpose in (Purpose.ASK, Purpose.REMIND):
        _check_question(message)
    elif message.purpose == Purpose.OUTCOME:
        _check_outcome(message)


def _check_question(message: ApprovalMessage) -> None:
    request, task = message.request, message.task
    if task is None or task.state != ApprovalTask.State.OPEN:
        raise NotNeeded("The task is over.")
    if request.state != State.WAITING or task.round.number != request.round_number:
        raise NotNeeded("The request waits for nobody's decision any more, or for another round's.")
    if message.purpose == Purpose.REMIND and _later(message).filter(task=task).exists():
        raise NotNeeded("A later reminder tells the same.")


def _check_outcome(message: ApprovalMessage) -> None:
    if message.request.state == State.WAITING:
        raise NotNeeded("The request was changed, and waits again.")
    if _later(message).exists():
        raise NotNeeded("A later message tells how it ended.")


def _later(message: ApprovalMessage) -> QuerySet[ApprovalMessage]:
    same = ApprovalMessage.objects.filter(
        request=message.request_id, channel=message.channel, purpose=message.purpose, number__gt=message.number
    )
    return same.filter(status=Status.QUEUED)
