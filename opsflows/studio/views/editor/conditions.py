"""Only if: the condition that decides whether a run starts."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from opsflows.accounts.roles import Permission
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.start import entry_of, set_entry
from opsflows.studio.forms.condition_form import condition_form
from opsflows.studio.views.editor.form import Sent, drawn, imagined, sent_form
from opsflows.studio.views.editor.panel import ONLY_IF, back, editor, tell
from opsflows.studio.views.editor.saving import NotSaved, save
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows.models import Workflow


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
def conditions(studio: Studio, workflow: Workflow) -> HttpResponse:
    """GET opens the rows; POST saves them. Without any, every event starts a run."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    document = Document(workflow.workflow_data)
    entry = entry_of(document)
    is_sent = studio.request.method == "POST"
    around = imagined(studio, workflow, workflow.workflow_data, None)
    form = condition_form(
        around=around,
        conditions=document.config(entry).get("conditions") if entry else None,
        data=studio.request.POST if is_sent else None,
    )
    opened = drawn(studio, workflow, Sent(ONLY_IF, form, around, address("conditions", workflow), at="edit-only-if"))
    if not is_sent:
        return editor(studio, workflow, opened)
    if not form.is_valid():
        return sent_form(studio, workflow, opened)

    def change(data: Any) -> Any:
        return set_entry(data, form.conditions())

    try:
        save(studio, workflow, change)
    except NotSaved as refusal:
        return sent_form(studio, workflow, opened, refusal)
    is_left = entry_of(Document(workflow.workflow_data)) is not None
    tell(studio, "Saved." if is_left else "Saved: every event starts a run.", undo=workflow.revision - 1)
    return back(workflow, focus="edit-only-if")
