"""Tell administrators of a question that never arrived: somebody without an account sees it nowhere else."""

from datetime import datetime

from opsflows.accounts.models import User
from opsflows.accounts.roles import Role
from opsflows.approvals.announce import page_of
from opsflows.approvals.models import ApprovalMessage
from opsflows.messages.notify import notify

Purpose = ApprovalMessage.Purpose


def tell_undelivered(message: ApprovalMessage, *, now: datetime) -> None:
    """In the transaction in which the message fails for good."""
    if message.purpose not in (Purpose.ASK, Purpose.REMIND) or message.task is None or message.task.user_id:
        return
    admins = User.objects.filter(memberships__account=message.account_id, memberships__role=Role.ADMIN)
    title = f"The mail to {message.address} could not be delivered: {message.request.title}"
    notify(account_id=message.account_id, users=admins, title=title, link=page_of(message.request), now=now)
