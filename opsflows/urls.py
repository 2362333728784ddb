"""Every door of the house that speaks HTTP."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from opsflows.api.errors import not_found

admin.autodiscover()

urlpatterns: list[URLPattern | URLResolver] = [
    # First, because it is the busiest door by far.
    path("", include("opsflows.events.urls")),
    path("", include("opsflows.health.urls")),
    path("api/", include("opsflows.api.urls")),
    path("api", not_found),
    path("", include("opsflows.approvals.decide_urls")),
    path("inbox/", include("opsflows.approvals.urls")),
    path("admin/files/", include("opsflows.files.urls")),
    path("admin/studio/", include("opsflows.studio.urls")),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
]

# JSON below /api, a page elsewhere.
handler500 = "opsflows.api.errors.server_error"
