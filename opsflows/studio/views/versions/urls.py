"""The addresses of versions, and of publishing."""

from django.urls import URLPattern, path

from opsflows.studio.views.versions.listing import versions
from opsflows.studio.views.versions.one import restore, version
from opsflows.studio.views.versions.publishing import publish_page

_ALL = "<uuid:workflow_id>/versions/"
_ONE = f"{_ALL}<int:number>/"

urlpatterns: list[URLPattern] = [
    path(_ALL, versions, name="versions"),
    path(_ONE, version, name="version"),
    path(f"{_ONE}restore/", restore, name="restore"),
    path("<uuid:workflow_id>/publish/", publish_page, name="publish"),
]
