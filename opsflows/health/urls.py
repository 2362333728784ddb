"""Addresses without a slash at the end, as probes and scrapers ask for them."""

from django.urls import path

from opsflows.health import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
