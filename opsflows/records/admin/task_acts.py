"""What can be done with a task."""

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.calendars import account_clock
from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.records.admin.item_forms import DueForm, NoteForm, ProjectForm, TagsForm, WhoForm
from opsflows.records.admin.people import chosen
from opsflows.records.assign import assign_task
from opsflows.records.cancel_task import cancel_task, reopen_task
from opsflows.records.complete_task import complete_task
from opsflows.records.due import due_moment
from opsflows.records.log_activity import log_activity
from opsflows.records.models import Task
from opsflows.records.plan_task import add_to_project, set_due_date
from opsflows.records.tag import tag_task
from opsflows.rules import RuleError


def _complete(deed: Deed) -> str:
    task = complete_task(actor=deed.actor, task_id=deed.row.pk, now=deed.now)
    return "Done." if task.status == Task.Status.DONE else "This task was cancelled and stays so."


def _cancel(deed: Deed) -> str:
    task = cancel_task(actor=deed.actor, task_id=deed.row.pk)
    return "Cancelled." if task.status == Task.Status.CANCELLED else "This task is done and stays so."


def _reopen(deed: Deed) -> str:
    reopen_task(actor=deed.actor, task_id=deed.row.pk)
    return "The task is open again."


def _assign(deed: Deed) -> str:
    with transaction.atomic():
        to = chosen(deed.data["who"], account_id=deed.row.account_id, now=deed.now)
        assign_task(actor=deed.actor, task_id=deed.row.pk, to=to, now=deed.now)
    return to.note or (f"Assigned to {to.person}." if to.person else "Assigned to nobody in particular.")


def _due(deed: Deed) -> str:
    try:
        due_at = due_moment(deed.data["due"], account_clock(deed.row.account, now=deed.now))
    except RuleError as error:
        raise ValidationError({"due": str(error)}) from None
    set_due_date(actor=deed.actor, task_id=deed.row.pk, due_at=due_at)
    return "The due date is set." if due_at else "The task has no due date any more."


def _project(deed: Deed) -> str:
    task = add_to_project(actor=deed.actor, task_id=deed.row.pk, project=deed.data["project"])
    return f"The task belongs to {task.project}." if task.project else "The task belongs to no project."


def _tag(deed: Deed) -> str:
    tag_task(actor=deed.actor, task_id=deed.row.pk, add=deed.data["add"], remove=deed.data["remove"], now=deed.now)
    return "The tags are saved."


def _note(deed: Deed) -> str:
    log_activity(actor=deed.actor, task_id=deed.row.pk, kind=deed.data["kind"], text=deed.data["text"], now=deed.now)
    return "Written down."


def _is_open(task: Task) -> bool:
    return task.status == Task.Status.OPEN


ACTS = (
    Act(
        name="done",
        label="Mark as done",
        icon="check",
        permission=Permission.RECORDS_WRITE,
        question=lambda task: "The task leaves the list of open tasks.",
        perform=_complete,
        is_possible=_is_open,
    ),
    Act(
        name="assign",
        label="Assign",
        icon="person_add",
        permission=Permission.RECORDS_WRITE,
        question=lambda task: "Whoever gets it is told here, and finds it among the open tasks.",
        perform=_assign,
        is_possible=_is_open,
        form=WhoForm,
    ),
    Act(
        name="due",
        label="Due date",
        icon="event",
        permission=Permission.RECORDS_WRITE,
        question=lambda task: "Days are meant in the account's time zone, and last until their end.",
        perform=_due,
        is_possible=_is_open,
        form=DueForm,
    ),
    Act(
        name="project",
        label="Project",
        icon="folder",
        permission=Permission.RECORDS_WRITE,
        question=lambda task: "Tasks of one project bear the same name here. Empty: it belongs to none.",
        perform=_project,
        form=ProjectForm,
    ),
    Act(
        name="tags",
        label="Tags",
        icon="sell",
        permission=Permission.RECORDS_WRITE,
        question=lambda task: "Words to recognise it by.",
        perform=_tag,
        form=TagsForm,
    ),
    Act(
        name="note",
        label="Note",
        icon="edit_note",
        permission=Permission.RECORDS_WRITE,
        question=lambda task: "It stays with the task and is not changed afterwards.",
        perform=_note,
        form=NoteForm,
    ),
    Act(
        name="reopen",
        label="Open again",
        icon="replay",
        permission=Permission.RECORDS_WRITE,
        question=lambda task: "The task comes back to the list of open tasks.",
        perform=_reopen,
        is_possible=lambda task: not _is_open(task),
    ),
    Act(
        name="cancel",
        label="Cancel",
        icon="cancel",
        permission=Permission.RECORDS_WRITE,
        question=lambda task: "Nobody has to do it any more. It can be opened again.",
        perform=_cancel,
        is_possible=_is_open,
        is_dangerous=True,
    ),
)
