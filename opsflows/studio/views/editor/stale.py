"""An address of something that the draft does not have: from another window, an old page, or the way back."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpResponse

from opsflows.studio.views.editor.panel import editor
from opsflows.studio.views.frame import Studio
from opsflows.workflows.models import Workflow

P = ParamSpec("P")


def or_as_it_is(
    view: Callable[Concatenate[Studio, Workflow, P], HttpResponse],
) -> Callable[Concatenate[Studio, Workflow, P], HttpResponse]:
    """The view; where it finds nothing (`Http404`), the draft as it is now comes, with a sentence that says why."""

    @wraps(view)
    def answered(studio: Studio, workflow: Workflow, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(studio, workflow, *args, **kwargs)
        except Http404 as gone:
            messages.warning(studio.request, f"{gone} This is the draft as it is now.")
            return editor(studio, workflow, status=404)

    return answered
