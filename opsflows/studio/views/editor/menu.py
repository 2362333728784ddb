"""What can be done with a step besides editing and moving it by one: fetched when somebody asks for it."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from opsflows.accounts.roles import Permission
from opsflows.studio.drafts.join import open_way
from opsflows.studio.drafts.outline import outline
from opsflows.studio.views.editor.cards import ways_of
from opsflows.studio.views.editor.panel import Opened, editor
from opsflows.studio.views.editor.stale import or_as_it_is
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows.models import Workflow


@require_safe
@workflow_page
@or_as_it_is
def menu(studio: Studio, workflow: Workflow, node_id: str) -> HttpResponse:
    """The menu, open: for HTMX alone, which puts it in place of the button; else in the page."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    entry = next((each for each in outline(workflow.workflow_data).steps if each.node_id == node_id), None)
    if entry is None:
        raise Http404("There is no such step in the draft any more.")
    url = address("step", workflow, node_id=node_id)
    context = {
        "entry": entry,
        "step_url": url,
        "ways": ways_of(workflow, entry),
        # In the outermost row there is nothing besides that it could go on with.
        "join_url": f"{address('join', workflow)}?{urlencode({'after': node_id})}"
        if entry.depth and open_way(workflow.workflow_data, node_id)
        else "",
    }
    if studio.wants_part:
        return studio.part("editor/menu.html", context)
    return editor(studio, workflow, Opened("", "menu.html", {"menu": context}))
