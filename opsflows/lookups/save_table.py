"""Write lookup tables: what they are called and hold. What is published keeps the rows it was published with."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.lookups.models import LookupTable
from opsflows.lookups.names import new_name
from opsflows.lookups.snapshots import content_of, keep
from opsflows.lookups.table_content import Column, Content, WrongContent, read_columns, read_rows


def create_table(*, actor: Actor, name: str, columns: Sequence[Column], description: str = "") -> LookupTable:
    """A new table of the actor's account, without rows; the first of `columns` is the key's.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: name, columns.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    name = new_name(name, account_id=actor.account_id, model=LookupTable)
    with transaction.atomic():
        snapshot = keep(actor.account_id, Content(_columns(columns)))
        table = LookupTable(account_id=actor.account_id, name=name, description=description.strip(), snapshot=snapshot)
        try:
            with transaction.atomic():
                table.save(force_insert=True)
        except IntegrityError:
            raise ValidationError({"name": f"There is a table {name!r} already; change that one."}) from None
    return table


def change_table(
    *, actor: Actor, table: LookupTable, columns: Sequence[tuple[Column, str]], description: str, seen: str
) -> LookupTable:
    """Another description, and other columns: each with the name of the column it was before, or nothing for a new one.

    Columns that are not named go, with their values. `seen` is the hash of the content that the actor has looked at.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: columns (also where a value does not fit its new type, or others came in between).
    """
    with transaction.atomic():
        locked = _locked(actor, table)
        before = content_of(locked.snapshot)
        if before.hash != seen:
            raise ValidationError({"columns": _OVERTAKEN})
        places = {column.name: place for place, column in enumerate(before.columns)}
        if columns and places.get(columns[0][1]) != 0:
            raise ValidationError({"columns": f"The first column stays the key, {before.columns[0].name}."})
        from_places = [places.get(was) for _, was in columns]
        found = _columns([column for column, _ in columns])
        rows = [[None if place is None else row[place] for place in from_places] for row in before.rows]
        names = [f"The row “{row[0]}”" for row in before.rows]
        locked.description = description.strip()
        return _save(locked, _rows(found, rows, names, field="columns"))


def set_rows(*, actor: Actor, table: LookupTable, rows: Sequence[Sequence[Any]], seen: str) -> LookupTable:
    """Other rows in all; texts become values of their column's type. `seen` is as for `change_table`.

    Raises:
        Forbidden: the actor may not.
        ValidationError: with what is wrong with the rows, or because others came in between.
    """
    with transaction.atomic():
        locked = _locked(actor, table)
        before = content_of(locked.snapshot)
        if before.hash != seen:
            raise ValidationError(_OVERTAKEN)
        return _save(locked, _rows(before.columns, rows))


def remove_table(*, actor: Actor, table: LookupTable) -> None:
    """Do without it. Versions that name it keep their rows; what names it cannot be published anew.

    Raises:
        Forbidden: the actor may not.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=table.account_id)
    table.delete()


_OVERTAKEN = "Somebody else saved other rows in between. Look at them, and make your changes once more."


def _locked(actor: Actor, table: LookupTable) -> LookupTable:
    actor.require(Permission.WORKFLOWS_WRITE, account_id=table.account_id)
    return LookupTable.objects.select_for_update(of=("self",)).select_related("snapshot").get(pk=table.pk)


def _save(table: LookupTable, content: Content) -> LookupTable:
    table.snapshot = keep(table.account_id, content)
    table.save()
    return table


def _columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    try:
        return read_columns(columns)
    except WrongContent as error:
        raise ValidationError({"columns": error.problems}) from None


def _rows(
    columns: tuple[Column, ...], rows: Sequence[Sequence[Any]], names: Sequence[str] = (), field: str = ""
) -> Content:
    try:
        return read_rows(columns, rows, names)
    except WrongContent as error:
        raise ValidationError({field: error.problems} if field else error.problems) from None
