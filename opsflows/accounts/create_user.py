"""Create a person who can sign in, as a member of an account."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.grant_role import grant_role
from opsflows.accounts.models import PlatformAccount, User
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record


def create_user(
    *,
    actor: Actor,
    account: PlatformAccount,
    username: str,
    password: str,
    email: str,
    role: str,
    is_superuser: bool = False,
    enforce_password_rules: bool = True,
    now: datetime,
) -> User:
    """A new person with `role` in `account`. Every role may enter the admin; what they find there depends on it.

    Raises:
        Forbidden: the actor may not manage access, or is not the system and asks for a superuser.
        ValidationError: by field: username (taken, or not allowed), email, password, role.
    """
    actor.require(Permission.ACCESS_MANAGE, account_id=account.pk)
    if is_superuser and not actor.is_house:
        raise Forbidden("Superusers are made with manage.py setup alone.")
    user = User(username=username, email=email, is_staff=True, is_superuser=is_superuser)
    _check_password(password, user, enforce=enforce_password_rules)
    user.set_password(password)
    if not email:
        raise ValidationError({"email": "Give an address, such as ada@example.com."})
    user.full_clean()
    with transaction.atomic():
        user.save(force_insert=True)
        detail = {"is_superuser": True} if is_superuser else {}
        record(actor=actor, action="user.created", row=user, detail=detail, now=now)
        grant_role(actor=actor, account=account, user=user, role=role, now=now)
    return user


def _check_password(password: str, user: User, *, enforce: bool) -> None:
    if not password:
        raise ValidationError({"password": "A password cannot be empty."})
    if enforce:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise ValidationError({"password": error.messages}) from None
