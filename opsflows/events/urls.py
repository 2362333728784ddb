"""The address of the sources, included at the root."""

from django.urls import path

from opsflows.events.views import hook

app_name = "events"
urlpatterns = [
    # Any path below /hooks/, so that a mistyped address is answered in JSON, too.
    path("hooks/<path:token>", hook, name="hook"),
]
