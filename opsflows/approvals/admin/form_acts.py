"""What can be done with a request form."""

from collections.abc import Mapping
from typing import Any

from django import forms

from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed
from opsflows.approvals.admin.field_rows import MOVE, FieldRowsField, as_block
from opsflows.approvals.admin.level_form import QuietForm
from opsflows.approvals.forms.draft_workflow import draft_workflow
from opsflows.approvals.forms.save_form import MAX_NAME, change_form, definition_hash, remove_form, switch_form
from opsflows.approvals.forms.sent_form import listening_to, workflows_of
from opsflows.approvals.models import ApprovalPolicy, RequestForm

EDIT = "edit"
_MOST_POLICIES = 200


class DefinitionForm(QuietForm):
    """Another definition of `row`, or a new form. While fields are moved, nothing is judged and nothing saved."""

    def __init__(self, *, row: RequestForm | None = None, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.is_quiet = data is not None and MOVE in data
        if row is not None:
            self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, initial=definition_hash(row))
        self.fields["name"] = fields.text(
            "Name", max_length=MAX_NAME, initial=row.name if row else "", help_text="Such as Expense."
        )
        self.fields["description"] = fields.text(
            "What it is for",
            max_length=255,
            required=False,
            initial=row.description if row else "",
            help_text="People read it where they choose a form.",
        )
        self.fields["event_name"] = fields.text(
            "Event",
            max_length=255,
            initial=row.event_name if row else "",
            help_text="Sent with each submission; workflows listen to it. Such as expense.submitted.",
        )
        self.fields["fields"] = FieldRowsField(
            label="Fields",
            required=False,
            initial=[as_block(each) for each in row.fields] if row else [],
            help_text="Rules read what is filled in under its key, such as {{amount}}. An empty field is left out.",
        )


class WorkflowForm(forms.Form):
    """By which policy the workflow asks."""

    def __init__(self, *, row: RequestForm, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        names = (
            ApprovalPolicy.objects.filter(account=row.account_id).order_by("name_key").values_list("name", flat=True)
        )
        offered = [(name, name) for name in names[:_MOST_POLICIES]]
        self.fields["policy"] = fields.choice(
            "Who approves",
            [*offered, ("", "The manager of whoever asks")],
            required=False,
            help_text="A policy says who is asked, in which order, and what happens when nobody answers.",
        )


def _change(deed: Deed) -> str:
    data = {name: deed.data[name] for name in ("name", "description", "event_name", "fields", "seen")}
    change_form(actor=deed.actor, form=deed.row, now=deed.now, **data)
    return "The form is changed. What was sent before keeps the fields as they were."


def _switch(is_active: bool, said: str) -> Any:
    def perform(deed: Deed) -> str:
        switch_form(actor=deed.actor, form=deed.row, is_active=is_active, now=deed.now)
        return said

    return perform


def _remove(deed: Deed) -> str:
    remove_form(actor=deed.actor, form=deed.row, now=deed.now)
    return f"The form “{deed.row.name}” is gone."


def _on_removal(row: RequestForm) -> str:
    """What a person should know before it is removed."""
    names = ", ".join(f"“{each.workflow_name}”" for each in listening_to(row.account_id, row.event_name))
    listens = f"{names} will hear nothing from it any more. " if names else "No live workflow listens to it. "
    return f"{listens}What was sent stays, and so do the requests that came of it. To pause it, switch it off instead."


def _draft(deed: Deed) -> str:
    workflow = draft_workflow(actor=deed.actor, form=deed.row, policy=deed.data["policy"])
    return f"The draft “{workflow.workflow_name}” is there. Look at it, then publish it."


ACTS = (
    Act(
        name="workflow",
        label="Draft its workflow",
        icon="account_tree",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda row: f"A workflow that listens to {row.event_name} and asks for approval. It is not live yet.",
        perform=_draft,
        is_possible=lambda row: not workflows_of(row),
        form=WorkflowForm,
    ),
    Act(
        name=EDIT,
        label="Change",
        icon="edit",
        permission=Permission.APPROVALS_WRITE,
        question=lambda row: "",
        perform=_change,
        form=DefinitionForm,
    ),
    Act(
        name="off",
        label="Switch off",
        icon="visibility_off",
        permission=Permission.APPROVALS_WRITE,
        question=lambda row: "Nobody can send it until it is switched on again. What was sent goes on.",
        perform=_switch(False, "The form is no longer offered."),
        is_possible=lambda row: row.is_active,
    ),
    Act(
        name="on",
        label="Switch on",
        icon="visibility",
        permission=Permission.APPROVALS_WRITE,
        question=lambda row: "It is offered to everybody in the account, under New request.",
        perform=_switch(True, "The form is offered."),
        is_possible=lambda row: not row.is_active,
    ),
    Act(
        name="remove",
        label="Remove",
        icon="delete",
        permission=Permission.APPROVALS_WRITE,
        question=_on_removal,
        perform=_remove,
        is_dangerous=True,
        ends_row=True,
    ),
)
