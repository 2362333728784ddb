"""Database sync: models of other apps in the same project tell of themselves (Triggers' second pattern).

    # in the AppConfig.ready() of the app that has the model
    emit_on_save(
        Order,
        created="order.created",
        updated="order.updated",
        payload=["id", "status", "total"],
        account="customer.account",
    )

The event is stored in the transaction of the save: there is no row without its event, and no event without its row.
**Only `save()`, `create()`, `delete()` and what is built on them are noticed.** `bulk_create()`, `bulk_update()`,
`QuerySet.update()`, raw SQL and fixtures pass it by, and so do saves through a proxy or a subclass of the model.
See docs/database-sync.md.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import models

from opsflows.accounts.models import PlatformAccount
from opsflows.events.names import name_problem
from opsflows.events.watch import Watch, watches

#: Of a row, what the event carries: values by name, or the names of fields.
Payload = Callable[[Any], Mapping[str, Any]] | Sequence[str]
#: Of a row, whose it is: a dotted path of attributes, or a function. Nobody's (None) sends nothing.
Account = str | Callable[[Any], PlatformAccount | uuid.UUID | None]


def emit_on_save(
    model: type[models.Model],
    *,
    payload: Payload,
    created: str | None = None,
    updated: str | None = None,
    deleted: str | None = None,
    when: Callable[[Any], bool] | None = None,
    account: Account = "account",
) -> Watch:
    """Send `created`, `updated` and `deleted`, those that are named, whenever a row of `model` is.

    `payload` is made from the row as it is then. With names of fields, `updated` is sent only where one of them has
    changed, and carries `changed` (their names) and `previous` (what they were) besides; with a function, where any
    field has changed that does not keep the time by itself, and it carries `changed`. `when` says whether a row counts
    at all.

    An exception in `payload`, `when` or `account` breaks the save. Loops are cut: a save that changes nothing sends
    nothing, nor does a save of the same row while its payload is made, nor the save of a step of a workflow behind too
    long a chain of others (`opsflows.events.emit.MAX_DEPTH`).

    Raises:
        ValueError: a name that cannot be an event's, an unknown field, nothing to send, or a model that is watched for
            that very event already.
    """
    wanted = {"created": created, "updated": updated, "deleted": deleted}
    names = {kind: name for kind, name in wanted.items() if name is not None}
    if not names:
        raise ValueError(f"Name at least one event of {model._meta.label}: created, updated or deleted.")
    for name in names.values():
        if problem := name_problem(name):
            raise ValueError(f"{model._meta.label}: {problem}")
    taken = {name for watch in watches() if watch.model is model for name in watch.events.values()}
    if twice := taken.intersection(names.values()):
        raise ValueError(f"{model._meta.label} sends {', '.join(sorted(twice))} already.")
    build = payload if callable(payload) else None
    fields = () if callable(payload) else tuple(_field(model, name) for name in payload)
    watch = Watch(model, events=names, fields=fields, build=build, when=when, account=_finder(account))
    watch.start()
    return watch


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    known = {key: field for field in model._meta.concrete_fields for key in (field.name, field.attname)}
    if name not in known:
        raise ValueError(f"{model._meta.label} has no field {name!r}; it has {', '.join(sorted(known))}.")
    if isinstance(known[name], models.BinaryField):
        raise ValueError(f"{model._meta.label}.{name} holds bytes, which an event cannot carry.")
    return known[name]


def _finder(account: Account) -> Callable[[Any], uuid.UUID | None]:
    def find(row: Any) -> uuid.UUID | None:
        found = account(row) if callable(account) else _follow(row, account.split("."))
        if found is None or isinstance(found, uuid.UUID):
            return found
        if isinstance(found, PlatformAccount):
            return found.pk
        raise TypeError(f"The account of {row!r} is {found!r}; it has to be a PlatformAccount, its id, or None.")

    return find


def _follow(row: Any, path: Sequence[str]) -> Any:
    for name in path[:-1]:
        if row is None:
            return None
        row = getattr(row, name)
    if row is None:
        return None
    # The id alone, where there is one, spares a query.
    return getattr(row, f"{path[-1]}_id") if hasattr(row, f"{path[-1]}_id") else getattr(row, path[-1])
