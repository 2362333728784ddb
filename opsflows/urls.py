"""Every door of the house that speaks HTTP."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    # First, because it is the busiest door by far.
    path("", include("opsflows.events.urls")),
    path("", include("opsflows.health.urls")),
    path("api/", include("opsflows.api.urls")),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
]
