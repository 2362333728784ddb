"""One model that is watched: its signals, what has changed, and the event of it. Made by `emit_on_save`."""

import datetime
import decimal
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.db import models, router, transaction
from django.db.models.signals import post_save, pre_delete, pre_save
from django.utils import timezone

from opsflows.events.causing import present_cause
from opsflows.events.emit import LoopError, emit
from opsflows.events.models import Event

logger = logging.getLogger(__name__)

Values = dict[str, Any]

_watches: list["Watch"] = []
#: Rows whose event is being made: a save of theirs meanwhile is no news.
_busy: ContextVar[frozenset[tuple[int, Any]]] = ContextVar("opsflows_watch_busy", default=frozenset())
_AS_THEY_ARE = (
    str,
    int,
    float,
    decimal.Decimal,
    dict,
    list,
    type(None),
    datetime.date,
    datetime.time,
    datetime.timedelta,
    uuid.UUID,
)


def watches() -> tuple["Watch", ...]:
    """Every model that is watched, in the order in which that began."""
    return tuple(_watches)


class Watch:
    """What `emit_on_save` was told of one model. `events` has names under created, updated and deleted.

    Without `fields`, `build` makes the payload.
    """

    def __init__(
        self,
        model: type[models.Model],
        *,
        events: Mapping[str, str],
        fields: "Sequence[models.Field[Any, Any]]",
        build: Callable[[Any], Mapping[str, Any]] | None,
        when: Callable[[Any], bool] | None,
        account: Callable[[Any], uuid.UUID | None],
    ) -> None:
        self.model, self.events, self.fields = model, dict(events), tuple(fields)
        self._build, self._when, self._account = build, when, account
        compared = self.fields or tuple(model._meta.concrete_fields)
        self._compared = tuple(field for field in compared if not getattr(field, "auto_now", False))

    def __repr__(self) -> str:
        return f"<Watch of {self.model._meta.label}: {', '.join(self.events.values())}>"

    def start(self) -> None:
        """Begin to watch."""
        pre_save.connect(self._before_save, sender=self.model, weak=False)
        post_save.connect(self._after_save, sender=self.model, weak=False)
        if "deleted" in self.events:
            pre_delete.connect(self._before_delete, sender=self.model, weak=False)
        _watches.append(self)
        _save_in_transactions(self.model)

    def stop(self) -> None:
        """Watch no more (tests)."""
        pre_save.disconnect(self._before_save, sender=self.model)
        post_save.disconnect(self._after_save, sender=self.model)
        pre_delete.disconnect(self._before_delete, sender=self.model)
        _watches.remove(self)

    def _before_save(self, sender: Any, instance: Any, raw: bool, using: str, **_: Any) -> None:
        # A new row whose key is made by Django or the database cannot have been there before.
        is_new = instance.pk is None or (instance._state.adding and sender._meta.pk.has_default())
        if "updated" in self.events and not raw and not is_new:
            vars(instance)[self._mark] = self._read(instance, using, lock=True)

    def _after_save(
        self, sender: Any, instance: Any, created: bool, raw: bool, using: str, update_fields: Any, **_: Any
    ) -> None:
        before: Values | None = vars(instance).pop(self._mark, None)
        kind = "created" if created else "updated"
        if raw or kind not in self.events:
            return
        row = self._read(instance, using)
        if row is None:
            return
        if created or before is None:
            self._send(kind, instance, row, using)
            return
        changed = [field for field in self._compared if before[field.attname] != row[field.attname]]
        if update_fields is not None:
            changed = [field for field in changed if {field.name, field.attname} & set(update_fields)]
        if changed:
            more: Values = {"changed": [field.name for field in changed]}
            if self.fields:
                # Of fields that nobody chose to send, what they were is not sent either.
                more["previous"] = {field.name: _plain(before[field.attname]) for field in changed}
            self._send(kind, instance, row, using, more)

    def _before_delete(self, sender: Any, instance: Any, using: str, **_: Any) -> None:
        # Before, because afterwards neither its fields nor what it points to can be read; the transaction is the same.
        row = self._read(instance, using)
        if row is not None:
            self._send("deleted", instance, row, using)

    def _send(self, kind: str, instance: Any, row: Values, using: str, more: Mapping[str, Any] | None = None) -> None:
        mark = (id(self), instance.pk)
        if mark in _busy.get():
            return
        if using != router.db_for_write(Event):
            raise RuntimeError(
                f"{self.model._meta.label} was saved in the database {using!r}, and events are kept in another, so "
                "that the two cannot be stored together."
            )
        token = _busy.set(_busy.get() | {mark})
        try:
            if self._when is not None and not self._when(instance):
                return
            account_id = self._account(instance)
            if account_id is not None:
                data = {**(more or {}), **self._payload(instance, row)}
                self._emit(self.events[kind], account_id, data)
        finally:
            _busy.reset(token)

    def _emit(self, name: str, account_id: uuid.UUID, data: Values) -> None:
        try:
            with transaction.atomic():
                emit(
                    account_id=account_id,
                    name=name,
                    data=data,
                    now=timezone.now(),
                    cause=present_cause(),
                    source_label=self.model._meta.label_lower,
                    door=Event.Door.SAVE,
                )
        except LoopError as error:
            # The save itself is right; only its echo is one too many.
            logger.warning("%s: %s", self.model._meta.label, error)

    def _payload(self, instance: Any, row: Values) -> Mapping[str, Any]:
        if self._build is not None:
            return self._build(instance)
        return {field.name: _plain(row[field.attname]) for field in self.fields}

    def _read(self, instance: Any, using: str, *, lock: bool = False) -> Values | None:
        """What the database says: the instance may hold expressions, texts for numbers, or only some of the fields."""
        rows = self.model._base_manager.using(using).filter(pk=instance.pk)
        if lock:
            rows = rows.select_for_update()
        return rows.values(*{field.attname for field in (*self._compared, *self.fields)}).first()

    @property
    def _mark(self) -> str:
        return f"_opsflows_before_{id(self)}"


def _save_in_transactions(model: type[models.Model]) -> None:
    """Let every save of `model` be a transaction, its signals included: Django commits before it tells of a save."""
    if "_opsflows_in_transaction" in vars(model):
        return
    plain = model.save_base

    @wraps(plain)
    def save_base(self: Any, *args: Any, **kwargs: Any) -> None:
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            plain(self, *args, **kwargs)

    model.save_base = save_base  # type: ignore[method-assign]
    model._opsflows_in_transaction = True  # type: ignore[attr-defined]


def _plain(value: Any) -> Any:
    return value if isinstance(value, _AS_THEY_ARE) else str(value)
