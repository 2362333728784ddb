"""Duplicate a workflow, tag it, bring an older version back, delete it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html

from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields, words
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.admin_site.markup import link
from opsflows.workflows.admin.dependents import dependents
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.duplicate import duplicate
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.restore_version import restore_version
from opsflows.workflows.set_tags import set_tags
from opsflows.workflows.tag_names import LONGEST, MOST

_OFFERED = 50


class DuplicateForm(forms.Form):
    """What the copy is called."""

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"name": f"{row.workflow_name[:248]} (copy)"})
        self.fields["name"] = fields.text("Name of the copy", max_length=255)


class RestoreForm(forms.Form):
    """Which version, and the draft that the person has seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"revision": row.revision})
        versions = row.versions.only("number", "note", "created_at")[:_OFFERED]
        self.fields["version"] = fields.choice("Version", [(str(each.number), _called(each)) for each in versions])


class TagsForm(forms.Form):
    """The tags, in one line."""

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        borne = ", ".join(row.tags.values_list("name", flat=True))
        super().__init__(data, initial={"tags": borne})
        help_text = f"With commas between them, at most {MOST}. Empty: none."
        self.fields["tags"] = fields.text("Tags", required=False, max_length=MOST * (LONGEST + 2), help_text=help_text)


class DeleteForm(forms.Form):
    """The name, typed, so that nobody deletes by the way."""

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.name = row.workflow_name
        self.fields["name"] = fields.text("Type its name to confirm", help_text=self.name)

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed.strip() != self.name.strip():
            raise forms.ValidationError("This is not its name.")
        return typed


def _called(version: WorkflowVersion) -> str:
    note = f": {version.note[:80]}" if version.note else ""
    return f"{str(version).capitalize()}, {words.exact(version.created_at)}{note}"


def _duplicate(deed: Deed) -> str:
    try:
        copy = duplicate(actor=deed.actor, workflow_id=deed.row.pk, name=deed.data["name"], now=deed.now)
    except InvalidDefinition as error:
        raise Refused(*map(str, error.problems)) from None
    return format_html("{} is there, as a draft.", link(copy, copy.workflow_name))


def _restore(deed: Deed) -> str:
    number = int(deed.data["version"])
    try:
        restore_version(
            actor=deed.actor, workflow=deed.row, number=number, revision=deed.data["revision"], now=deed.now
        )
    except RevisionConflict:
        raise Refused("Somebody saved the draft meanwhile. Look at it once more.") from None
    except InvalidDefinition as error:
        raise Refused("This version says something that is no longer possible:", *map(str, error.problems)) from None
    return f"The draft says what version {number} says. Publish it to let it run."


def _tag(deed: Deed) -> str:
    tags = set_tags(actor=deed.actor, workflow=deed.row, tags=deed.data["tags"].split(","), now=deed.now)
    return f"Tagged {', '.join(tags)}." if tags else "It bears no tags now."


def _delete(deed: Deed) -> str:
    delete_workflow(actor=deed.actor, workflow_id=deed.row.pk, now=deed.now)
    return f"“{deed.row.workflow_name}” is deleted. Its runs are still there."


COPY_ACTS = (
    Act(
        name="duplicate",
        label="Duplicate",
        icon="content_copy",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: "A new workflow with the same draft. It is a draft, too: nothing starts it yet.",
        perform=_duplicate,
        form=DuplicateForm,
    ),
    Act(
        name="tag",
        label="Tags",
        icon="sell",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: "By tags the list of workflows can be narrowed. What runs is not touched.",
        perform=_tag,
        form=TagsForm,
    ),
    Act(
        name="restore",
        label="Restore a version",
        icon="history",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: (
            "What the version says becomes the draft, and what the draft says now is gone. What is live is not touched."
        ),
        perform=_restore,
        is_possible=lambda workflow: workflow.published_version_id is not None,
        form=RestoreForm,
    ),
    Act(
        name="delete",
        label="Delete",
        icon="delete",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: " ".join(
            [
                f"“{workflow.workflow_name}” is hidden from then on and nothing starts it. Its runs and versions stay, "
                "and runs under way finish. This cannot be undone; pausing it can.",
                *dependents(workflow),
            ]
        ),
        perform=_delete,
        form=DeleteForm,
        is_dangerous=True,
        ends_row=True,
    ),
)
