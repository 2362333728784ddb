"""The addresses of this part of the studio."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
