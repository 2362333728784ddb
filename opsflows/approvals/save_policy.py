"""Write approval policies. Requests under way keep the plan with which they began."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.names import name_key
from opsflows.accounts.roles import Permission
from opsflows.approvals.models import ApprovalPolicy
from opsflows.approvals.plan import plan_problems, read_plan
from opsflows.audit.record import record
from opsflows.rules import Problem
from opsflows.workflows.named_conditions import names_in
from opsflows.workflows.references import reference_problems

MAX_NAME = 100


def create_policy(
    *, actor: Actor, name: str, plan: Mapping[str, Any], description: str = "", now: datetime
) -> ApprovalPolicy:
    """A new policy of the actor's account; `plan` as opsflows/approvals/plan.py describes it.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: name, plan.
    """
    actor.require(Permission.APPROVALS_WRITE)
    policy = ApprovalPolicy(account_id=actor.account_id, name=_new_name(actor.account_id, name))
    policy.description, policy.plan = description.strip(), _checked(plan, account_id=actor.account_id)
    with transaction.atomic():
        try:
            with transaction.atomic():
                policy.save(force_insert=True)
        except IntegrityError:
            raise ValidationError({"name": _taken(policy.name)}) from None
        record(actor=actor, action="approval_policy.created", row=policy, detail=_told(policy), now=now)
    return policy


def change_policy(
    *, actor: Actor, policy: ApprovalPolicy, plan: Mapping[str, Any], description: str, now: datetime
) -> ApprovalPolicy:
    """Another plan under the same name. Requests under way, and workflows that are published, keep the older one.

    Raises:
        Forbidden: the actor may not.
        ApprovalPolicy.DoesNotExist: it was removed meanwhile.
        ValidationError: by field: plan.
    """
    actor.require(Permission.APPROVALS_WRITE, account_id=policy.account_id)
    checked = _checked(plan, account_id=policy.account_id)
    with transaction.atomic():
        held = ApprovalPolicy.objects.select_for_update().get(pk=policy.pk)
        held.plan, held.description = checked, description.strip()
        held.save()
        record(actor=actor, action="approval_policy.changed", row=held, detail=_told(held), now=now)
    return held


def remove_policy(*, actor: Actor, policy: ApprovalPolicy, now: datetime) -> None:
    """Do without it. Versions that name it keep its plan; what names it cannot be published anew.

    Raises:
        Forbidden: the actor may not.
        ApprovalPolicy.DoesNotExist: it was removed meanwhile.
    """
    actor.require(Permission.APPROVALS_WRITE, account_id=policy.account_id)
    with transaction.atomic():
        held = ApprovalPolicy.objects.select_for_update().get(pk=policy.pk)
        record(actor=actor, action="approval_policy.removed", row=held, detail=_told(held), now=now)
        held.delete()


def policy_problems(plan: Any, *, account_id: uuid.UUID) -> list[Problem]:
    """What is wrong with a plan, each at its place; segments and lists that its conditions name have to be there."""
    return plan_problems(plan) or list(_unknown_names(plan, account_id))


def _unknown_names(plan: Mapping[str, Any], account_id: uuid.UUID) -> Iterator[Problem]:
    for index, level in enumerate(read_plan(plan).levels):
        for reference in names_in(level.when):
            # Where in the condition it stands says nothing to whoever wrote it in a form's rows.
            for problem in reference_problems([reference], account_id=account_id, path=""):
                yield Problem(f"levels[{index}].when", problem.message)


def _checked(plan: Mapping[str, Any], *, account_id: uuid.UUID) -> dict[str, Any]:
    """`plan` as it is kept: complete, so that what holds is there to be read."""
    if problems := policy_problems(plan, account_id=account_id):
        raise ValidationError({"plan": [str(problem) for problem in problems]})
    return read_plan(plan).model_dump()


def _new_name(account_id: uuid.UUID, name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME or "{{" in name or not name.isprintable():
        raise ValidationError({"name": f"Give it a name of 1 to {MAX_NAME} characters; rules call it by that."})
    if ApprovalPolicy.objects.filter(account=account_id, name_key=name_key(name)).exists():
        raise ValidationError({"name": _taken(name)})
    return name


def _taken(name: str) -> str:
    return f"There is a policy {name!r} already, perhaps with other capitals; change that one, or take another name."


def _told(policy: ApprovalPolicy) -> dict[str, Any]:
    levels = read_plan(policy.plan).levels
    return {"name": policy.name, "levels": [level.name or ", ".join(level.approvers)[:80] for level in levels]}
