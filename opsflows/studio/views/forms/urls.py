from django.urls import URLPattern, path

from opsflows.studio.views.forms.preview import preview

urlpatterns: list[URLPattern] = [
    path("<uuid:workflow_id>/preview/<str:node_id>/", preview, name="preview"),
]
