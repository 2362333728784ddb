"""A caller of the API, with a key."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import system_actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import IssuedKey, issue_key
from opsflows.accounts.models import PlatformAccount


@pytest.fixture(autouse=True)
def probes(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False
    settings.ROOT_URLCONF = "tests.api.probes"


@pytest.fixture
def account(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme")


@pytest.fixture
def key(account: PlatformAccount) -> IssuedKey:
    actor = system_actor(account.pk)
    user = create_user(
        actor=actor,
        account=account,
        username="ed",
        password="correct horse battery",
        email="ed@example.com",
        role="editor",
        now=timezone.now(),
    )
    return issue_key(actor=actor, account=account, user=user, name="shop", now=timezone.now())


@pytest.fixture
def api() -> Client:
    """Like a script: no cookies of a page, and CSRF checks on."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def as_ed(key: IssuedKey) -> Client:
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key.text}"})
