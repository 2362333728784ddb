"""Write down whom to tell what, in the transaction of what is told; the sender (deliver/) does the rest."""

from collections.abc import Iterable
from datetime import datetime

from opsflows.accounts.models import User
from opsflows.accounts.roles import Role
from opsflows.approvals.announce import page_of
from opsflows.approvals.models import ApprovalChannels, ApprovalMessage, ApprovalRequest, ApprovalTask
from opsflows.messages.notify import notify
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.ids import new_id

#: The job that sends.
DELIVER = "approvals.deliver"

Channel = ApprovalMessage.Channel
Purpose = ApprovalMessage.Purpose

_ENDED = {
    "approved": "Approved",
    "rejected": "Rejected",
    "changes_requested": "Changes are asked for",
    "expired": "Nobody decided in time",
    "recalled": "Recalled",
    "superseded": "Replaced",
}


def tell_asked(
    request: ApprovalRequest,
    tasks: Iterable[ApprovalTask],
    *,
    purpose: Purpose = Purpose.ASK,
    number: int = 0,
    now: datetime,
) -> None:
    """Ask (or remind) those whose tasks these are, on every channel the account has; in the house as well."""
    tasks = list(tasks)
    channels = ApprovalChannels.objects.filter(account=request.account_id).first()
    rows = []
    for task in tasks:
        if task.email and (channels is None or channels.by_email):
            rows.append(_row(request, task, Channel.EMAIL, purpose, number, task.email, now))
        elif task.user_id is None:
            # Nobody would know otherwise.
            rows.append(_row(request, task, Channel.EMAIL, purpose, number, task.email, now))
        if channels is not None and channels.has_slack and task.user_id and task.email and purpose == Purpose.ASK:
            rows.append(_row(request, task, Channel.SLACK, purpose, number, task.email, now))
    if channels is not None and channels.teams_webhook_url and tasks and purpose == Purpose.ASK:
        rows.append(_row(request, tasks[0], Channel.TEAMS, purpose, number, "", now))
    members = [task.user for task in tasks if task.user is not None]
    what = "Waits for your decision" if purpose == Purpose.ASK else "Still waits for your decision"
    notify(
        account_id=request.account_id, users=members, title=f"{what}: {request.title}", link=page_of(request), now=now
    )
    _queue(request, rows, now)


def tell_settled(request: ApprovalRequest, tasks: Iterable[ApprovalTask], *, now: datetime) -> None:
    """Have the chat messages of tasks that are over say so."""
    ids = [task.pk for task in tasks]
    asked = ApprovalMessage.objects.filter(task__in=ids, channel=Channel.SLACK, purpose=Purpose.ASK)
    done = ApprovalMessage.objects.filter(task__in=ids, channel=Channel.SLACK, purpose=Purpose.SETTLE)
    known = set(done.values_list("task_id", flat=True))
    rows = [
        _row(request, message.task, Channel.SLACK, Purpose.SETTLE, 0, message.address, now)
        for message in asked.select_related("task")
        if message.task_id not in known
    ]
    _queue(request, rows, now)


def tell_requester(request: ApprovalRequest, *, now: datetime) -> None:
    """Tell who asked how it ended, or that changes are asked for."""
    title = f"{_ENDED[request.state]}: {request.title}"
    people = [request.requester] if request.requester is not None else []
    if not people and request.is_open:
        # Changes are asked for, and nobody here could make them but those who manage requests.
        people = list(User.objects.filter(memberships__account=request.account_id, memberships__role=Role.ADMIN))
    if people:
        notify(
            account_id=request.account_id,
            users=people,
            title=title,
            body=request.reason,
            link=page_of(request),
            now=now,
        )
    if request.requester_email:
        number = ApprovalMessage.objects.filter(request=request, purpose=Purpose.OUTCOME).count()
        row = _row(request, None, Channel.EMAIL, Purpose.OUTCOME, number, request.requester_email, now)
        _queue(request, [row], now)


def _row(
    request: ApprovalRequest,
    task: ApprovalTask | None,
    channel: Channel,
    purpose: Purpose,
    number: int,
    address: str,
    now: datetime,
) -> ApprovalMessage:
    return ApprovalMessage(
        account_id=request.account_id,
        request=request,
        task=task,
        channel=channel,
        purpose=purpose,
        number=number,
        address=address,
        next_at=now,
        created_at=now,
    )


def _queue(request: ApprovalRequest, rows: list[ApprovalMessage], now: datetime) -> None:
    if rows:
        ApprovalMessage.objects.bulk_create(rows)
        # A job of its own each time: one that is under way may have looked already.
        enqueue_job(kind=DELIVER, key=f"{DELIVER}.{new_id()}", account_id=request.account_id, now=now)
