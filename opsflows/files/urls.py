"""Below the admin's own address, and behind its sign-in."""

from django.contrib import admin
from django.urls import path

from opsflows.files import views

urlpatterns = [
    path("", admin.site.admin_view(views.files), name="files"),
    path("download/", admin.site.admin_view(views.download), name="files-download"),
    path("upload/", admin.site.admin_view(views.upload), name="files-upload"),
    path("delete/", admin.site.admin_view(views.delete), name="files-delete"),
]
