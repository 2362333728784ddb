"""Whose rows are whose, read off the models themselves: which way leads from a row to its account."""

from collections import deque
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, QuerySet

from opsflows.accounts.models import PlatformAccount, User

#: Models whose rows belong to no account, and why.
HOUSE_WIDE = {
    "accounts.User": "somebody may work in several accounts; RoleAdmin goes through memberships__account",
    "events.EventKey": "a narrow table for deduplication; its scope begins with the account or the source",
    "insights.RollUpMark": "how far the counting of everybody's runs has come",
    "queue.WorkerHeartbeat": "a worker works for everybody",
    "workflows.IndexEpoch": "one number for all routers",
}
#: Models whose account may be empty, and what that means. What is there is seen by all and changed by superusers alone.
SHARED = {
    "events.EventType": "the catalog that ships",
    "lookups.NamedList": "the lists that ship",
    "ops_messages.MessageTemplate": "the texts that ship",
    "queue.Job": "work of the whole house",
}


def own_models() -> list[type[Model]]:
    """Every model of ours; the history of one is judged with it."""
    found = [model for model in apps.get_models() if model.__module__.startswith("opsflows.")]
    own = (model for model in found if not hasattr(model, "history_object"))
    return sorted(own, key=lambda model: model._meta.label)


def way_to_account(model: type[Model]) -> str | None:
    """The lookup from a row to its account, along columns that are never empty; None where there is none."""
    if model is PlatformAccount:
        return "pk"
    waiting: deque[tuple[type[Model], str]] = deque([(model, "")])
    seen = {model}
    while waiting:
        current, way = waiting.popleft()
        for field in current._meta.concrete_fields:
            if not isinstance(field, ForeignKey) or field.related_model in seen:
                continue
            here = f"{way}{field.name}"
            if field.related_model is PlatformAccount and (not field.null or model._meta.label in SHARED):
                return here
            if not field.null and isinstance(field.related_model, type):
                seen.add(field.related_model)
                waiting.append((field.related_model, f"{here}__"))
    return None


def owned_models() -> list[type[Model]]:
    """Those whose rows belong to an account."""
    return [model for model in own_models() if way_to_account(model)]


def rows_of(model: type[Model], account: PlatformAccount) -> QuerySet[Any]:
    """What there is of `model` in `account`."""
    way = way_to_account(model)
    if way is None:
        way = "memberships__account"
    rows: QuerySet[Any] = model._default_manager.filter(**{way: account.pk})
    return rows


def a_row_of(model: type[Model], account: PlatformAccount) -> Any:
    """The oldest row of `model` in `account`, which `World.add` made."""
    # Of people the first to come: the world's administrator, whoever else a test lets in.
    row = rows_of(model, account).order_by("date_joined" if model is User else "pk").first()
    assert row is not None, f"The account has no {model._meta.label}: let World.add (tests/admin/world.py) make one."
    return row


def snapshot(account: PlatformAccount) -> dict[str, list[str]]:
    """All that there is of `account`, its people among them."""
    models = [*owned_models(), User]
    return {model._meta.label: sorted(map(repr, rows_of(model, account).values_list())) for model in models}
