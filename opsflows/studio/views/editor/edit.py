"""The editor, with nothing open."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from opsflows.studio.views.editor.panel import editor
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.models import Workflow


@require_safe
@workflow_page
def edit(studio: Studio, workflow: Workflow) -> HttpResponse:
    """What the draft says; whoever may write changes it from here."""
    return editor(studio, workflow)
