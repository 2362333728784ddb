"""The engine's fixtures, and the lists that come with the house."""

import pytest
from django.core.management import call_command

from tests.runs.conftest import account, actor, engine, live

__all__ = ["account", "actor", "engine", "live"]


@pytest.fixture
def shipped(db: None) -> None:
    call_command("loaddata", "named_lists", verbosity=0)
