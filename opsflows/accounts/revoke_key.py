"""Revoke an API key. It takes effect with the next request, for the tokens made from it as well."""

import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import ApiKey
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record


def revoke_key(*, actor: Actor, key: ApiKey, now: datetime.datetime) -> ApiKey:
    """`key`, revoked; one that already was keeps its first time. People may always revoke a key that acts as them.

    Raises:
        Forbidden: the key belongs to another account, or to another person and the actor may not manage access.
    """
    if key.account_id != actor.account_id:
        raise Forbidden("This belongs to another account.")
    if actor.user_id is None or actor.user_id != key.user_id:
        actor.require(Permission.ACCESS_MANAGE)
    with transaction.atomic():
        held = ApiKey.objects.select_for_update(of=("self",)).select_related("user").get(pk=key.pk)
        if held.revoked_at is None:
            held.revoked_at = now
            held.save(update_fields=["revoked_at"])
            record(actor=actor, action="api_key.revoked", row=held, detail={"acts_as": held.user.username}, now=now)
    key.revoked_at = held.revoked_at
    return key
