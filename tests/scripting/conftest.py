"""Scripts switched on, and a short way to run one."""

from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from opsflows.jsontext import dump_json
from opsflows.scripting.answer import Answer
from opsflows.scripting.run_script import Order, run_script
from tests.runs.conftest import account, actor, engine, live

__all__ = ["account", "actor", "engine", "live"]

#: 2 March 2026, 09:00 UTC.
CLOCK = 1772442000000

Run = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _scripts_are_on(settings: Any) -> None:
    settings.OPSFLOWS_SCRIPTS = True


@pytest.fixture
def run() -> Run:
    """`run(source, input={}, event={}, timeout=5)`."""

    def run(source: str, *, timeout: float = 5, seed: int = 7, zone: str = "UTC", **given: Any) -> Answer:
        text = dump_json({"input": {}, "event": {}, **given})
        return run_script(Order(source=source, given=text, now=CLOCK, zone=zone, seed=seed), timeout=timeout)

    return run


@pytest.fixture
def _nothing_is_left() -> Iterator[None]:
    """No process of the test outlives it, not even as a zombie, and no descriptor stays open.

    A browser that earlier tests of this process share stays, and starts children of its own as it likes.
    """
    this = psutil.Process()
    before = this.num_fds()
    running = this.children()
    yield
    assert [process for process in this.children() if process not in running] == []
    assert this.num_fds() == before
