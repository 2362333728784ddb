"""People of an account."""

from opsflows.accounts.models import Membership, PlatformAccount, User


def member(account: PlatformAccount, name: str, role: str, *, email: str | None = None) -> User:
    """Somebody with that role, who can be written to unless `email` is empty."""
    address = f"{name}@example.com" if email is None else email
    user = User.objects.create(username=name, email=address)
    Membership.objects.create(account=account, user=user, role=role)
    return user
