"""The forms that tasks and records share: who, tags, a note; and a new task."""

from collections.abc import Mapping
from typing import Any

from django import forms

from opsflows.accounts.models import PlatformAccount
from opsflows.admin_site import fields
from opsflows.records.admin.people import choice_of, offered
from opsflows.records.due import due_problem
from opsflows.records.models import Record, Task
from opsflows.records.tag_names import tags_of

_KINDS = (("note", "Note"), ("call", "Call"), ("email", "Email"), ("meeting", "Meeting"))
DUE_HELP = "A date, such as 2026-03-31, tomorrow or +7 days. Empty: at no time in particular."


class DueForm(forms.Form):
    """When something is due, in the words of rules."""

    def __init__(self, *, row: Task | None = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        initial = row.due_at.astimezone(row.account.zone).isoformat(timespec="minutes") if row and row.due_at else ""
        self.fields["due"] = fields.text("Due", required=False, max_length=80, initial=initial, help_text=DUE_HELP)

    def clean_due(self) -> str:
        """What `due_moment` takes."""
        due: str = self.cleaned_data["due"]
        if problem := due_problem(due):
            raise forms.ValidationError(problem)
        return due


class TaskForm(DueForm):
    """A new task of `account`."""

    def __init__(self, *, account: PlatformAccount, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data=data)
        self.fields["title"] = fields.text("What is to be done", max_length=500)
        self.fields["description"] = fields.prose("What there is to know", required=False)
        self.fields["who"] = fields.choice("For", offered(account.pk), required=False)
        self.fields["priority"] = fields.choice("Priority", Task.Priority.choices, initial=Task.Priority.NORMAL)
        self.fields["project"] = fields.text("Project", required=False, max_length=255)
        self.order_fields(["title", "description", "who", "due"])


def task_for(*, row: Record, data: Mapping[str, Any] | None = None) -> TaskForm:
    """The form of a new task about `row`."""
    return TaskForm(account=row.account, data=data)


class WhoForm(forms.Form):
    """Who does a task, or who owns a record."""

    def __init__(self, *, row: Task | Record, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        initial = choice_of(row.assignee_id if isinstance(row, Task) else row.owner_id)
        self.fields["who"] = fields.choice("For", offered(row.account_id), required=False, initial=initial)


class ProjectForm(forms.Form):
    """The project of a task."""

    def __init__(self, *, row: Task, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["project"] = fields.text("Project", required=False, max_length=255, initial=row.project)


class TagsForm(forms.Form):
    """All tags of a row; `cleaned_data` says which are new and which are gone."""

    def __init__(self, *, row: Task | Record, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.before = tags_of(row)
        self.fields["tags"] = fields.text(
            "Tags", required=False, initial=", ".join(sorted(self.before)), help_text="With commas between them."
        )

    def clean(self) -> dict[str, Any]:
        """Only what the person changed: tags that somebody else puts on meanwhile stay."""
        data: dict[str, Any] = dict(super().clean() or {})
        wanted = {" ".join(name.split()).lower() for name in data.get("tags", "").split(",")} - {""}
        return data | {"add": sorted(wanted - self.before), "remove": sorted(self.before - wanted)}


class NoteForm(forms.Form):
    """Something that happened."""

    def __init__(self, *, row: Task | Record, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["kind"] = fields.choice("Kind", _KINDS)
        self.fields["text"] = fields.prose("What happened", max_length=20_000)
