"""Revoke an API key. It takes effect with the next request, for the tokens made from it as well."""

import datetime

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import ApiKey
from opsflows.accounts.roles import Permission


def revoke_key(*, actor: Actor, key: ApiKey, now: datetime.datetime) -> ApiKey:
    """`key`, revoked; one that already was keeps its first time. People may always revoke a key that acts as them.

    Raises:
        Forbidden: the key belongs to another account, or to another person and the actor may not manage access.
    """
    if key.account_id != actor.account_id:
        raise Forbidden("This belongs to another account.")
    if actor.user_id is None or actor.user_id != key.user_id:
        actor.require(Permission.ACCESS_MANAGE)
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)
    key.refresh_from_db(fields=["revoked_at"])
    return key
