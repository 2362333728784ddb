from typing import Any

import pytest

from opsflows.queue import bell
from tests.admin.world import World
from tests.studio.explain.scene import Scene


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    # A doorbell's connection would outlive the test's database.
    monkeypatch.setattr(bell, "ring", lambda: None)


@pytest.fixture
def scene(alpha: World) -> Scene:
    return Scene(alpha.account, alpha.actor)


@pytest.fixture
def elsewhere(beta: World) -> Any:
    return Scene(beta.account, beta.actor)
