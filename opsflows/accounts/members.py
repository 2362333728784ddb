"""The active members of an account, found by the names that rules call them."""

import uuid

from opsflows.accounts.models import User
from opsflows.accounts.names import name_key


class Ambiguous(LookupError):  # noqa: N818  (reads as the answer it becomes)
    """Several members answer to the name."""


class Members:
    """The people of one account who can sign in; read once, when the first of them is asked for."""

    def __init__(self, account_id: uuid.UUID) -> None:
        self._account_id = account_id
        self._read: list[User] | None = None

    def all(self) -> list[User]:
        """Everybody, by username."""
        if self._read is None:
            rows = User.objects.filter(memberships__account=self._account_id, is_active=True)
            self._read = list(rows.defer("password").order_by("username"))
        return self._read

    def by_id(self, user_id: uuid.UUID | None) -> User | None:
        """The member, unless they are none any more."""
        return next((user for user in self.all() if user.pk == user_id), None)

    def by_address(self, address: str) -> User | None:
        """The member with this email address."""
        return next((user for user in self.all() if user.email and user.email.casefold() == address.casefold()), None)

    def by_name(self, name: str) -> User | None:
        """The member whose username, else full name, this is. Raises `Ambiguous`."""
        key = name_key(name)
        for spelling, wanted in ((_username, name), (_username_key, key), (_full_name_key, key)):
            if found := [user for user in self.all() if spelling(user) == wanted]:
                return _only(found, name)
        return None


def _username(user: User) -> str:
    return user.username


def _username_key(user: User) -> str:
    return name_key(user.username)


def _full_name_key(user: User) -> str:
    return name_key(user.get_full_name())


def _only(found: list[User], name: str) -> User:
    if len(found) > 1:
        usernames = ", ".join(user.username for user in found)
        raise Ambiguous(f"{name!r} may be any of {usernames}; give one of these usernames.")
    return found[0]
