"""From an API key to the person it acts as. Asked anew on every request, so a revocation holds at once."""

import datetime
import uuid
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import F, Q

from opsflows.accounts.actor import Actor
from opsflows.accounts.key_text import hash_key
from opsflows.accounts.models import ApiKey, User

#: `last_used_at` is accurate to this, so that a busy key does not become a hot row.
USE_NOTED_EVERY = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a valid credential stands for."""

    actor: Actor
    user: User
    key: ApiKey


def authenticate_key(text: str, *, now: datetime.datetime) -> Actor | None:
    """The actor behind the API key `text`, or None; nothing tells an unknown key from an expired or revoked one."""
    identity = identify_key(text, now=now)
    return None if identity is None else identity.actor


def identify_key(text: str, *, now: datetime.datetime) -> Identity | None:
    """As `authenticate_key`, with the rows that were read on the way. One query, whatever is wrong with the key."""
    return _identity(Q(key_hash=hash_key(text)), now=now)


def identify_key_id(key_id: uuid.UUID, *, now: datetime.datetime) -> Identity | None:
    """As `identify_key`, for a key that a signed token names."""
    return _identity(Q(pk=key_id), now=now)


def _identity(which: Q, *, now: datetime.datetime) -> Identity | None:
    key = (
        ApiKey.objects.filter(
            which,
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            revoked_at__isnull=True,
            user__is_active=True,
            account__is_active=True,
            user__memberships__account=F("account"),
        )
        .annotate(role=F("user__memberships__role"))
        .select_related("user", "account")
        .first()
    )
    if key is None:
        return None
    if key.last_used_at is None or key.last_used_at <= now - USE_NOTED_EVERY:
        # After whatever transaction is open, and never a reason to refuse the request.
        transaction.on_commit(partial(_note_use, key.pk, now), robust=True)
    actor = Actor(
        account_id=key.account_id,
        user_id=key.user_id,
        role=key.role,
        door="api",
        scopes=_narrowed_to(key.scopes),
        api_key_id=key.pk,
        deduplicate_by_content=key.deduplicate_by_content,
    )
    return Identity(actor=actor, user=key.user, key=key)


def _narrowed_to(stored: object) -> frozenset[str] | None:
    """None for the empty list, which means no narrowing; anything that is not a list of texts allows nothing."""
    if stored == []:
        return None
    return frozenset(scope for scope in stored if isinstance(scope, str)) if isinstance(stored, list) else frozenset()


def _note_use(key_id: uuid.UUID, now: datetime.datetime) -> None:
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=now)
