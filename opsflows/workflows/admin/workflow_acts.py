"""What can be done with a workflow: publish its draft, pause and resume it, name it, and what stands beside."""

from collections.abc import Mapping
from typing import Any

from django import forms

from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.studio.versions.before_publishing import in_words_of
from opsflows.workflows.activate import set_active
from opsflows.workflows.admin.approval_acts import APPROVAL_ACTS
from opsflows.workflows.admin.copy_acts import COPY_ACTS
from opsflows.workflows.admin.run_now import RUN_NOW
from opsflows.workflows.admin.template_acts import TEMPLATE_ACTS
from opsflows.workflows.errors import InvalidDefinition, NotPublished, RevisionConflict
from opsflows.workflows.four_eyes import needs_four_eyes
from opsflows.workflows.gates import PublishDeferred, PublishRefused
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import update_draft
from opsflows.workflows.unpublished import has_unpublished


class PublishForm(forms.Form):
    """What changed, and the draft that the person has seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"revision": row.revision})
        self.fields["note"] = fields.text(
            "What has changed", required=False, max_length=500, help_text="For those who read the versions later."
        )


class NameForm(forms.Form):
    """Name and description, and the draft that the person has seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *, row: Workflow, data: Mapping[str, Any] | None = None) -> None:
        initial = {"revision": row.revision, "name": row.workflow_name, "description": row.description}
        super().__init__(data, initial=initial)
        self.fields["name"] = fields.text("Name", max_length=255)
        self.fields["description"] = fields.prose("Description", required=False)


def _publish(deed: Deed) -> str:
    try:
        version = publish(
            actor=deed.actor,
            workflow=deed.row,
            note=deed.data["note"],
            revision=deed.data["revision"],
            now=deed.now,
        )
    except InvalidDefinition as error:
        raise Refused(*(f"{each.place}: {each.message}" for each in in_words_of(deed.row, error.problems))) from None
    except RevisionConflict:
        raise Refused("Somebody saved the draft meanwhile. Read it once more, then publish.") from None
    except PublishRefused as error:
        raise Refused(str(error)) from None
    except PublishDeferred as error:
        return f"Not live yet. {error}"
    return f"Live: {version}. Runs under way finish on the version they started with."


def _pause(deed: Deed) -> str:
    set_active(actor=deed.actor, workflow=deed.row, active=False, now=deed.now)
    return "Paused: nothing starts it by itself any more. Runs under way go on."


def _resume(deed: Deed) -> str:
    try:
        set_active(actor=deed.actor, workflow=deed.row, active=True, now=deed.now)
    except NotPublished as error:
        raise Refused(str(error)) from None
    return "Live again: from now on it starts by itself, if its trigger says so."


def _rename(deed: Deed) -> str:
    try:
        update_draft(
            actor=deed.actor,
            workflow=deed.row,
            revision=deed.data["revision"],
            name=deed.data["name"],
            description=deed.data["description"],
            now=deed.now,
        )
    except RevisionConflict:
        raise Refused("Somebody else saved meanwhile. Look at it once more.") from None
    except InvalidDefinition as error:
        raise Refused(*map(str, error.problems)) from None
    return "Saved."


def _about_publishing(workflow: Workflow) -> str:
    live = "its trigger starts it from now on. Runs under way finish on the version they started with."
    if needs_four_eyes(workflow):
        return f"Somebody else is asked to approve it. Then the draft becomes a version that never changes, and {live}"
    return f"The draft becomes a version that never changes, and {live}"


ACTS = (
    *APPROVAL_ACTS,
    Act(
        name="publish",
        label="Publish",
        icon="rocket_launch",
        permission=Permission.WORKFLOWS_WRITE,
        question=_about_publishing,
        perform=_publish,
        is_possible=has_unpublished,
        form=PublishForm,
    ),
    RUN_NOW,
    Act(
        name="resume",
        label="Resume",
        icon="play_circle",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: (
            f"“{workflow.workflow_name}” is live again, as {workflow.published_version}. Events that came in while it "
            "was paused, and times that passed, do not start it."
        ),
        perform=_resume,
        is_possible=lambda workflow: not workflow.is_active and workflow.published_version_id is not None,
    ),
    Act(
        name="pause",
        label="Pause",
        icon="pause_circle",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: (
            f"Neither an event nor its schedule starts “{workflow.workflow_name}” until it is resumed, and what comes "
            "in or falls due meanwhile will not start it later. Runs under way go on."
        ),
        perform=_pause,
        is_possible=lambda workflow: workflow.is_active,
    ),
    Act(
        name="rename",
        label="Name and description",
        icon="edit",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda workflow: "What runs is not touched.",
        perform=_rename,
        form=NameForm,
    ),
    *COPY_ACTS[:-1],
    *TEMPLATE_ACTS,
    *COPY_ACTS[-1:],
)
