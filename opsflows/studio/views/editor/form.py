"""A form of the editor as it is drawn in its place, and how it comes back when it could not be saved."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.urls import NoReverseMatch

from opsflows.studio.forms.around import Around, around_of
from opsflows.studio.views.editor.panel import Opened, closed, editor, form_again
from opsflows.studio.views.editor.saving import NotSaved
from opsflows.studio.views.forms.preview import ENTRANCE
from opsflows.studio.views.frame import Studio, address
from opsflows.workflows.models import Workflow


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form needs around its fields: where it opens, where it is sent, and what goes with it unseen."""

    where: str
    form: Any
    around: Around
    url: str
    hidden: Mapping[str, str] = field(default_factory=dict)
    node_id: str = ""
    kinds_url: str = ""
    is_new: bool = False
    #: What the keyboard stands on when the form is left.
    at: str = ""


def imagined(studio: Studio, workflow: Workflow, data: Any, node_id: str | None) -> Around:
    """What stands around a step of `data`, a draft that is not saved."""
    thought = copy(workflow)
    thought.workflow_data = data
    sample = studio.request.POST.get("sample", "") or studio.request.GET.get("sample", "")
    return around_of(actor=studio.actor, workflow=thought, node_id=node_id, sample_id=sample)


def drawn(studio: Studio, workflow: Workflow, sent: Sent) -> Opened:
    """The form in its place."""
    context = {
        "form": sent.form,
        "around": sent.around,
        "url": sent.url,
        "hidden": sent.hidden,
        "node_id": sent.node_id,
        "kind": sent.form.kind if hasattr(sent.form, "kind") else None,
        "kinds_url": sent.kinds_url,
        "is_new": sent.is_new,
        "preview_url": _preview(workflow, sent.node_id if hasattr(sent.form, "kind") else ENTRANCE),
        "cancel": closed(workflow, sent.at),
        "cancel_at": sent.at,
        "revision": workflow.revision,
        "conflict": None,
        "refused": (),
    }
    return Opened(sent.where, "form.html", context)


def sent_form(studio: Studio, workflow: Workflow, opened: Opened, refusal: NotSaved | None = None) -> HttpResponse:
    """The form again: with another row, with what is wrong in it, or with why it was not saved."""
    conflict = refusal.conflict if refusal else None
    # Whoever saves once more has seen what the other one did.
    context = {
        **opened.context,
        "conflict": conflict,
        "refused": refusal.sentences if refusal else (),
        "revision": workflow.revision if conflict else studio.request.POST.get("revision", ""),
    }
    again = Opened(opened.where, opened.template, context)
    if conflict is not None and studio.wants_part:
        # What the other one did is to be seen as well.
        return editor(studio, workflow, again)
    status = 409 if conflict else 200 if opened.context["form"].is_rearranged else 400
    return form_again(studio, workflow, again, status=status)


def _preview(workflow: Workflow, node_id: str) -> str:
    try:
        return address("preview", workflow, node_id=node_id) if node_id else ""
    except NoReverseMatch:
        return ""
