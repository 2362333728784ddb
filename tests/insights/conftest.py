"""An account and its past: rows that were made when the test says so."""

import pytest

from opsflows.accounts.models import PlatformAccount
from tests.insights.past import Past
from tests.runs.conftest import account, actor, engine, live


@pytest.fixture
def past(account: PlatformAccount) -> Past:
    return Past(account)


__all__ = ["account", "actor", "engine", "live", "past"]
