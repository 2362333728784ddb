"""The keys that the admin listens to (opsflows/static/opsflows/keys.js), for the list that `?` shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse

from opsflows.admin_site.markup import list_of
from opsflows.admin_site.sidebar import may

_LISTS = (
    ("e", "Events", "events.Event"),
    ("r", "Runs", "runs.Execution"),
    ("w", "Workflows", "workflows.Workflow"),
    ("t", "Tasks", "records.Task"),
    ("s", "Sources", "events.Source"),
    ("n", "Notifications", "ops_messages.Notification"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """Behind `g`, this letter leads there."""

    letter: str
    title: str
    url: str


def ways(request: HttpRequest) -> Sequence[Way]:
    """Where the signed-in person may go by two keys."""
    lists = [
        Way(letter, title, list_of(apps.get_model(model))) for letter, title, model in _LISTS if may(request, model)
    ]
    return [Way("h", "Home", reverse("admin:index")), *lists]
