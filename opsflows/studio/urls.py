"""Below the admin's own address, and behind its sign-in. Each part of the studio keeps its own list."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "studio"

_PARTS = (
    "forms",
    "editor",
    "picture",
    "exchange",
    "gallery",
    "versions",
    "backtest",
    "explain",
    "conflicts",
    "settings",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"opsflows.studio.views.{part}.urls")) for part in _PARTS
]
