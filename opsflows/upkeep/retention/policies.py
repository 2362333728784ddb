"""Which policies hold in an account: its own, and where it has none, those that OpsFlows ships."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.upkeep.models import MOST_DAYS, RetentionPolicy
from opsflows.upkeep.retention.kinds import KINDS


def policies_of(account_id: uuid.UUID) -> dict[str, RetentionPolicy]:
    """The policy of each kind; those that OpsFlows ships are no rows yet. One query."""
    stored = {row.kind: row for row in RetentionPolicy.objects.filter(account=account_id)}
    return {kind: stored.get(kind) or shipped(account_id, kind) for kind in KINDS}


def shipped(account_id: uuid.UUID, kind: str) -> RetentionPolicy:
    """What holds for `kind` until the account decides otherwise."""
    return RetentionPolicy(
        id=RetentionPolicy.id_of(account_id, kind),
        account_id=account_id,
        kind=kind,
        keep_days=KINDS[kind].keep_days,
        is_active=True,
    )


def deleted_before(kind: str, policies: Mapping[str, RetentionPolicy], *, now: datetime) -> datetime | None:
    """Rows of `kind` from before this moment may go; None: none may. Events stay at least as long as runs."""
    concerned = [policies[kind]]
    if kind == RetentionPolicy.Kind.EVENTS:
        concerned.append(policies[RetentionPolicy.Kind.RUNS])
    if not all(policy.is_active for policy in concerned):
        return None
    return now - timedelta(days=max(policy.keep_days for policy in concerned))


def set_policy(*, actor: Actor, kind: str, keep_days: int, is_active: bool) -> RetentionPolicy:
    """Keep rows of `kind` for so many days from the next cleaning on; not active: for good.

    Raises:
        Forbidden: the actor may not.
        ValidationError: there is no such kind, or the days are fewer or more than can be.
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    known = KINDS.get(kind)
    if known is None:
        raise ValidationError({"kind": f"{kind!r} is none of {', '.join(KINDS)}."})
    if not known.least_days <= keep_days <= MOST_DAYS:
        because = f", because {known.why_least}" if known.why_least else ""
        raise ValidationError({"keep_days": f"Give {known.least_days} to {MOST_DAYS} days{because}."})
    policy = RetentionPolicy.objects.filter(account=actor.account_id, kind=kind).first()
    policy = policy or shipped(actor.account_id, kind)
    policy.keep_days, policy.is_active = keep_days, is_active
    policy.save()
    return policy
