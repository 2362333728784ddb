"""Write saved segments. What is published keeps the conditions it was published with."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.lookups.models import Segment
from opsflows.lookups.names import new_name
from opsflows.rules import RuleError, compile_condition
from opsflows.rules.conditions.named import SEGMENT
from opsflows.workflows.named_conditions import expand, names_in
from opsflows.workflows.references import reference_problems, resolve

_FIELD = "conditions"
_ITSELF = "The segment names itself, or one that leads back to it; a segment cannot be made of itself."


def create_segment(*, actor: Actor, name: str, conditions: Any, description: str = "") -> Segment:
    """A new segment of the actor's account.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: name, conditions.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    name = new_name(name, account_id=actor.account_id, model=Segment)
    _check(conditions, name=name, account_id=actor.account_id)
    segment = Segment(account_id=actor.account_id, name=name, description=description.strip(), conditions=conditions)
    try:
        with transaction.atomic():
            segment.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"name": f"There is a segment {name!r} already; change that one."}) from None
    return segment


def change_segment(*, actor: Actor, segment: Segment, conditions: Any, description: str) -> Segment:
    """Other conditions under the same name.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: conditions.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=segment.account_id)
    _check(conditions, name=segment.name, account_id=segment.account_id)
    with transaction.atomic():
        locked = Segment.objects.select_for_update().get(pk=segment.pk)
        locked.conditions, locked.description = conditions, description.strip()
        locked.save()
    return locked


def remove_segment(*, actor: Actor, segment: Segment) -> None:
    """Do without it. Versions that name it keep its conditions; what names it cannot be published anew.

    Raises:
        Forbidden: the actor may not.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=segment.account_id)
    segment.delete()


def _check(conditions: Any, *, name: str, account_id: uuid.UUID) -> None:
    named = list(names_in(conditions, _FIELD))
    problems = [str(each) for each in reference_problems(named, account_id=account_id, path="")]
    if problems:
        raise ValidationError({_FIELD: [each.removeprefix(".") for each in problems]})
    references = resolve(named, account_id=account_id)
    if name in references.get(SEGMENT, {}):
        raise ValidationError({_FIELD: _ITSELF})
    try:
        condition = compile_condition(expand(conditions, references, path=_FIELD), path=_FIELD)
        # As it will stand in a workflow: one deeper, and under its name.
        whole = {**references, SEGMENT: {**references.get(SEGMENT, {}), name: {"conditions": conditions}}}
        leaf = {"operator": "in_segment", "value": name}
        if condition.comparisons():
            compile_condition(expand(leaf, whole, path=_FIELD), path=_FIELD)
    except RuleError as error:
        raise ValidationError({_FIELD: [str(problem) for problem in error.problems]}) from None
    if not condition.comparisons():
        raise ValidationError({_FIELD: "Give it at least one comparison; without any, everything would be in it."})
