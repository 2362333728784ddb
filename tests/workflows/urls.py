"""The API's workflows, where the project's own map puts them."""

from django.urls import include, path

from opsflows.api.errors import not_found
from opsflows.api.urls import endpoint
from opsflows.workflows.api import WorkflowsView, WorkflowView

routes = [
    *endpoint("workflows", WorkflowsView.as_view(), "workflows"),
    *endpoint("workflows/<uuid:workflow_id>", WorkflowView.as_view(), "workflow"),
    path("<path:rest>", not_found),
]
urlpatterns = [path("api/", include((routes, "api")))]
