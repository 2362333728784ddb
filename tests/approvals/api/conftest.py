from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import system_actor
from opsflows.accounts.issue_key import issue_key
from tests.approvals.office import Office


@pytest.fixture(autouse=True)
def _without_tls(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def key_of(office: Office) -> Callable[..., Client]:
    """`key_of("max")`: a client with a key of that person, perhaps narrowed to `scopes`."""

    def issue(name: str, scopes: list[str] | None = None) -> Client:
        key = issue_key(
            actor=system_actor(office.account.pk),
            account=office.account,
            user=office.people[name],
            name=f"{name}'s",
            scopes=scopes,
            now=timezone.now(),
        )
        return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key.text}"})

    return issue
