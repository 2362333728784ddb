"""An account, a second one, and a clock that stands still."""

import datetime

import pytest

from opsflows.accounts.actor import system_actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import IssuedKey, issue_key
from opsflows.accounts.models import PlatformAccount, User

NOW = datetime.datetime(2030, 3, 1, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def now() -> datetime.datetime:
    return NOW


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme")


@pytest.fixture
def other(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="globex", name="Globex")


def person(account: PlatformAccount, name: str, role: str) -> User:
    return create_user(
        actor=system_actor(account.pk),
        account=account,
        username=name,
        password="correct horse battery",
        email=f"{name}@example.com",
        role=role,
        now=NOW,
    )


@pytest.fixture
def editor(account: PlatformAccount) -> User:
    return person(account, "ed", "editor")


@pytest.fixture
def issued(account: PlatformAccount, editor: User) -> IssuedKey:
    return issue_key(actor=system_actor(account.pk), account=account, user=editor, name="shop", now=NOW)
