"""Every verb there is: public functions of ours that take an `actor`, found by walking the code, not by a list."""

import datetime
import enum
import importlib
import inspect
import pkgutil
import types
import typing
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import HttpRequest

import opsflows
from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from tests.accounts.owners import a_row_of, own_models

#: Names of parameters that are ids, where the model is called otherwise.
_IDS = {
    "account": "accounts.PlatformAccount",
    "approval": "approvals.ApprovalRequest",
    "member": "accounts.Membership",
    "person": "accounts.User",
    "request": "approvals.ApprovalRequest",
    "standin": "accounts.User",
    "workflows.request": "workflows.PublishRequest",
}
_VALUES: list[tuple[type, Any]] = [
    (bool, True),
    (int, 1),
    (str, "x"),
    (datetime.timedelta, datetime.timedelta(days=1)),
    (uuid.UUID, uuid.uuid4()),
    (Mapping, {}),
    (Iterable, []),
]
_OUTSIDE = ("migrations", "management", "demo", "settings", "wsgi", "gunicorn", "admin_site")


@dataclass(frozen=True, slots=True)
class Verb:
    """`name` is room and function: `accounts.grant_role`. `optional` are the parameters that have a default."""

    name: str
    function: Callable[..., Any]
    parameters: Mapping[str, Any]
    optional: Mapping[str, Any]

    def named_rows(self, *, optional: bool = False) -> dict[str, type[Model]]:
        """The parameters that name a row, by itself or by its id."""
        hints = {**self.parameters, **(self.optional if optional else {})}
        found = {name: _model_of(self.name, name, hint) for name, hint in hints.items()}
        return {name: model for name, model in found.items() if model is not None}


@cache
def all_verbs() -> dict[str, Verb]:
    found = {}
    for module_info in pkgutil.walk_packages(opsflows.__path__, "opsflows."):
        parts = module_info.name.split(".")
        if any(part in _OUTSIDE for part in parts):
            continue
        module = importlib.import_module(module_info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            if "actor" in inspect.signature(function).parameters:
                hints = typing.get_type_hints(function)
                # A page has an actor too; it calls verbs and is none.
                if hints.pop("actor") is Actor and hints.get("request") is not HttpRequest:
                    found |= {each.name: each for each in _of_each_model(f"{parts[1]}.{name}", function, hints)}
    return found


def _of_each_model(name: str, function: Callable[..., Any], hints: Mapping[str, Any]) -> Iterator[Verb]:
    """The verb; one that does the same with rows of several models counts once for each."""
    several = next((hint for hint in hints.values() if isinstance(hint, typing.TypeVar)), None)
    if several is None:
        yield Verb(name, function, *_parameters(function, hints))
        return
    for model in several.__constraints__:
        known = {each: model if hint is several else hint for each, hint in hints.items()}
        yield Verb(f"{name}[{model.__name__}]", function, *_parameters(function, known))


def arguments(verb: Verb, account: PlatformAccount) -> dict[str, Any]:
    """Something for each parameter that has to be given; rows and ids are those of `account`."""
    rows = verb.named_rows()
    return {
        name: row_for(name, rows[name], account) if name in rows else _something(hint)
        for name, hint in verb.parameters.items()
    }


def row_for(name: str, model: type[Model], account: PlatformAccount) -> Any:
    """What the parameter `name` takes of `account`: a row of `model`, or its id."""
    row = account if model is PlatformAccount else a_row_of(model, account)
    return row.pk if name.endswith("_id") else row


def _parameters(function: Callable[..., Any], hints: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    required, optional = {}, {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name != "actor" and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            (required if parameter.default is parameter.empty else optional)[name] = hints.get(name, Any)
    return required, optional


def _model_of(verb: str, name: str, hint: Any) -> type[Model] | None:
    plain = [each for each in typing.get_args(hint) if each is not type(None)] or [hint]
    if isinstance(plain[0], type) and issubclass(plain[0], Model):
        return plain[0]
    if not name.endswith("_id") or plain[0] is not uuid.UUID:
        return None
    stem = name.removesuffix("_id").replace("_", "")
    if called := _IDS.get(f"{verb.partition('.')[0]}.{stem}", _IDS.get(stem)):
        return apps.get_model(called)
    names = {str(model._meta.model_name): model for model in own_models()}
    # `secret_id` of a source is a SourceSecret's: the last word counts.
    found = [names[stem]] if stem in names else [model for called, model in names.items() if called.endswith(stem)]
    assert len(found) == 1, f"{verb}: say in _IDS of tests/accounts/verbs.py of which model {name} is the id."
    return found[0]


def _something(hint: Any) -> Any:
    """A value of the type. What it says does not matter: permission is asked before."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in inner else _something(inner[0])
    if origin is typing.Literal:
        return inner[0]
    plain = origin or hint
    if not isinstance(plain, type):
        return {}
    if issubclass(plain, enum.Enum):
        return next(iter(plain))
    if issubclass(plain, datetime.datetime):
        return datetime.datetime.now(datetime.UTC)
    return next((value for kind, value in _VALUES if issubclass(plain, kind)), types.SimpleNamespace())
