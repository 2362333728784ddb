"""Every endpoint of the API, found by walking its map."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, reverse

from opsflows.accounts.models import PlatformAccount
from opsflows.api.urls import urlpatterns
from opsflows.events.models import Event
from tests.accounts.owners import a_row_of, own_models

#: Names in paths that are not called like their model.
_CALLED = {
    "approval": "approvals.ApprovalRequest",
    "batch": "runs.RunBatch",
    "execution": "runs.Execution",
    "event": "events.Event",
}
#: Where the body is read before the row is looked for: one that says enough. An empty object will do elsewhere.
_BODIES: dict[tuple[str, str], Any] = {
    ("start-batch", "post"): {"rows": [{}]},
    ("workflow", "put"): {"name": "Renamed"},
}
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path; `rows` are the models whose ids stand in the path."""

    name: str
    method: str
    rows: dict[str, type[Model]]
    others: dict[str, Any]

    def path(self, account: PlatformAccount) -> str:
        return self.path_with(dict.fromkeys(self.rows, account))

    def path_with(self, accounts: Mapping[str, PlatformAccount]) -> str:
        """The path with an id of the account that is given for each place."""
        ids = {name: str(_row(model, accounts[name]).pk) for name, model in self.rows.items()}
        return reverse(f"api:{self.name}", kwargs=ids | self.others)

    def ask(self, client: Client, account: PlatformAccount, *, path: str = "") -> Any:
        """Ask with the ids of `account`, or at `path`."""
        path = path or self.path(account)
        if self.method == "get":
            return client.get(path)
        data = json.dumps(_BODIES.get((self.name, self.method), {}))
        return getattr(client, self.method)(path, data, content_type="application/json")


@cache
def all_endpoints() -> dict[tuple[str, str], Endpoint]:
    """By name and method."""
    found = {}
    for pattern in urlpatterns:
        if not isinstance(pattern, URLPattern) or pattern.name is None:
            continue
        view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
        if view is None:
            # Answers for what is not there.
            continue
        rows, others = _parameters(pattern)
        for method in _METHODS:
            if hasattr(view, method):
                found[pattern.name, method] = Endpoint(pattern.name, method, rows, others)
    return found


def _parameters(pattern: URLPattern) -> tuple[dict[str, type[Model]], dict[str, Any]]:
    rows: dict[str, type[Model]] = {}
    others: dict[str, Any] = {}
    for name, converter in pattern.pattern.converters.items():
        model = _model(name)
        if model is not None:
            rows[name] = model
        else:
            others[name] = {"IntConverter": 1}.get(type(converter).__name__, "x")
    return rows, others


def _row(model: type[Model], account: PlatformAccount) -> Any:
    if model is Event:
        # The inbox holds only what came through the API.
        return Event.objects.filter(account=account, door="api").order_by("pk")[0]
    return a_row_of(model, account)


def _model(name: str) -> type[Model] | None:
    stem = name.removesuffix("_id")
    if stem == name:
        return None
    if stem in _CALLED:
        return apps.get_model(_CALLED[stem])
    found = [model for model in own_models() if model._meta.model_name == stem.replace("_", "")]
    assert len(found) == 1, f"Say in _CALLED of tests/accounts/endpoints.py of which model {name} is the id."
    return found[0]
