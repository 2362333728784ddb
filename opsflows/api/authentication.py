"""Who calls the API: `Authorization: Bearer` with an API key or with a token made from one."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from opsflows.accounts.actor import Actor
from opsflows.accounts.authenticate import identify_key
from opsflows.accounts.key_text import KEY_START
from opsflows.accounts.models import User
from opsflows.accounts.token import identify_token
from opsflows.audit.who import Who, came_in

SCHEME = "Bearer"
REFUSAL = "The API key or token is unknown, expired or revoked."


class BearerAuthentication(BaseAuthentication):
    """Sets `request.auth` to the `Actor` and `request.user` to the person it acts as, with one query."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, text = header.partition(" ")
        text = text.strip()
        if scheme.lower() != SCHEME.lower() or not text:
            raise AuthenticationFailed("Send the header as: Authorization: Bearer <API key or token>.")
        identify = identify_key if text.startswith(KEY_START) else identify_token
        identity = identify(text, now=timezone.now())
        if identity is None:
            raise AuthenticationFailed(REFUSAL)
        actor = identity.actor
        came_in(Who(user_id=actor.user_id, door=actor.door, api_key_id=actor.api_key_id))
        return identity.user, actor

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class IsActor(BasePermission):
    """Somebody is known to act. What they may do is for the verb to say."""

    message = "Send the header Authorization: Bearer <API key or token>."

    def has_permission(self, request: Request, view: object) -> bool:
        return isinstance(request.auth, Actor)


def actor_of(request: Request) -> Actor:
    """The actor of a request that `IsActor` let through."""
    if not isinstance(request.auth, Actor):
        raise AuthenticationFailed(IsActor.message)
    return request.auth
