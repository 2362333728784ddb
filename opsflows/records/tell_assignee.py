"""Tell a person in the house that a task is theirs."""

from datetime import datetime

from opsflows.accounts.actor import Actor
from opsflows.messages.notify import notify
from opsflows.records.models import Task

#: Written out: to ask Django for it, a worker would have to load every page of the site.
TASK_PAGE = "/admin/records/task/{}/change/"


def tell_assignee(task: Task, *, by: Actor, now: datetime) -> None:
    """Notify the task's assignee, unless they took it themselves."""
    person = task.assignee
    if person is None or person.pk == by.user_id:
        return
    notify(
        account_id=task.account_id,
        users=[person],
        title=f"A task for you: {task.title}",
        body=task.description,
        link=TASK_PAGE.format(task.pk),
        now=now,
    )
