"""The API's map, included at `/api`: every path works with a slash at its end and without."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path, re_path

from opsflows.api.errors import no_id, not_found
from opsflows.api.rendering import hand_on_chunked
from opsflows.api.token import TokenView
from opsflows.events.api import AcknowledgementView, EventsView, InboxView
from opsflows.runs.api import ExecutionsView
from opsflows.workflows.api import WorkflowsView, WorkflowView


def endpoint(route: str, view: Callable[..., HttpResponseBase], name: str, **kwargs: Any) -> list[URLPattern]:
    """`view` at `route` (no slash at its end) and at `route/`; reversing `name` gives the one without."""
    view = hand_on_chunked(view)
    return [path(f"{route}/", view, kwargs), path(route, view, kwargs, name=name)]


app_name = "api"
urlpatterns = [
    *endpoint("token", TokenView.as_view(), "token"),
    *endpoint("events", EventsView.as_view(), "events"),
    *endpoint("inbox", InboxView.as_view(), "inbox"),
    *endpoint("inbox/<event_id>/ack", AcknowledgementView.as_view(), "acknowledge"),
    *endpoint("workflows", WorkflowsView.as_view(), "workflows"),
    *endpoint("workflows/<uuid:workflow_id>", WorkflowView.as_view(), "workflow"),
    *endpoint("workflows/<uuid:workflow_id>/executions", ExecutionsView.as_view(), "executions"),
    *endpoint("workflows/<text>", no_id, "no-workflow"),
    *endpoint("workflows/<text>/executions", no_id, "no-workflow-executions"),
    # Last: whatever is not above is answered in the API's own shape.
    re_path(r"", not_found, name="unknown"),
]
