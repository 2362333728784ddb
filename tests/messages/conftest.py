"""The engine's fixtures, for steps that write to people."""

from tests.runs.conftest import account, actor, engine, live

__all__ = ["account", "actor", "engine", "live"]
