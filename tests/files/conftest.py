"""A folder for files, and an account with an engine."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.runs.conftest import account, actor, engine, live, probes

__all__ = ["account", "actor", "engine", "live", "probes"]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Path:
    """Where the files of all accounts lie."""
    settings.OPSFLOWS_FILES = str(tmp_path / "files")
    return tmp_path / "files"
