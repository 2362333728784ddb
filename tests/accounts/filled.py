"""An account with something of everything: the admin's world, and one plain row of each model that it leaves out."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction

from opsflows.accounts.models import PlatformAccount, User
from opsflows.events.models import Event
from tests.accounts.owners import a_row_of, owned_models, rows_of
from tests.admin.world import World


def filled(mark: str) -> World:
    """A world whose account owns a row of every model that accounts own; see `fill` for what cannot be made."""
    world = World(mark).add(1)
    # The inbox holds only what came through the API.
    sent = world.event(name=f"{mark}.sent")
    Event.objects.filter(pk=sent.pk).update(door=Event.Door.API)
    fill(world)
    return world


def fill(world: World) -> dict[str, str]:
    """Make what the world leaves out; models of which no plain row can be made, and why."""
    problems: dict[str, str] = {}
    # Again for those whose parents were missing, too.
    for _ in range(4):
        missing = [model for model in owned_models() if not rows_of(model, world.account).exists()]
        problems = {model._meta.label: problem for model in missing if (problem := _problem(model, world))}
    return problems


def _problem(model: type[models.Model], world: World) -> str:
    """Why no row of `model` could be made; empty where one was."""
    problem = ""
    # Of some models a row stands for one thing out of several, each of which may be empty.
    pointing = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey) and field.null]
    for extra in [None, *pointing]:
        try:
            with transaction.atomic():
                plain_row(model, world, **({extra.name: _value(extra, world)} if extra else {}))
        except (IntegrityError, AssertionError) as error:
            problem = problem or str(error)
        else:
            return ""
    return problem


def plain_row(model: type[models.Model], world: World, **values: Any) -> Any:
    """A row of `model` in the world's account that says as little as it may; `values` say otherwise."""
    return model._default_manager.create(**_values(model, world) | values)


def _values(model: type[models.Model], world: World) -> dict[str, Any]:
    return {
        field.name: _value(field, world)
        for field in model._meta.concrete_fields
        if (isinstance(field, models.ForeignKey) and not field.null) or _is_needed(field)
    }


def _is_needed(field: Any) -> bool:
    is_given = field.has_default() or field.has_db_default() or field.null or getattr(field, "auto_now_add", False)
    return not (is_given or getattr(field, "auto_now", False) or isinstance(field, models.AutoField))


def _value(field: Any, world: World) -> Any:
    if isinstance(field, models.ForeignKey):
        own = {PlatformAccount: world.account, User: world.admin}
        return own.get(field.related_model) or a_row_of(field.related_model, world.account)
    if field.choices:
        return field.choices[0][0]
    plain: list[tuple[Any, Any]] = [
        (models.BooleanField, False),
        (models.DateTimeField, datetime.datetime.now(datetime.UTC)),
        (models.DateField, datetime.datetime.now(datetime.UTC).date()),
        (models.DecimalField, Decimal(0)),
        (models.IntegerField, 1),
        (models.UUIDField, uuid.uuid4()),
        (models.JSONField, {}),
    ]
    text = f"{world.mark}-{uuid.uuid4()}"[: field.max_length or 100]
    return next((value for kind, value in plain if isinstance(field, kind)), text)
