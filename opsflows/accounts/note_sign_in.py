"""A sign-in was switched, raised or given another password: said in the audit trail of every account it opens.

Sign-ins belong to the whole house and superusers alone change them, with Django's own form. What the form edits is kept
as history; what it does is said here.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import Membership, User
from opsflows.audit.record import record


@dataclass(frozen=True, slots=True)
class SignIn:
    """What of a sign-in is worth an entry. `password` is its hash, to be compared and never kept."""

    is_active: bool
    is_superuser: bool
    password: str


def sign_in_of(user_id: uuid.UUID) -> SignIn | None:
    """How the sign-in stands in the database; None where there is none."""
    stored = User.objects.filter(pk=user_id).values("is_active", "is_superuser", "password").first()
    return None if stored is None else SignIn(**stored)


def note_sign_in(*, by: uuid.UUID | None, user: User, before: SignIn, now: datetime) -> None:
    """Say what `by` has done to the sign-in of `user`, which stood as `before`. Inside the transaction that did it."""
    after = sign_in_of(user.pk)
    actions = [] if after is None else _actions(before, after)
    if not actions:
        return
    with transaction.atomic():
        # In one order, because each holds the end of an account's chain.
        accounts = Membership.objects.filter(user=user).order_by("account_id").values_list("account_id", flat=True)
        for account_id in accounts:
            actor = Actor(account_id=account_id, user_id=by, role=None, door="admin")
            for action in actions:
                record(actor=actor, action=action, row=user, now=now)


def _actions(before: SignIn, after: SignIn) -> list[str]:
    found = []
    if before.is_active != after.is_active:
        found.append("user.reactivated" if after.is_active else "user.deactivated")
    if before.is_superuser != after.is_superuser:
        found.append("user.superuser_granted" if after.is_superuser else "user.superuser_removed")
    if before.password != after.password:
        found.append("user.password_set")
    return found
