"""Short-lived tokens (Triggers' `POST /token`): a signed pointer to an API key, never a permission of its own."""

import datetime
import hmac
import uuid

import jwt
from django.conf import settings

from opsflows.accounts.actor import Actor
from opsflows.accounts.authenticate import Identity, identify_key_id
from opsflows.accounts.models import ApiKey

LIFETIME = datetime.timedelta(hours=1)
_ALGORITHM = "HS256"
_AUDIENCE = "opsflows-api"
#: Ours have about 250 characters; what is far longer is refused before it is decoded.
_MAX_LENGTH = 512


def issue_token(*, key: ApiKey, now: datetime.datetime) -> tuple[str, int]:
    """A JWT that stands for `key`, and the seconds it is good for: an hour, or less if the key expires sooner."""
    until = now + LIFETIME if key.expires_at is None else min(now + LIFETIME, key.expires_at)
    issued, expires = int(now.timestamp()), int(until.timestamp())
    claims = {"sub": str(key.pk), "aud": _AUDIENCE, "iat": issued, "exp": expires}
    return jwt.encode(claims, _signing_key(), algorithm=_ALGORITHM), max(expires - issued, 0)


def actor_from_token(text: str, *, now: datetime.datetime) -> Actor | None:
    """The actor behind the token `text`, or None if it, its API key or the membership no longer stands."""
    identity = identify_token(text, now=now)
    return None if identity is None else identity.actor


def identify_token(text: str, *, now: datetime.datetime) -> Identity | None:
    """As `actor_from_token`, with the rows that were read on the way. One query at most."""
    key_id = _key_id(text, now=now)
    return None if key_id is None else identify_key_id(key_id, now=now)


def _key_id(text: str, *, now: datetime.datetime) -> uuid.UUID | None:
    if len(text) > _MAX_LENGTH:
        return None
    try:
        claims = jwt.decode(
            text,
            _signing_key(),
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            # The library would read the clock; the time is compared below with the one that was passed in.
            options={"require": ["sub", "exp", "iat"], "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        return uuid.UUID(claims["sub"]) if int(claims["exp"]) > now.timestamp() else None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        return None


def _signing_key() -> bytes:
    # A key of its own: a signature made for another purpose with SECRET_KEY can never pass as a token.
    return hmac.digest(settings.SECRET_KEY.encode("utf-8"), b"opsflows.accounts.token.v1", "sha256")
