"""The engine's fixtures, for steps that write records and tasks, and a person to give work to."""

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.models import PlatformAccount, User
from tests.runs.conftest import NOW, account, actor, engine, live

__all__ = ["account", "actor", "engine", "live"]


@pytest.fixture
def ada(account: PlatformAccount, actor: Actor) -> User:
    """A member of the account."""
    return person(actor, account, "ada")


def person(actor: Actor, account: PlatformAccount, name: str, role: str = "editor") -> User:
    return create_user(
        actor=actor,
        account=account,
        username=name,
        password="correct horse",
        email=f"{name}@example.com",
        role=role,
        now=NOW,
    )


def as_role(account: PlatformAccount, role: str) -> Actor:
    return Actor(account_id=account.pk, user_id=None, role=role, door="api")
