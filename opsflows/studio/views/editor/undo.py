"""Take back what was saved last."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from opsflows.studio.views.editor.conflict import draft_at
from opsflows.studio.views.editor.panel import back, tell
from opsflows.studio.views.editor.saving import NotSaved, not_done, save, seen_revision
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.models import Workflow


@require_POST
@workflow_page
def undo(studio: Studio, workflow: Workflow) -> HttpResponse:
    """The definition as it stood at the posted revision `to` becomes the draft again; that can be undone as well."""
    text = studio.request.POST.get("to", "")
    former = draft_at(workflow, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
    try:
        if former is None:
            raise NotSaved("The former draft is not kept any more, so this cannot be undone.")
        if seen_revision(studio) == workflow.revision != former.revision + 1:
            # Else what others saved in between would go with it.
            raise NotSaved("The draft was saved again after that, so undoing it would take that back as well.")
        save(studio, workflow, lambda data: former.workflow_data)
    except NotSaved as refusal:
        return not_done(studio, workflow, refusal)
    tell(studio, "Undone: the draft is as it was.", undo=workflow.revision - 1)
    return back(workflow, focus="undo")
