"""“Use this”: a draft, and on to what is to be filled in."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from opsflows.studio.gallery.placeholders import placeholders_in
from opsflows.studio.gallery.shelf import NoSuchFlow
from opsflows.studio.gallery.use_flow import use_flow, use_template
from opsflows.studio.views.frame import Studio, address, page
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow


@page
def use(studio: Studio, slug: str) -> HttpResponse:
    """Begin with a flow that the product brings."""
    if studio.request.method != "POST":
        return HttpResponseRedirect(reverse("studio:gallery"))
    try:
        workflow = use_flow(actor=studio.actor, slug=slug, now=timezone.now())
    except NoSuchFlow:
        return _gone(studio)
    return _begun(studio, workflow, slug)


@page
def use_ours(studio: Studio, workflow_id: uuid.UUID) -> HttpResponse:
    """Begin with a template of the account."""
    if studio.request.method != "POST":
        return HttpResponseRedirect(reverse("studio:gallery"))
    try:
        workflow = use_template(actor=studio.actor, workflow_id=workflow_id, now=timezone.now())
    except Workflow.DoesNotExist:
        return _gone(studio)
    except InvalidDefinition as error:
        messages.error(studio.request, f"This template cannot be used as it is: {error}")
        return HttpResponseRedirect(reverse("studio:gallery"))
    return _begun(studio, workflow)


def _begun(studio: Studio, workflow: Workflow, slug: str = "") -> HttpResponse:
    """To what is to be filled in, where there is something; else straight to the editor."""
    messages.success(studio.request, f"“{workflow.workflow_name}” is yours, as a draft. Nothing starts it yet.")
    if slug:
        return HttpResponseRedirect(f"{address('fill-in', workflow)}?{urlencode({'flow': slug})}")
    unfilled = any(each.must_go for each in placeholders_in(workflow.workflow_data))
    return HttpResponseRedirect(address("fill-in" if unfilled else "edit", workflow))


def _gone(studio: Studio) -> HttpResponse:
    messages.warning(studio.request, "This is no longer in the gallery.")
    return HttpResponseRedirect(reverse("studio:gallery"))
