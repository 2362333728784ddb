"""Let a run that ends go on with a step that is there: by the button where a branch ends, or chosen from a list."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from opsflows.accounts.roles import Permission
from opsflows.studio.drafts.join import join, open_way, targets
from opsflows.studio.views.editor.names import names_of
from opsflows.studio.views.editor.panel import Opened, editor
from opsflows.studio.views.editor.saving import act
from opsflows.studio.views.editor.stale import or_as_it_is
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.models import Workflow

_BETWEEN = "|"


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
@or_as_it_is
def join_page(studio: Studio, workflow: Workflow) -> HttpResponse:
    """GET offers the steps with which the row of the step `after` could go on; POST joins `after|handle|onto`."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    data = workflow.workflow_data
    if studio.request.method == "POST":
        # One value, so that a button can say it.
        after, _, rest = studio.request.POST.get("join", "").partition(_BETWEEN)
        handle, _, onto = rest.partition(_BETWEEN)
        return act(
            studio,
            workflow,
            lambda data: join(data, after=after, handle=handle, onto=onto),
            said=f"It goes on with {names_of(data).get(onto, 'that step')}.",
            focus=f"edit-{after}",
        )
    after, names = studio.request.GET.get("after", ""), names_of(data)
    way = open_way(data, after) if after in names else None
    if way is None:
        raise Http404("There is no such end in the draft any more.")
    steps = [(_BETWEEN.join((after, way, each)), names[each]) for each in targets(data, after)]
    context = {"node_id": after, "name": names[after], "steps": steps}
    return editor(studio, workflow, Opened(after, "join.html", context))
