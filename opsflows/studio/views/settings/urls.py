"""The addresses of this part of the studio."""

from django.urls import URLPattern, path

from opsflows.studio.views.settings.cron import cron_preview
from opsflows.studio.views.settings.page import settings_page

urlpatterns: list[URLPattern] = [
    path("cron-preview/", cron_preview, name="cron-preview"),
    path("<uuid:workflow_id>/settings/", settings_page, name="settings"),
]
