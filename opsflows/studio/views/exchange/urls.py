"""The addresses of export and import."""

from django.urls import URLPattern, path

from opsflows.admin_site.body_limit import body_limit
from opsflows.studio.exchange.read import MAX_BYTES
from opsflows.studio.views.exchange.bring_in import bring_in
from opsflows.studio.views.exchange.download import download
from opsflows.studio.views.exchange.index import index

urlpatterns: list[URLPattern] = [
    path("exchange/", index, name="exchange"),
    path("exchange/export/", download, name="export"),
    path("exchange/import/", body_limit(bring_in, file=MAX_BYTES), name="import"),
]
