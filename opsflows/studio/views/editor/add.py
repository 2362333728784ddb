"""Put a step in: choose a kind, fill in its form, and only then is it there."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from opsflows.accounts.roles import Permission
from opsflows.studio.drafts.change import change_step
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.insert import insert_step
from opsflows.studio.drafts.outline import outline
from opsflows.studio.drafts.places import opening
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.drafts.start import entry_of
from opsflows.studio.forms.step_form import step_form
from opsflows.studio.views.editor.cards import place_key
from opsflows.studio.views.editor.form import Sent, drawn, imagined, sent_form
from opsflows.studio.views.editor.kinds import chosen_kind, kind_groups
from opsflows.studio.views.editor.panel import TOP, Opened, back, closed, editor, tell
from opsflows.studio.views.editor.saving import NotSaved, save
from opsflows.studio.views.editor.stale import or_as_it_is
from opsflows.studio.views.editor.taken import taken_ids
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows.models import Workflow


@require_http_methods(["GET", "HEAD", "POST"])
@workflow_page
@or_as_it_is
def add(studio: Studio, workflow: Workflow) -> HttpResponse:
    """GET offers the kinds for the place `after`, `handle`, and with `kind` that kind's form; POST puts it in."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    asked = studio.request.POST if studio.request.method == "POST" else studio.request.GET
    after, handle, kind = asked.get("after", ""), asked.get("handle", ""), asked.get("kind", "")
    if studio.request.method == "POST":
        return _save(studio, workflow, after, handle, kind)
    try:
        opening(Document(workflow.workflow_data), after, handle)
    except Refused as refusal:
        raise Http404(str(refusal)) from None
    if not kind:
        return editor(studio, workflow, _kinds(studio, workflow, after, handle))
    opened = _opened(studio, workflow, after, handle, kind, is_joined=bool(asked.get("joined")))
    return editor(studio, workflow, opened)


def _save(studio: Studio, workflow: Workflow, after: str, handle: str, kind: str) -> HttpResponse:
    is_joined = bool(studio.request.POST.get("joined"))
    opened = _opened(studio, workflow, after, handle, kind, is_joined=is_joined)
    form = opened.context["form"]
    made: list[str] = []

    def change(data: Any) -> Any:
        there, new = insert_step(
            data, after=after, handle=handle, kind=kind, joined=is_joined, taken=taken_ids(workflow)
        )
        made.append(new)
        return change_step(there, new, form.node_data())[0]

    if not form.is_valid():
        return sent_form(studio, workflow, opened)
    try:
        save(studio, workflow, change)
    except NotSaved as refusal:
        return sent_form(studio, workflow, opened, refusal)
    is_entry = entry_of(Document(workflow.workflow_data)) == made[0]
    tell(studio, "Saved under “Only if”." if is_entry else "Saved.", undo=workflow.revision - 1)
    return back(workflow, focus="edit-only-if" if is_entry else f"edit-{made[0]}")


def _opened(studio: Studio, workflow: Workflow, after: str, handle: str, kind: str, *, is_joined: bool) -> Opened:
    known = chosen_kind(kind)
    where = place_key(after, handle)
    data, node_id = workflow.workflow_data, None
    try:
        data, node_id = insert_step(
            data, after=after, handle=handle, kind=kind, joined=is_joined, taken=taken_ids(workflow)
        )
    except Refused:
        # Said when it is saved; whoever filled in the form must not lose it.
        where = TOP
    around, post = imagined(studio, workflow, data, node_id), studio.request.POST
    form = step_form(
        around=around,
        node_data={"kind": known.kind, "config": {}},
        data=post if studio.request.method == "POST" else None,
    )
    hidden = {"after": after, "handle": handle, "kind": kind, **({"joined": "1"} if is_joined else {})}
    kinds = f"{address('add', workflow)}?{urlencode({'after': after, 'handle': handle})}"
    at = _at(workflow, after, handle)
    sent = Sent(where, form, around, address("add", workflow), hidden, node_id or "", kinds, is_new=True, at=at)
    return drawn(studio, workflow, sent)


def _at(workflow: Workflow, after: str, handle: str) -> str:
    """What was pressed to get here: the plus at the place, or the menu of the step that has this way out."""
    places = outline(workflow.workflow_data).places
    is_place = any((place.node_id, place.handle) == (after, handle) for place in places)
    return f"add-{place_key(after, handle)}" if is_place else f"more-{after}"


def _kinds(studio: Studio, workflow: Workflow, after: str, handle: str) -> Opened:
    here = {"after": after, "handle": handle}

    def url(kind: str, is_joined: bool) -> str:
        return (
            f"{address('add', workflow)}?{urlencode({**here, 'kind': kind, **({'joined': '1'} if is_joined else {})})}"
        )

    search = studio.request.GET.get("q", "")[:100]
    context = {
        "title": "What should happen?",
        "groups": kind_groups(url, search=search),
        "here": here,
        "search": search,
        "search_url": address("add", workflow),
        "cancel": closed(workflow, _at(workflow, after, handle)),
    }
    return Opened(place_key(after, handle), "kinds.html", context)
