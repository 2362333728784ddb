"""Change an account's own settings."""

from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record


def change_account(
    *,
    actor: Actor,
    account: PlatformAccount,
    name: str | None = None,
    timezone: str | None = None,
    requires_four_eyes: bool | None = None,
    now: datetime,
) -> PlatformAccount:
    """Change what is given and leave the rest; the account as it is then.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=account.pk)
    given = {"name": name, "timezone": timezone, "requires_four_eyes": requires_four_eyes}
    with transaction.atomic():
        held = PlatformAccount.objects.select_for_update().get(pk=account.pk)
        changed = {key: value for key, value in given.items() if value is not None and value != getattr(held, key)}
        for key, value in changed.items():
            setattr(held, key, value)
        if changed:
            held.full_clean()
            held.save()
            record(actor=actor, action="account.changed", row=held, detail=changed, now=now)
    return held
