"""The admin's fixtures, and people of one account who approve."""

import pytest

from opsflows.accounts.models import Membership, User
from tests.admin.conftest import _served, admin, alpha, beta, live_server, opened, viewer, visit
from tests.admin.world import World, person

__all__ = ["_served", "admin", "alpha", "beta", "live_server", "opened", "viewer", "visit"]


@pytest.fixture
def ann(alpha: World) -> User:
    """Who asks; Max is her manager."""
    ann, manager = person(alpha.account, "ann", "viewer"), person(alpha.account, "max", "viewer")
    member = Membership.objects.get(user=ann)
    member.manager = manager
    member.save()
    return ann
