"""Write named lists: an account's own, and its own edition of what came with the house."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.roles import Permission
from opsflows.lookups.models import NamedList
from opsflows.lookups.names import new_name
from opsflows.rules.conditions.checks import MAX_LIST
from opsflows.rules.text import excerpt

#: Characters of one value.
MAX_VALUE = 255


def create_list(*, actor: Actor, name: str, values: Iterable[str], description: str = "") -> NamedList:
    """A new list of the actor's account. One of the house's of the same name steps back behind it.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: name, values.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    name = new_name(name, account_id=actor.account_id, model=NamedList)
    named = NamedList(account_id=actor.account_id, name=name, description=description.strip(), values=_values(values))
    try:
        with transaction.atomic():
            named.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"name": f"There is a list {name!r} already; change that one."}) from None
    return named


def change_list(*, actor: Actor, named_list: NamedList, values: Iterable[str], description: str) -> NamedList:
    """Other values under the same name. What is published keeps those it was published with.

    Raises:
        Forbidden: the actor may not, or the list came with the house.
        ValidationError: by field: values.
    """
    _require(actor, named_list)
    with transaction.atomic():
        locked = NamedList.objects.select_for_update().get(pk=named_list.pk)
        locked.values, locked.description = _values(values), description.strip()
        locked.save()
    return locked


def remove_list(*, actor: Actor, named_list: NamedList) -> None:
    """Do without it; one of the house's of the same name counts again. Versions that name it keep its values.

    Raises:
        Forbidden: the actor may not, or the list came with the house.
    """
    _require(actor, named_list)
    named_list.delete()


def _require(actor: Actor, named_list: NamedList) -> None:
    if named_list.account_id is None:
        raise Forbidden("This list came with OpsFlows; make it yours to change it.")
    actor.require(Permission.WORKFLOWS_WRITE, account_id=named_list.account_id)


def _values(values: Iterable[str]) -> list[str]:
    """Each value once, in the order given, without the spaces around it and without empty ones."""
    found = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    problems = []
    if not found:
        problems.append("Give at least one value.")
    if len(found) > MAX_LIST:
        problems.append(f"There are {len(found):,} values; a list has at most {MAX_LIST:,}. A lookup table takes more.")
    for value in found:
        if len(value) > MAX_VALUE:
            problems.append(f"{excerpt(value, 40)} has {len(value)} characters; at most {MAX_VALUE} are kept.")
        elif "{{" in value or "\x00" in value:
            problems.append(f"{excerpt(value, 40)} is no plain text: values are compared as they stand here.")
    if problems:
        raise ValidationError({"values": problems[:10]})
    return found
