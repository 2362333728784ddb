"""The doors of the events room, as the project's own map has them."""

from django.urls import include, path

from opsflows.api.urls import endpoint
from opsflows.events.api import AcknowledgementView, EventsView, InboxView

api = [
    *endpoint("events", EventsView.as_view(), "events"),
    *endpoint("inbox", InboxView.as_view(), "inbox"),
    *endpoint("inbox/<str:event_id>/ack", AcknowledgementView.as_view(), "acknowledge"),
]
urlpatterns = [
    path("", include("opsflows.events.urls")),
    path("api/", include((api, "api"))),
]
