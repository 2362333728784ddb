"""An account and its past."""

from tests.insights.conftest import account, actor, engine, live, past

__all__ = ["account", "actor", "engine", "live", "past"]
