"""The form of one step that is there: what it says, and another kind in its place."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from opsflows.accounts.roles import Permission
from opsflows.studio.drafts.change import change_step
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.fit import fitted
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.forms.step_form import step_form
from opsflows.studio.views.editor.conflict import draft_at
from opsflows.studio.views.editor.form import Sent, drawn, imagined, sent_form
from opsflows.studio.views.editor.kinds import chosen_kind, kind_groups
from opsflows.studio.views.editor.names import names_of
from opsflows.studio.views.editor.panel import ONLY_IF, TOP, Opened, back, closed, editor, tell
from opsflows.studio.views.editor.saving import NotSaved, save, seen_revision
from opsflows.studio.views.editor.stale import or_as_it_is
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows.models import Workflow


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
@or_as_it_is
def step(studio: Studio, workflow: Workflow, node_id: str) -> HttpResponse:
    """GET opens the form, with `kind` that of another kind with what fits of the old, with `kinds` the choice of one;
    POST saves."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    if studio.request.method == "POST":
        return _save(studio, workflow, node_id)
    _facts(workflow.workflow_data, node_id)
    if "kinds" in studio.request.GET:
        return editor(studio, workflow, _kinds(workflow, node_id))
    return editor(studio, workflow, _opened(studio, workflow, node_id, kind=studio.request.GET.get("kind", "")))


def _save(studio: Studio, workflow: Workflow, node_id: str) -> HttpResponse:
    base = workflow.workflow_data
    if node_id not in Document(base).nodes and (former := draft_at(workflow, seen_revision(studio))) is not None:
        # Somebody deleted it meanwhile; what was typed is still there to be read.
        base = former.workflow_data
    opened = _opened(studio, workflow, node_id, kind=studio.request.POST.get("kind", ""), base=base)
    form = opened.context["form"]
    gone: list[str] = []

    def change(data: Any) -> Any:
        changed, lost = change_step(data, node_id, form.node_data())
        gone.extend(names_of(data).get(each, each) for each in lost)
        return changed

    if not form.is_valid():
        return sent_form(studio, workflow, opened)
    try:
        save(studio, workflow, change)
    except NotSaved as refusal:
        return sent_form(studio, workflow, opened, refusal)
    tell(studio, f"Saved. With it went {', '.join(gone)}." if gone else "Saved.", undo=workflow.revision - 1)
    return back(workflow, focus=f"edit-{node_id}")


def _opened(studio: Studio, workflow: Workflow, node_id: str, *, kind: str, base: Any = None) -> Opened:
    data = workflow.workflow_data if base is None else base
    facts = _facts(data, node_id)
    is_other = bool(kind) and kind != facts.get("kind")
    if is_other:
        facts = fitted(facts, chosen_kind(kind))
        try:
            data = change_step(data, node_id, facts)[0]
        except Refused:
            # The form says so when it is saved.
            data = dict(data)
    around, post = imagined(studio, workflow, data, node_id), studio.request.POST
    form = step_form(around=around, node_data=facts, data=post if studio.request.method == "POST" else None)
    return drawn(
        studio,
        workflow,
        Sent(
            where=_where(workflow.workflow_data, node_id),
            form=form,
            around=around,
            url=address("step", workflow, node_id=node_id),
            hidden={"kind": str(facts["kind"])},
            node_id=node_id,
            kinds_url=f"{address('step', workflow, node_id=node_id)}?kinds=1",
            at=f"edit-{node_id}",
        ),
    )


def _where(data: Any, node_id: str) -> str:
    names = names_of(data)
    if node_id not in names:
        return TOP
    return node_id if names[node_id].startswith("step") else ONLY_IF


def _facts(data: Any, node_id: str) -> dict[str, Any]:
    document = Document(data)
    if node_id not in document.nodes or document.is_trigger(node_id):
        raise Http404("There is no such step in the draft any more.")
    return dict(document.facts(node_id))


def _kinds(workflow: Workflow, node_id: str) -> Opened:
    url = address("step", workflow, node_id=node_id)
    context = {
        "title": "Change it into",
        "groups": kind_groups(lambda kind, joined: f"{url}?kind={kind}", doubled=False),
        "cancel": closed(workflow, f"more-{node_id}"),
    }
    return Opened(_where(workflow.workflow_data, node_id), "kinds.html", context)
