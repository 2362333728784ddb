"""Chosen workflows as a file."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from opsflows.studio.exchange.choose import chosen_workflows
from opsflows.studio.exchange.faults import Unreadable
from opsflows.studio.exchange.files import file_names
from opsflows.studio.exchange.read import MAX_WORKFLOWS
from opsflows.studio.exchange.write import Format, text_of, to_document
from opsflows.studio.views.frame import Studio, page
from opsflows.workflows.models import Workflow

_TYPES: dict[Format, str] = {"yaml": "application/yaml; charset=utf-8", "json": "application/json"}


@page
def download(studio: Studio) -> HttpResponse:
    """The file, or the page again with what stands in its way."""
    form: Format = "json" if studio.request.GET.get("format") == "json" else "yaml"
    workflows = chosen_workflows(actor=studio.actor, ids=_ids(studio.request.GET.getlist("id")))
    if not workflows:
        return _back(studio, "Choose at least one workflow to download.")
    try:
        text = text_of(map(to_document, workflows), form)
    except Unreadable as error:
        return _back(studio, " ".join(f"{fault.place}: {fault.message}" for fault in error.faults))
    answer = HttpResponse(text, content_type=_TYPES[form])
    answer["Content-Disposition"] = content_disposition_header(True, _name(workflows, form)) or "attachment"
    return answer


def _ids(texts: Sequence[str]) -> list[uuid.UUID]:
    found = []
    for text in texts[:MAX_WORKFLOWS]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _name(workflows: Sequence[Workflow], form: Format) -> str:
    if len(workflows) == 1:
        return file_names(workflows, form)[0][0]
    return f"workflows.{form}"


def _back(studio: Studio, message: str) -> HttpResponse:
    messages.warning(studio.request, message)
    return HttpResponseRedirect(reverse("studio:exchange"))
