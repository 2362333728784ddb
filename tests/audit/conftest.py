"""The admin's two accounts and people, and callers of the API with a key."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import ApiKey
from tests.admin.conftest import _served, admin, alpha, beta, root, viewer
from tests.admin.world import World, person

__all__ = ["_served", "admin", "alpha", "beta", "root", "viewer"]

Api = Callable[..., tuple[Client, ApiKey]]


@pytest.fixture
def api(alpha: World) -> Api:
    """`api("editor")`: a program of alpha with a key of such a person, and the key's row."""

    def make(role: str, **options: Any) -> tuple[Client, ApiKey]:
        user = person(alpha.account, f"{role}-of-a-program", role)
        issued = issue_key(
            actor=alpha.actor, account=alpha.account, user=user, name="Billing", now=timezone.now(), **options
        )
        return Client(headers={"Authorization": f"Bearer {issued.text}"}), issued.row

    return make
