"""The addresses of this part of the studio."""

from django.urls import URLPattern, path

from opsflows.studio.views.explain.event import event_page
from opsflows.studio.views.explain.why_not import why_not_page

urlpatterns: list[URLPattern] = [
    path("events/<uuid:event_id>/explain/", event_page, name="explain-event"),
    path("<uuid:workflow_id>/why-not/", why_not_page, name="why-not"),
]
