"""Who acts: the one argument that every verb takes to check permission and account."""

import uuid
from dataclasses import dataclass
from typing import Literal

from opsflows.accounts.roles import PERMISSIONS, Permission

Door = Literal["admin", "api", "page", "link", "slack", "command", "system"]


class Forbidden(Exception):  # noqa: N818  (reads as the answer it becomes)
    """The actor may not do this; the message says which permission is missing."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system itself) coming through a door, in one account.

    `scopes` narrows an API key: None means whatever the role may do.
    """

    account_id: uuid.UUID
    user_id: uuid.UUID | None
    role: str | None
    door: Door
    scopes: frozenset[str] | None = None
    api_key_id: uuid.UUID | None = None
    deduplicate_by_content: bool = False

    @property
    def is_house(self) -> bool:
        """Whether nobody in particular acts: the house itself, or whoever has a shell on its machine."""
        return self.door in ("system", "command")

    def may(self, permission: Permission) -> bool:
        """Whether the role allows `permission` and the key's scopes, if any, do too."""
        if self.is_house:
            return True
        allowed = permission in PERMISSIONS.get(self.role or "", frozenset())
        return allowed and (self.scopes is None or permission in self.scopes)

    def require(self, permission: Permission, *, account_id: uuid.UUID | None = None) -> None:
        """Raise `Forbidden` unless this actor may, and the thing acted on lies in the actor's account."""
        if account_id is not None and account_id != self.account_id:
            raise Forbidden("This belongs to another account.")
        if not self.may(permission):
            raise Forbidden(f"This needs the permission {permission.value!r} ({permission.label.lower()}).")


def system_actor(account_id: uuid.UUID) -> Actor:
    """The house itself, for what it does on its own account."""
    return Actor(account_id=account_id, user_id=None, role=None, door="system")


def command_actor(account_id: uuid.UUID) -> Actor:
    """Whoever runs a command: a shell on the machine may do everything, and is told apart in the records."""
    return Actor(account_id=account_id, user_id=None, role=None, door="command")
