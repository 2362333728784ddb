"""The addresses of the gallery."""

from django.urls import URLPattern, path

from opsflows.studio.views.gallery.fill_in import fill_in
from opsflows.studio.views.gallery.gallery import gallery
from opsflows.studio.views.gallery.use import use, use_ours

urlpatterns: list[URLPattern] = [
    path("gallery/", gallery, name="gallery"),
    path("gallery/<slug:slug>/use/", use, name="gallery-use"),
    path("gallery/ours/<uuid:workflow_id>/use/", use_ours, name="gallery-use-ours"),
    path("<uuid:workflow_id>/fill-in/", fill_in, name="fill-in"),
]
