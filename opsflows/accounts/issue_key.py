"""Issue an API key: the one moment in which its text exists on our side."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.key_text import PREFIX_LENGTH, hash_key, new_key_text
from opsflows.accounts.models import ApiKey, Membership, PlatformAccount, User
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key: `text` is to be shown once and kept nowhere, so it stays out of the repr."""

    text: str = field(repr=False)
    row: ApiKey


def issue_key(
    *,
    actor: Actor,
    account: PlatformAccount,
    user: User,
    name: str,
    scopes: Iterable[str] | None = None,
    expires_at: datetime.datetime | None = None,
    deduplicate_by_content: bool = False,
    now: datetime.datetime,
) -> IssuedKey:
    """A new key that acts as `user` in `account`; `scopes` (permissions) of None means whatever the person may do.

    Raises:
        Forbidden: the actor may not manage access here, or would hand out more than its own key may do.
        ValidationError: by field: name, user, scopes, expires_at.
    """
    actor.require(Permission.ACCESS_MANAGE, account_id=account.pk)
    wanted = None if scopes is None else _known_scopes(scopes)
    if actor.scopes is not None and (wanted is None or not actor.scopes.issuperset(wanted)):
        raise Forbidden(f"A narrowed key can only issue keys within its own scopes: {', '.join(sorted(actor.scopes))}.")
    if not Membership.objects.filter(account=account, user=user, user__is_active=True).exists():
        raise ValidationError({"user": f"{user.username} is not an active member of {account.slug}; add them first."})
    if expires_at is not None and expires_at <= now:
        raise ValidationError({"expires_at": f"{expires_at.isoformat()} is past; give a time to come."})
    text = new_key_text()
    row = ApiKey(
        account=account,
        user=user,
        name=name.strip(),
        prefix=text[:PREFIX_LENGTH],
        key_hash=hash_key(text),
        scopes=wanted or [],
        deduplicate_by_content=deduplicate_by_content,
        expires_at=expires_at,
    )
    row.full_clean()
    with transaction.atomic():
        row.save(force_insert=True)
        detail = {
            "acts_as": user.username,
            "scopes": row.scopes,
            "expires_at": None if expires_at is None else expires_at.isoformat(),
        }
        record(actor=actor, action="api_key.created", row=row, detail=detail, now=now)
    return IssuedKey(text=text, row=row)


def _known_scopes(scopes: Iterable[str]) -> list[str]:
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in Permission.values]
    known = ", ".join(Permission.values)
    if unknown:
        raise ValidationError({"scopes": f"Unknown: {', '.join(unknown)}. Known scopes: {known}."})
    if not wanted:
        # An empty list is stored for "no narrowing", so a request for nothing must not turn into everything.
        raise ValidationError({"scopes": f"Name at least one, or leave scopes out. Known scopes: {known}."})
    return wanted
