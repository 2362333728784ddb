"""What can be done with a record."""

from django.db import transaction

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.records.admin.item_forms import NoteForm, TagsForm, WhoForm, task_for
from opsflows.records.admin.people import chosen
from opsflows.records.admin.record_form import RecordForm
from opsflows.records.admin.task import make_task
from opsflows.records.assign import assign_record
from opsflows.records.log_activity import log_activity
from opsflows.records.tag import tag_record
from opsflows.records.update_record import update_record


def _edit(deed: Deed) -> str:
    data = deed.data
    update_record(
        actor=deed.actor,
        record_id=deed.row.pk,
        title=data["title"],
        data=data["fields"],
        without=data["without"],
        revision=data["revision"],
        now=deed.now,
    )
    return "Saved."


def _own(deed: Deed) -> str:
    with transaction.atomic():
        to = chosen(deed.data["who"], account_id=deed.row.account_id, now=deed.now)
        assign_record(actor=deed.actor, record_id=deed.row.pk, to=to, now=deed.now)
    return to.note or (f"It is {to.person}'s now." if to.person else "Nobody in particular owns it now.")


def _tag(deed: Deed) -> str:
    tag_record(actor=deed.actor, record_id=deed.row.pk, add=deed.data["add"], remove=deed.data["remove"], now=deed.now)
    return "The tags are saved."


def _note(deed: Deed) -> str:
    log_activity(actor=deed.actor, record_id=deed.row.pk, kind=deed.data["kind"], text=deed.data["text"], now=deed.now)
    return "Written down."


def _ask(deed: Deed) -> str:
    task = make_task(deed.actor, deed.row.account, dict(deed.data), deed.row)
    return f"The task “{task.title}” is there."


ACTS = (
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.RECORDS_WRITE,
        question=lambda record: "Workflows that listen to record.updated hear of it.",
        perform=_edit,
        form=RecordForm,
    ),
    Act(
        name="owner",
        label="Owner",
        icon="person_add",
        permission=Permission.RECORDS_WRITE,
        question=lambda record: "Who looks after it.",
        perform=_own,
        form=WhoForm,
    ),
    Act(
        name="tags",
        label="Tags",
        icon="sell",
        permission=Permission.RECORDS_WRITE,
        question=lambda record: "Words to recognise it by.",
        perform=_tag,
        form=TagsForm,
    ),
    Act(
        name="task",
        label="New task",
        icon="task_alt",
        permission=Permission.RECORDS_WRITE,
        question=lambda record: f"Something to be done about “{record.title}”.",
        perform=_ask,
        form=task_for,
    ),
    Act(
        name="note",
        label="Note",
        icon="edit_note",
        permission=Permission.RECORDS_WRITE,
        question=lambda record: "It stays with the record and is not changed afterwards.",
        perform=_note,
        form=NoteForm,
    ),
)
